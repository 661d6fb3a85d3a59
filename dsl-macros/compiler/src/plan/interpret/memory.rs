//! The memory of everything that a plan reads and writes.

use std::collections::BTreeMap;

use super::super::*;
use crate::graph::interpret::{Array, Batch, Environment};
use crate::lowered::{BLOCK, Shape};
use crate::view::View;

/// All memory, in pieces.
pub struct Memory {
    pieces: Vec<Vec<f64>>,
    found: BTreeMap<Home, usize>,
    examples: usize,
}

/// The owner of a piece of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// An input, parameter, buffer or gradient; a value, as long as there are no slots.
    Own(Source),
    Slot(usize),
}

/// A contiguous range of one piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slice {
    pub piece: usize,
    pub start: usize,
    pub len: usize,
}

impl Slice {
    /// The slice without its first elements.
    pub fn from(self, first: usize) -> Result<Slice, String> {
        match self.len.checked_sub(first) {
            Some(len) => Ok(Slice {
                start: self.start + first,
                len,
                ..self
            }),
            None => Err(format!("a slice from {first} on of {} elements", self.len)),
        }
    }

    /// The first elements.
    pub fn first(self, len: usize) -> Result<Slice, String> {
        match len <= self.len {
            true => Ok(Slice { len, ..self }),
            false => Err(format!("{len} of {} elements", self.len)),
        }
    }
}

/// The memory of a source: the slot of a value that has one.
pub fn home(plan: &Plan, source: Source) -> Home {
    match source {
        Source::Value(value) if plan.values[value].slot < plan.slots.len() => {
            Home::Slot(plan.values[value].slot)
        }
        source => Home::Own(source),
    }
}

/// The extent of the memory that a value lies in: its slot's, or its own without one.
pub fn room(plan: &Plan, value: usize) -> Extent {
    match home(plan, Source::Value(value)) {
        Home::Slot(slot) => plan.slots[slot],
        Home::Own(_) => plan.values[value].extent,
    }
}

impl Memory {
    pub fn new(plan: &Plan, layouts: &ParameterLayouts, environment: &Environment, poison: f64) -> Memory {
        let mut memory = Memory {
            pieces: Vec::new(),
            found: BTreeMap::new(),
            examples: environment.examples,
        };
        for (&input, batch) in &environment.inputs {
            let numbers = match batch {
                Batch::Shared(array) => array.data.clone(),
                Batch::PerExample(arrays) => arrays.iter().flat_map(|array| array.data.clone()).collect(),
            };
            memory.add(Home::Own(Source::Input(input)), numbers);
        }
        for (&parameter, array) in &environment.parameters {
            let numbers = laid_out(layouts, parameter, array);
            memory.add(Home::Own(Source::Parameter(parameter)), numbers);
        }
        for (&parameter, array) in &environment.directions {
            let numbers = laid_out(layouts, parameter, array);
            memory.add(Home::Own(Source::Direction(parameter)), numbers);
        }
        for (&buffer, array) in &environment.buffers {
            memory.add(Home::Own(Source::Buffer(buffer)), array.data.clone());
        }
        for &parameter in &plan.gradients {
            let len = environment.parameters[&parameter].data.len();
            memory.add(Home::Own(Source::Gradient(parameter)), vec![poison; len]);
        }
        for value in 0..plan.values.len() {
            let home = home(plan, Source::Value(value));
            let len = memory.elements(room(plan, value));
            if !memory.found.contains_key(&home) {
                memory.add(home, vec![poison; len]);
            }
        }
        memory
    }

    fn add(&mut self, home: Home, numbers: Vec<f64>) {
        self.found.insert(home, self.pieces.len());
        self.pieces.push(numbers);
    }

    /// The number of elements of an extent for the batch.
    pub fn elements(&self, extent: Extent) -> usize {
        elements(extent, self.examples)
    }

    /// All of the memory that a source lies in.
    pub fn whole(&self, plan: &Plan, source: Source) -> Result<Slice, String> {
        let piece = *self
            .found
            .get(&home(plan, source))
            .ok_or_else(|| format!("{source:?} lies nowhere"))?;
        Ok(Slice {
            piece,
            start: 0,
            len: self.pieces[piece].len(),
        })
    }

    pub fn numbers(&self, slice: Slice) -> &[f64] {
        &self.pieces[slice.piece][slice.start..][..slice.len]
    }

    pub fn numbers_mut(&mut self, slice: Slice) -> &mut [f64] {
        &mut self.pieces[slice.piece][slice.start..][..slice.len]
    }

    /// An element of a slice.
    pub fn at(&self, slice: Slice, place: usize) -> Result<f64, String> {
        let found = self.numbers(slice).get(place).copied();
        found.ok_or_else(|| format!("element {place} of {} is read", slice.len))
    }

    pub fn set(&mut self, slice: Slice, place: usize, number: f64) -> Result<(), String> {
        match self.numbers_mut(slice).get_mut(place) {
            Some(element) => {
                *element = number;
                Ok(())
            }
            None => Err(format!("element {place} of {} is written", slice.len)),
        }
    }

    /// A gradient in row-major order.
    pub fn gradient(
        &self,
        layouts: &ParameterLayouts,
        environment: &Environment,
        parameter: usize,
    ) -> Vec<f64> {
        let shape = &environment.parameters[&parameter].shape;
        let numbers = &self.pieces[self.found[&Home::Own(Source::Gradient(parameter))]];
        places(layouts, parameter, shape)
            .map(|place| numbers[place])
            .collect()
    }
}

/// The number of elements of an extent for so many examples.
pub fn elements(extent: Extent, examples: usize) -> usize {
    match extent {
        Extent::Shared(len) => len,
        Extent::Examples(width) => width * examples,
        Extent::Blocks(len) => len * examples.div_ceil(BLOCK),
    }
}

/// The numbers of a parameter, or of the direction it moves along, as they lie in memory.
fn laid_out(layouts: &ParameterLayouts, parameter: usize, array: &Array) -> Vec<f64> {
    let mut numbers = vec![0.0; array.data.len()];
    for (place, number) in places(layouts, parameter, &array.shape).zip(&array.data) {
        numbers[place] = *number;
    }
    numbers
}

/// The offset of each element of a parameter, its elements in row-major order.
fn places(layouts: &ParameterLayouts, parameter: usize, shape: &Shape) -> impl Iterator<Item = usize> {
    let view = match layouts.get(&parameter) {
        Some(order) => View::ordered(shape, order),
        None => View::whole(shape),
    };
    let all: Vec<Vec<usize>> = view.shape.positions().collect();
    all.into_iter().map(move |position| view.place(&position))
}

/// The numbers of a slice as an array.
pub fn array(numbers: &[f64], shape: &Shape) -> Array {
    Array {
        shape: shape.clone(),
        data: numbers.to_vec(),
    }
}
