//! Pooling of whole blocks of examples, in the layout `[planes][height][width][16 examples]`.

use core::ops::Range;

use super::Pool2d;
use crate::Real;
use crate::kernels::lanes::Lanes;
use crate::kernels::pairwise::{LEVELS, Pairwise, TERMS};
use crate::parallel::BLOCK;

/// [`max_pool2d`](super::max_pool2d) of planes that are kept in blocks: the examples of a block, [`BLOCK`],
/// lie side by side.
///
/// * `planes`: blocks times channels;
/// * `x`: `[planes, geometry.input, 16]`, `y`: `[planes, geometry.output, 16]`, overwritten.
///
/// Padding never wins: a window of nothing but padding gives `-∞`. A NaN in a window gives NaN.
#[inline]
pub fn max_pool2d_blocks<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    T::max_pool2d_blocks(planes, geometry, x, y);
}

/// The gradient of [`max_pool2d_blocks`]: each `d_y` is added to the `d_x` of the `x` that is the maximum of
/// its window, the first of equal ones (the first NaN, if there is one).
///
/// * `x`, `d_x`: `[planes, geometry.input, 16]`, `d_x` overwritten; `d_y`: `[planes, geometry.output, 16]`.
#[inline]
pub fn max_pool2d_blocks_gradient<T: Real>(
    planes: usize,
    geometry: &Pool2d,
    x: &[T],
    d_y: &[T],
    d_x: &mut [T],
) {
    T::max_pool2d_blocks_gradient(planes, geometry, x, d_y, d_x);
}

/// [`mean_pool2d`](super::mean_pool2d) of planes that are kept in blocks. Padding counts as zeros: the sum is
/// divided by the window's area.
///
/// * `planes`: blocks times channels;
/// * `x`: `[planes, geometry.input, 16]`, `y`: `[planes, geometry.output, 16]`, overwritten.
#[inline]
pub fn mean_pool2d_blocks<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    T::mean_pool2d_blocks(planes, geometry, x, y);
}

/// The gradient of [`mean_pool2d_blocks`]: each `d_y` over the window's area is added to the `d_x` of its
/// window.
///
/// * `d_y`: `[planes, geometry.output, 16]`; `d_x`: `[planes, geometry.input, 16]`, overwritten.
#[inline]
pub fn mean_pool2d_blocks_gradient<T: Real>(planes: usize, geometry: &Pool2d, d_y: &[T], d_x: &mut [T]) {
    T::mean_pool2d_blocks_gradient(planes, geometry, d_y, d_x);
}

/// One pixel of all examples of a block.
type Pixel<T> = Lanes<T, BLOCK>;

/// [`Real::max`] without a branch.
#[inline(always)]
fn larger<T: Real>(a: T, b: T) -> T {
    if (a > b) | a.is_nan() { a } else { b }
}

/// Finds the lanes in which the maximum `most` is at this element: it is equal, or a NaN, which makes the
/// maximum NaN. Returns those lanes of `d` and leaves zeros there, so that later elements get nothing.
#[inline(always)]
fn claim<T: Real>(x: Pixel<T>, most: Pixel<T>, d: &mut Pixel<T>) -> Pixel<T> {
    let mut claimed = Pixel::ZERO;
    for lane in 0..BLOCK {
        let won = (x.0[lane] == most.0[lane]) | x.0[lane].is_nan();
        claimed.0[lane] = if won { d.0[lane] } else { T::ZERO };
        d.0[lane] = if won { T::ZERO } else { d.0[lane] };
    }
    claimed
}

/// The pairs of pixels of each pair of rows, in a plane with halving windows.
#[inline(always)]
pub(super) fn halves(geometry: &Pool2d, row: usize) -> [Range<usize>; 2] {
    let width = geometry.input[1];
    let whole = 2 * geometry.output[1];
    [2 * row, 2 * row + 1].map(|row| row * width..row * width + whole)
}

/// The same pairs of pixels, mutably.
#[inline(always)]
pub(super) fn halves_mut<'x, T>(
    geometry: &Pool2d,
    row: usize,
    plane: &'x mut [[T; BLOCK]],
) -> [&'x mut [[[T; BLOCK]; 2]]; 2] {
    let [upper, lower] = halves(geometry, row);
    let (above, below) = plane.split_at_mut(lower.start);
    [&mut above[upper], &mut below[..lower.len()]].map(|row| row.as_chunks_mut::<2>().0)
}

vectorised! {
    pub(in crate::kernels) fn max_pool2d_blocks_body<'a, T, FMA, BYTES>(
        planes: usize,
        geometry: &'a Pool2d,
        x: &'a [T],
        y: &'a mut [T],
    ) {
        geometry.check("max_pool2d_blocks", planes.saturating_mul(BLOCK), &[x.len()], y.len());
        let [x_len, y_len] = geometry.plane_lens();
        let (x, y) = (x.as_chunks::<BLOCK>().0, y.as_chunks_mut::<BLOCK>().0);
        for (x, y) in x.chunks_exact(x_len).zip(y.chunks_exact_mut(y_len)) {
            if geometry.is_halving() {
                for (row, y) in y.chunks_exact_mut(geometry.output[1].max(1)).enumerate() {
                    let [top, bottom] = halves(geometry, row).map(|range| x[range].as_chunks::<2>().0);
                    for (([a, b], [c, d]), y) in top.iter().zip(bottom).zip(y) {
                        for (lane, y) in y.iter_mut().enumerate() {
                            *y = larger(larger(a[lane], b[lane]), larger(c[lane], d[lane]));
                        }
                    }
                }
                continue;
            }
            let width = geometry.input[1];
            geometry.windows(|rows, columns, out| {
                let mut most = Pixel::splat(T::NEG_INFINITY);
                for row in rows {
                    x[row * width..][columns.clone()].iter().for_each(|x| most = most.zip(Lanes(*x), larger));
                }
                y[out] = most.0;
            });
        }
    }
}

vectorised! {
    pub(in crate::kernels) fn max_pool2d_blocks_gradient_body<'a, T, FMA, BYTES>(
        planes: usize,
        geometry: &'a Pool2d,
        x: &'a [T],
        d_y: &'a [T],
        d_x: &'a mut [T],
    ) {
        geometry.check("max_pool2d_blocks_gradient", planes.saturating_mul(BLOCK), &[x.len(), d_x.len()], d_y.len());
        let [x_len, y_len] = geometry.plane_lens();
        let (height, width) = (geometry.input[0], geometry.input[1]);
        let halving = geometry.is_halving();
        if !halving || [height, width] != geometry.output.map(|size| 2 * size) {
            d_x.fill(T::ZERO);
        }
        let (x, d_y) = (x.as_chunks::<BLOCK>().0, d_y.as_chunks::<BLOCK>().0);
        let d_x = d_x.as_chunks_mut::<BLOCK>().0;
        let outs = d_y.chunks_exact(y_len).zip(d_x.chunks_exact_mut(x_len));
        for (x, (d_y, d_x)) in x.chunks_exact(x_len).zip(outs) {
            if halving {
                for (row, d_y) in d_y.chunks_exact(geometry.output[1].max(1)).enumerate() {
                    let [top, bottom] = halves(geometry, row).map(|range| x[range].as_chunks::<2>().0);
                    let [d_top, d_bottom] = halves_mut(geometry, row, d_x);
                    let d_x = d_top.iter_mut().zip(d_bottom);
                    for (((&[a, b], &[c, d]), d_y), (d_top, d_bottom)) in top.iter().zip(bottom).zip(d_y).zip(d_x) {
                        let [a, b, c, d] = [a, b, c, d].map(Lanes);
                        let (most, mut d_y) = (a.zip(b, larger).zip(c.zip(d, larger), larger), Lanes(*d_y));
                        d_top[0] = claim(a, most, &mut d_y).0;
                        d_top[1] = claim(b, most, &mut d_y).0;
                        d_bottom[0] = claim(c, most, &mut d_y).0;
                        d_bottom[1] = claim(d, most, &mut d_y).0;
                    }
                }
                continue;
            }
            geometry.windows(|rows, columns, out| {
                let mut most = Pixel::splat(T::NEG_INFINITY);
                for row in rows.clone() {
                    x[row * width..][columns.clone()].iter().for_each(|x| most = most.zip(Lanes(*x), larger));
                }
                let mut d_y = Lanes(d_y[out]);
                for row in rows {
                    let x = &x[row * width..][columns.clone()];
                    for (x, d_x) in x.iter().zip(&mut d_x[row * width..][columns.clone()]) {
                        *d_x = Lanes(*d_x).zip(claim(Lanes(*x), most, &mut d_y), |a, b| a + b).0;
                    }
                }
            });
        }
    }
}

vectorised! {
    pub(in crate::kernels) fn mean_pool2d_blocks_body<'a, T, FMA, BYTES>(
        planes: usize,
        geometry: &'a Pool2d,
        x: &'a [T],
        y: &'a mut [T],
    ) {
        geometry.check("mean_pool2d_blocks", planes.saturating_mul(BLOCK), &[x.len()], y.len());
        let ([x_len, y_len], width) = (geometry.plane_lens(), geometry.input[1]);
        let scale = geometry.scale::<T>();
        let (x, y) = (x.as_chunks::<BLOCK>().0, y.as_chunks_mut::<BLOCK>().0);
        for (x, y) in x.chunks_exact(x_len).zip(y.chunks_exact_mut(y_len)) {
            geometry.windows(|rows, columns, out| {
                let mut sum = Pixel::ZERO;
                let mut blocks = geometry.has_large_windows().then(Pairwise::<T, BLOCK, LEVELS>::new);
                for row in rows {
                    let x = &x[row * width..][columns.clone()];
                    let Some(blocks) = &mut blocks else {
                        x.iter().for_each(|x| sum = sum.zip(Lanes(*x), |a, b| a + b));
                        continue;
                    };
                    for terms in x.chunks(TERMS) {
                        sum = Pixel::ZERO;
                        terms.iter().for_each(|x| sum = sum.zip(Lanes(*x), |a, b| a + b));
                        blocks.add(&mut sum.0);
                    }
                }
                if let Some(blocks) = &blocks {
                    blocks.total(&mut sum.0);
                }
                y[out] = sum.0.map(|sum| sum * scale);
            });
        }
    }
}

vectorised! {
    pub(in crate::kernels) fn mean_pool2d_blocks_gradient_body<'a, T, FMA, BYTES>(
        planes: usize,
        geometry: &'a Pool2d,
        d_y: &'a [T],
        d_x: &'a mut [T],
    ) {
        geometry.check("mean_pool2d_blocks_gradient", planes.saturating_mul(BLOCK), &[d_x.len()], d_y.len());
        let ([x_len, y_len], width) = (geometry.plane_lens(), geometry.input[1]);
        let scale = geometry.scale::<T>();
        d_x.fill(T::ZERO);
        let (d_y, d_x) = (d_y.as_chunks::<BLOCK>().0, d_x.as_chunks_mut::<BLOCK>().0);
        for (d_y, d_x) in d_y.chunks_exact(y_len).zip(d_x.chunks_exact_mut(x_len)) {
            geometry.windows(|rows, columns, out| {
                let share = Lanes(d_y[out].map(|d_y| d_y * scale));
                for row in rows {
                    let d_x = &mut d_x[row * width..][columns.clone()];
                    d_x.iter_mut().for_each(|d_x| *d_x = Lanes(*d_x).zip(share, |a, b| a + b).0);
                }
            });
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::geometries;
    use super::super::*;
    use super::*;
    use crate::kernels::testing::values;
    use crate::kernels::{from_blocks, to_blocks};

    /// Both layouts of `planes` planes of 16 examples: by examples, and by blocks.
    pub fn layouts<T: Real>(planes: usize, len: usize, seed: u64, nan: bool) -> [Vec<T>; 2] {
        // Few different values, for ties, and some NaN.
        let mut x: Vec<T> = values::<T>(planes * len * BLOCK, seed);
        if nan {
            x.iter_mut()
                .for_each(|x| *x = T::literal((x.to_f64() * 3.0).round()));
            x.iter_mut()
                .skip(5)
                .step_by(11)
                .for_each(|x| *x = T::literal(f64::NAN));
        }
        let mut blocks = vec![T::ONE; x.len()];
        to_blocks(BLOCK, planes * len, &x, &mut blocks);
        [x, blocks]
    }

    #[track_caller]
    fn agree<T: Real>(blocks: &[T], want: &[T]) {
        let mut got = vec![T::ZERO; want.len()];
        from_blocks(BLOCK, want.len() / BLOCK, blocks, &mut got);
        for (got, want) in got.into_iter().zip(want) {
            assert!(got == *want || got.is_nan() && want.is_nan(), "{got} for {want}");
        }
    }

    fn pooling_matches<T: Real>() {
        for g in geometries() {
            for planes in [0, 1, 3] {
                let [x_len, y_len] = [g.input, g.output].map(|[height, width]| height * width);
                let [x, x_blocks] = layouts::<T>(planes, x_len, 1, true);
                let [clean, clean_blocks] = layouts::<T>(planes, x_len, 2, false);
                let [d_y, d_y_blocks] = layouts::<T>(planes, y_len, 3, false);
                let (mut y, mut d_x) = (vec![T::ONE; d_y.len()], vec![T::ONE; x.len()]);
                let (mut y_blocks, mut d_x_blocks) = (y.clone(), d_x.clone());

                max_pool2d(planes * BLOCK, &g, &x, &mut y);
                max_pool2d_blocks(planes, &g, &x_blocks, &mut y_blocks);
                agree(&y_blocks, &y);
                max_pool2d_gradient(planes * BLOCK, &g, &x, &d_y, &mut d_x);
                max_pool2d_blocks_gradient(planes, &g, &x_blocks, &d_y_blocks, &mut d_x_blocks);
                agree(&d_x_blocks, &d_x);
                mean_pool2d(planes * BLOCK, &g, &clean, &mut y);
                mean_pool2d_blocks(planes, &g, &clean_blocks, &mut y_blocks);
                agree(&y_blocks, &y);
                mean_pool2d_gradient(planes * BLOCK, &g, &d_y, &mut d_x);
                mean_pool2d_blocks_gradient(planes, &g, &d_y_blocks, &mut d_x_blocks);
                agree(&d_x_blocks, &d_x);
            }
        }
    }

    #[test]
    fn pooling_of_blocks_matches_that_of_examples() {
        pooling_matches::<f32>();
        pooling_matches::<f64>();
    }
}
