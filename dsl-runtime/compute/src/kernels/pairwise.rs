//! Pairwise summation: blocks of a few terms, added in a binary tree as they arrive.

use crate::Real;

/// The number of terms that each lane adds one after the other before they enter the tree.
///
/// With constant data, whose roundings all go one way, a chain of eight is off by 1e-7 in `f32`, and the tree
/// adds nothing to that.
pub(super) const TERMS: usize = 8;

/// The number of terms up to which a sum is a single chain; other libraries have hardly smaller blocks.
pub(super) const CHAIN: usize = 128;

/// Levels that suffice for any tree: the number of blocks that fit into memory has fewer bits.
pub(super) const LEVELS: usize = 40;

/// A sum of blocks in a fixed binary tree: neighbours are paired, then the pairs, and so on. Its error grows
/// with the logarithm of the number of blocks instead of with the number itself (Higham, 1993, *The accuracy
/// of floating point summation*), and its bits depend on nothing but the blocks and their order.
///
/// A block is up to `L` sums side by side. The tree is walked as a binary counter: the sum of `2ˡ` blocks
/// waits at level `l` for its right neighbour, and the sums left at the end are added from the lowest level
/// up. `LEVELS` is the number of levels: the number of bits of the number of blocks.
///
/// ```
/// use dsl_compute::kernels::Pairwise;
/// let mut sums = Pairwise::<f32, 1, 11>::new();
/// for _ in 0..1024 {
///     sums.add(&mut [0.1]);
/// }
/// let mut total = [0.0];
/// sums.total(&mut total);
/// assert_eq!(total[0] / 1024.0, 0.1);
/// ```
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Pairwise<T, const L: usize, const LEVELS: usize> {
    waiting: [[T; L]; LEVELS],
    blocks: usize,
}

impl<T: Real, const L: usize, const LEVELS: usize> Pairwise<T, L, LEVELS> {
    /// The sum of no blocks.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "what is summed is told by its name")]
    pub fn new() -> Self {
        Pairwise {
            waiting: [[T::ZERO; L]; LEVELS],
            blocks: 0,
        }
    }

    /// Forgets all blocks.
    #[inline(always)]
    pub(super) fn restart(&mut self) {
        self.blocks = 0;
    }

    /// Adds a block of at most `L` elements, always the same number; its contents are arbitrary afterwards.
    ///
    /// # Panics
    /// If the block is longer, or there are more blocks than the levels can count.
    #[inline(always)]
    pub fn add(&mut self, block: &mut [T]) {
        // A loop over the levels themselves would have a fixed length, and its early exit would be
        // mispredicted every other time.
        let (mut level, mut left) = (0, self.blocks);
        while left & 1 == 1 {
            accumulate(&self.waiting[level], block);
            (level, left) = (level + 1, left >> 1);
        }
        self.waiting[level][..block.len()].copy_from_slice(block);
        self.blocks += 1;
    }

    /// Writes the sum of all blocks: zeros if there were none.
    #[inline(always)]
    pub fn total(&self, sum: &mut [T]) {
        let mut left = (0..LEVELS).filter(|level| self.blocks >> level & 1 == 1);
        match left.next() {
            Some(level) => sum.copy_from_slice(&self.waiting[level][..sum.len()]),
            None => sum.fill(T::ZERO),
        }
        for level in left {
            accumulate(&self.waiting[level], sum);
        }
    }
}

/// `sum += x`, element by element.
#[inline(always)]
pub(super) fn accumulate<T: Real>(x: &[T], sum: &mut [T]) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum += *x;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_paired_with_their_neighbours() {
        for blocks in 0..70u32 {
            let mut sums = Pairwise::<f64, 2, 7>::new();
            for block in 0..blocks {
                sums.add(&mut [f64::from(block), 1.0]);
            }
            let mut total = [9.0; 2];
            sums.total(&mut total);
            assert_eq!(
                total,
                [
                    f64::from(blocks * blocks.saturating_sub(1) / 2),
                    f64::from(blocks)
                ]
            );
        }
        // A sum of 1, ε/2, … keeps the small terms only in a tree that pairs neighbours.
        let tiny = f64::EPSILON / 2.0;
        let mut sums = Pairwise::<f64, 1, 3>::new();
        for term in [1.0, 0.0, tiny, tiny] {
            sums.add(&mut [term]);
        }
        let mut total = [0.0];
        sums.total(&mut total);
        assert_eq!(total, [1.0 + f64::EPSILON]);
    }

    #[test]
    fn a_sum_begun_anew_forgets() {
        let mut sums = Pairwise::<f32, 4, 3>::new();
        for _ in 0..5 {
            sums.add(&mut [3.0; 3]);
        }
        sums.restart();
        let mut total = [1.0; 3];
        sums.total(&mut total);
        assert_eq!(total, [0.0; 3]);
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn more_blocks_than_the_levels_count_are_refused() {
        let mut sums = Pairwise::<f32, 1, 2>::new();
        for _ in 0..5 {
            sums.add(&mut [1.0]);
        }
    }
}
