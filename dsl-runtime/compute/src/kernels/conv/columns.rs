//! Frames for narrow outputs: one plane for each column of the kernel, as wide as the outputs.
//!
//! In the [frame](super::frame) of an image a row is wider than a row of outputs by the reach of the kernel,
//! and the outputs in between are computed for nothing: with 8 columns and a kernel of 3, a fifth of them.
//! Here each column of the kernel has a copy of the image, shifted by its own offset, so that rows of outputs
//! are contiguous and the product is the output as it is stored. The copies pay if many outputs see each
//! pixel.

use core::ops::Range;

use super::Conv2d;
use super::frame::{Frame, Rows, copy_planes};
use crate::Real;
use crate::kernels::tile::{Product, Terms, multiply};

/// The number of products with each copied pixel, times the percentage of outputs otherwise wasted, from
/// which the copies pay.
const PRODUCTS: usize = 48;
const WASTED: usize = 8;

impl Conv2d {
    /// True if the convolution itself uses such frames.
    pub(super) const fn is_by_columns(&self) -> bool {
        let computed = self.image_frame(0).stretch(self.output[1], self.output[2]);
        let products = self.output[0] / self.groups * self.kernel[0];
        products >= PRODUCTS && computed * 100 >= self.pixels() * (100 + WASTED)
    }

    /// The number of planes for each channel of the image: one for each column of the kernel, for each class
    /// of its rows.
    const fn planes(&self) -> usize {
        self.classes(0) * self.kernel[1]
    }

    /// The frame of the pixels of a group of channels that `rows` rows of outputs see.
    pub(super) const fn column_frame(&self, rows: usize) -> Frame {
        Frame {
            planes: self.input[0] / self.groups * self.planes(),
            rows: rows + self.reach(0),
            width: self.output[2],
        }
    }

    /// Copies the pixels of a group's channels that the outputs of `rows` see into their frame, in which
    /// padding is already zero.
    pub(super) fn frame_columns<T: Real>(&self, channels: &[T], rows: Range<usize>, into: &mut [T]) {
        let frame = self.column_frame(rows.len());
        let [_, height, width] = self.input;
        let (stride, before) = (self.stride[1], self.pad[1][0]);
        for number in 0..self.planes() {
            let (y, x) = (self.class(0, number / self.kernel[1]), number % self.kernel[1]);
            let lines = self.inside(0, y);
            let (top, end) = (lines[0].max(rows.start), lines[1].min(rows.start + frame.rows));
            // The outputs whose pixel lies in the image rather than in padding.
            let seen = x * self.dilation[1];
            let left = before.saturating_sub(seen).div_ceil(stride);
            let right = (before + width)
                .saturating_sub(seen)
                .div_ceil(stride)
                .min(frame.width);
            if top >= end || left >= right {
                continue;
            }
            let copied = Rows {
                count: end - top,
                width: right - left,
                from: self.pixel(0, y, top) * width + left * stride + seen - before,
                from_pitch: self.stride[0] * width,
                from_step: stride,
                into: (top - rows.start) * frame.width + left,
                into_pitch: frame.width,
                into_step: 1,
            };
            let planes = channels.len() / (height * width);
            let into = &mut into[number * frame.plane()..];
            copy_planes(
                copied,
                planes,
                channels,
                height * width,
                into,
                self.planes() * frame.plane(),
            );
        }
    }

    /// Computes the outputs in `rows` of as many channels of a group as `out` holds, and adds them to the old
    /// contents if `accumulate`.
    pub(super) fn products_by_columns<T: Real>(
        &self,
        weight: &[T],
        padded: &[T],
        rows: Range<usize>,
        accumulate: bool,
        out: &mut [T],
    ) {
        let frame = self.column_frame(rows.len());
        let [_, kernel_width] = self.kernel;
        for number in 0..self.classes(0) {
            let y = self.class(0, number);
            let product = Product {
                m: out.len() / self.pixels(),
                n: rows.len() * frame.width,
                terms: Terms {
                    counts: [self.input[0] / self.groups, y.taps, kernel_width],
                    a_steps: [self.kernel_len(), y.tap_step * kernel_width, 1],
                    b_steps: [
                        self.planes() * frame.plane(),
                        y.offset_step * frame.width,
                        frame.plane(),
                    ],
                }
                .longest_inside(),
                a: &weight[y.tap * kernel_width..],
                a_row: self.taps(),
                b: padded,
                b_first: number * kernel_width * frame.plane() + y.offset * frame.width,
                accumulate: accumulate || number > 0,
                c_row: self.pixels(),
            };
            multiply(&product, &mut out[rows.start * frame.width..]);
        }
    }
}
