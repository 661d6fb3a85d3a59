//! The gradient by the image: for the pixels of each phase, a convolution of the output's gradient with the
//! kernel's elements of that phase, flipped.

use core::ops::Range;

use super::Conv2d;
use super::frame::{Frame, Rows, band, bands, copy_planes};
use super::phases::Class;
use crate::Real;
use crate::kernels::tile::{Product, Terms, multiply};

/// The amount of scratch memory, in elements, to use before an image is cut into bands.
const ROOM: usize = 1 << 18;

impl Conv2d {
    /// The range of pixel positions along an axis, of all classes together.
    const fn places(&self, axis: usize) -> [usize; 2] {
        let (mut first, mut end, mut tap) = (usize::MAX, 0, 0);
        while tap < self.classes(axis) {
            let inside = self.inside(axis, self.class(axis, tap));
            if inside[0] < first {
                first = inside[0];
            }
            if inside[1] > end {
                end = inside[1];
            }
            tap += 1;
        }
        [first, if end < first { first } else { end }]
    }

    /// The frame of the output's gradient for `rows` rows of positions: a plane for each channel of a group.
    const fn out_frame(&self, rows: usize) -> Frame {
        let [first, end] = self.places(1);
        Frame {
            planes: self.output[0] / self.groups,
            rows: rows + self.reach(0),
            width: end - first + self.reach(1),
        }
    }

    /// The number of rows of positions computed at a time.
    const fn input_gradient_band(&self) -> usize {
        let (frame, [first, end]) = (self.out_frame(0), self.places(0));
        let channels = self.input[0] / self.groups;
        let each = (frame.planes + channels) * frame.width;
        band(end - first, frame.width, frame.used(), each, ROOM)
    }

    pub(super) const fn input_gradient_scratch_len(&self) -> usize {
        let (rows, [first, end]) = (self.input_gradient_band(), self.places(1));
        let frame = self.out_frame(rows);
        frame.len() + self.input[0] / self.groups * frame.stretch(rows, end - first)
    }

    /// Copies the gradient of the outputs that see the pixels at positions `rows` into its frame, in which
    /// everything beyond the edges is already zero.
    fn frame_out<T: Real>(&self, d_out: &[T], rows: Range<usize>, into: &mut [T]) {
        let frame = self.out_frame(rows.len());
        let [_, height, width] = self.output;
        // Row `r` of the frame is row `r + rows.start - reach` of the output; likewise for columns.
        let inside = |start: usize, reach: usize, size: usize, room: usize| {
            let (skipped, first) = (start.saturating_sub(reach), reach.saturating_sub(start));
            let count = size.saturating_sub(skipped).min(room.saturating_sub(first));
            (skipped, first, count)
        };
        let (skipped_rows, top, count) = inside(rows.start, self.reach(0), height, frame.rows);
        let (skipped, left, columns) = inside(self.places(1)[0], self.reach(1), width, frame.width);
        if count == 0 || columns == 0 {
            return;
        }
        let copied = Rows {
            count,
            width: columns,
            from: skipped_rows * width + skipped,
            from_pitch: width,
            from_step: 1,
            into: top * frame.width + left,
            into_pitch: frame.width,
            into_step: 1,
        };
        copy_planes(copied, frame.planes, d_out, height * width, into, frame.plane());
    }

    /// The product that gives the pixels of a pair of classes, from the frame of `rows` rows of positions.
    fn turned<'a, T>(
        &self,
        [y, x]: [Class; 2],
        rows: usize,
        weight: &'a [T],
        padded: &'a [T],
    ) -> Product<'a, T> {
        let (frame, [first, end]) = (self.out_frame(rows), self.places(1));
        let [_, kernel_width] = self.kernel;
        let stretch = frame.stretch(rows, end - first);
        Product {
            m: self.input[0] / self.groups,
            n: stretch,
            terms: Terms {
                counts: [self.output[0] / self.groups, y.taps, x.taps],
                a_steps: [self.taps(), y.tap_step * kernel_width, x.tap_step],
                b_steps: [
                    frame.plane(),
                    (y.offset_step * frame.width).wrapping_neg(),
                    x.offset_step.wrapping_neg(),
                ],
            }
            .longest_inside(),
            a: &weight[y.tap * kernel_width + x.tap..],
            a_row: self.kernel_len(),
            b: padded,
            b_first: (self.reach(0) - y.offset) * frame.width + self.reach(1) - x.offset,
            accumulate: false,
            c_row: stretch,
        }
    }

    /// Scatters the pixels of a pair of classes into a group's channels.
    fn spread<T: Real>(&self, [y, x]: [Class; 2], rows: Range<usize>, stretches: &[T], d_image: &mut [T]) {
        let (frame, [first, end]) = (self.out_frame(rows.len()), self.places(1));
        let [_, height, width] = self.input;
        let stretch = frame.stretch(rows.len(), end - first);
        let (own_rows, columns) = (self.inside(0, y), self.inside(1, x));
        let (top, bottom) = (rows.start.max(own_rows[0]), rows.end.min(own_rows[1]));
        if columns[0] >= columns[1] || top >= bottom {
            return;
        }
        let copied = Rows {
            count: bottom - top,
            width: columns[1] - columns[0],
            from: (top - rows.start) * frame.width + columns[0] - first,
            from_pitch: frame.width,
            from_step: 1,
            into: self.pixel(0, y, top) * width + self.pixel(1, x, columns[0]),
            into_pitch: self.stride[0] * width,
            into_step: self.stride[1],
        };
        let planes = self.input[0] / self.groups;
        copy_planes(copied, planes, stretches, stretch, d_image, height * width);
    }

    /// True if some pixels are seen by no element of the kernel, whatever the output.
    const fn leaves_gaps(&self) -> bool {
        self.classes(0) < self.stride[0] || self.classes(1) < self.stride[1]
    }
}

/// [`conv2d_input_gradient`](super::conv2d_input_gradient) of all examples.
pub(super) fn input_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    d_image: &mut [T],
    scratch: &mut [T],
) {
    if geometry.leaves_gaps() {
        d_image.fill(T::ZERO);
    }
    let [first, end] = geometry.places(0);
    let band = geometry.input_gradient_band();
    scratch[..geometry.out_frame(band).len()].fill(T::ZERO);
    let groups = geometry.groups;
    let (group_out, group_image) = (geometry.out_len() / groups, geometry.image_len() / groups);
    let group_weight = geometry.weight_len() / groups;
    // The groups of all examples, one after the other.
    for part in 0..examples * groups {
        let d_out = &d_out[part * group_out..][..group_out];
        let d_image = &mut d_image[part * group_image..][..group_image];
        let weight = &weight[part % groups * group_weight..][..group_weight];
        for rows in bands(end - first, band) {
            let rows = first + rows.start..first + rows.end;
            let (padded, stretches) = scratch.split_at_mut(geometry.out_frame(rows.len()).len());
            if band < end - first {
                padded.fill(T::ZERO);
            }
            geometry.frame_out(d_out, rows.clone(), padded);
            for classes in (0..geometry.pairs()).map(|number| geometry.pair(number)) {
                multiply(&geometry.turned(classes, rows.len(), weight, padded), stretches);
                geometry.spread(classes, rows.clone(), stretches, d_image);
            }
        }
    }
}
