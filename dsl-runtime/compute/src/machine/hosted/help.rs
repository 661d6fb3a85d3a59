//! Help from idle workers: if a phase runs on the calling thread alone, as it does on a single example, the
//! large products in it may still be divided among the others.

use std::cell::Cell;
use std::ptr;

use super::Threads;
use crate::parallel::Executor;

thread_local! {
    /// The executor whose workers are idle while its caller, this thread, runs a phase alone; null on other
    /// threads and at other times.
    static IDLE: Cell<*mut Threads> = const { Cell::new(ptr::null_mut()) };
}

/// Restores the old value of `IDLE`, whichever way a function is left.
struct Restore(*mut Threads);

impl Drop for Restore {
    fn drop(&mut self) {
        IDLE.set(self.0);
    }
}

/// Runs `work`; the kernels it calls may ask the workers of `threads` for help.
pub(super) fn with_help(threads: &mut Threads, work: impl FnOnce()) {
    if threads.workers() == 1 {
        return work();
    }
    let _restore = Restore(IDLE.replace(threads));
    work();
}

/// The number of workers that could share a piece of work of this thread: 1 if nobody is idle.
pub(crate) fn available() -> usize {
    let threads = IDLE.get();
    if threads.is_null() {
        return 1;
    }
    // SAFETY: as in `together`.
    unsafe { (*threads).workers() }
}

/// Calls `body(part)` once for each part below `parts`, at most [`available`], on as many workers, and
/// returns when all have finished.
pub(crate) fn together(parts: usize, body: &(dyn Fn(usize) + Sync)) {
    // The helpers, and anything that this thread calls meanwhile, work alone.
    let threads = IDLE.replace(ptr::null_mut());
    let _restore = Restore(threads);
    if threads.is_null() {
        return (0..parts).for_each(body);
    }
    // SAFETY: `with_help` set it from an exclusive borrow that lasts until it restores the old value, and
    // uses the threads no other way meanwhile; the pointer is taken away above, so this is the only use.
    unsafe { (*threads).run(parts, body) };
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

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
