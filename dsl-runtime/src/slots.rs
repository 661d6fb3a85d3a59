//! Divides flat memory into the slices that a step works on.
//!
//! Generated code plans its memory while compiling and cuts it once per call. A cut that does not fit is a
//! fault of the plan, not of the user's data, and panics as a wrong slice index would.

use std::mem::take;
use std::ops::Range;

use crate::layout::GRAIN;
use crate::parallel::BLOCK;

/// The size of one value's memory. In a plan's formula a slot takes the length given here, rounded up so that
/// every slot starts at a multiple of 16 elements, for any number of examples the plan admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// So many elements, whatever the batch. Takes that many, rounded up to 16, of `fixed`.
    Shared(usize),
    /// So many elements per example. Takes 16 times as many, of `per_block`.
    Examples(usize),
    /// So many elements per block of 16 examples. Takes that many, rounded up to 16, of `per_block`.
    Blocks(usize),
}

impl Slot {
    /// The slice's length for `examples` examples.
    pub const fn len(self, examples: usize) -> usize {
        match self {
            Slot::Shared(len) => len,
            Slot::Examples(width) => examples * width,
            Slot::Blocks(len) => examples.div_ceil(BLOCK) * len,
        }
    }

    /// True if the slice is empty for `examples` examples.
    pub const fn is_empty(self, examples: usize) -> bool {
        self.len(examples) == 0
    }
}

/// Memory that is cut from its start, a few slices at a time.
#[derive(Debug)]
pub struct Rest<'m, T> {
    memory: &'m mut [T],
    /// The position in the whole at which the rest starts.
    position: usize,
}

impl<'m, T> Rest<'m, T> {
    /// All of `memory`.
    pub fn of(memory: &'m mut [T]) -> Rest<'m, T> {
        Rest { memory, position: 0 }
    }

    /// Cuts each slot to its exact length for `examples` examples; each starts at a multiple of 16 elements.
    ///
    /// # Panics
    ///
    /// If the memory is too short.
    pub fn carve<const N: usize>(&mut self, examples: usize, slots: [Slot; N]) -> [&'m mut [T]; N] {
        slots.map(|slot| {
            let len = slot.len(examples);
            // The last slot needs no room after it.
            let room = len.next_multiple_of(GRAIN).min(self.memory.len().max(len));
            &mut self.next(room)[..len]
        })
    }

    /// Cuts out `ranges` of the whole, which ascend and do not overlap.
    ///
    /// # Panics
    ///
    /// If they do not, or if one ends after the memory.
    pub fn split<const N: usize>(&mut self, ranges: [Range<usize>; N]) -> [&'m mut [T]; N] {
        ranges.map(|range| {
            assert!(
                self.position <= range.start && range.start <= range.end,
                "ranges must ascend without overlap"
            );
            self.next(range.start - self.position);
            self.next(range.end - range.start)
        })
    }

    fn next(&mut self, len: usize) -> &'m mut [T] {
        let (slice, after) = take(&mut self.memory).split_at_mut(len);
        self.memory = after;
        self.position += len;
        slice
    }
}

/// [`Rest::carve`] of a whole memory.
///
/// # Panics
///
/// If `memory` is too short.
pub fn carve<T, const N: usize>(memory: &mut [T], examples: usize, slots: [Slot; N]) -> [&mut [T]; N] {
    Rest::of(memory).carve(examples, slots)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;

    #[test]
    fn slots_are_exact_and_aligned_for_every_batch_the_plan_admits() {
        let slots = [
            Slot::Shared(3),
            Slot::Examples(5),
            Slot::Blocks(20),
            Slot::Examples(1),
            Slot::Shared(0),
        ];
        let plan = Memory {
            fixed: 16,
            per_block: 16 * 5 + 32 + 16,
            per_thread: 0,
        };
        for examples in 1..=50 {
            let mut memory: Vec<usize> = (0..plan.len(examples)).collect();
            let blocks = examples.div_ceil(16);
            let cut = carve(&mut memory, examples, slots);
            assert_eq!(
                cut.each_ref().map(|slot| slot.len()),
                [3, 5 * examples, 20 * blocks, examples, 0]
            );
            assert!(
                cut.iter()
                    .all(|slot| slot.first().is_none_or(|start| start % 16 == 0))
            );
        }
    }

    #[test]
    fn a_last_slot_needs_no_room_after_it() {
        let mut memory = [0; 19];
        assert_eq!(
            carve(&mut memory, 1, [Slot::Shared(16), Slot::Shared(3)])[1].len(),
            3
        );
    }

    #[test]
    fn ranges_are_cut_where_they_lie() {
        let mut buffer: Vec<usize> = (0..40).collect();
        let [a, b, c] = Rest::of(&mut buffer).split([0..2, 16..16, 32..35]);
        assert_eq!((&*a, &*b, &*c), (&[0, 1][..], &[][..], &[32, 33, 34][..]));
    }

    #[test]
    #[should_panic(expected = "without overlap")]
    fn overlapping_ranges_are_refused() {
        Rest::of(&mut [0; 8]).split([0..4, 3..5]);
    }
}
