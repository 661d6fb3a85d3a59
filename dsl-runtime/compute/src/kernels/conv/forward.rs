//! The convolution itself: products of the weight with frames.

use super::Conv2d;
use super::frame::{Frame, Rows, band, bands};
use crate::Real;
use crate::kernels::Then;
use crate::kernels::tile::{Product, Terms, multiply};
use crate::parallel::{granular_part, help, rows_mut};
use std::ops::Range;

/// Elements of scratch memory that are worth taking before an image is cut into bands.
const ROOM: usize = 1 << 18;

impl Conv2d {
    /// The frame that the convolution is formed from.
    const fn forward_frame(&self, rows: usize) -> Frame {
        if self.is_by_columns() {
            self.column_frame(rows)
        } else {
            self.image_frame(rows)
        }
    }

    /// Elements of one channel's outputs in `rows` rows, as they are numbered along the frame, where that is not as they
    /// are stored.
    const fn forward_stretch(&self, rows: usize) -> usize {
        if self.is_by_columns() {
            return 0;
        }
        self.image_frame(rows).stretch(rows, self.output[2])
    }

    /// Rows of outputs formed at a time.
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
        self.forward_frame(rows).len() + self.output[0] / self.groups * self.forward_stretch(rows)
    }
}

vectorised! {
    /// [`conv2d`](super::conv2d) of all examples.
    pub(super) fn forward<'a, T, FMA, BYTES>(
        examples: usize,
        geometry: &'a Conv2d,
        image: &'a [T],
        weight: &'a [T],
        then: Then<'a, T>,
        out: &'a mut [T],
        scratch: &'a mut [T],
    ) {
        let [channels, height, width] = geometry.output;
        let channels = channels / geometry.groups;
        let (pixels, taps) = (geometry.pixels(), geometry.taps());
        let group_image = geometry.image_len() / geometry.groups;
        let band = geometry.forward_band();
        scratch[..geometry.forward_frame(band).len()].fill(T::ZERO);
        // All groups of all examples follow one another.
        for part in 0..examples * geometry.groups {
            let group = part % geometry.groups;
            let first = part * channels * pixels;
            let image = &image[part * group_image..][..group_image];
            let weight = &weight[group * channels * taps..][..channels * taps];
            let out = rows_mut(&mut out[first..][..channels * pixels], pixels);
            for rows in bands(height, band) {
                let (padded, rest) = scratch.split_at_mut(geometry.forward_frame(rows.len()).len());
                if band < height {
                    padded.fill(T::ZERO);
                }
                if geometry.is_by_columns() {
                    geometry.frame_columns(image, rows.clone(), padded);
                } else {
                    geometry.frame_image(image, rows.clone(), padded);
                }
                let stretch = geometry.forward_stretch(rows.len());
                let stretches = rows_mut(&mut rest[..channels * stretch], stretch);
                let products = channels.saturating_mul(taps).saturating_mul(rows.len() * width);
                let parts = help::available().min(products / (SHARED / 2)).clamp(1, channels);
                help::together(parts, &|index| {
                    let some = granular_part(channels, parts, index);
                    // SAFETY: each part is formed once, and the channels of the parts are disjoint.
                    let (stretches, out) = unsafe { (stretches.cut(&some), out.cut(&some)) };
                    let weight = &weight[some.start * taps..some.end * taps];
                    let formed = Formed {
                        first: first + some.start * pixels,
                        channel: group * channels + some.start,
                        rows: rows.clone(),
                    };
                    channels_of(geometry, formed, padded, weight, then, stretches, out);
                });
            }
        }
    }
}

/// Arithmetic from which on it pays to have idle workers help with an image.
const SHARED: usize = 200_000;

/// Which outputs are formed.
struct Formed {
    /// Where in all outputs the first channel lies, and its number.
    first: usize,
    channel: usize,
    /// Which rows of each channel.
    rows: Range<usize>,
}

vectorised! {
    /// Forms as many channels as `out` holds, of which `weight` has the rows and `stretches` the room.
    fn channels_of<'a, T, FMA, BYTES>(
        geometry: &'a Conv2d,
        formed: Formed,
        padded: &'a [T],
        weight: &'a [T],
        then: Then<'a, T>,
        stretches: &'a mut [T],
        out: &'a mut [T],
    ) {
        let Formed { first, channel, rows } = formed;
        let (width, pixels) = (geometry.output[2], geometry.pixels());
        if geometry.is_by_columns() {
            let accumulate = matches!(then, Then::Accumulate);
            geometry.products_by_columns(weight, padded, rows.clone(), accumulate, out);
            let range = rows.start * width..rows.end * width;
            for (number, out) in out.chunks_exact_mut(pixels).enumerate() {
                let at = first + number * pixels + range.start;
                finish_in_place(then, channel + number, at, &mut out[range.clone()]);
            }
            return;
        }
        geometry.products(weight, padded, rows.len(), stretches);
        let frame = geometry.image_frame(rows.len());
        let stretches = stretches.chunks_exact(frame.stretch(rows.len(), width));
        for (number, stretch) in stretches.enumerate() {
            let copied = Rows {
                count: rows.len(),
                width,
                from: 0,
                from_pitch: frame.width,
                from_step: 1,
                into: number * pixels + rows.start * width,
                into_pitch: width,
                into_step: 1,
            };
            finish(then, channel + number, first, copied, stretch, out);
        }
    }
}

impl Conv2d {
    /// The outputs of channels of a group, numbered along the rows of the frame.
    #[inline(always)]
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

/// Stores rows of one channel; the part of the output that is at hand lies `first` elements into the whole.
#[inline(always)]
fn finish<T: Real>(then: Then<'_, T>, channel: usize, first: usize, rows: Rows, from: &[T], into: &mut [T]) {
    if let Then::Store = then {
        return rows.copy(from, into);
    }
    for row in 0..rows.count {
        let line = &from[row * rows.from_pitch..][..rows.width];
        let at = rows.into + row * rows.width;
        let out = &mut into[at..][..rows.width];
        let both = out.iter_mut().zip(line);
        match then {
            Then::Store => {}
            Then::Accumulate => both.for_each(|(out, x)| *out += *x),
            Then::Bias(bias) => {
                let bias = bias[channel];
                both.for_each(|(out, x)| *out = *x + bias);
            }
            Then::BiasRelu(bias) => {
                let bias = bias[channel];
                both.for_each(|(out, x)| *out = T::max(*x + bias, T::ZERO));
            }
            Then::ReluGate(gate) => {
                let gate = &gate[first + at..][..rows.width];
                both.zip(gate)
                    .for_each(|((out, x), gate)| *out = if *gate > T::ZERO { *x } else { T::ZERO });
            }
        }
    }
}

/// Applies what follows the product to outputs of one channel, which lie `at` elements into the whole.
#[inline(always)]
fn finish_in_place<T: Real>(then: Then<'_, T>, channel: usize, at: usize, out: &mut [T]) {
    match then {
        Then::Store | Then::Accumulate => {}
        Then::Bias(bias) => {
            let bias = bias[channel];
            out.iter_mut().for_each(|out| *out += bias);
        }
        Then::BiasRelu(bias) => {
            let bias = bias[channel];
            out.iter_mut().for_each(|out| *out = T::max(*out + bias, T::ZERO));
        }
        Then::ReluGate(gate) => {
            let gate = &gate[at..][..out.len()];
            out.iter_mut()
                .zip(gate)
                .for_each(|(out, gate)| *out = if *gate > T::ZERO { *out } else { T::ZERO });
        }
    }
}
