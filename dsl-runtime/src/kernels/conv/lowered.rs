//! Convolution as a matrix product over unfolded images: any stride, dilation and padding.
//!
//! The image of a group is unfolded ("im2col") into a matrix with one row per tap (input channel, kernel row,
//! kernel column) and one column per pixel of the output; the convolution is the product of the weight with it.

use std::ops::Range;

use super::Conv2d;
use crate::Real;
use crate::kernels::{Then, gemm};

/// One group of channels of one example: where its parts lie.
struct Group {
    image: Range<usize>,
    out: Range<usize>,
    weight: Range<usize>,
}

impl Conv2d {
    fn group(&self, index: usize) -> Group {
        let part = |len: usize| index * (len / self.groups)..(index + 1) * (len / self.groups);
        Group {
            image: part(self.image_len()),
            out: part(self.out_len()),
            weight: part(self.weight_len()),
        }
    }

    /// Output channels of a group.
    fn group_channels(&self) -> usize {
        self.output[0] / self.groups
    }

    /// The outputs along an axis for which the kernel's element `tap` meets the image rather than padding.
    fn span(&self, axis: usize, tap: usize) -> Range<usize> {
        let (size, outputs) = (self.input[axis + 1], self.output[axis + 1]);
        let (stride, before, offset) = (self.stride[axis], self.pad[axis][0], tap * self.dilation[axis]);
        let start = before.saturating_sub(offset).div_ceil(stride).min(outputs);
        let end = (size + before)
            .saturating_sub(offset)
            .div_ceil(stride)
            .min(outputs);
        start..end.max(start)
    }

    /// The index along an axis that output `out` sees through the kernel's element `tap`.
    fn source(&self, axis: usize, tap: usize, out: usize) -> usize {
        out * self.stride[axis] + tap * self.dilation[axis] - self.pad[axis][0]
    }

    /// Calls `visit(first element in the unfolded row, row, column of the image, outputs in this row)` for
    /// each stretch of an unfolded matrix that lies in one row of the image.
    fn stretches(&self, mut visit: impl FnMut(usize, usize, Range<usize>)) {
        let [_, height, width] = self.input;
        let channels = self.input[0] / self.groups;
        let mut row = 0;
        for channel in 0..channels {
            for tap_y in 0..self.kernel[0] {
                let y_span = self.span(0, tap_y);
                for tap_x in 0..self.kernel[1] {
                    let x_span = self.span(1, tap_x);
                    for y in y_span.clone() {
                        if !x_span.is_empty() {
                            let line = (channel * height + self.source(0, tap_y, y)) * width;
                            let first = row * self.pixels() + y * self.output[2];
                            let source = line + self.source(1, tap_x, x_span.start);
                            visit(first + x_span.start, source, x_span.clone());
                        }
                    }
                    row += 1;
                }
            }
        }
    }

    /// Whether some tap of some output falls on padding.
    fn is_padded(&self) -> bool {
        self.pad != [[0, 0]; 2]
    }
}

/// Unfolds the image of a group.
fn unfold<T: Real>(geometry: &Conv2d, image: &[T], columns: &mut [T]) {
    if geometry.is_padded() {
        columns.fill(T::ZERO);
    }
    let stride = geometry.stride[1];
    geometry.stretches(|first, source, outputs| {
        let columns = &mut columns[first..][..outputs.len()];
        if stride == 1 {
            columns.copy_from_slice(&image[source..][..outputs.len()]);
        } else {
            let image = image[source..].iter().step_by(stride);
            columns.iter_mut().zip(image).for_each(|(column, x)| *column = *x);
        }
    });
}

/// The transpose of [`unfold`]: adds every element to the pixel it would be a copy of.
fn fold<T: Real>(geometry: &Conv2d, columns: &[T], d_image: &mut [T]) {
    d_image.fill(T::ZERO);
    let stride = geometry.stride[1];
    geometry.stretches(|first, source, outputs| {
        let columns = &columns[first..][..outputs.len()];
        let d_image = d_image[source..].iter_mut().step_by(stride);
        d_image.zip(columns).for_each(|(d_x, column)| *d_x += *column);
    });
}

/// `out ← weight * image`, or `out + weight * image`, for one example.
pub(super) fn forward<T: Real>(
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    accumulate: bool,
    out: &mut [T],
    scratch: &mut [T],
) {
    let (channels, pixels, taps) = (geometry.group_channels(), geometry.pixels(), geometry.taps());
    let then = if accumulate { Then::Accumulate } else { Then::Store };
    for index in 0..geometry.groups {
        let group = geometry.group(index);
        let image = &image[group.image];
        let columns = if geometry.is_pointwise() {
            image
        } else {
            let columns = &mut scratch[..taps * pixels];
            unfold(geometry, image, columns);
            columns
        };
        let (weight, out) = (&weight[group.weight], &mut out[group.out]);
        gemm(
            channels,
            pixels,
            taps,
            weight,
            [taps, 1],
            columns,
            [pixels, 1],
            then,
            out,
            pixels,
        );
    }
}

/// `d_image ← weightᵀ * d_out` for one example.
pub(super) fn input_gradient<T: Real>(
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    d_image: &mut [T],
    scratch: &mut [T],
) {
    let (channels, pixels, taps) = (geometry.group_channels(), geometry.pixels(), geometry.taps());
    for index in 0..geometry.groups {
        let group = geometry.group(index);
        let (weight, d_out, d_image) = (
            &weight[group.weight],
            &d_out[group.out],
            &mut d_image[group.image],
        );
        let multiply = |columns: &mut [T]| {
            gemm(
                taps,
                pixels,
                channels,
                weight,
                [1, taps],
                d_out,
                [pixels, 1],
                Then::Store,
                columns,
                pixels,
            );
        };
        if geometry.is_pointwise() {
            multiply(d_image);
        } else {
            let columns = &mut scratch[..taps * pixels];
            multiply(columns);
            fold(geometry, columns, d_image);
        }
    }
}

/// `d_weight ← d_weight + d_out imageᵀ` for one example.
pub(super) fn weight_gradient<T: Real>(
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    d_weight: &mut [T],
    scratch: &mut [T],
) {
    let (channels, pixels, taps) = (geometry.group_channels(), geometry.pixels(), geometry.taps());
    for index in 0..geometry.groups {
        let group = geometry.group(index);
        let image = &image[group.image];
        let columns = if geometry.is_pointwise() {
            image
        } else {
            let columns = &mut scratch[..taps * pixels];
            unfold(geometry, image, columns);
            columns
        };
        let (d_out, d_weight) = (&d_out[group.out], &mut d_weight[group.weight]);
        gemm(
            channels,
            taps,
            pixels,
            d_out,
            [pixels, 1],
            columns,
            [1, pixels],
            Then::Accumulate,
            d_weight,
            taps,
        );
    }
}
