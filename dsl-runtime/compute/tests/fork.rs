//! A process that is forked off has a team's memory but not its threads: a step in it still ends, with the right result.
#![cfg(target_os = "linux")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use dsl_compute::parallel::{Phase, Share, Team, rows, rows_mut};

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    fn alarm(seconds: u32) -> u32;
    fn _exit(status: i32) -> !;
}

/// Doubles every number.
struct Double;

impl Phase<f64, 1, 0, 1> for Double {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, f64, 1, 0, 1>) {
        let ([x], [y]) = (share.reals, share.values);
        x.iter().zip(y).for_each(|(x, y)| *y += 2.0 * x);
    }
}

/// Whether a team doubles numbers, each of them once.
fn doubles(team: &mut Team) -> bool {
    let x: Vec<f64> = (0..200).map(f64::from).collect();
    let mut y = vec![0.0; x.len()];
    team.by_examples(
        &Double,
        x.len(),
        usize::MAX,
        [rows(&x, 1)],
        [],
        [rows_mut(&mut y, 1)],
        &mut [],
    );
    x.iter().zip(&y).all(|(x, y)| *y == 2.0 * x)
}

/// Forks, runs `child` there, and returns whether it said yes within ten seconds.
fn in_a_child(child: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child calls nothing that another thread of the parent could have left half done but the allocator, which
    // the C library puts in order, and leaves without running what the parent registered.
    let process = unsafe { fork() };
    assert!(process >= 0, "fork failed");
    if process == 0 {
        // SAFETY: plain calls into the C library. The alarm ends a child that waits for ever.
        unsafe {
            alarm(10);
            let is_right = catch_unwind(AssertUnwindSafe(child)).unwrap_or(false);
            _exit(if is_right { 0 } else { 1 });
        }
    }
    let mut status = -1;
    // SAFETY: `status` outlives the call.
    let waited = unsafe { waitpid(process, &mut status, 0) };
    assert_eq!(waited, process);
    status == 0
}

#[test]
fn a_child_works_on_one_thread() {
    // More threads than processors wait without patience.
    for threads in [2, 3, 64] {
        let mut team = Team::new(threads);
        assert!(doubles(&mut team));
        assert!(in_a_child(|| {
            let right = (0..3).all(|_| doubles(&mut team));
            let alone = team.threads() == 1;
            drop(team);
            right && alone
        }));
    }
    // A team that does nothing in the child is dropped there.
    let team = Team::new(3);
    assert!(in_a_child(|| {
        drop(team);
        true
    }));
}

#[test]
fn the_parent_goes_on_as_before() {
    let mut team = Team::new(3);
    assert!(doubles(&mut team));
    assert!(in_a_child(|| true));
    for _ in 0..3 {
        assert!(doubles(&mut team));
    }
    assert_eq!(team.threads(), 3);
}
