//! The convolution itself: products of the weight with frames.

use super::Conv2d;
use super::finish::finish_planes;
use super::frame::{Frame, Rows, band, bands, copy_planes};
use super::vectors::WIDEST;
use crate::Real;
use crate::isa::Isa;
use crate::kernels::Epilogue;
use crate::kernels::tile::{Product, Terms, multiply};
use crate::machine::help;
use crate::parallel::{RowsMut, granular_part, rows_mut};
use core::ops::Range;

/// The amount of scratch memory, in elements, to use before an image is cut into bands.
const ROOM: usize = 1 << 18;

impl Conv2d {
    /// The frame that the convolution reads.
    const fn forward_frame(&self, rows: usize) -> Frame {
        if self.is_by_columns() {
            self.column_frame(rows)
        } else {
            self.image_frame(rows)
        }
    }

    /// The number of elements of one channel's outputs in `rows` rows, as they are numbered along the frame,
    /// if that differs from the way they are stored.
    const fn forward_stretch(&self, rows: usize) -> usize {
        if self.is_by_columns() {
            return 0;
        }
        self.image_frame(rows).stretch(rows, self.output[2])
    }

    /// The number of rows of outputs computed at a time.
    const fn forward_band(&self) -> usize {
        let frame = self.forward_frame(0);
        let channels = if self.is_by_columns() {
            0
        } else {
            self.output[0] / self.groups
        };
        let each = (frame.planes + channels) * frame.width;
        band(self.output[1], frame.width, frame.used(), each, ROOM)
    }

    pub(super) const fn forward_scratch_len(&self) -> usize {
        let rows = self.forward_band();
        let along =
            self.forward_frame(rows).len() + self.output[0] / self.groups * self.forward_stretch(rows);
        let in_vectors = self.image_frame(rows).len();
        let larger = if along > in_vectors { along } else { in_vectors };
        if self.is_depthwise() && self.depthwise_scratch_len() > larger {
            return self.depthwise_scratch_len();
        }
        larger
    }
}

/// [`conv2d`](super::conv2d) of all examples. Idle workers each take rows of a large image, or channels of a
/// small one, and copy the pixels that these see themselves.
pub(super) fn forward<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    let [channels, height, width] = geometry.output;
    let channels = channels / geometry.groups;
    let group_image = geometry.image_len() / geometry.groups;
    let group_weight = channels * geometry.taps();
    let room = geometry.forward_scratch_len();
    let products = group_weight.saturating_mul(geometry.pixels());
    let enough = (products / SHARED).min(scratch.len() / room);
    let parts = help::available().min(enough).max(1);
    // Whole tiles of rows, if there are enough rows.
    let isa = Isa::current();
    let in_vectors = geometry.is_in_vectors::<T>(isa);
    let tall = (WIDEST * isa.lanes::<T>()).div_ceil(width);
    let by_rows = in_vectors && height.div_ceil(tall) >= parts;
    let scratch = rows_mut(scratch, room);
    let out = rows_mut(out, 1);
    // The groups of all examples, one after the other.
    for part in 0..examples * geometry.groups {
        let group = part % geometry.groups;
        let image = &image[part * group_image..][..group_image];
        let weight = &weight[group * group_weight..][..group_weight];
        help::together(parts, &|index| {
            let (mut rows, mut some) = (0..height, 0..channels);
            if by_rows {
                let tiles = granular_part(height.div_ceil(tall), parts, index);
                rows = (tiles.start * tall).min(height)..(tiles.end * tall).min(height);
            } else {
                some = granular_part(channels, parts, index);
            }
            let formed = Formed {
                plane: part * channels,
                some,
                rows,
                in_vectors,
                // The padding stays zero from one image to the next.
                clear: part == 0 || parts > 1,
            };
            // SAFETY: each part is computed once, with a row of scratch memory of its own.
            let scratch = unsafe { scratch.cut(&(index..index + 1)) };
            form(geometry, formed, image, weight, then, scratch, &out);
        });
    }
}

/// The number of products from which the help of an idle worker with an image pays: together with the copies
/// made for it they take more than a microsecond.
pub(super) const SHARED: usize = 60_000;

/// The outputs of a group to compute; no other worker computes them at the same time.
struct Formed {
    /// The index of the group's first plane among all planes of the outputs.
    plane: usize,
    /// The range of its channels, and of rows of each: all rows unless the outputs are computed [in
    /// vectors](super::vectors).
    some: Range<usize>,
    rows: Range<usize>,
    in_vectors: bool,
    /// True if padding in the scratch memory must first be set to zero.
    clear: bool,
}

/// Computes some outputs of a group, whose `image` and `weight` are given whole.
fn form<T: Real>(
    geometry: &Conv2d,
    formed: Formed,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    scratch: &mut [T],
    out: &RowsMut<'_, T>,
) {
    let Formed {
        plane,
        some,
        rows,
        in_vectors,
        clear,
    } = formed;
    let (pixels, taps) = (geometry.pixels(), geometry.taps());
    let plane = plane + some.start;
    let weight = &weight[some.start * taps..some.end * taps];
    let band = geometry.forward_band();
    for (number, part) in bands(rows.len(), band).enumerate() {
        let part = rows.start + part.start..rows.start + part.end;
        let frame = if in_vectors {
            geometry.image_frame(part.len())
        } else {
            geometry.forward_frame(part.len())
        };
        let (padded, rest) = scratch.split_at_mut(frame.len());
        if number > 0 || clear || band < geometry.output[1] {
            padded.fill(T::ZERO);
        }
        if !in_vectors && geometry.is_by_columns() {
            geometry.frame_columns(image, part.clone(), padded);
        } else {
            geometry.frame_image(image, part.clone(), padded);
        }
        if in_vectors {
            geometry.form_in_vectors(padded, weight, then, [plane, some.len()], part, out);
            continue;
        }
        // SAFETY: only this call computes the outputs of these channels, in all their rows.
        let out = unsafe { out.cut(&(plane * pixels..(plane + some.len()) * pixels)) };
        let stretches = &mut rest[..some.len() * geometry.forward_stretch(part.len())];
        geometry.form_along_frame(padded, weight, then, plane, part, stretches, out);
    }
}

impl Conv2d {
    /// Computes rows of as many planes as `out` holds, the first of them number `plane`. `weight` has the
    /// rows of these planes, and `stretches` has room for their outputs.
    #[expect(
        clippy::too_many_arguments,
        reason = "operands and results, each a slice of its own"
    )]
    fn form_along_frame<T: Real>(
        &self,
        padded: &[T],
        weight: &[T],
        then: Epilogue<'_, T>,
        plane: usize,
        rows: Range<usize>,
        stretches: &mut [T],
        out: &mut [T],
    ) {
        let (width, pixels) = (self.output[2], self.pixels());
        let range = rows.start * width..rows.end * width;
        let accumulate = matches!(then, Epilogue::Accumulate);
        if self.is_by_columns() {
            self.products_by_columns(weight, padded, rows.clone(), accumulate, out);
        } else {
            self.products(weight, padded, rows.len(), stretches);
            let frame = self.image_frame(rows.len());
            let stretch = frame.stretch(rows.len(), width);
            if accumulate {
                for (stretch, out) in stretches.chunks_exact(stretch).zip(out.chunks_exact_mut(pixels)) {
                    let out = out[range.clone()].chunks_exact_mut(width);
                    for (from, out) in stretch.chunks(frame.width).zip(out) {
                        out.iter_mut().zip(from).for_each(|(out, sum)| *out += *sum);
                    }
                }
            } else {
                let copied = Rows {
                    count: rows.len(),
                    width,
                    from: 0,
                    from_pitch: frame.width,
                    from_step: 1,
                    into: range.start,
                    into_pitch: width,
                    into_step: 1,
                };
                copy_planes(copied, out.len() / pixels, stretches, stretch, out, pixels);
            }
        }
        finish_planes(self.output[0], pixels, plane, range, then, out);
    }
}

impl Conv2d {
    /// The outputs of channels of a group, numbered along the rows of the frame.
    fn products<T: Real>(&self, weight: &[T], padded: &[T], rows: usize, stretches: &mut [T]) {
        let frame = self.image_frame(rows);
        let stretch = frame.stretch(rows, self.output[2]);
        let [_, kernel_width] = self.kernel;
        for pair in 0..self.pairs() {
            let [y, x] = self.pair(pair);
            let product = Product {
                m: stretches.len() / stretch,
                n: stretch,
                terms: Terms {
                    counts: [self.input[0] / self.groups, y.taps, x.taps],
                    a_steps: [self.kernel_len(), y.tap_step * kernel_width, x.tap_step],
                    b_steps: [
                        self.pairs() * frame.plane(),
                        y.offset_step * frame.width,
                        x.offset_step,
                    ],
                }
                .longest_inside(),
                a: &weight[y.tap * kernel_width + x.tap..],
                a_row: self.taps(),
                b: padded,
                b_first: pair * frame.plane() + y.offset * frame.width + x.offset,
                accumulate: pair > 0,
                c_row: stretch,
            };
            multiply(&product, stretches);
        }
    }
}
