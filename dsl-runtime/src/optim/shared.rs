//! An update shared out among a team: every parameter is updated by itself, so that any ranges will do.

use crate::Real;
use crate::parallel::{Phase, Share, Team, rows_mut};

/// Arithmetic that takes about as long as updating one parameter, which is a matter of memory.
const FLOPS: usize = 16;

/// `rule` over ranges of the buffers.
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
pub(super) fn update<T: Real, const W: usize>(
    team: &mut Team,
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
