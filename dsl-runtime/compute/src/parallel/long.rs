//! Phases of so many steps that they are compiled in parts.
//!
//! One function for hundreds of steps takes the compiler disproportionately long, and without optimisation
//! its frame holds the borrows of every step: a deep network would overflow the stack of a worker. So the
//! steps of a long phase are cut into parts, each a function of its own for every instruction set, and a
//! worker's share is a window on all values of the phase, from which a part takes those it names. No frame
//! grows with the number of steps or values.

use core::ops::Range;

use super::cuts::Cut;
use super::shares::{Rows, RowsMut};
use super::turns::{Own, Slices, Turn};
use super::{BLOCK, Executor, Team, Watch};
use crate::Real;
use crate::isa::{Kernel, dispatch};

/// A phase like [`Phase`](super::Phase), in parts.
pub trait LongPhase<T: Real>: Sync {
    /// As [`Phase::BY_BLOCKS`](super::Phase::BY_BLOCKS).
    const BY_BLOCKS: bool = true;

    /// As [`Phase::ONE_BY_ONE`](super::Phase::ONE_BY_ONE).
    const ONE_BY_ONE: bool = false;

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
        let slices = Slices {
            reals,
            indices,
            values,
        };
        let cut = const { Cut::of(P::BY_BLOCKS, P::ONE_BY_ONE) };
        self.turns_by_examples(cut, examples, flops, &slices, scratch, &|turn| {
            // SAFETY: no two turns have a row in common.
            phase.run(&mut unsafe { LongShare::of(turn, &slices) });
        });
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
        self.turns_by_rows(examples, flops, values, scratch, &|turn| {
            // SAFETY: no two turns have a row in common.
            phase.run(&mut unsafe { LongShare::of(turn, &Slices::written(values)) });
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
        self.turn_alone(examples, values, scratch, &|turn| {
            // SAFETY: there is one turn.
            phase.run(&mut unsafe { LongShare::of(turn, &Slices::written(values)) });
        });
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

impl<'a, T: Real> LongShare<'a, T> {
    /// The share that a turn gives.
    ///
    /// # Safety
    /// While the result lives, no other share may have rows of the same values that overlap the turn's own.
    unsafe fn of(turn: Turn<'a, T>, slices: &Slices<'a, T>) -> LongShare<'a, T> {
        LongShare {
            examples: turn.examples.len(),
            blocks: turn.examples.len().div_ceil(BLOCK),
            first: turn.examples.start,
            reals: Reads::new(slices.reals, turn.examples.clone()),
            indices: Reads::new(slices.indices, turn.examples),
            // SAFETY: by the contract.
            values: unsafe { Writes::new(slices.values, turn.own) },
            scratch: turn.scratch,
            watch: turn.watch,
        }
    }

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
            unsafe { value.cut(&self.own.rows_of(value)) }
        })
    }

    /// The range of rows of each value at these indices that belongs to this worker.
    ///
    /// # Panics
    /// If there is no value at one of them.
    pub fn rows<const N: usize>(&self, places: [usize; N]) -> [Range<usize>; N] {
        places.map(|place| self.own.rows_of(&self.all[place]))
    }
}

#[cfg(test)]
#[path = "long_tests.rs"]
mod tests;
