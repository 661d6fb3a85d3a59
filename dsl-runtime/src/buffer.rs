//! Aligned memory for parameters, gradients, optimizer state and workspaces.

use std::ops::{Deref, DerefMut};

use dsl_compute::{HUGE_PAGE, prefer_huge_pages};

use crate::Real;

/// The number of bytes in a cache line, and in the widest vector register.
const ALIGNMENT: usize = 64;

/// An owned slice of a fixed length whose first element lies at a multiple of 64 bytes.
///
/// Rows that start at a multiple of 16 elements are then whole cache lines, and no two threads that write
/// different rows share one. A buffer of 2 MiB and more starts at a multiple of these, and lies in
/// [huge pages](prefer_huge_pages) where the system has them.
pub struct AlignedBuffer<T> {
    /// Longer than the buffer by its alignment, so that an aligned start always lies inside.
    storage: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Real> AlignedBuffer<T> {
    /// `len` zeros.
    pub fn zeros(len: usize) -> Self {
        if len == 0 {
            return AlignedBuffer {
                storage: Vec::new(),
                start: 0,
                len,
            };
        }
        let is_large = len.saturating_mul(size_of::<T>()) >= HUGE_PAGE;
        let alignment = if is_large { HUGE_PAGE } else { ALIGNMENT };
        // Zeros of the system, which become memory when they are first written to.
        let mut storage = vec![T::ZERO; len.saturating_add(alignment / size_of::<T>())];
        // The heap block keeps its address when the buffer is moved, so the start is found once.
        let misplaced = storage.as_ptr().addr() % alignment;
        let start = (alignment - misplaced) % alignment / size_of::<T>();
        if is_large {
            prefer_huge_pages(&mut storage[start..start + len]);
        }
        AlignedBuffer { storage, start, len }
    }
}

impl<T> AlignedBuffer<T> {
    /// The number of bytes it occupies, including the slack for a start at a cache line. The slack around huge pages is
    /// never touched, so it is no memory.
    pub fn bytes(&self) -> usize {
        let slack = if self.len == 0 { 0 } else { ALIGNMENT };
        self.len * size_of::<T>() + slack
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
    fn large_buffers_start_at_a_huge_page_and_are_zero() {
        for len in [HUGE_PAGE / 4 - 1, HUGE_PAGE / 4, 3_000_001] {
            let mut buffer = AlignedBuffer::<f32>::zeros(len);
            let alignment = if len * 4 < HUGE_PAGE { ALIGNMENT } else { HUGE_PAGE };
            assert_eq!(buffer.as_ptr().addr() % alignment, 0);
            assert_eq!((buffer.len(), buffer.bytes()), (len, len * 4 + ALIGNMENT));
            assert!(buffer.iter().all(|x| *x == 0.0));
            buffer[len - 1] = 1.0;
            assert_eq!(buffer.clone()[len - 1], 1.0);
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
