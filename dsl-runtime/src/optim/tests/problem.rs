//! The problem that trajectories are recorded on: a matrix, a vector and a kernel, none of the first and last in
//! canonical order.

use crate::{AlignedBuffer, Gradient, Initializer, Layout, Parameter, Real};

const fn parameter(
    name: &'static str,
    shape: &'static [usize],
    order: &'static [usize],
    [start, end]: [usize; 2],
) -> Parameter {
    Parameter {
        name,
        shape,
        order,
        range: start..end,
        initializer: Initializer::Zeros,
    }
}

pub const LAYOUT: Layout = Layout {
    parameters: &[
        parameter("body.dense1.weight", &[3, 2], &[1, 0], [0, 6]),
        parameter("body.dense1.bias", &[3], &[0], [16, 19]),
        parameter("head.conv1.weight", &[2, 2, 1, 2], &[1, 2, 3, 0], [32, 40]),
    ],
    len: 48,
    packed: &[],
}
.verified();

/// `count` well mixed 24-bit integers: the murmur3 finaliser of position and seed.
fn hashed(seed: u64, count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |at| {
        let mut h = (at * 0x9E37_79B9 + seed * 0x85EB_CA6B) & 0xFFFF_FFFF;
        for (shift, factor) in [(16, 0x85EB_CA6B), (13, 0xC2B2_AE35)] {
            h = ((h ^ (h >> shift)) * factor) & 0xFFFF_FFFF;
        }
        (h ^ (h >> 16)) >> 8
    })
}

/// Numbers in `[-1, 1)`, laid out as the parameters are.
fn uniform(seed: u64) -> AlignedBuffer<f64> {
    let mut values = AlignedBuffer::zeros(LAYOUT.len);
    let mut numbers = hashed(seed, 17).map(|number| number as f64 / f64::from(1 << 23) - 1.0);
    for parameter in LAYOUT.parameters {
        for place in parameter.places() {
            values[parameter.range.start + place] = numbers.next().expect("17 elements");
        }
    }
    values
}

/// The elements of all tensors, in canonical order.
pub fn canonical<T: Real>(values: &[T]) -> Vec<f64> {
    let tensors = LAYOUT.parameters.iter();
    let elements = tensors.flat_map(|parameter| {
        let places = parameter.places();
        places.map(|place| values[parameter.range.start + place].to_f64())
    });
    elements.collect()
}

/// Parameters, and the gradient at them.
pub struct Problem<T: Real> {
    pub parameters: AlignedBuffer<T>,
}

impl<T: Real> Problem<T> {
    /// The parameters at the start.
    pub fn new() -> Self {
        let mut parameters = AlignedBuffer::zeros(LAYOUT.len);
        for (w, number) in parameters.iter_mut().zip(&*uniform(3)) {
            *w = T::literal(2.0 * number);
        }
        Problem { parameters }
    }

    /// The gradient in the step of this number, from 1.
    pub fn gradient(&self, step: u64) -> Gradient<T> {
        let [a, b, n] = [1, 2, 100 + step].map(uniform);
        let mut values = vec![T::ZERO; LAYOUT.len];
        for place in LAYOUT
            .parameters
            .iter()
            .flat_map(|parameter| parameter.range.clone())
        {
            let [a, b, n] = [1.5 + a[place], b[place], n[place] / 2.0].map(T::literal);
            values[place] = a * (self.parameters[place] - b) + n;
        }
        Gradient::from_values(LAYOUT, &values)
    }

    /// Takes so many steps, of which the first has this number.
    pub fn steps(&mut self, first: u64, count: u64, optimizer: &mut impl crate::Optimizer<T>) {
        for step in first..first + count {
            let gradient = self.gradient(step);
            optimizer.step(&mut self.parameters, &gradient).unwrap();
        }
    }
}
