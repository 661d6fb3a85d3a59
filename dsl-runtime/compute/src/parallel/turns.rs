//! The turns of a phase: which worker runs its steps on which examples or rows, and with which memory.
//!
//! A network has hundreds of phases. What is here knows none of them, so it is compiled once for each element type; what is
//! compiled for each phase takes the slices of a turn and runs the steps.

use core::ops::Range;

use super::cuts::{Cut, granular_part};
use super::shares::{Rows, RowsMut, rows_mut};
use super::{Executor, Team, Watch};
use crate::Real;

/// What a phase reads by examples, and what it writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slices<'a, T> {
    pub reals: &'a [Rows<'a, T>],
    pub indices: &'a [Rows<'a, u32>],
    pub values: &'a [RowsMut<'a, T>],
}

impl<'a, T> Slices<'a, T> {
    /// Those of a phase that reads nothing by examples.
    pub fn written(values: &'a [RowsMut<'a, T>]) -> Slices<'a, T> {
        Slices {
            reals: &[],
            indices: &[],
            values,
        }
    }
}

/// A part of a phase that a worker runs from the first step to the last.
#[derive(Debug)]
pub(super) struct Turn<'a, T> {
    /// The examples of the turn; if values are cut by their own rows, those of the whole batch.
    pub examples: Range<usize>,
    /// The rows that no other turn has.
    pub own: Own,
    /// The worker's own scratch memory; its contents are arbitrary.
    pub scratch: &'a mut [T],
    /// Who is shown what the steps overwrite.
    pub watch: Watch<'a>,
}

/// The rows of every written value that belong to one turn.
#[derive(Clone, Debug)]
pub(super) enum Own {
    /// The rows of a range of the examples.
    Examples(Range<usize>),
    /// The `worker`th of `workers` parts.
    Part { worker: usize, workers: usize },
}

impl Own {
    pub fn rows_of<T>(&self, value: &RowsMut<'_, T>) -> Range<usize> {
        match self {
            Own::Examples(examples) => value.rows_of(examples),
            &Own::Part { worker, workers } => granular_part(value.count(), workers, worker),
        }
    }

    fn is_empty<T>(&self, values: &[RowsMut<'_, T>]) -> bool {
        values.iter().all(|value| self.rows_of(value).is_empty())
    }
}

impl<E: Executor> Team<E> {
    /// Calls `run` for turns of a batch, which is cut into contiguous ranges of examples, at most one per worker, each in
    /// chunks that a cache holds. No two turns have a row of a value, or a part of the scratch memory at one time.
    ///
    /// # Panics
    /// If a slice is not exactly `examples` rows (or the blocks' rows) long, or if `run` panics.
    #[inline(never)]
    pub(super) fn turns_by_examples<T: Real>(
        &mut self,
        cut: Cut,
        examples: usize,
        flops: usize,
        slices: &Slices<'_, T>,
        scratch: &mut [T],
        run: &(dyn Fn(Turn<'_, T>) + Sync),
    ) {
        let Some(cuts) = self.cuts(cut, examples, flops, slices) else {
            return;
        };
        let of_phase = self.next_phase();
        // A worker that runs alone also has the memory of those that help it.
        let scratch = match cuts.workers {
            1 => rows_mut(scratch, scratch.len()),
            _ => self.divide(scratch),
        };
        let work = |worker: usize| {
            for range in cuts.turns_of(worker) {
                let watch = of_phase.watch(&range);
                watch.reads(slices.reals, &range);
                run(Turn {
                    examples: range.clone(),
                    own: Own::Examples(range.clone()),
                    // SAFETY: one row of scratch memory per worker, which has one turn after the other.
                    scratch: unsafe { scratch.cut(&(worker..worker + 1)) },
                    watch,
                });
                // SAFETY: the turn, which alone had these rows, is over.
                unsafe { watch.wrote(slices.values, &Own::Examples(range)) };
            }
        };
        match cuts.workers {
            1 => self.run_alone(|| work(0)),
            _ => self.executor.run(cuts.workers, &work),
        }
    }

    /// Calls `run` for turns of values that are cut by their own rows, at most one for each worker. No two turns have a row
    /// of a value, or a part of the scratch memory.
    ///
    /// # Panics
    /// If a value is not a whole number of rows, or if `run` panics.
    #[inline(never)]
    pub(super) fn turns_by_rows<T: Real>(
        &mut self,
        examples: usize,
        flops: usize,
        values: &[RowsMut<'_, T>],
        scratch: &mut [T],
        run: &(dyn Fn(Turn<'_, T>) + Sync),
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
            let own = Own::Part { worker, workers };
            if own.is_empty(values) {
                return;
            }
            run(Turn {
                examples: 0..examples,
                own: own.clone(),
                // SAFETY: one row of scratch memory per worker, which has one turn.
                scratch: unsafe { scratch.cut(&(worker..worker + 1)) },
                watch,
            });
            // SAFETY: the turn, which alone had these rows, is over.
            unsafe { watch.wrote(values, &own) };
        });
    }

    /// Calls `run` for one turn on the calling thread, with every value whole and all of `scratch`.
    ///
    /// # Panics
    /// If a value is not a whole number of rows, or if `run` panics.
    #[inline(never)]
    pub(super) fn turn_alone<T: Real>(
        &mut self,
        examples: usize,
        values: &[RowsMut<'_, T>],
        scratch: &mut [T],
        run: &(dyn Fn(Turn<'_, T>) + Sync),
    ) {
        let of_phase = self.next_phase();
        let watch = of_phase.watch(&(0..examples));
        let own = Own::Part {
            worker: 0,
            workers: 1,
        };
        run(Turn {
            examples: 0..examples,
            own: own.clone(),
            scratch,
            watch,
        });
        // SAFETY: the turn is over, and there was no other.
        unsafe { watch.wrote(values, &own) };
    }
}
