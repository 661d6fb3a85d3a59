//! Phases of so many steps that they are compiled in parts.
//!
//! One function for hundreds of steps takes the compiler disproportionately long, and without optimisation
//! its frame holds the borrows of every step: a deep network would overflow the stack of a worker. So the
//! steps of a long phase are cut into parts, each a function of its own for every instruction set, and a
//! worker's share is a window on all values of the phase, from which a part takes those it names. No frame
//! grows with the number of steps or values.

use core::ops::Range;

use super::cuts::granular_part;
use super::shares::{Rows, RowsMut, rows_mut};
use super::{BLOCK, Executor, Team, Watch};
use crate::Real;
use crate::isa::{Kernel, dispatch};

/// A phase like [`Phase`](super::Phase), in parts.
pub trait LongPhase<T: Real>: Sync {
    /// As [`Phase::BY_BLOCKS`](super::Phase::BY_BLOCKS).
    const BY_BLOCKS: bool = true;

    /// Runs the [parts](LongShare::part), one after the other.
    fn run(&self, share: &mut LongShare<'_, T>);
}

/// Steps of a long phase, the `PART`th of its functions.
pub trait Part<const PART: usize, T: Real>: Sync {
    /// Runs the steps on one share. Implementations are `#[inline(always)]`: the body is compiled for several
    /// instruction sets. `FMA` is true if fused multiply-add is one instruction there.
    fn run<const FMA: bool>(&self, share: &mut LongShare<'_, T>);
}

impl<E: Executor> Team<E> {
    /// [`by_examples`](Team::by_examples) of a long phase.
    ///
    /// # Panics
    /// If a slice is not exactly `examples` rows (or the blocks' rows) long, or if the phase panics.
    #[expect(
        clippy::too_many_arguments,
        reason = "what the phase reads and writes, each kind a list of its own"
    )]
    pub fn long_by_examples<T: Real, P: LongPhase<T>>(
        &mut self,
        phase: &P,
        examples: usize,
        flops: usize,
        reals: &[Rows<'_, T>],
        indices: &[Rows<'_, u32>],
        values: &[RowsMut<'_, T>],
        scratch: &mut [T],
    ) {
        let Some(cuts) = self.cuts(P::BY_BLOCKS, examples, flops, reals, indices, values) else {
            return;
        };
        let of_phase = self.next_phase();
        let scratch = match cuts.workers {
            1 => rows_mut(scratch, scratch.len()),
            _ => self.divide(scratch),
        };
        let body = |worker: usize| {
            for range in cuts.turns_of(worker) {
                let watch = of_phase.watch(&range);
                watch.reads(reals, &range);
                phase.run(&mut LongShare {
                    examples: range.len(),
                    blocks: range.len().div_ceil(BLOCK),
                    first: range.start,
                    reals: Reads::new(reals, range.clone()),
                    indices: Reads::new(indices, range.clone()),
                    // SAFETY: as in `by_examples`: no two chunks have a row in common.
                    values: unsafe { Writes::new(values, Own::Examples(range.clone())) },
                    // SAFETY: one row of scratch memory per worker.
                    scratch: unsafe { scratch.cut(&(worker..worker + 1)) },
                    watch,
                });
                // SAFETY: the share, which alone had these rows, is done.
                unsafe { watch.wrote(values, &range) };
            }
        };
        match cuts.workers {
            1 => self.run_alone(|| body(0)),
            _ => self.executor.run(cuts.workers, &body),
        }
    }

    /// [`by_rows`](Team::by_rows) of a long phase.
    ///
    /// # Panics
    /// If a value is not a whole number of rows, or if the phase panics.
    pub fn long_by_rows<T: Real, P: LongPhase<T>>(
        &mut self,
        phase: &P,
        examples: usize,
        flops: usize,
        values: &[RowsMut<'_, T>],
        scratch: &mut [T],
    ) {
        let longest = values.iter().map(RowsMut::count).max().unwrap_or(0);
        if longest == 0 {
            return;
        }
        let of_phase = self.next_phase();
        let watch = of_phase.watch(&(0..examples));
        let workers = self.worthwhile(flops.saturating_mul(examples)).min(longest);
        let scratch = self.divide(scratch);
        self.executor.run(workers, &|worker| {
            // SAFETY: each worker runs once, and the parts of different workers are disjoint.
            let own = unsafe { Writes::new(values, Own::Part { worker, workers }) };
            if own.is_empty() {
                return;
            }
            // SAFETY: one row of scratch memory per worker.
            let scratch = unsafe { scratch.cut(&(worker..worker + 1)) };
            phase.run(&mut of_batch(examples, own, scratch, watch));
            // SAFETY: the share, which alone had these rows, is done.
            unsafe { watch.wrote_rows(values, |value| granular_part(value.count(), workers, worker)) };
        });
    }

    /// [`alone`](Team::alone) of a long phase.
    ///
    /// # Panics
    /// If a value is not a whole number of rows, or if the phase panics.
    pub fn long_alone<T: Real, P: LongPhase<T>>(
        &mut self,
        phase: &P,
        examples: usize,
        values: &[RowsMut<'_, T>],
        scratch: &mut [T],
    ) {
        let of_phase = self.next_phase();
        let watch = of_phase.watch(&(0..examples));
        let whole = Own::Part {
            worker: 0,
            workers: 1,
        };
        // SAFETY: the values are borrowed from the caller, and no other windows on them are made here.
        let own = unsafe { Writes::new(values, whole) };
        phase.run(&mut of_batch(examples, own, scratch, watch));
        // SAFETY: the share is done.
        unsafe { watch.wrote_rows(values, |value| 0..value.count()) };
    }
}

/// A worker's share of a long phase whose values are divided by their own rows.
fn of_batch<'a, T>(
    examples: usize,
    values: Writes<'a, T>,
    scratch: &'a mut [T],
    watch: Watch<'a>,
) -> LongShare<'a, T> {
    LongShare {
        examples,
        blocks: examples.div_ceil(BLOCK),
        first: 0,
        reals: Reads::new(&[], 0..0),
        indices: Reads::new(&[], 0..0),
        values,
        scratch,
        watch,
    }
}

/// The part of a long phase's data that one worker handles.
#[derive(Debug)]
pub struct LongShare<'a, T> {
    /// As [`Share::examples`](super::Share::examples).
    pub examples: usize,
    /// As [`Share::blocks`](super::Share::blocks).
    pub blocks: usize,
    /// As [`Share::first`](super::Share::first).
    pub first: usize,
    /// Per-example values read: this share's rows.
    pub reals: Reads<'a, T>,
    /// Integer inputs: this share's rows.
    pub indices: Reads<'a, u32>,
    /// Values written: this share's rows.
    pub values: Writes<'a, T>,
    /// This worker's own scratch memory; its contents are arbitrary.
    pub scratch: &'a mut [T],
    /// As [`Share::watch`](super::Share::watch).
    pub watch: Watch<'a>,
}

impl<T: Real> LongShare<'_, T> {
    /// Runs the `PART`th part of `phase` on this share, on the instruction set of this process.
    pub fn part<const PART: usize, P: Part<PART, T>>(&mut self, phase: &P) {
        dispatch(OnePart::<PART, P, T> { phase, share: self });
    }
}

/// A part and a share, as a body for every instruction set.
struct OnePart<'p, 's, const PART: usize, P, T> {
    phase: &'p P,
    share: &'p mut LongShare<'s, T>,
}

impl<const PART: usize, P: Part<PART, T>, T: Real> Kernel for OnePart<'_, '_, PART, P, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(self) {
        self.phase.run::<FMA>(self.share);
    }
}

/// One worker's rows of the slices that a long phase reads by examples.
#[derive(Clone, Debug)]
pub struct Reads<'a, E> {
    all: &'a [Rows<'a, E>],
    examples: Range<usize>,
}

impl<'a, E> Reads<'a, E> {
    pub(super) fn new(all: &'a [Rows<'a, E>], examples: Range<usize>) -> Reads<'a, E> {
        Reads { all, examples }
    }

    /// This worker's rows of the slices at these indices.
    ///
    /// # Panics
    /// If there is no slice at one of them.
    pub fn at<const N: usize>(&self, places: [usize; N]) -> [&'a [E]; N] {
        places.map(|place| self.all[place].cut(&self.examples))
    }
}

/// The rows of every written value that belong to one worker.
#[derive(Clone, Debug)]
pub(super) enum Own {
    /// The rows of a range of the examples.
    Examples(Range<usize>),
    /// The `worker`th of `workers` parts.
    Part { worker: usize, workers: usize },
}

/// One worker's rows of the values that a long phase writes.
#[derive(Debug)]
pub struct Writes<'a, T> {
    all: &'a [RowsMut<'a, T>],
    own: Own,
}

impl<'a, T> Writes<'a, T> {
    /// # Safety
    /// While the result lives, no other window may exist on the same slices whose rows overlap `own`.
    pub(super) unsafe fn new(all: &'a [RowsMut<'a, T>], own: Own) -> Writes<'a, T> {
        Writes { all, own }
    }

    /// This worker's rows of the values at these indices, which must ascend: no value is handed out twice.
    ///
    /// # Panics
    /// If they do not ascend, or if there is no value at one of them.
    pub fn at<const N: usize>(&mut self, places: [usize; N]) -> [&mut [T]; N] {
        let mut rest: &[RowsMut<'a, T>] = self.all;
        let mut next = 0;
        places.map(|place| {
            assert!(next <= place, "places of values ascend");
            let (value, after) = rest[place - next..]
                .split_first()
                .expect("it is a place of a value");
            (rest, next) = (after, place + 1);
            // SAFETY: the rows are this worker's alone by the contract of `new`; each value's rows are handed
            // out once in this call, as the indices ascend, and not again while its results borrow `self`.
            unsafe { value.cut(&self.rows_of(value)) }
        })
    }

    /// The range of rows of each value at these indices that belongs to this worker.
    ///
    /// # Panics
    /// If there is no value at one of them.
    pub fn rows<const N: usize>(&self, places: [usize; N]) -> [Range<usize>; N] {
        places.map(|place| self.rows_of(&self.all[place]))
    }

    /// True if no value has a row of this worker.
    pub(super) fn is_empty(&self) -> bool {
        self.all.iter().all(|value| self.rows_of(value).is_empty())
    }

    fn rows_of(&self, value: &RowsMut<'_, T>) -> Range<usize> {
        match &self.own {
            Own::Examples(examples) => value.rows_of(examples),
            &Own::Part { worker, workers } => granular_part(value.count(), workers, worker),
        }
    }
}

#[cfg(test)]
#[path = "long_tests.rs"]
mod tests;
