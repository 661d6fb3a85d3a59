//! The values of a network: one flat buffer.

use std::ops::{Deref, DerefMut};

use crate::{AlignedBuffer, Layout, NonFinite, Real, initialise};

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

    /// Initial values, drawn as each parameter's initializer says; see [`initialise()`].
    pub fn initialised(layout: Layout, seed: u64) -> Self {
        let mut parameters = Parameters::zeros(layout);
        initialise(&layout, seed, &mut parameters);
        parameters
    }

    /// The location of each parameter.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The values of the parameter called `name`, in the order they have in memory.
    pub fn get(&self, name: &str) -> Option<&[T]> {
        Some(&self.values[self.layout.find(name)?.range.clone()])
    }

    /// The values of the parameter called `name`, mutably, in the order they have in memory.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut [T]> {
        Some(&mut self.values[self.layout.find(name)?.range.clone()])
    }

    /// The first value that is infinite or NaN.
    pub fn first_non_finite(&self) -> Option<NonFinite> {
        NonFinite::first(&self.layout, &self.values)
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
