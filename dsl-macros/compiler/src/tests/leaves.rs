//! Values for the leaves of a network.

use crate::elaborate::{EntryInput, Model};
use crate::graph::interpret::{Array, Batch, Environment};
use crate::graph::{Batching, Element, Type};

/// Parameters, directions and buffers of a network, the same each time, and where the inputs of its entry points come from.
pub struct Leaves {
    parameters: Vec<Array>,
    directions: Vec<Array>,
    buffers: Vec<Array>,
    random: Random,
}

impl Leaves {
    pub fn of(model: &Model) -> Leaves {
        let mut random = Random(7);
        let parameters = model.parameters.iter().map(|parameter| {
            let fan_in = parameter.shape.count() as f64 / parameter.shape.0[0] as f64;
            Array::from_fn(&parameter.shape, |_| random.between_ones() / fan_in.sqrt())
        });
        let parameters: Vec<Array> = parameters.collect();
        let mut others = Random(13);
        let directions = model.parameters.iter();
        let directions = directions
            .map(|parameter| Array::from_fn(&parameter.shape, |_| others.between_ones()))
            .collect();
        // Positive, as variances are.
        let buffers = model.buffers.iter();
        let buffers: Vec<Array> = buffers
            .map(|buffer| Array::from_fn(&buffer.shape, |_| 1.0 + 0.5 * random.between_ones()))
            .collect();
        Leaves {
            parameters,
            directions,
            buffers,
            random,
        }
    }

    /// Another batch, every example of other numbers.
    pub fn environment(&mut self, inputs: &[EntryInput], examples: usize) -> Environment {
        let inputs = inputs.iter().map(|input| self.random.batch(&input.ty, examples));
        Environment {
            examples,
            inputs: inputs.enumerate().collect(),
            parameters: self.parameters.iter().cloned().enumerate().collect(),
            directions: self.directions.iter().cloned().enumerate().collect(),
            buffers: self.buffers.iter().cloned().enumerate().collect(),
            ..Environment::default()
        }
    }
}

/// A fixed sequence of numbers: Knuth's linear congruential generator.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    pub fn between_ones(&mut self) -> f64 {
        self.next() as f64 / f64::from(1 << 30) - 1.0
    }

    fn array(&mut self, ty: &Type) -> Array {
        Array::from_fn(&ty.shape, |_| match ty.element {
            Element::Real => self.between_ones(),
            Element::Index { limit } => (self.next() % limit as u64) as f64,
        })
    }

    fn batch(&mut self, ty: &Type, examples: usize) -> Batch {
        match ty.batching {
            Batching::Shared => Batch::Shared(self.array(ty)),
            Batching::PerExample => Batch::PerExample((0..examples).map(|_| self.array(ty)).collect()),
        }
    }
}
