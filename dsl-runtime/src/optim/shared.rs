//! Element-wise work over parameters or a gradient, divided among a team: each element is treated by itself,
//! so any ranges will do.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Real;
use crate::parallel::{Executor, Phase, Share, Team, rows, rows_mut};

/// The number of operations that take about as long as updating one parameter, which is bound by memory.
pub(super) const FLOPS: usize = 16;

/// Applies `rule` to ranges of the buffers.
struct Update<'a, T, F> {
    gradient: &'a [T],
    rule: F,
}

impl<T, F, const W: usize> Phase<T, 0, 0, W> for Update<'_, T, F>
where
    T: Real,
    F: Fn([&mut [T]; W], &[T]) + Sync,
{
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, T, 0, 0, W>) {
        (self.rule)(share.values, &self.gradient[share.rows[0].clone()]);
    }
}

/// Calls `rule(ranges of the buffers, the range of the gradient)`; the buffers are as long as the gradient.
pub(crate) fn update<T: Real, E: Executor, const W: usize>(
    team: &mut Team<E>,
    buffers: [&mut [T]; W],
    gradient: &[T],
    rule: impl Fn([&mut [T]; W], &[T]) + Sync,
) {
    let buffers = buffers.map(|buffer| rows_mut(buffer, 1));
    team.by_rows(
        &Update { gradient, rule },
        gradient.len(),
        FLOPS,
        buffers,
        &mut [],
    );
}

/// The number of operations that take about as long as reading one element.
pub(super) const LOOK_FLOPS: usize = 4;

/// The number of elements that one thread reads in the time that waking another takes.
const FEW: usize = 1 << 14;

/// Searches a range of elements for values that are not finite.
struct Look {
    found: AtomicBool,
}

impl<T: Real> Phase<T, 1, 0, 0> for Look {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, T, 1, 0, 0>) {
        if !T::all_finite(share.reals[0]) {
            self.found.store(true, Ordering::Relaxed);
        }
    }
}

/// True if all of `values` are finite.
pub(crate) fn all_finite<T: Real, E: Executor>(team: &mut Team<E>, values: &[T]) -> bool {
    if values.len() <= FEW || team.threads() == 1 {
        return T::all_finite(values);
    }
    let look = Look {
        found: AtomicBool::new(false),
    };
    team.by_examples(
        &look,
        values.len(),
        LOOK_FLOPS,
        [rows(values, 1)],
        [],
        [],
        &mut [],
    );
    !look.found.into_inner()
}
