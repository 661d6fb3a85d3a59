//! The convolution itself: products of the weight with frames.

use super::Conv2d;
use super::frame::{Rows, band, bands};
use crate::Real;
use crate::kernels::Then;
use crate::kernels::tile::{Product, Terms, multiply};

/// Elements of scratch memory that are worth taking before an image is cut into bands.
const ROOM: usize = 1 << 18;

impl Conv2d {
    /// Rows of outputs formed at a time.
    const fn forward_band(&self) -> usize {
        let frame = self.image_frame(0);
        let channels = self.output[0] / self.groups;
        let each = (frame.planes + channels) * frame.width;
        band(self.output[1], frame.width, frame.used(), each, ROOM)
    }

    pub(super) const fn forward_scratch_len(&self) -> usize {
        let rows = self.forward_band();
        let frame = self.image_frame(rows);
        frame.len() + self.output[0] / self.groups * frame.stretch(rows, self.output[2])
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
        scratch[..geometry.image_frame(band).len()].fill(T::ZERO);
        // All groups of all examples follow one another.
        for part in 0..examples * geometry.groups {
            let group = part % geometry.groups;
            let first = part * channels * pixels;
            let out = &mut out[first..][..channels * pixels];
            let image = &image[part * group_image..][..group_image];
            let weight = &weight[group * channels * taps..][..channels * taps];
            for rows in bands(height, band) {
                let frame = geometry.image_frame(rows.len());
                let (padded, rest) = scratch.split_at_mut(frame.len());
                if band < height {
                    padded.fill(T::ZERO);
                }
                geometry.frame_image(image, rows.clone(), padded);
                let stretch = frame.stretch(rows.len(), width);
                let stretches = &mut rest[..channels * stretch];
                geometry.products(weight, padded, rows.len(), stretches);
                for (channel, stretch) in stretches.chunks_exact(stretch).enumerate() {
                    let at = channel * pixels + rows.start * width;
                    let copied = Rows {
                        count: rows.len(),
                        width,
                        from: 0,
                        from_pitch: frame.width,
                        from_step: 1,
                        into: at,
                        into_pitch: width,
                        into_step: 1,
                    };
                    finish(then, group * channels + channel, first, copied, stretch, out);
                }
            }
        }
    }
}

impl Conv2d {
    /// The outputs of a group of channels, numbered along the rows of the frame.
    #[inline(always)]
    fn products<T: Real>(&self, weight: &[T], padded: &[T], rows: usize, stretches: &mut [T]) {
        let frame = self.image_frame(rows);
        let stretch = frame.stretch(rows, self.output[2]);
        let [_, kernel_width] = self.kernel;
        for pair in 0..self.pairs() {
            let [y, x] = self.pair(pair);
            let product = Product {
                m: self.output[0] / self.groups,
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
