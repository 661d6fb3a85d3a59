//! Simulated workers: they run one after the other on the calling thread, and the time of each is taken. So the
//! shares that 64 workers would have can be timed on a machine of one core.
//!
//! Only with the feature `simulated`, for the model of scaling in `benches/scaling.rs`.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use super::Threads;
use super::help::with_help;
use crate::parallel::Executor;
use crate::parallel::executor::sealed::Sealed;

/// The times of the workers in one job that they share: a phase, or a kernel within one.
pub type Job = Vec<Duration>;

thread_local! {
    static SIMULATES: Cell<bool> = const { Cell::new(false) };
    static JOBS: RefCell<Vec<Job>> = const { RefCell::new(Vec::new()) };
}

/// Runs `build`: the workers of teams that it makes on this thread are simulated.
pub fn simulate<T>(build: impl FnOnce() -> T) -> T {
    let before = SIMULATES.replace(true);
    let built = build();
    SIMULATES.set(before);
    built
}

/// The jobs of simulated workers on this thread since the last call, in the order in which they ended.
pub fn take_jobs() -> Vec<Job> {
    JOBS.take()
}

/// Threads, or workers that are simulated.
#[derive(Debug)]
pub enum Workers {
    /// Threads that work at the same time.
    Threads(Threads),
    /// The number of workers that run one after the other.
    Simulated(usize),
}

impl Workers {
    /// So many workers: simulated within [`simulate`].
    pub(super) fn new(workers: usize) -> Workers {
        if SIMULATES.get() {
            Workers::Simulated(workers.max(1))
        } else {
            Workers::Threads(Threads::new(workers))
        }
    }
}

impl Sealed for Workers {}

impl Executor for Workers {
    fn workers(&self) -> usize {
        match self {
            Workers::Threads(threads) => threads.workers(),
            Workers::Simulated(workers) => *workers,
        }
    }

    fn run(&mut self, workers: usize, body: &(dyn Fn(usize) + Sync)) {
        match self {
            Workers::Threads(threads) => threads.run(workers, body),
            Workers::Simulated(_) => {
                let job = (0..workers.max(1)).map(|worker| {
                    let start = Instant::now();
                    body(worker);
                    start.elapsed()
                });
                let job = job.collect();
                JOBS.with_borrow_mut(|jobs| jobs.push(job));
            }
        }
    }

    fn run_alone(&mut self, work: impl FnOnce()) {
        with_help(self, work);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn each_simulated_worker_runs_once_and_is_timed() {
        let mut workers = simulate(|| Workers::new(5));
        assert_eq!(workers.workers(), 5);
        let seen = Mutex::new(Vec::new());
        workers.run(3, &|worker| seen.lock().unwrap().push(worker));
        assert_eq!(*seen.lock().unwrap(), [0, 1, 2]);
        let jobs = take_jobs();
        assert_eq!((jobs.len(), jobs[0].len()), (1, 3));
        assert!(take_jobs().is_empty());
        assert!(matches!(Workers::new(2), Workers::Threads(_)));
    }
}
