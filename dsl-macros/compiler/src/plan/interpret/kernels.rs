//! Calls of the runtime's kernels: the slices they are handed, the lengths they assert, and the meaning of
//! their operators.

use super::super::kernel_contracts::{Called, border, border_of, border_width};
use super::super::*;
use super::Machine;
use super::memory::{Slice, array};
use super::workers::Share;
use crate::graph::interpret::Array;
use crate::lowered::interpret::{of_channels_last, of_example, side_by_side};
use crate::lowered::{BLOCK, Border, Computes, KernelOp, Layout, PerExample, Type};
use crate::ops::Yields;
use crate::ops::pool::{self, MaxPool2d};

impl Machine<'_> {
    /// The elements of an operand's source that a kernel is handed: those of the window for a shared value,
    /// all others whole.
    pub(super) fn handed(&self, operand: &Operand, slice: Slice) -> Result<Slice, String> {
        let is_shared = match operand.source {
            Source::Value(value) => matches!(self.plan.values[value].extent, Extent::Shared(_)),
            _ => operand.per_example.is_none(),
        };
        match is_shared {
            true => self.window(slice, operand, 0)?.first(operand.view.shape.count()),
            false => Ok(slice),
        }
    }

    /// The elements of one example, for a kernel that is called for each example.
    fn handed_for(&self, operand: &Operand, slice: Slice, example: usize) -> Result<Slice, String> {
        match operand.per_example {
            Some(stride) => {
                let slice = self.window(slice, operand, example * stride)?;
                slice.first(operand.view.shape.count())
            }
            None => self.handed(operand, slice),
        }
    }

    /// Calls a kernel. One of rounded factors is computed in `f64` without rounding, as products are.
    pub(super) fn kernel(&mut self, call: &KernelCall, share: &Share) -> Result<(), String> {
        if let Some(border) = border_of(&call.op) {
            return self.border(call, border, share);
        }
        let kernel = &call.op.kernel;
        let args = call.args.iter().map(|arg| self.read(arg.source, share));
        let args = args.collect::<Result<Vec<Slice>, String>>()?;
        let result = self.written(call.result.source, share)?;
        let rows = 0..call.result.view.shape.0.first().copied().unwrap_or(1);
        if call.mode == CallMode::Each {
            let called = Called::new(call, 1, rows)?;
            for example in 0..share.examples {
                let handed = call.args.iter().zip(&args);
                let handed = handed.map(|(arg, &slice)| self.handed_for(arg, slice, example));
                let handed = handed.collect::<Result<Vec<Slice>, String>>()?;
                let result = self.handed_for(&call.result, result, example)?;
                self.call(&called, &handed, result, share, Some(example))?;
            }
            return Ok(());
        }
        let batch = call.mode == CallMode::Batch;
        let units = match (batch, kernel.blocks) {
            (true, true) => share.blocks(),
            (true, false) => share.examples,
            (false, _) => 1,
        };
        let rows = match batch && kernel.yields == Yields::Rows {
            true => share.rows(call.result.source)?,
            false => rows,
        };
        let handed = call.args.iter().zip(&args);
        let handed = handed.map(|(arg, &slice)| self.handed(arg, slice));
        let handed = handed.collect::<Result<Vec<Slice>, String>>()?;
        let called = Called::new(call, units, rows)?;
        self.call(&called, &handed, result, share, None)
    }

    fn call(
        &mut self,
        called: &Called<'_>,
        args: &[Slice],
        result: Slice,
        share: &Share,
        example: Option<usize>,
    ) -> Result<(), String> {
        let Called { call, .. } = called;
        let kernel = &call.op.kernel;
        let lens: Vec<usize> = args.iter().map(|arg| arg.len).collect();
        let slice = |operand: &Operand| {
            let written = || self.written(operand.source, share);
            let named = self.read(operand.source, share).or_else(|_| written())?;
            match example {
                Some(example) => self.handed_for(operand, named, example),
                None => self.handed(operand, named),
            }
        };
        called.check(&lens, result.len, &|operand| Ok(slice(operand)?.len))?;
        let (end, all, stored) = (
            self.end(&call.epilogue, &slice)?,
            called.shape.count(),
            called.stored()?,
        );
        if kernel.yields != Yields::Examples {
            self.memory.numbers_mut(result).fill(0.0);
        }
        for unit in 0..called.units {
            let own = |(place, (slice, ty)): (usize, (&Slice, &Type))| {
                let len = ty.shape.count();
                let first = if kernel.shared.contains(&place) {
                    0
                } else {
                    unit * len
                };
                array(&self.memory.numbers(*slice)[first..][..len], &ty.shape)
            };
            let own: Vec<Array> = args.iter().zip(&call.types).enumerate().map(own).collect();
            let lanes = match kernel.function.counts_examples() {
                true => (share.examples - unit * BLOCK)
                    .next_multiple_of(VECTOR)
                    .min(BLOCK),
                false => BLOCK,
            };
            let mut value = evaluate(&call.op, &call.types, &own, lanes);
            for (place, number) in value.data.iter_mut().enumerate() {
                *number = self.ended(&end, *number, called.channel(place), unit * all + place)?;
            }
            match (kernel.yields, call.epilogue.winners()) {
                (_, Some(winners)) => {
                    let [pooled, won] = pooled(&value)?;
                    self.store(self.written(winners.source, share)?, unit, &won)?;
                    self.store(result, unit, &pooled)?;
                }
                (Yields::Examples, _) => self.store(result, unit, &value)?,
                (Yields::Blocks, _) => self.add(result, unit / BLOCK * stored, &value.data)?,
                (Yields::Rows, _) => {
                    let width = called.row_width();
                    let rows = called.rows.start * width..called.rows.end * width;
                    self.add(result, 0, &value.data[rows])?;
                }
            }
        }
        Ok(())
    }

    fn store(&mut self, into: Slice, unit: usize, value: &Array) -> Result<(), String> {
        let len = value.data.len();
        let into = into.from(unit * len)?.first(len)?;
        self.memory.numbers_mut(into).copy_from_slice(&value.data);
        Ok(())
    }

    fn add(&mut self, into: Slice, first: usize, numbers: &[f64]) -> Result<(), String> {
        let into = into.from(first)?.first(numbers.len())?;
        let sums = self.memory.numbers_mut(into).iter_mut();
        sums.zip(numbers).for_each(|(sum, number)| *sum += number);
        Ok(())
    }

    /// Converts between examples and blocks, or clears the missing examples of the last block.
    fn border(&mut self, call: &KernelCall, crossed: Border, share: &Share) -> Result<(), String> {
        let result = self.written(call.result.source, share)?;
        let from = match call.args.first() {
            Some(arg) => self.read(arg.source, share)?,
            None => self.read(call.result.source, share)?,
        };
        let (examples, width) = (share.examples, border_width(call, crossed));
        border(call, crossed, examples, [from.len, result.len])?;
        let numbers = self.memory.numbers(from).to_vec();
        let in_block =
            |example: usize, element: usize| ((example / BLOCK) * width + element) * BLOCK + example % BLOCK;
        let number = |place: usize| match crossed {
            Border::ToBlocks | Border::ClearMissing => {
                let (block, element, lane) = (place / (width * BLOCK), place / BLOCK % width, place % BLOCK);
                let example = block * BLOCK + lane;
                match (example < examples, crossed) {
                    (false, _) => 0.0,
                    (true, Border::ToBlocks) => numbers[example * width + element],
                    (true, _) => numbers[place],
                }
            }
            Border::FromBlocks => numbers[in_block(place / width, place % width)],
            Border::BlockSum => {
                let (block, element) = (place / width, place % width);
                let present = block * BLOCK..((block + 1) * BLOCK).min(examples);
                present.map(|example| numbers[in_block(example, element)]).sum()
            }
        };
        let all: Vec<f64> = (0..result.len).map(number).collect();
        self.memory.numbers_mut(result).copy_from_slice(&all);
        Ok(())
    }
}

/// The number of examples of a vector, of a machine with short ones: kernels that are told the number of examples neither
/// read nor write vectors without any.
const VECTOR: usize = 4;

/// The result of an operator on the arguments of one example, or of a block of examples, of which the first `lanes` are
/// computed; the others may be anything.
fn evaluate(op: &KernelOp, types: &[Type], args: &[Array], lanes: usize) -> Array {
    let (op, summed) = match &op.computes {
        Computes::InBlocks { op, summed } => (op, *summed),
        Computes::Operator(op) => return op.rules().evaluate(&args.iter().collect::<Vec<&Array>>()),
        Computes::ChannelsLast(op) => {
            return of_channels_last(op, &args.iter().collect::<Vec<&Array>>());
        }
        Computes::Border(_) => unreachable!("a kernel that crosses a border is told the number of examples"),
    };
    let one = |lane: usize| {
        let args = args.iter().zip(types).map(|(arg, ty)| match ty.layout {
            Layout::Blocks => of_example(arg, lane),
            _ => arg.clone(),
        });
        let mut args: Vec<Array> = args.collect();
        if let PerExample::Spread(geometry) = op {
            without_strangers(&mut args, geometry.window.iter().product());
        }
        op.evaluate(&args.iter().collect::<Vec<&Array>>())
    };
    let mut lanes: Vec<Array> = (0..lanes).map(one).collect();
    if !summed {
        let mut anything = lanes[0].clone();
        anything.data.fill(f64::NAN);
        lanes.resize(BLOCK, anything);
        return side_by_side(&lanes);
    }
    // The kernel sums over whole vectors, including the positions of missing examples.
    let mut sum = Array::zeros(&lanes[0].shape);
    for lane in lanes {
        sum.data.iter_mut().zip(lane.data).for_each(|(sum, x)| *sum += x);
    }
    sum
}

/// Zeroes winners of missing examples that are no index into a window: no element then receives their
/// gradient.
fn without_strangers(args: &mut [Array], area: usize) {
    for place in 0..args[0].data.len() {
        let winner = args[0].data[place];
        if !(0..area).any(|other| other as f64 == winner) {
            args[0].data[place] = 0.0;
            args[1].data[place] = 0.0;
        }
    }
}

/// The maximum of every 2×2 window of a block, and its index in the window.
fn pooled(value: &Array) -> Result<[Array; 2], String> {
    let [_, height, width, BLOCK] = value.shape.0[..] else {
        return Err(format!("{} is no block of images", value.shape));
    };
    let geometry = pool::Geometry::new([height, width], [2, 2], [2, 2], [[0, 0], [0, 0]]);
    let geometry = geometry.map_err(|mismatch| mismatch.text)?;
    let of = |op: PerExample| {
        let one = |lane: usize| op.evaluate(&[&of_example(value, lane)]);
        side_by_side(&(0..BLOCK).map(one).collect::<Vec<Array>>())
    };
    let pooling = PerExample::Operator(MaxPool2d(geometry.clone()).into());
    Ok([of(pooling), of(PerExample::Winners(geometry))])
}
