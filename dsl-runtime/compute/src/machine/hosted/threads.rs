//! Long-lived threads: fork and join without an allocation.

use std::any::Any;
use std::cell::UnsafeCell;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use super::help::with_help;
use crate::parallel::Executor;
use crate::parallel::executor::sealed::Sealed;

/// The most workers a team may have.
const MAX_THREADS: usize = 256;

/// The time to spin before sleeping. Waking a thread takes tens of microseconds; with less patience, one late
/// worker would send the others to sleep, and their waking would then make it wait, phase after phase.
const PATIENCE: Duration = Duration::from_micros(150);

/// The number of looks before asking for the time and yielding the processor: some ten microseconds.
const LOOKS: u32 = 500;

/// The executor of long-lived threads: the calling one is worker 0, the others wait in between jobs, first
/// spinning for a moment, then asleep.
///
/// A process that was [forked](https://man7.org/linux/man-pages/man2/fork.2.html) off has the memory of a
/// team, but not its threads. The first job there runs on the calling thread, which notices once it has
/// waited for a moment, and the team consists of that thread from then on. A fork in the middle of a job (by
/// a step, or on another thread) leaves a job that was done in part; that is not to be gone on with.
#[derive(Debug)]
pub struct Threads {
    shared: Arc<Shared>,
    workers: Vec<JoinHandle<()>>,
    patience: Duration,
    /// The process that the workers run in, if there are any.
    process: u32,
}

/// The payload of a panic.
type Payload = Box<dyn Any + Send>;

struct Shared {
    /// The job to run. The caller writes it while no worker is pending, pending workers read it.
    job: UnsafeCell<Option<Job>>,
    /// The number of workers that have yet to finish the job.
    pending: AtomicUsize,
    /// The first panic of a worker in this job, raised again in the caller.
    panic: Mutex<Option<Payload>>,
    /// One for each worker but the caller.
    mailboxes: Box<[Mailbox]>,
}

struct Job {
    /// Borrowed from the caller's stack, which stays put until `pending` is zero.
    body: *const (dyn Fn(usize) + Sync),
    caller: Thread,
}

/// A counter of the jobs given to one worker, on cache lines of its own because the worker watches it.
#[repr(align(128))]
#[derive(Default)]
struct Mailbox(AtomicU32);

/// The value of a mailbox after which there are no more jobs.
const STOP: u32 = u32::MAX;

// SAFETY: `job` is the only part that is not `Sync` by itself. The caller (unique, by `&mut Threads`) writes it
// only while `pending` is zero; a worker reads it only between seeing its mailbox change, which the caller
// stores with `Release` after writing, and its own decrement of `pending`. The body is `Sync`.
unsafe impl Sync for Shared {}
// SAFETY: as above; no part is bound to the thread that made it.
unsafe impl Send for Shared {}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("pending", &self.pending)
            .finish_non_exhaustive()
    }
}

impl Threads {
    /// Threads for so many workers, the calling one among them; fewer if the system refuses to start one.
    pub(super) fn new(threads: usize) -> Threads {
        let helpers = threads.clamp(1, MAX_THREADS) - 1;
        let shared = Arc::new(Shared {
            job: UnsafeCell::new(None),
            pending: AtomicUsize::new(0),
            panic: Mutex::new(None),
            mailboxes: (0..helpers).map(|_| Mailbox::default()).collect(),
        });
        // Spinning pays only while every worker has a processor to itself.
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let patience = if threads <= processors {
            PATIENCE
        } else {
            Duration::ZERO
        };
        let workers: Vec<JoinHandle<()>> = (0..helpers)
            .map_while(|mailbox| {
                let shared = Arc::clone(&shared);
                let name = format!("dsl-worker-{}", mailbox + 1);
                thread::Builder::new()
                    .name(name)
                    .spawn(move || serve(&shared, mailbox, patience))
                    .ok()
            })
            .collect();
        Threads {
            process: this_process(&workers),
            shared,
            workers,
            patience,
        }
    }
}

impl Sealed for Threads {}

impl Executor for Threads {
    fn workers(&self) -> usize {
        self.workers.len() + 1
    }

    fn run(&mut self, workers: usize, body: &(dyn Fn(usize) + Sync)) {
        let helpers = workers.min(self.workers()).saturating_sub(1);
        if helpers == 0 {
            return body(0);
        }
        // SAFETY: only the lifetime changes; `Join` waits for every worker before this frame is left, by
        // return or by panic, so the body outlives all calls.
        let body_of_any_lifetime = unsafe {
            std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const (dyn Fn(usize) + Sync + 'static)>(
                body,
            )
        };
        let former = self.shared.first_panic().take();
        former.into_iter().for_each(discard);
        // SAFETY: no worker is pending, so none reads the job.
        unsafe {
            *self.shared.job.get() = Some(Job {
                body: body_of_any_lifetime,
                caller: thread::current(),
            })
        };
        self.shared.pending.store(helpers, Ordering::Relaxed);
        let join = Join(self);
        for (mailbox, worker) in self.shared.mailboxes.iter().zip(&self.workers).take(helpers) {
            mailbox.next();
            worker.thread().unpark();
        }
        body(0);
        let are_gone = join.wait();
        forget(join);
        if are_gone {
            self.forget_workers();
            (1..=helpers).for_each(body);
        }
        if let Some(panic) = self.shared.first_panic().take() {
            resume_unwind(panic);
        }
    }

    fn run_alone(&mut self, work: impl FnOnce()) {
        with_help(self, work);
    }
}

impl Threads {
    /// True if this process was forked off the one in which the workers run.
    fn is_forked(&self) -> bool {
        this_process(&self.workers) != self.process
    }

    /// Forgets workers that this process does not have. Their handles mean nothing here; even dropping them
    /// is invalid.
    fn forget_workers(&mut self) {
        self.workers.drain(..).for_each(forget);
        self.process = 0;
        self.shared.pending.store(0, Ordering::Relaxed);
    }
}

/// The id of this process, 0 if there are no workers: not every system has process ids, nor threads.
fn this_process(workers: &[JoinHandle<()>]) -> u32 {
    if workers.is_empty() { 0 } else { process::id() }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if self.is_forked() {
            return self.forget_workers();
        }
        for (mailbox, worker) in self.shared.mailboxes.iter().zip(&self.workers) {
            mailbox.0.store(STOP, Ordering::Release);
            worker.thread().unpark();
        }
        for worker in self.workers.drain(..) {
            // A worker catches the panics of its jobs, so it ends without one.
            let _ = worker.join();
        }
        // The payload of a worker's panic is still there if the caller panicked as well.
        let unseen = self.shared.first_panic().take();
        unseen.into_iter().for_each(discard);
    }
}

/// A guard that waits for the workers when dropped, so that a panic of the caller waits for them too.
struct Join<'a>(&'a Threads);

impl Join<'_> {
    /// Returns when all workers have finished, or when they are found not to exist.
    fn wait(&self) -> bool {
        let Join(threads) = self;
        let done = || threads.shared.pending.load(Ordering::Acquire) == 0;
        wait_until(threads.patience, done, || threads.is_forked());
        !done()
    }
}

impl Drop for Join<'_> {
    fn drop(&mut self) {
        self.wait();
    }
}

/// Drops the payload of a panic. Dropping may panic itself, with a payload whose drop may panic; the second
/// is leaked.
fn discard(payload: Payload) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        forget(another);
    }
}

impl Shared {
    /// Keeps the payload of a panic, if it is the first of the job.
    fn keep_first(&self, payload: Payload) {
        let mut first = self.first_panic();
        let surplus = match &*first {
            None => first.replace(payload),
            Some(_) => Some(payload),
        };
        drop(first);
        surplus.into_iter().for_each(discard);
    }

    fn first_panic(&self) -> MutexGuard<'_, Option<Payload>> {
        self.panic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailbox {
    /// Announces a job, skipping the value that means there are none left.
    fn next(&self) {
        let next = self.0.load(Ordering::Relaxed).wrapping_add(1);
        self.0
            .store(if next == STOP { 0 } else { next }, Ordering::Release);
    }
}

/// The life of a worker: waits for a job, runs it, reports.
fn serve(shared: &Shared, mailbox: usize, patience: Duration) {
    let worker = mailbox + 1;
    let mailbox = &shared.mailboxes[mailbox].0;
    let mut seen = 0;
    loop {
        wait_until(patience, || mailbox.load(Ordering::Acquire) != seen, || false);
        seen = mailbox.load(Ordering::Acquire);
        if seen == STOP {
            return;
        }
        // SAFETY: the mailbox announced a job this worker has not finished, so it counts as pending: the job
        // is written, and stays until the decrement below. The body outlives that too (see `Threads::run`).
        let (body, caller) = unsafe {
            let Some(job) = &*shared.job.get() else { continue };
            (&*job.body, job.caller.clone())
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(worker))) {
            shared.keep_first(panic);
        }
        if shared.pending.fetch_sub(1, Ordering::AcqRel) == 1 {
            caller.unpark();
        }
    }
}

/// Returns once `done`: spins for the time of `patience`, then sleeps until unparked, as often as it takes,
/// unless waiting is found to be `hopeless`.
fn wait_until(patience: Duration, done: impl Fn() -> bool, hopeless: impl Fn() -> bool) {
    let spin = || {
        (0..LOOKS).any(|_| {
            std::hint::spin_loop();
            done()
        })
    };
    if done() {
        return;
    }
    if !patience.is_zero() {
        let start = Instant::now();
        while start.elapsed() < patience {
            if spin() {
                return;
            }
            // The awaited worker may be queueing for this very processor.
            thread::yield_now();
        }
    }
    if hopeless() {
        return;
    }
    while !done() {
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_worker_runs_once_and_the_caller_waits_for_all() {
        for threads in [0, 1, 2, 3, 5] {
            let mut team = Threads::new(threads);
            assert_eq!(team.workers(), threads.max(1));
            for round in 0..200 {
                let workers = 1 + round % team.workers();
                let calls: Vec<AtomicUsize> = (0..team.workers()).map(|_| AtomicUsize::new(0)).collect();
                team.run(workers, &|worker| {
                    calls[worker].fetch_add(1, Ordering::Relaxed);
                });
                for (worker, calls) in calls.iter().enumerate() {
                    assert_eq!(calls.load(Ordering::Relaxed), usize::from(worker < workers));
                }
            }
        }
    }

    #[test]
    fn sleeping_workers_wake_up() {
        let mut team = Threads::new(3);
        for _ in 0..3 {
            thread::sleep(std::time::Duration::from_millis(20));
            let calls = AtomicUsize::new(0);
            team.run(3, &|_| {
                calls.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(calls.load(Ordering::Relaxed), 3);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_survives() {
        let mut team = Threads::new(3);
        for culprit in [0, 1, 2] {
            let caught = catch_unwind(AssertUnwindSafe(|| {
                team.run(3, &|worker| {
                    if worker == culprit {
                        // Raised without the panic hook, which would print a backtrace into the test's
                        // output.
                        resume_unwind(Box::new(worker));
                    }
                });
            }));
            assert_eq!(caught.unwrap_err().downcast_ref::<usize>(), Some(&culprit));
            let calls = AtomicUsize::new(0);
            team.run(3, &|_| {
                calls.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(calls.load(Ordering::Relaxed), 3);
        }
    }

    /// A value that panics when it is dropped.
    struct Explosive;

    impl Drop for Explosive {
        fn drop(&mut self) {
            resume_unwind(Box::new("dropped"));
        }
    }

    #[test]
    fn what_panics_when_it_is_dropped_keeps_nobody_waiting() {
        let mut team = Threads::new(3);
        let explode = |team: &mut Threads, culprits: std::ops::Range<usize>| {
            catch_unwind(AssertUnwindSafe(|| {
                team.run(3, &|worker| {
                    if culprits.contains(&worker) {
                        resume_unwind(Box::new(Explosive));
                    }
                });
            }))
        };
        for culprits in [1..3, 0..3, 2..3] {
            for _ in 0..3 {
                let payload = explode(&mut team, culprits.clone()).unwrap_err();
                assert!(payload.is::<Explosive>());
                forget(payload);
            }
            team.run(3, &|_| {});
        }
        // The caller's own panic comes first; the workers' payload is dropped with the team.
        forget(explode(&mut team, 0..3));
        drop(team);
    }

    #[test]
    fn a_team_may_move_to_another_thread() {
        let mut team = Threads::new(2);
        team.run(2, &|_| {});
        thread::spawn(move || {
            thread::sleep(std::time::Duration::from_millis(5));
            team.run(2, &|_| {});
        })
        .join()
        .unwrap();
    }
}
