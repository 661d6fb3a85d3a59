//! The values of a network: one flat buffer.

use std::ops::{Deref, DerefMut};

use crate::packed::PackedCache;
use crate::{AlignedBuffer, Layout, NonFinite, Packed, Real, initialise};

/// All values of a network in one flat, aligned buffer; derefs to the slice.
#[derive(Debug)]
pub struct Parameters<T: Real> {
    layout: Layout,
    values: AlignedBuffer<T>,
    packed: PackedCache<T>,
}

impl<T: Real> Parameters<T> {
    /// Zeros.
    pub fn zeros(layout: Layout) -> Self {
        Parameters {
            layout,
            values: AlignedBuffer::zeros(layout.len),
            packed: PackedCache::new(layout.packed),
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
        let range = self.layout.find(name)?.range.clone();
        Some(&mut self[range])
    }

    /// What calls read packed of them, for one whose products have at most `rows` rows. It is there from the second such call on,
    /// until the values change.
    pub fn packed(&self, rows: usize) -> &Packed<T> {
        self.packed.read(rows, &self.values)
    }

    /// What calls read packed of them, for one that reads some no other way: it is there from the first such call on.
    pub fn all_packed(&self) -> &Packed<T> {
        self.packed.read_all(&self.values)
    }

    /// The first value that is infinite or NaN.
    pub fn first_non_finite(&self) -> Option<NonFinite> {
        NonFinite::first(&self.layout, &self.values)
    }
}

impl<T: Real> Clone for Parameters<T> {
    fn clone(&self) -> Self {
        Parameters {
            layout: self.layout,
            values: self.values.clone(),
            packed: PackedCache::new(self.layout.packed),
        }
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
        self.packed.forget();
        &mut self.values
    }
}
