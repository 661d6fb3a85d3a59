//! Pooling of images whose channels lie last, in the layout `[examples][height][width][channels]`.
//!
//! A few channels of a window are combined at a time.

use core::ops::Range;

use super::Pool2d;
use crate::Real;
use crate::kernels::lanes::Lanes;
use crate::kernels::pairwise::{LEVELS, Pairwise, TERMS};

/// [`max_pool2d`](super::max_pool2d) of images whose channels lie last; their number is that which the lengths say.
///
/// * `examples`: the number of images;
/// * `x`: `[examples, geometry.input, channels]`, `y`: `[examples, geometry.output, channels]`, overwritten.
///
/// Padding never wins: a window of nothing but padding gives `-∞`. A NaN in a window gives NaN.
#[inline]
pub fn max_pool2d_channels_last<T: Real>(examples: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    T::max_pool2d_channels_last(examples, geometry, x, y);
}

/// [`mean_pool2d`](super::mean_pool2d) of images whose channels lie last; their number is that which the lengths say. Padding counts
/// as zeros: the sum is divided by the window's area.
///
/// * `examples`: the number of images;
/// * `x`: `[examples, geometry.input, channels]`, `y`: `[examples, geometry.output, channels]`, overwritten.
#[inline]
pub fn mean_pool2d_channels_last<T: Real>(examples: usize, geometry: &Pool2d, x: &[T], y: &mut [T]) {
    T::mean_pool2d_channels_last(examples, geometry, x, y);
}

/// The number of channels that are combined at a time.
const TOGETHER: usize = 8;

/// The larger of two elements without a branch, NaN if either is.
#[inline(always)]
fn larger<T: Real>(a: T, b: T) -> T {
    if (a > b) | a.is_nan() { a } else { b }
}

/// What a window is reduced to.
trait Reduce<T: Real> {
    /// Reduces `L` channels of a window, those from `channel` on.
    fn reduce<const L: usize>(&self, window: &Window<'_, T>, channel: usize) -> Lanes<T, L>;
}

/// The pixels of a window that are in the image.
struct Window<'a, T> {
    /// Those of the image and after it, and how many are in a row.
    pixels: &'a [T],
    width: usize,
    channels: usize,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl<T: Real> Window<'_, T> {
    /// The pixels of a row, and all after them.
    #[inline(always)]
    fn row(&self, row: usize) -> &[T] {
        &self.pixels[(row * self.width + self.columns.start) * self.channels..]
    }

    /// The number of elements from those of the last pixel on.
    #[inline(always)]
    fn room(&self) -> usize {
        let pixels = (self.rows.end.max(1) - 1) * self.width + self.columns.end.max(1) - 1;
        self.pixels.len() - pixels * self.channels
    }
}

struct Maximum;

impl<T: Real> Reduce<T> for Maximum {
    #[inline(always)]
    fn reduce<const L: usize>(&self, window: &Window<'_, T>, channel: usize) -> Lanes<T, L> {
        let mut most = Lanes::splat(T::NEG_INFINITY);
        for row in window.rows.clone() {
            let pixels = window.row(row);
            for column in 0..window.columns.len() {
                most = most.zip(Lanes::load(&pixels[column * window.channels + channel..]), larger);
            }
        }
        most
    }
}

/// A mean: the sum times the reciprocal of the area.
struct Mean<T> {
    scale: T,
    /// True if the sum is formed in blocks of a few terms along the rows.
    in_blocks: bool,
}

impl<T: Real> Reduce<T> for Mean<T> {
    #[inline(always)]
    fn reduce<const L: usize>(&self, window: &Window<'_, T>, channel: usize) -> Lanes<T, L> {
        let mut sum = Lanes::ZERO;
        if self.in_blocks {
            let mut blocks = Pairwise::<T, L, LEVELS>::new();
            for row in window.rows.clone() {
                for first in (0..window.columns.len()).step_by(TERMS) {
                    let end = window.columns.len().min(first + TERMS);
                    sum = Lanes::ZERO;
                    add_pixels(window.row(row), first..end, window.channels, channel, &mut sum);
                    blocks.add(&mut sum.0);
                }
            }
            blocks.total(&mut sum.0);
        } else {
            for row in window.rows.clone() {
                let columns = 0..window.columns.len();
                add_pixels(window.row(row), columns, window.channels, channel, &mut sum);
            }
        }
        sum.zip(Lanes::splat(self.scale), |sum, scale| sum * scale)
    }
}

/// Adds the channels from one on of some pixels side by side.
#[inline(always)]
fn add_pixels<T: Real, const L: usize>(
    pixels: &[T],
    columns: Range<usize>,
    channels: usize,
    channel: usize,
    sum: &mut Lanes<T, L>,
) {
    for column in columns {
        *sum = sum.zip(Lanes::load(&pixels[column * channels + channel..]), |sum, x| {
            sum + x
        });
    }
}

impl Pool2d {
    /// The number of channels, after checking the lengths.
    fn channels(&self, kernel: &str, examples: usize, x: usize, y: usize) -> usize {
        let [height, width] = self.input;
        let pixels = examples.saturating_mul(height.saturating_mul(width));
        let channels = x.checked_div(pixels).unwrap_or(0);
        self.check(kernel, examples.saturating_mul(channels), &[x], y);
        channels
    }

    /// Reduces every window of every example.
    #[inline(always)]
    fn reduce<T: Real>(&self, channels: usize, x: &[T], y: &mut [T], by: &impl Reduce<T>) {
        if channels == 0 {
            return;
        }
        let [x_len, y_len] = self.plane_lens().map(|len| len * channels);
        for example in 0..y.len() / y_len {
            let (x, y) = (&x[example * x_len..], &mut y[example * y_len..]);
            self.windows(|rows, columns, out| {
                let window = Window {
                    pixels: x,
                    width: self.input[1],
                    channels,
                    rows,
                    columns,
                };
                reduce_window(&window, &mut y[out * channels..], by);
            });
        }
    }
}

/// Reduces all channels of a window, to the first elements of `y`.
#[inline(always)]
fn reduce_window<T: Real>(window: &Window<'_, T>, y: &mut [T], by: &impl Reduce<T>) {
    let (channels, mut channel) = (window.channels, 0);
    // They may be more than are left: those too many are of the next pixels, and the next output is stored later.
    let room = y.len().min(window.room());
    while channel < channels {
        if channel + TOGETHER <= room {
            by.reduce::<TOGETHER>(window, channel).store(&mut y[channel..]);
            channel += TOGETHER;
        } else {
            y[channel] = by.reduce::<1>(window, channel).0[0];
            channel += 1;
        }
    }
}

vectorised! {
    pub(in crate::kernels) fn max_pool2d_channels_last_body<'a, T, FMA, BYTES>(
        examples: usize,
        geometry: &'a Pool2d,
        x: &'a [T],
        y: &'a mut [T],
    ) {
        let channels = geometry.channels("max_pool2d_channels_last", examples, x.len(), y.len());
        geometry.reduce(channels, x, y, &Maximum);
    }
}

vectorised! {
    pub(in crate::kernels) fn mean_pool2d_channels_last_body<'a, T, FMA, BYTES>(
        examples: usize,
        geometry: &'a Pool2d,
        x: &'a [T],
        y: &'a mut [T],
    ) {
        let channels = geometry.channels("mean_pool2d_channels_last", examples, x.len(), y.len());
        let mean = Mean {
            scale: geometry.scale(),
            in_blocks: geometry.has_large_windows(),
        };
        geometry.reduce(channels, x, y, &mean);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::geometries;
    use super::super::{max_pool2d, mean_pool2d};
    use super::*;
    use crate::kernels::testing::values;

    /// Planes of `examples` images, with their channels last.
    fn last<T: Real>(examples: usize, channels: usize, planes: &[T]) -> Vec<T> {
        let pixels = planes.len() / (examples * channels).max(1);
        let place = |place: usize| {
            let (pixel, channel) = (place / channels, place % channels);
            (pixel / pixels * channels + channel) * pixels + pixel % pixels
        };
        (0..planes.len()).map(|element| planes[place(element)]).collect()
    }

    fn matches_planes<T: Real>() {
        for g in geometries() {
            for (examples, channels) in [
                (0, 3),
                (1, 1),
                (3, 3),
                (1, 4),
                (2, 7),
                (2, 8),
                (1, 17),
                (2, 32),
                (1, 40),
                (3, 75),
            ] {
                let [x_len, y_len] = g.plane_lens().map(|len| len * examples * channels);
                let clean = values::<T>(x_len, 1);
                // Few different values, and some NaN.
                let rounded = |x: &T| T::literal((x.to_f64() * 3.0).round());
                let mut x: Vec<T> = clean.iter().map(rounded).collect();
                x.iter_mut()
                    .skip(5)
                    .step_by(11)
                    .for_each(|x| *x = T::literal(f64::NAN));
                let [mut want, mut got] = [T::ONE, T::ZERO].map(|each| vec![each; y_len]);
                max_pool2d(examples * channels, &g, &x, &mut want);
                max_pool2d_channels_last(examples, &g, &last(examples, channels, &x), &mut got);
                let want_last = last(examples, channels, &want);
                let agree = |(got, want): (&T, &T)| got == want || got.is_nan() && want.is_nan();
                assert!(
                    got.iter().zip(&want_last).all(agree),
                    "{g:?}, {channels} channels"
                );
                mean_pool2d(examples * channels, &g, &clean, &mut want);
                mean_pool2d_channels_last(examples, &g, &last(examples, channels, &clean), &mut got);
                assert!(
                    got == last(examples, channels, &want),
                    "{g:?}, {channels} channels"
                );
            }
        }
    }

    #[test]
    fn pooling_has_the_bits_of_that_by_planes() {
        matches_planes::<f32>();
        matches_planes::<f64>();
    }

    #[test]
    #[should_panic(expected = "a slice of 7 elements for 2 planes")]
    fn lengths_that_do_not_agree_are_refused() {
        let g = Pool2d {
            input: [4, 4],
            output: [2, 2],
            window: [2, 2],
            stride: [2, 2],
            pad: [[0, 0]; 2],
        };
        max_pool2d_channels_last(1, &g, &[0.0f32; 32], &mut [0.0; 7]);
    }
}
