//! Cutting a phase into shares and running them on the team.

use super::cuts::Cut;
use super::shares::{Rows, RowsMut, Share, rows_mut};
use super::turns::{Slices, Turn};
use super::{Executor, Team};
use crate::Real;
use crate::isa::{Kernel, dispatch};

/// One phase of an entry point: some steps that a worker runs without waiting for others.
///
/// The struct that implements it holds the data that every worker reads whole (parameters, geometry). It
/// reads `R` per-example slices of `T` and `I` of integers, and writes `W` slices.
pub trait Phase<T: Real, const R: usize, const I: usize, const W: usize>: Sync {
    /// True if a share of the examples must be whole blocks of [`BLOCK`](super::BLOCK), because the steps sum over blocks
    /// or work on one block at a time. Otherwise a batch may be cut between any two examples.
    const BY_BLOCKS: bool = true;

    /// True if the steps treat example by example, as convolutions of images do, so that few examples at a time cost no more
    /// for each than many. A worker then takes no more than have values that stay in a near cache.
    const ONE_BY_ONE: bool = false;

    /// Runs the steps on one share. Implementations are `#[inline(always)]`: the body is compiled for several
    /// instruction sets. `FMA` is true if fused multiply-add is one instruction there.
    fn run<const FMA: bool>(&self, share: Share<'_, T, R, I, W>);
}

/// The number of operations worth waking a worker for: below about a microsecond of work, waking costs more
/// than it saves.
const FLOPS_PER_WORKER: usize = 60_000;

impl<E: Executor> Team<E> {
    /// Runs `phase` on the examples of a batch, cut into contiguous ranges (of whole blocks of [`BLOCK`](super::BLOCK) if
    /// the phase [asks for them](Phase::BY_BLOCKS)), at most one range per worker. If the values of its range
    /// would not stay in a cache, a worker goes through all steps for one chunk of its range before the next
    /// chunk. If a batch leaves workers idle, they help the working one with large products and
    /// convolutions.
    ///
    /// * `examples`: the size of the batch; with 0, nothing runs.
    /// * `flops`: estimated arithmetic of one example. A step too small to gain by it runs on fewer threads.
    /// * `reals`, `indices`: the slices read, one row per example.
    /// * `values`: the slices written, one row per example or per block.
    /// * `scratch`: memory to be divided equally among all workers of the team; a worker that runs alone has
    ///   all of it.
    ///
    /// # Panics
    /// If a slice is not exactly `examples` rows (or the blocks' rows) long, or if the phase panics.
    #[expect(
        clippy::too_many_arguments,
        reason = "what the phase reads and writes, each kind a list of its own"
    )]
    pub fn by_examples<T, P, const R: usize, const I: usize, const W: usize>(
        &mut self,
        phase: &P,
        examples: usize,
        flops: usize,
        reals: [Rows<'_, T>; R],
        indices: [Rows<'_, u32>; I],
        values: [RowsMut<'_, T>; W],
        scratch: &mut [T],
    ) where
        T: Real,
        P: Phase<T, R, I, W>,
    {
        let slices = Slices {
            reals: &reals,
            indices: &indices,
            values: &values,
        };
        let run = |turn: Turn<'_, T>| {
            // SAFETY: no two turns have a row in common.
            let share = unsafe { Share::of(turn, &slices) };
            dispatch(OneShare { phase, share });
        };
        let cut = const { Cut::of(P::BY_BLOCKS, P::ONE_BY_ONE) };
        self.turns_by_examples(cut, examples, flops, &slices, scratch, &run);
    }

    /// Runs `phase` on values that are cut by their own rows, at most one contiguous range of each per
    /// worker: the way to compute gradients of parameters, which are sums over all examples. The phase itself
    /// holds the values it reads, which every worker reads whole.
    ///
    /// * `examples`: the size of the batch, handed on as [`Share::examples`].
    /// * `flops`: estimated arithmetic of one example, over all rows.
    /// * `values`: the slices written, each any whole number of rows. A worker's part of one value may be
    ///   empty while that of another is not.
    /// * `scratch`: memory to be divided equally among all workers of the team.
    ///
    /// # Panics
    /// If a value is not a whole number of rows, or if the phase panics.
    pub fn by_rows<T, P, const W: usize>(
        &mut self,
        phase: &P,
        examples: usize,
        flops: usize,
        values: [RowsMut<'_, T>; W],
        scratch: &mut [T],
    ) where
        T: Real,
        P: Phase<T, 0, 0, W>,
    {
        let run = |turn: Turn<'_, T>| {
            // SAFETY: no two turns have a row in common.
            let share = unsafe { Share::of(turn, &Slices::written(&values)) };
            dispatch(OneShare { phase, share });
        };
        self.turns_by_rows(examples, flops, &values, scratch, &run);
    }

    /// Runs `phase` once, on the calling thread, with every value whole and all of `scratch`.
    ///
    /// # Panics
    /// If a value is not a whole number of rows, or if the phase panics.
    pub fn alone<T, P, const W: usize>(
        &mut self,
        phase: &P,
        examples: usize,
        values: [RowsMut<'_, T>; W],
        scratch: &mut [T],
    ) where
        T: Real,
        P: Phase<T, 0, 0, W>,
    {
        let run = |turn: Turn<'_, T>| {
            // SAFETY: there is one turn.
            let share = unsafe { Share::of(turn, &Slices::written(&values)) };
            dispatch(OneShare { phase, share });
        };
        self.turn_alone(examples, &values, scratch, &run);
    }

    /// The number of workers that a step of so many operations is worth.
    pub(super) fn worthwhile(&self, flops: usize) -> usize {
        (flops / FLOPS_PER_WORKER).clamp(1, self.threads())
    }

    /// `scratch` as one row per worker of the team.
    pub(super) fn divide<'a, T: Real>(&self, scratch: &'a mut [T]) -> RowsMut<'a, T> {
        let width = scratch.len() / self.threads();
        rows_mut(scratch, width)
    }
}

/// A phase and a share of its data, as a body for every instruction set.
struct OneShare<'a, P, T, const R: usize, const I: usize, const W: usize> {
    phase: &'a P,
    share: Share<'a, T, R, I, W>,
}

impl<P, T, const R: usize, const I: usize, const W: usize> Kernel for OneShare<'_, P, T, R, I, W>
where
    T: Real,
    P: Phase<T, R, I, W>,
{
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(self) {
        self.phase.run::<FMA>(self.share);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
