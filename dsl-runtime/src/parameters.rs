//! The values of a network: one flat buffer.

use std::ops::{Deref, DerefMut};

use crate::{AlignedBuffer, Layout, Real, initialise};

/// All values of a network in one flat, aligned buffer; derefs to the slice.
#[derive(Debug, Clone)]
pub struct Parameters<T: Real> {
    layout: Layout,
    values: AlignedBuffer<T>,
}

impl<T: Real> Parameters<T> {
    /// Zeros.
    pub fn zeros(layout: Layout) -> Self {
        Parameters {
            layout,
            values: AlignedBuffer::zeros(layout.len),
        }
    }

    /// First values, drawn as each parameter's initializer says; see [`initialise()`].
    pub fn initialised(layout: Layout, seed: u64) -> Self {
        let mut parameters = Parameters::zeros(layout);
        initialise(&layout, seed, &mut parameters);
        parameters
    }

    /// Where each parameter lies.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The values of the parameter called `name`, in the order they have in memory.
    pub fn get(&self, name: &str) -> Option<&[T]> {
        Some(&self.values[self.layout.find(name)?.range.clone()])
    }

    /// The values of the parameter called `name`, to be changed, in the order they have in memory.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut [T]> {
        Some(&mut self.values[self.layout.find(name)?.range.clone()])
    }

    /// The name of the first parameter that holds an infinite value or no number.
    pub fn first_non_finite(&self) -> Option<&'static str> {
        let bad = |parameter: &&crate::Parameter| {
            self.values[parameter.range.clone()]
                .iter()
                .any(|value| !value.to_f64().is_finite())
        };
        self.layout
            .parameters
            .iter()
            .find(bad)
            .map(|parameter| parameter.name)
    }
}

impl<T: Real> Deref for Parameters<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values
    }
}

impl<T: Real> DerefMut for Parameters<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values
    }
}
