//! Maxima and means over windows of a plane.

mod blocks;
mod channels_last;
mod winners;

use core::ops::Range;

use super::pairwise::{CHAIN, LEVELS, Pairwise, TERMS};
use crate::Real;
pub use blocks::{
    max_pool2d_blocks, max_pool2d_blocks_gradient, mean_pool2d_blocks, mean_pool2d_blocks_gradient,
};
pub(super) use blocks::{
    max_pool2d_blocks_body, max_pool2d_blocks_gradient_body, mean_pool2d_blocks_body,
    mean_pool2d_blocks_gradient_body,
};
pub use channels_last::{max_pool2d_channels_last, mean_pool2d_channels_last};
pub(super) use channels_last::{max_pool2d_channels_last_body, mean_pool2d_channels_last_body};
pub use winners::{max_pool2d_blocks_spread, max_pool2d_blocks_winners};
pub(super) use winners::{max_pool2d_blocks_spread_body, max_pool2d_blocks_winners_body, rectified_winner};

/// The geometry of a two-dimensional pooling; every plane (channel of an example) is pooled by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool2d {
    /// Height and width of a plane of the input.
    pub input: [usize; 2],
    /// Height and width of a plane of the output.
    pub output: [usize; 2],
    /// Height and width of the window.
    pub window: [usize; 2],
    /// Steps between windows, down and across.
    pub stride: [usize; 2],
    /// Padding: rows above and below, columns left and right.
    pub pad: [[usize; 2]; 2],
}

/// `y` is the maximum of each window of `x`.
///
/// * `planes`: channels of all examples together;
/// * `x`: `[planes, geometry.input]`, `y`: `[planes, geometry.output]`, overwritten.
///
/// Padding never wins: a window of nothing but padding gives `-∞`. A NaN in a window gives NaN.
#[inline]
pub fn max_pool2d<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    T::max_pool2d(planes, geometry, x, y);
}

/// The gradient of [`max_pool2d`]: each `d_y` is added to the `d_x` of the `x` that is the maximum of its
/// window, the first of equal ones (the first NaN, if there is one).
///
/// * `x`, `d_x`: `[planes, geometry.input]`, `d_x` overwritten; `d_y`: `[planes, geometry.output]`.
#[inline]
pub fn max_pool2d_gradient<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], d_y: &[T], d_x: &mut [T]) {
    T::max_pool2d_gradient(planes, geometry, x, d_y, d_x);
}

/// The linearisation of [`max_pool2d`] at `x`, applied to `v`: the elements of `v` at the positions of the
/// maxima of `x`.
///
/// * `x`, `v`: `[planes, geometry.input]`; `y`: `[planes, geometry.output]`, overwritten.
///
/// A window of nothing but padding gives 0.
#[inline]
pub fn max_pool2d_at<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], v: &[T], y: &mut [T]) {
    T::max_pool2d_at(planes, geometry, x, v, y);
}

/// `y` is the mean of each window of `x`. Padding counts as zeros: the sum is divided by the window's area.
///
/// * `planes`: channels of all examples together;
/// * `x`: `[planes, geometry.input]`, `y`: `[planes, geometry.output]`, overwritten.
#[inline]
pub fn mean_pool2d<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    T::mean_pool2d(planes, geometry, x, y);
}

/// The gradient of [`mean_pool2d`]: each `d_y` over the window's area is added to the `d_x` of its window.
///
/// * `d_y`: `[planes, geometry.output]`; `d_x`: `[planes, geometry.input]`, overwritten.
#[inline]
pub fn mean_pool2d_gradient<T: Real>(planes: usize, geometry: &Pool2d, d_y: &[T], d_x: &mut [T]) {
    T::mean_pool2d_gradient(planes, geometry, d_y, d_x);
}

impl Pool2d {
    /// True for windows of 2×2 that neither overlap nor leave the plane, the common case.
    fn is_halving(&self) -> bool {
        let halves = |axis: usize| self.output[axis] * 2 <= self.input[axis];
        self.window == [2, 2] && self.stride == [2, 2] && self.pad == [[0, 0]; 2] && halves(0) && halves(1)
    }

    /// Panics unless the windows fit the plane and the slices have the lengths that the sizes ask for.
    fn check(&self, kernel: &str, planes: usize, inputs: &[usize], output: usize) {
        let padded = [0, 1].map(|axis| {
            let [before, after] = self.pad[axis];
            self.input[axis].saturating_add(before).saturating_add(after)
        });
        let fits = |axis: usize| {
            let end = self.output[axis]
                .saturating_sub(1)
                .saturating_mul(self.stride[axis])
                .saturating_add(self.window[axis]);
            let covered = self.output[axis] == 0 || self.input[axis] > 0 && end <= padded[axis];
            self.stride[axis] > 0 && self.window[axis] > 0 && covered
        };
        assert!(
            fits(0) && fits(1),
            "{kernel}: the windows do not fit the plane: {self:?}"
        );
        // These bounds keep every number computed from the sizes from overflowing, even if others are 0.
        let area = padded
            .map(|size| size.max(1))
            .iter()
            .fold(1, |area: usize, size| area.saturating_mul(*size));
        assert!(
            area <= isize::MAX as usize,
            "{kernel}: the sizes are too large to compute with: {self:?}"
        );
        let [height, width] = self.input;
        assert!(
            inputs
                .iter()
                .all(|len| planes.checked_mul(height * width) == Some(*len)),
            "{kernel}: slices of {inputs:?} elements for {planes} planes of {height}×{width}"
        );
        let [height, width] = self.output;
        assert!(
            planes.checked_mul(height * width) == Some(output),
            "{kernel}: a slice of {output} elements for {planes} planes of {height}×{width}"
        );
    }

    /// The indices along an axis that the window of output `out` covers, without padding.
    #[inline(always)]
    fn span(&self, axis: usize, out: usize) -> Range<usize> {
        let (start, before) = (out * self.stride[axis], self.pad[axis][0]);
        let end = (start + self.window[axis])
            .saturating_sub(before)
            .min(self.input[axis]);
        start.saturating_sub(before).min(end)..end
    }

    /// Calls `visit(position of the winner, index of the output)` for each window of one plane.
    #[inline(always)]
    fn winners<T: Real>(&self, x: &[T], mut visit: impl FnMut(Option<usize>, usize)) {
        let width = self.input[1];
        for y_out in 0..self.output[0] {
            let y_span = self.span(0, y_out);
            for x_out in 0..self.output[1] {
                let mut winner = None;
                let mut most = T::NEG_INFINITY;
                for row in y_span.clone() {
                    for position in self.span(1, x_out).map(|column| row * width + column) {
                        if winner.is_none() || beats(x[position], most) {
                            (winner, most) = (Some(position), x[position]);
                        }
                    }
                }
                visit(winner, y_out * self.output[1] + x_out);
            }
        }
    }

    /// The planes' sizes, at least 1 so that slices can be cut by them.
    fn plane_lens(&self) -> [usize; 2] {
        [self.input, self.output].map(|[height, width]| (height * width).max(1))
    }
}

/// True if a later element replaces the maximum so far: it is larger, or the first NaN. Free of branches.
#[inline(always)]
#[expect(
    clippy::neg_cmp_op_on_partial_ord,
    reason = "of a NaN and a number neither is less"
)]
fn beats<T: Real>(later: T, most: T) -> bool {
    !(later <= most) & !most.is_nan()
}

/// The two rows that a row of halving windows covers, as pairs of neighbours.
#[inline(always)]
fn halving_rows<'a, T>(geometry: &Pool2d, x: &'a [T]) -> impl Iterator<Item = [&'a [[T; 2]]; 2]> {
    let ([_, width], [_, half]) = (geometry.input, geometry.output);
    x.chunks_exact(2 * width.max(1)).map(move |rows| {
        let (top, bottom) = rows.split_at(width);
        [top, bottom].map(|row| &row.as_chunks().0[..half])
    })
}

/// The starts of pieces of length `K` that cover `0..n`; the last may overlap the one before. Loops of a
/// known length become vector code however short the rows are. `n` is at least `K`.
#[inline(always)]
fn stretches<const K: usize>(n: usize) -> impl Iterator<Item = usize> {
    (0..n.div_ceil(K)).map(move |stretch| (stretch * K).min(n - K))
}

/// `y = of([upper left, upper right, lower left, lower right])` in a plane of halving windows.
#[inline(always)]
fn halve<T: Real>(geometry: &Pool2d, x: &[T], y: &mut [T], of: impl Fn([T; 4]) -> T) {
    for (rows, y) in halving_rows(geometry, x).zip(y.chunks_exact_mut(geometry.output[1].max(1))) {
        match y.len() {
            8.. => halve_row::<T, 8>(rows, y, &of),
            4.. => halve_row::<T, 4>(rows, y, &of),
            _ => halve_row::<T, 1>(rows, y, &of),
        }
    }
}

#[inline(always)]
fn halve_row<T: Real, const K: usize>([top, bottom]: [&[[T; 2]]; 2], y: &mut [T], of: &impl Fn([T; 4]) -> T) {
    for first in stretches::<K>(y.len()) {
        let (top, bottom) = (&top[first..][..K], &bottom[first..][..K]);
        let y = &mut y[first..][..K];
        for i in 0..K {
            y[i] = of([top[i][0], top[i][1], bottom[i][0], bottom[i][1]]);
        }
    }
}

vectorised! {
    /// [`max_pool2d`] of one plane with halving windows.
    fn max_of_halves<'a, T, FMA, BYTES>(geometry: &'a Pool2d, x: &'a [T], y: &'a mut [T]) {
        halve(geometry, x, y, |[a, b, c, d]| T::max(T::max(a, b), T::max(c, d)));
    }
}

vectorised! {
    /// [`mean_pool2d`] of one plane with halving windows.
    fn mean_of_halves<'a, T, FMA, BYTES>(geometry: &'a Pool2d, x: &'a [T], y: &'a mut [T]) {
        let scale = geometry.scale::<T>();
        halve(geometry, x, y, |[a, b, c, d]| (((a + b) + c) + d) * scale);
    }
}

pub(super) fn max_pool2d_body<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    geometry.check("max_pool2d", planes, &[x.len()], y.len());
    let [x_len, y_len] = geometry.plane_lens();
    for (x, y) in x.chunks_exact(x_len).zip(y.chunks_exact_mut(y_len)) {
        if geometry.is_halving() {
            max_of_halves(geometry, x, y);
        } else {
            geometry.winners(x, |winner, out| {
                y[out] = winner.map_or(T::NEG_INFINITY, |winner| x[winner]);
            });
        }
    }
}

pub(super) fn max_pool2d_gradient_body<T: Real>(
    planes: usize,
    geometry: &Pool2d,
    x: &[T],
    d_y: &[T],
    d_x: &mut [T],
) {
    geometry.check("max_pool2d_gradient", planes, &[x.len(), d_x.len()], d_y.len());
    let [x_len, y_len] = geometry.plane_lens();
    d_x.fill(T::ZERO);
    let outs = d_y.chunks_exact(y_len).zip(d_x.chunks_exact_mut(x_len));
    for (x, (d_y, d_x)) in x.chunks_exact(x_len).zip(outs) {
        if geometry.is_halving() {
            halving_gradient(geometry, x, d_y, d_x);
        } else {
            geometry.winners(x, |winner, out| {
                if let Some(winner) = winner {
                    d_x[winner] += d_y[out];
                }
            });
        }
    }
}

/// Zeroes every element of the window `[a, b, c, d]`, upper row first, except the maximum, which is replaced
/// by the corresponding element of `with`. It consists of selects only, so that a loop over it becomes vector
/// code.
#[inline(always)]
fn at_winner<T: Real>([a, b, c, d]: [T; 4], with: [T; 4]) -> [T; 4] {
    let second = beats(b, a);
    let fourth = beats(d, c);
    let below = beats(if fourth { d } else { c }, if second { b } else { a });
    let keep = |kept: bool, x: T| if kept { x } else { T::ZERO };
    [
        keep(!below & !second, with[0]),
        keep(!below & second, with[1]),
        keep(below & !fourth, with[2]),
        keep(below & fourth, with[3]),
    ]
}

/// [`max_pool2d_gradient`] of one plane with halving windows, into a `d_x` of zeros. The index of the winner
/// is found by arithmetic, without a branch to mispredict.
#[inline(always)]
fn halving_gradient<T: Real>(geometry: &Pool2d, x: &[T], d_y: &[T], d_x: &mut [T]) {
    let width = geometry.input[1];
    let d_x = d_x.chunks_exact_mut(2 * width.max(1));
    let rows = halving_rows(geometry, x).zip(d_x);
    for (([top, bottom], d_x), d_y) in rows.zip(d_y.chunks_exact(geometry.output[1].max(1))) {
        for (i, ((&[a, b], &[c, d]), d_y)) in top.iter().zip(bottom).zip(d_y).enumerate() {
            let (second, fourth) = (beats(b, a), beats(d, c));
            let (upper, lower) = (if second { b } else { a }, if fourth { d } else { c });
            let below = beats(lower, upper);
            let right = if below { fourth } else { second };
            d_x[2 * i + usize::from(right) + usize::from(below) * width] = *d_y;
        }
    }
}

pub(super) fn max_pool2d_at_body<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], v: &[T], y: &mut [T]) {
    geometry.check("max_pool2d_at", planes, &[x.len(), v.len()], y.len());
    let [x_len, y_len] = geometry.plane_lens();
    let outs = v.chunks_exact(x_len).zip(y.chunks_exact_mut(y_len));
    for (x, (v, y)) in x.chunks_exact(x_len).zip(outs) {
        if geometry.is_halving() {
            halving_at(geometry, x, v, y);
        } else {
            geometry.winners(x, |winner, out| {
                y[out] = winner.map_or(T::ZERO, |winner| v[winner])
            });
        }
    }
}

/// [`max_pool2d_at`] of one plane with halving windows.
#[inline(always)]
fn halving_at<T: Real>(geometry: &Pool2d, x: &[T], v: &[T], y: &mut [T]) {
    let ([_, width], [_, half]) = (geometry.input, geometry.output);
    let pairs = x
        .chunks_exact(2 * width.max(1))
        .zip(v.chunks_exact(2 * width.max(1)));
    for ((x, v), y) in pairs.zip(y.chunks_exact_mut(half.max(1))) {
        let ((top, bottom), (v_top, v_bottom)) = (x.split_at(width), v.split_at(width));
        let x = top.chunks_exact(2).zip(bottom.chunks_exact(2));
        let v = v_top.chunks_exact(2).zip(v_bottom.chunks_exact(2));
        for ((y, (top, bottom)), (v_top, v_bottom)) in y.iter_mut().zip(x).zip(v) {
            let window = [top[0], top[1], bottom[0], bottom[1]];
            let [a, b, c, d] = at_winner(window, [v_top[0], v_top[1], v_bottom[0], v_bottom[1]]);
            // Three of the four are zero.
            *y = (a + b) + (c + d);
        }
    }
}

pub(super) fn mean_pool2d_body<T: Real>(planes: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    geometry.check("mean_pool2d", planes, &[x.len()], y.len());
    let [x_len, y_len] = geometry.plane_lens();
    let scale = geometry.scale::<T>();
    for (x, y) in x.chunks_exact(x_len).zip(y.chunks_exact_mut(y_len)) {
        if geometry.is_halving() {
            mean_of_halves(geometry, x, y);
        } else {
            let width = geometry.input[1];
            let mut blocks = Pairwise::<T, 1, LEVELS>::new();
            geometry.windows(|rows, columns, out| {
                let mut sum = [T::ZERO];
                blocks.restart();
                for row in rows {
                    let row = &x[row * width..][columns.clone()];
                    if !geometry.has_large_windows() {
                        row.iter().for_each(|x| sum[0] += *x);
                        continue;
                    }
                    for terms in row.chunks(TERMS) {
                        sum = [terms.iter().fold(T::ZERO, |sum, x| sum + *x)];
                        blocks.add(&mut sum);
                    }
                }
                if geometry.has_large_windows() {
                    blocks.total(&mut sum);
                }
                y[out] = sum[0] * scale;
            });
        }
    }
}

pub(super) fn mean_pool2d_gradient_body<T: Real>(planes: usize, geometry: &Pool2d, d_y: &[T], d_x: &mut [T]) {
    geometry.check("mean_pool2d_gradient", planes, &[d_x.len()], d_y.len());
    let [x_len, y_len] = geometry.plane_lens();
    let scale = geometry.scale::<T>();
    let width = geometry.input[1];
    d_x.fill(T::ZERO);
    for (d_y, d_x) in d_y.chunks_exact(y_len).zip(d_x.chunks_exact_mut(x_len)) {
        if geometry.is_halving() {
            let pairs = d_x.chunks_exact_mut(2 * width.max(1));
            for (d_y, d_x) in d_y.chunks_exact(geometry.output[1].max(1)).zip(pairs) {
                let (d_top, d_bottom) = d_x.split_at_mut(width);
                let d_x = d_top.chunks_exact_mut(2).zip(d_bottom.chunks_exact_mut(2));
                for (d_y, (d_top, d_bottom)) in d_y.iter().zip(d_x) {
                    d_top.fill(*d_y * scale);
                    d_bottom.fill(*d_y * scale);
                }
            }
            continue;
        }
        geometry.windows(|rows, columns, out| {
            let share = d_y[out] * scale;
            for row in rows {
                d_x[row * width..][columns.clone()]
                    .iter_mut()
                    .for_each(|d_x| *d_x += share);
            }
        });
    }
}

impl Pool2d {
    /// True if the sum of a window is formed in blocks of a few terms along its rows.
    fn has_large_windows(&self) -> bool {
        self.window[0].saturating_mul(self.window[1]) > CHAIN
    }

    /// The reciprocal of the window's area.
    fn scale<T: Real>(&self) -> T {
        T::literal(1.0 / (self.window[0] as f64 * self.window[1] as f64))
    }

    /// Calls `visit(rows, columns, index of the output)` for each window of a plane.
    #[inline(always)]
    fn windows(&self, mut visit: impl FnMut(Range<usize>, Range<usize>, usize)) {
        for y_out in 0..self.output[0] {
            for x_out in 0..self.output[1] {
                visit(
                    self.span(0, y_out),
                    self.span(1, x_out),
                    y_out * self.output[1] + x_out,
                );
            }
        }
    }
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
