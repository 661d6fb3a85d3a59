//! The index of the maximum in each 2×2 window (its winner), and the gradient that goes there: with it, the
//! values before pooling need not be kept for the backward pass.

use super::Pool2d;
use super::blocks::{halves, halves_mut};
use crate::Real;
use crate::parallel::BLOCK;

/// The index in its window of each maximum of [`max_pool2d_blocks`](super::max_pool2d_blocks), the first of
/// equal ones (the first NaN, if there is one): 0 and 1 in the upper row, 2 and 3 in the lower one.
///
/// * `geometry`: windows of 2×2 that neither overlap nor leave the plane;
/// * `x`: `[planes, geometry.input, 16]`, `winners`: `[planes, geometry.output, 16]`, overwritten.
///
/// # Panics
/// If the geometry is another one.
#[inline]
pub fn max_pool2d_blocks_winners<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], winners: &mut [T]) {
    T::max_pool2d_blocks_winners(planes, geometry, x, winners);
}

/// [`max_pool2d_blocks_gradient`](super::max_pool2d_blocks_gradient) from the winners alone: each `d_y` goes
/// to the element of its window that won.
///
/// * `geometry`: as in [`max_pool2d_blocks_winners`];
/// * `winners`, `d_y`: `[planes, geometry.output, 16]`; `d_x`: `[planes, geometry.input, 16]`, overwritten.
///
/// # Panics
/// If the geometry is another one.
#[inline]
pub fn max_pool2d_blocks_spread<T: Real>(
    planes: usize,
    geometry: &Pool2d,
    winners: &[T],
    d_y: &[T],
    d_x: &mut [T],
) {
    T::max_pool2d_blocks_spread(planes, geometry, winners, d_y, d_x);
}

/// The larger of two elements, and its index: the first of equal ones, and a NaN before any number.
#[expect(
    clippy::neg_cmp_op_on_partial_ord,
    reason = "of a NaN and a number neither is less"
)]
#[inline(always)]
fn larger<T: Real>((a, place): (T, T), (b, other): (T, T)) -> (T, T) {
    if !(a >= b) & !a.is_nan() {
        (b, other)
    } else {
        (a, place)
    }
}

/// The maximum of a window, and its index.
#[inline(always)]
fn winner<T: Real>([a, b, c, d]: [T; 4]) -> (T, T) {
    let upper = larger((a, T::ZERO), (b, T::ONE));
    let lower = larger((c, T::literal(2.0)), (d, T::literal(3.0)));
    larger(upper, lower)
}

/// The maximum of a rectified window, and its index.
#[inline(always)]
pub(in crate::kernels) fn rectified_winner<T: Real>(window: [T; 4]) -> (T, T) {
    let (most, place) = winner(window);
    // If none is positive, all become zeros, and the first of them wins.
    if most <= T::ZERO {
        (T::ZERO, T::ZERO)
    } else {
        (most, place)
    }
}

vectorised! {
    pub(in crate::kernels) fn max_pool2d_blocks_winners_body<'a, T, FMA, BYTES>(
        planes: usize,
        geometry: &'a Pool2d,
        x: &'a [T],
        winners: &'a mut [T],
    ) {
        geometry.check("max_pool2d_blocks_winners", planes.saturating_mul(BLOCK), &[x.len()], winners.len());
        assert!(geometry.is_halving(), "max_pool2d_blocks_winners: windows of another kind: {geometry:?}");
        let [x_len, y_len] = geometry.plane_lens();
        let (x, winners) = (x.as_chunks::<BLOCK>().0, winners.as_chunks_mut::<BLOCK>().0);
        for (x, winners) in x.chunks_exact(x_len).zip(winners.chunks_exact_mut(y_len)) {
            for (row, winners) in winners.chunks_exact_mut(geometry.output[1].max(1)).enumerate() {
                let [top, bottom] = halves(geometry, row).map(|range| x[range].as_chunks::<2>().0);
                for (([a, b], [c, d]), won) in top.iter().zip(bottom).zip(winners) {
                    let mut winners = [T::ZERO; BLOCK];
                    for (lane, into) in winners.iter_mut().enumerate() {
                        (_, *into) = winner([a[lane], b[lane], c[lane], d[lane]]);
                    }
                    *won = winners;
                }
            }
        }
    }
}

vectorised! {
    pub(in crate::kernels) fn max_pool2d_blocks_spread_body<'a, T, FMA, BYTES>(
        planes: usize,
        geometry: &'a Pool2d,
        winners: &'a [T],
        d_y: &'a [T],
        d_x: &'a mut [T],
    ) {
        let lens = [winners.len(), d_y.len()];
        geometry.check("max_pool2d_blocks_spread", planes.saturating_mul(BLOCK), &[d_x.len()], lens[0]);
        assert!(lens[0] == lens[1], "max_pool2d_blocks_spread: {} gradients for {} windows", lens[1], lens[0]);
        assert!(geometry.is_halving(), "max_pool2d_blocks_spread: windows of another kind: {geometry:?}");
        let ([x_len, y_len], width) = (geometry.plane_lens(), geometry.output[1].max(1));
        if geometry.input != geometry.output.map(|size| 2 * size) {
            d_x.fill(T::ZERO);
        }
        let (winners, d_y) = (winners.as_chunks::<BLOCK>().0, d_y.as_chunks::<BLOCK>().0);
        let d_x = d_x.as_chunks_mut::<BLOCK>().0;
        let planes = winners.chunks_exact(y_len).zip(d_y.chunks_exact(y_len));
        for ((winners, d_y), d_x) in planes.zip(d_x.chunks_exact_mut(x_len)) {
            for (row, (winners, d_y)) in winners.chunks_exact(width).zip(d_y.chunks_exact(width)).enumerate() {
                let [top, bottom] = halves_mut(geometry, row, d_x);
                for ((winners, d_y), (top, bottom)) in winners.iter().zip(d_y).zip(top.iter_mut().zip(bottom)) {
                    // Copies, which no result can overlap.
                    let (winners, d_y) = (*winners, *d_y);
                    let won = |place: T| {
                        let mut won = [T::ZERO; BLOCK];
                        for lane in 0..BLOCK {
                            won[lane] = if winners[lane] == place { d_y[lane] } else { T::ZERO };
                        }
                        won
                    };
                    (top[0], top[1]) = (won(T::ZERO), won(T::ONE));
                    (bottom[0], bottom[1]) = (won(T::literal(2.0)), won(T::literal(3.0)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::blocks::tests::layouts;
    use super::super::max_pool2d_blocks_gradient;
    use super::super::tests::geometries;
    use super::*;

    fn spreading_matches<T: Real>() {
        for g in geometries().into_iter().filter(Pool2d::is_halving) {
            for planes in [0, 1, 3] {
                let [x_len, y_len] = [g.input, g.output].map(|[height, width]| height * width);
                let [_, x] = layouts::<T>(planes, x_len, 1, true);
                let [_, d_y] = layouts::<T>(planes, y_len, 3, false);
                let (mut winners, mut want, mut got) =
                    (d_y.clone(), vec![T::ONE; x.len()], vec![T::ONE; x.len()]);
                max_pool2d_blocks_gradient(planes, &g, &x, &d_y, &mut want);
                max_pool2d_blocks_winners(planes, &g, &x, &mut winners);
                max_pool2d_blocks_spread(planes, &g, &winners, &d_y, &mut got);
                assert_eq!(got, want);
            }
        }
    }

    #[test]
    fn a_gradient_goes_to_the_winners() {
        assert!(geometries().iter().filter(|g| g.is_halving()).count() > 1);
        spreading_matches::<f32>();
        spreading_matches::<f64>();
    }

    #[test]
    #[should_panic(expected = "windows of another kind")]
    fn winners_of_other_windows_are_refused() {
        let geometry = Pool2d {
            input: [3, 3],
            output: [1, 1],
            window: [3, 3],
            stride: [1, 1],
            pad: [[0, 0]; 2],
        };
        max_pool2d_blocks_winners(1, &geometry, &[0.0f32; 9 * BLOCK], &mut [0.0; BLOCK]);
    }
}
