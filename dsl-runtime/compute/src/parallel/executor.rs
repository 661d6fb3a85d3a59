//! Executors: who runs the shares of a phase.

use core::fmt::Debug;

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// Some workers that run one job together.
///
/// Sealed: slices are divided among workers on the strength of [`run`](Executor::run) calling its body once
/// for each.
pub trait Executor: Debug + sealed::Sealed {
    /// The number of workers, at least one.
    fn workers(&self) -> usize;

    /// Calls `body(worker)` once for each worker below `workers` (of which there are no more than
    /// [`workers`](Executor::workers)), and returns when all have finished. Then a panic in any of them is
    /// raised again here.
    fn run(&mut self, workers: usize, body: &(dyn Fn(usize) + Sync));

    /// Runs `work` on the calling thread; the kernels it calls may ask the other workers for help.
    fn run_alone(&mut self, work: impl FnOnce())
    where
        Self: Sized;
}

/// The executor without threads: the calling one is its only worker.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sequential;

impl sealed::Sealed for Sequential {}

impl Executor for Sequential {
    fn workers(&self) -> usize {
        1
    }

    fn run(&mut self, _workers: usize, body: &(dyn Fn(usize) + Sync)) {
        body(0);
    }

    fn run_alone(&mut self, work: impl FnOnce()) {
        work();
    }
}

#[cfg(test)]
#[path = "executor_tests.rs"]
mod tests;
