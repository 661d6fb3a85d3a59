//! Steps that work element by element: loops, reductions, zeros, random numbers, sums over the batch.

use super::super::kernel_contracts;
use super::super::*;
use super::Machine;
use super::memory::Slice;
use super::workers::Share;
use crate::graph::interpret::noise;
use crate::lowered::Layout;
use crate::math;
use crate::ops::Fold;
use crate::view::View;

/// An operand within the worker's share.
struct Window {
    slice: Slice,
    /// The stride from an example to the next.
    stride: usize,
    /// The offsets of the elements of an example, in the order of the loop's positions.
    places: Vec<usize>,
}

/// The position of a loop: an example or block of the share, and an element in it.
struct Position<'p> {
    example: usize,
    number: usize,
    position: &'p [usize],
}

impl Window {
    fn place(&self, at: &Position<'_>) -> usize {
        at.example * self.stride + self.places[at.number]
    }
}

impl Machine<'_> {
    fn on(&self, slice: Slice, operand: &Operand, view: &View, layout: Layout) -> Window {
        let turned = self.turned(operand);
        let places = view
            .shape
            .positions()
            .map(|position| turned + view.place(&position));
        Window {
            slice,
            stride: match layout {
                Layout::Shared => 0,
                Layout::Examples | Layout::Blocks => operand.per_example.unwrap_or(0),
            },
            places: places.collect(),
        }
    }

    fn windows(&self, operands: &[Operand], layout: Layout, share: &Share) -> Result<Vec<Window>, String> {
        let window = |operand: &Operand| {
            let slice = self.read(operand.source, share)?;
            Ok(self.on(slice, operand, &operand.view, layout))
        };
        operands.iter().map(window).collect()
    }

    pub(super) fn nest(&mut self, nest: &Loop, share: &Share) -> Result<(), String> {
        let reads = self.windows(&nest.operands, nest.layout, share)?;
        let stores = nest.statements.iter().map(|statement| {
            let Some(store) = &statement.store else {
                return Ok(None);
            };
            let slice = self.written(store.source, share)?;
            Ok(Some(self.on(slice, store, &store.view, nest.layout)))
        });
        let stores = stores.collect::<Result<Vec<Option<Window>>, String>>()?;
        let positions: Vec<Vec<usize>> = nest.shape.positions().collect();
        let mut locals: Vec<f64> = Vec::new();
        for example in 0..share.count(Size::of_layout(nest.layout)) {
            for (number, position) in positions.iter().enumerate() {
                let at = Position {
                    example,
                    number,
                    position,
                };
                locals.clear();
                for (statement, store) in nest.statements.iter().zip(&stores) {
                    let value = self.scalar(&statement.value, &at, &reads, &locals)?;
                    if let Some(store) = store {
                        self.memory.set(store.slice, store.place(&at), value)?;
                    }
                    locals.push(value);
                }
            }
        }
        Ok(())
    }

    fn scalar(
        &self,
        value: &Scalar,
        at: &Position<'_>,
        reads: &[Window],
        locals: &[f64],
    ) -> Result<f64, String> {
        let load = |operand: usize| {
            let window = &reads[operand];
            self.memory.at(window.slice, window.place(at))
        };
        Ok(match value {
            Scalar::Load(operand) => load(*operand)?,
            Scalar::Local(statement) => locals[*statement],
            Scalar::Constant(value) => *value,
            Scalar::BatchSize => self.environment.examples as f64,
            Scalar::OneHot { operand, class } => {
                f64::from(load(*operand)? == class.place(at.position) as f64)
            }
            Scalar::Place(view) => view.place(at.position) as f64,
            Scalar::Apply { op, args } => {
                let args = args.iter().map(|arg| self.scalar(arg, at, reads, locals));
                op.value(&args.collect::<Result<Vec<f64>, String>>()?)
            }
        })
    }

    pub(super) fn fold(&mut self, fold: &FoldLoop, share: &Share) -> Result<(), String> {
        let reads = self.windows(&fold.operands, fold.layout, share)?;
        let kept: Vec<usize> = (0..fold.shape.rank())
            .filter(|axis| !fold.axes.contains(axis))
            .collect();
        let slice = self.written(fold.result.source, share)?;
        let view = fold.result.view.broadcast(&fold.shape, &kept);
        let result = self.on(slice, &fold.result, &view, fold.layout);
        let (start, combine): (f64, fn(f64, f64) -> f64) = match fold.by {
            Fold::Sum => (0.0, |a, b| a + b),
            Fold::Max => (f64::NEG_INFINITY, math::max),
        };
        let positions: Vec<Vec<usize>> = fold.shape.positions().collect();
        for example in 0..share.count(Size::of_layout(fold.layout)) {
            // All results of an example are stored at once, so none may lie where an operand is still to be
            // read.
            for first in [true, false] {
                for (number, position) in positions.iter().enumerate() {
                    let at = Position {
                        example,
                        number,
                        position,
                    };
                    let place = result.place(&at);
                    let value = match first {
                        true => start,
                        false => {
                            let value = self.scalar(&fold.value, &at, &reads, &[])?;
                            combine(self.memory.at(slice, place)?, value)
                        }
                    };
                    self.memory.set(slice, place, value)?;
                }
            }
        }
        Ok(())
    }

    /// Clears all memory of the source, whatever the window on it.
    pub(super) fn clear(&mut self, result: &Operand, share: &Share) -> Result<(), String> {
        let slice = self.written(result.source, share)?;
        self.memory.numbers_mut(slice).fill(0.0);
        Ok(())
    }

    pub(super) fn draw(&mut self, draw: &Draw, share: &Share) -> Result<(), String> {
        let Source::Site(site) = draw.site.source else {
            return Err("numbers are drawn by no site".to_string());
        };
        let width = draw.result.view.shape.count();
        let slice = self.window(self.written(draw.result.source, share)?, &draw.result, 0)?;
        kernel_contracts::draw(share.examples, width, slice.len)?;
        let (seed, step) = (self.environment.seed, self.environment.step);
        for place in 0..slice.len {
            let at = noise::Place {
                site: site as u32,
                example: share.first + place / width,
                turn: 0,
                element: place % width,
            };
            let number = noise::draw(draw.distribution, seed, step, at);
            self.memory.set(slice, place, number)?;
        }
        Ok(())
    }

    /// Sums the columns of so many rows, for the worker's own columns.
    pub(super) fn sum_rows(
        &mut self,
        x: &Operand,
        result: &Operand,
        share: &Share,
        count: usize,
    ) -> Result<(), String> {
        let width = x.view.shape.count();
        let from = self.read(x.source, share)?;
        let (into, columns) = (self.written(result.source, share)?, share.rows(result.source)?);
        kernel_contracts::sum_rows(count, width, &columns, [from.len, into.len])?;
        for (place, column) in columns.enumerate() {
            let mut sum = 0.0;
            for row in 0..count {
                sum += self.memory.at(from, row * width + column)?;
            }
            self.memory.set(into, place, sum)?;
        }
        Ok(())
    }
}
