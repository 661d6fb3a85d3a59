//! Help from idle workers: if a phase runs on the calling thread alone, as it does on a single example, the
//! large products in it may still be divided among the others.

use std::cell::Cell;

use crate::parallel::Executor;

/// An executor whose workers may be idle.
type Idle = Option<*mut (dyn Executor + 'static)>;

thread_local! {
    /// The executor whose workers are idle while its caller, this thread, runs a phase alone; none on other
    /// threads and at other times.
    static IDLE: Cell<Idle> = const { Cell::new(None) };
}

/// Restores the old value of `IDLE`, whichever way a function is left.
struct Restore(Idle);

impl Drop for Restore {
    fn drop(&mut self) {
        IDLE.set(self.0);
    }
}

/// Runs `work`; the kernels it calls may ask the workers of `executor` for help.
pub(super) fn with_help<E: Executor + 'static>(executor: &mut E, work: impl FnOnce()) {
    if executor.workers() == 1 {
        return work();
    }
    let _restore = Restore(IDLE.replace(Some(executor)));
    work();
}

/// The number of workers that could share a piece of work of this thread: 1 if nobody is idle.
pub(crate) fn available() -> usize {
    match IDLE.get() {
        // SAFETY: as in `together`.
        Some(executor) => unsafe { (*executor).workers() },
        None => 1,
    }
}

/// Calls `body(part)` once for each part below `parts`, at most [`available`], on as many workers, and
/// returns when all have finished.
pub(crate) fn together(parts: usize, body: &(dyn Fn(usize) + Sync)) {
    // The helpers, and anything that this thread calls meanwhile, work alone.
    let idle = IDLE.take();
    let _restore = Restore(idle);
    match idle {
        // SAFETY: `with_help` set it from an exclusive borrow that lasts until it restores the old value, and
        // uses the executor no other way meanwhile; the pointer is taken away above, so this is the only use.
        Some(executor) => unsafe { (*executor).run(parts, body) },
        None => (0..parts).for_each(body),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::Threads;
    use super::*;

    #[test]
    fn idle_workers_help_once_and_only_while_they_are_lent() {
        let mut team = Threads::new(3);
        assert_eq!(available(), 1);
        let calls = AtomicUsize::new(0);
        with_help(&mut team, || {
            assert_eq!(available(), 3);
            together(3, &|_| {
                assert_eq!(available(), 1, "who helps works alone");
                together(2, &|_| {
                    calls.fetch_add(1, Ordering::Relaxed);
                });
            });
            assert_eq!(available(), 3);
        });
        assert_eq!((available(), calls.into_inner()), (1, 6));
    }

    #[test]
    fn a_panic_takes_the_help_back() {
        let mut team = Threads::new(2);
        let panics = catch_unwind(AssertUnwindSafe(|| {
            with_help(&mut team, || together(2, &|part| assert_eq!(part, 0)));
        }));
        assert!(panics.is_err());
        assert_eq!(available(), 1);
        with_help(&mut team, || together(2, &|_| {}));
    }
}
