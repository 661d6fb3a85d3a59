//! Aligned memory for parameters, gradients, optimizer state and workspaces.

use std::ops::{Deref, DerefMut};

use crate::Real;

/// The number of bytes in a cache line, and in the widest vector register.
const ALIGNMENT: usize = 64;

/// An owned slice of a fixed length whose first element lies at a multiple of 64 bytes.
///
/// Rows that start at a multiple of 16 elements are then whole cache lines, and no two threads that write
/// different rows share one.
pub struct AlignedBuffer<T> {
    /// Up to one cache line longer than the buffer, so that an aligned start always lies inside.
    storage: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Real> AlignedBuffer<T> {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        let storage = vec![
            T::ZERO;
            if len == 0 {
                0
            } else {
                len.saturating_add(ALIGNMENT / size_of::<T>())
            }
        ];
        // The heap block keeps its address when the buffer is moved, so the start is found once.
        let misplaced = storage.as_ptr().addr() % ALIGNMENT;
        let start = if len == 0 {
            0
        } else {
            (ALIGNMENT - misplaced) % ALIGNMENT / size_of::<T>()
        };
        AlignedBuffer { storage, start, len }
    }
}

impl<T> AlignedBuffer<T> {
    /// The number of bytes it occupies, including the slack for alignment.
    pub fn bytes(&self) -> usize {
        self.storage.len() * size_of::<T>()
    }
}

impl<T: Real> Default for AlignedBuffer<T> {
    fn default() -> Self {
        AlignedBuffer::zeros(0)
    }
}

impl<T: Real> Clone for AlignedBuffer<T> {
    fn clone(&self) -> Self {
        let mut copy = AlignedBuffer::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl<T> Deref for AlignedBuffer<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.storage[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for AlignedBuffer<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.storage[self.start..self.start + self.len]
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for AlignedBuffer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_start_at_a_cache_line_also_after_moves_and_clones() {
        for len in [0, 1, 15, 16, 17, 1000] {
            let single = AlignedBuffer::<f32>::zeros(len);
            let boxed = Box::new(AlignedBuffer::<f64>::zeros(len));
            let copy = boxed.clone();
            assert_eq!((single.len(), boxed.len(), copy.len()), (len, len, len));
            if len > 0 {
                assert_eq!(single.as_ptr().addr() % ALIGNMENT, 0);
                assert_eq!(boxed.as_ptr().addr() % ALIGNMENT, 0);
                assert_eq!(copy.as_ptr().addr() % ALIGNMENT, 0);
            }
        }
    }

    #[test]
    fn a_clone_holds_the_same_values_in_its_own_memory() {
        let mut original = AlignedBuffer::<f32>::zeros(5);
        original[4] = 2.0;
        let copy = original.clone();
        original[4] = 3.0;
        assert_eq!(&copy[..], [0.0, 0.0, 0.0, 0.0, 2.0]);
    }
}
