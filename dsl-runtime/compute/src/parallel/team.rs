//! A team: an executor, and the phases that it runs.

use super::observe::Observed;
use super::{Executor, Sequential};
use crate::machine::{self, DefaultExecutor};

/// Workers that run the phases of a network, each on its share: threads, or the calling one alone.
///
/// ```
/// use dsl_compute::parallel::Team;
/// let team = Team::new(2);
/// assert!(team.threads() <= 2);
/// assert_eq!(Team::sequential().threads(), 1);
/// ```
#[derive(Debug)]
pub struct Team<E: Executor = DefaultExecutor> {
    pub(super) executor: E,
    pub(super) observed: Option<Observed>,
}

impl Team {
    /// A team of `threads` workers, the calling thread among them (so 0 counts as 1, and 1 starts no
    /// thread); at most 256. If the system refuses to start a thread, or has none, the team is smaller:
    /// [`threads`](Team::threads) says how large it is. Results never depend on it.
    pub fn new(threads: usize) -> Team {
        Team {
            executor: machine::executor(threads),
            observed: None,
        }
    }
}

impl Team<Sequential> {
    /// The team of the calling thread alone, which needs nothing of the system.
    pub const fn sequential() -> Team<Sequential> {
        Team {
            executor: Sequential,
            observed: None,
        }
    }
}

impl<E: Executor> Team<E> {
    /// The number of workers, the calling thread among them.
    pub fn threads(&self) -> usize {
        self.executor.workers()
    }

    /// Runs `work` on the calling thread; the kernels it calls may ask the other workers for help.
    pub(crate) fn run_alone(&mut self, work: impl FnOnce()) {
        self.executor.run_alone(work);
    }
}
