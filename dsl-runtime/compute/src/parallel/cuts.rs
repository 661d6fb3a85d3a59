//! Partitioning: the division of a batch, and of the rows of a value, among the workers.

use core::ops::Range;

use super::shares::{Rows, RowsMut};
use super::turns::Slices;
use super::{BLOCK, Executor, Team};
use crate::Real;

/// The bytes of values that a worker writes in one chunk of its examples: an amount that a cache still holds
/// when the backward pass comes back to it.
pub(super) const NEAR: usize = 8 << 20;

/// The same for steps that treat example by example: an amount that stays in a second-level cache from one step to the next.
const NEARER: usize = 256 << 10;

/// How a batch may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// By whole blocks.
    Blocks,
    /// Between any two examples, of which many at a time are treated fastest.
    Examples,
    /// Between any two examples, and each costs the same by itself.
    OneByOne,
}

impl Cut {
    /// As the constants of [`Phase`](super::Phase) say.
    pub(super) const fn of(by_blocks: bool, one_by_one: bool) -> Cut {
        match (by_blocks, one_by_one) {
            (true, _) => Cut::Blocks,
            (false, true) => Cut::OneByOne,
            (false, false) => Cut::Examples,
        }
    }
}

/// The number of rows in a granule, if there are many rows: keeps register tiles whole and gives each cache
/// line one owner.
const ROW_GRANULE: usize = 16;

impl<E: Executor> Team<E> {
    /// The partition of a batch among the workers, after checking the length of every slice; `None` for an
    /// empty batch.
    pub(super) fn cuts<T: Real>(
        &self,
        cut: Cut,
        examples: usize,
        flops: usize,
        slices: &Slices<'_, T>,
    ) -> Option<Cuts> {
        let Slices {
            reals,
            indices,
            values,
        } = slices;
        reals.iter().for_each(|value| value.check(examples));
        indices.iter().for_each(|value| value.check(examples));
        values.iter().for_each(|value| value.check(examples));
        if examples == 0 {
            return None;
        }
        let worthwhile = self.worthwhile(flops.saturating_mul(examples));
        let in_blocks =
            !values.iter().all(RowsMut::is_by_examples) || !reals.iter().all(Rows::is_by_examples);
        let (granule, near) = match cut {
            _ if in_blocks => (BLOCK, NEAR),
            Cut::Blocks => (BLOCK, NEAR),
            Cut::Examples => (granule(examples, worthwhile), NEAR),
            Cut::OneByOne => (1, NEARER),
        };
        let granules = examples.div_ceil(granule);
        let written: usize = values.iter().map(|value| value.elements_for(granule)).sum();
        Some(Cuts {
            examples,
            granule,
            granules,
            workers: worthwhile.min(granules),
            turn: (near / size_of::<T>() / written.max(1)).max(1),
        })
    }
}

/// The partition of a batch into granules of examples; a worker takes `turn` granules at a time, which is one
/// chunk.
pub(super) struct Cuts {
    examples: usize,
    granule: usize,
    granules: usize,
    pub(super) workers: usize,
    turn: usize,
}

impl Cuts {
    /// The examples of each chunk of a worker. Ranges of different workers and of different chunks consist of
    /// different granules.
    pub(super) fn turns_of(&self, worker: usize) -> impl Iterator<Item = Range<usize>> {
        let own = part(self.granules, self.workers, worker);
        own.clone().step_by(self.turn).map(move |first| {
            let last = first.saturating_add(self.turn).min(own.end);
            first * self.granule..(last * self.granule).min(self.examples)
        })
    }
}

/// The number of examples to keep together: the largest that leaves the largest of `parts` shares close to
/// the mean, because products of whole register tiles are the fastest.
fn granule(examples: usize, parts: usize) -> usize {
    if parts == 1 {
        return BLOCK;
    }
    let fits = |granule: &usize| {
        let largest = examples
            .div_ceil(*granule)
            .div_ceil(parts)
            .saturating_mul(*granule);
        largest.saturating_mul(parts) <= examples.saturating_add(examples / 10)
    };
    [BLOCK, 4].into_iter().find(fits).unwrap_or(1)
}

/// The `index`th of `parts` almost equal ranges of `0..count`.
#[inline]
pub(crate) fn part(count: usize, parts: usize, index: usize) -> Range<usize> {
    if parts == 1 {
        return 0..count;
    }
    let start = |index: usize| (count as u128 * index as u128 / parts as u128) as usize;
    start(index)..start(index + 1)
}

/// Like [`part`], by whole granules where there is at least one for every part.
#[inline]
pub(crate) fn granular_part(count: usize, parts: usize, index: usize) -> Range<usize> {
    if parts == 1 {
        return 0..count;
    }
    let granule = if count >= parts * ROW_GRANULE {
        ROW_GRANULE
    } else {
        1
    };
    let granules = part(count.div_ceil(granule), parts, index);
    (granules.start * granule).min(count)..(granules.end * granule).min(count)
}
