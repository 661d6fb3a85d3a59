//! One block divided among idle workers: each takes some channels of the result.
//!
//! A batch of up to 16 examples is one block, whose steps one worker goes through. Its convolutions are by far the most
//! of them, and the others wait. The chain of operations that gives an element is the same in any part, so the bits
//! do not depend on who helps.

use core::ops::Range;

use super::super::Conv2d;
use super::super::forward::SHARED;
use crate::Real;
use crate::machine::help;
use crate::parallel::{BLOCK, RowsMut, part, rows_mut};

/// The number of channels that stay together: those of a small tile.
const TOGETHER: usize = 4;

impl Conv2d {
    /// The convolution that gives some channels of the outputs alone, whole groups or some of the only group's, and
    /// the channels of the image that it sees.
    pub(super) fn of_outputs(&self, channels: &Range<usize>) -> (Conv2d, Range<usize>) {
        let [_, height, width] = self.output;
        let outputs = Conv2d {
            output: [channels.len(), height, width],
            ..*self
        };
        if self.groups == 1 {
            return (outputs, 0..self.input[0]);
        }
        let [from, to] = [self.input[0], self.output[0]].map(|channels| channels / self.groups);
        let groups = channels.start / to..channels.end / to;
        let seen = groups.start * from..groups.end * from;
        let [_, height, width] = self.input;
        let part = Conv2d {
            input: [seen.len(), height, width],
            groups: groups.len(),
            ..outputs
        };
        (part, seen)
    }

    /// Calls `body` with ranges of `channels`, which together are all of them, and scratch memory: with one range unless
    /// the examples are one block, others are idle and there is enough work for them.
    pub(super) fn share_out<T: Real>(
        &self,
        examples: usize,
        channels: usize,
        scratch: &mut [T],
        body: impl Fn(Range<usize>, &mut [T]) + Sync,
    ) {
        let granule = match self.groups {
            1 => TOGETHER,
            groups => channels / groups,
        };
        let parts = match examples {
            0..=BLOCK => self.worthwhile(scratch.len()).min(channels / granule.max(1)),
            _ => 1,
        };
        if parts <= 1 {
            return body(0..channels, scratch);
        }
        let granules = channels.div_ceil(granule);
        let scratch = split(scratch, parts);
        help::together(parts, &|index| {
            let granules = part(granules, parts, index);
            // SAFETY: each part is computed once, with a row of scratch memory of its own.
            let scratch = unsafe { scratch.cut(&(index..index + 1)) };
            body(
                granules.start * granule..(granules.end * granule).min(channels),
                scratch,
            );
        });
    }

    /// The number of workers for one block, given scratch memory for all of them.
    fn worthwhile(&self, scratch: usize) -> usize {
        let products = self.out_len() * self.taps() * BLOCK;
        let room = self.most_scratch_len();
        help::available()
            .min(products / SHARED)
            .min(scratch.checked_div(room).unwrap_or(usize::MAX))
    }
}

/// Memory as rows for so many parts.
fn split<T: Real>(memory: &mut [T], parts: usize) -> RowsMut<'_, T> {
    let width = memory.len() / parts;
    rows_mut(memory, width)
}
