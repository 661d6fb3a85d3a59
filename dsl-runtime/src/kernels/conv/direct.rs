//! Convolution with stride 1, without unfolding.
//!
//! The image is copied into a frame of zeros as wide as its padding. In the frame, element `f` of a tap's row of
//! the unfolded matrix is element `f + offset` of the frame, for an offset that depends on the tap alone, if
//! outputs are numbered along the rows of the *frame*. So the product reads the frame in place; the numbers
//! that fall between the rows of the output are computed and left behind. The two gradients go the same way.

use super::Conv2d;
use super::dots::{Dots, fold, lanes};
use crate::Real;
use crate::kernels::Then;
use crate::kernels::tile::{Product, Terms, multiply};
use crate::parallel::BLOCK;

/// What lengths are rounded up to, so that there is always one more vector to read or write.
const ROUND: usize = 16;

/// A frame: planes of `height × width` elements, with `ROUND` more at the end.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    planes: usize,
    height: usize,
    width: usize,
}

impl Frame {
    const fn plane(&self) -> usize {
        self.height * self.width
    }

    pub(super) const fn len(&self) -> usize {
        (self.planes * self.plane()).next_multiple_of(ROUND) + ROUND
    }

    /// Length, rounded up, of `rows` rows of `columns` elements a frame's width apart.
    const fn stretch(&self, rows: usize, columns: usize) -> usize {
        if rows == 0 || columns == 0 {
            return 0;
        }
        ((rows - 1) * self.width + columns).next_multiple_of(ROUND)
    }
}

impl Conv2d {
    /// Distance between the first and the last element of the kernel along an axis.
    const fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilation[axis]
    }

    /// The image with its padding.
    pub(super) const fn image_frame(&self) -> Frame {
        Frame {
            planes: self.input[0],
            height: self.input[1] + self.pad[0][0] + self.pad[0][1],
            width: self.input[2] + self.pad[1][0] + self.pad[1][1],
        }
    }

    /// The gradient of the output with all the zeros that the kernel sees from any pixel of the image.
    const fn out_frame(&self) -> Frame {
        Frame {
            planes: self.output[0],
            height: self.input[1] + self.reach(0),
            width: self.input[2] + self.reach(1),
        }
    }

    /// Elements of one output channel, numbered along the rows of the image's frame.
    const fn out_stretch(&self) -> usize {
        self.image_frame().stretch(self.output[1], self.output[2])
    }

    /// Elements of one channel of the image, numbered along the rows of the output's frame.
    const fn image_stretch(&self) -> usize {
        self.out_frame().stretch(self.input[1], self.input[2])
    }

    /// Whether the functions of this module apply.
    pub(super) const fn is_direct(&self) -> bool {
        self.stride[0] == 1 && self.stride[1] == 1 && !self.is_pointwise()
    }

    /// Whether the sums of a weight gradient, a vector for each element, are few enough to stay in a cache.
    pub(super) const fn has_direct_weight_gradient(&self) -> bool {
        self.is_direct() && self.weight_len() * ROUND <= 1 << 18
    }

    /// Elements of scratch memory the functions of this module need.
    pub(super) const fn direct_scratch_len(&self) -> usize {
        let forward = self.image_frame().len() + self.output[0] / self.groups * self.out_stretch();
        let input_gradient = self.out_frame().len() + self.input[0] / self.groups * self.image_stretch();
        let weight_gradient = if self.has_direct_weight_gradient() {
            self.together() * self.together_len() + self.weight_len() * ROUND
        } else {
            0
        };
        let larger = if forward > input_gradient {
            forward
        } else {
            input_gradient
        };
        if larger > weight_gradient {
            larger
        } else {
            weight_gradient
        }
    }

    /// What the weight gradient keeps of one example.
    const fn together_len(&self) -> usize {
        self.image_frame().len() + self.output[0] * self.out_stretch()
    }

    /// Examples whose weight gradients are formed together, to load and store the sums less often: as many as
    /// stay in a first-level cache, a divisor of [`BLOCK`].
    const fn together(&self) -> usize {
        let mut examples = 8;
        while examples > 1 && examples * self.together_len() > 1 << 14 {
            examples /= 2;
        }
        examples
    }

    /// How far each turn of the loops over channels, kernel rows and kernel columns moves in the image's frame.
    pub(super) fn tap_steps(&self) -> [usize; 3] {
        let frame = self.image_frame();
        [frame.plane(), self.dilation[0] * frame.width, self.dilation[1]]
    }
}

/// Copies planes of `from` into a frame: pixel `(y, x)` to `(y + offset[0], x + offset[1])`, unless that lies
/// outside the frame.
#[inline(always)]
fn embed<T: Real>(from: &[T], [height, width]: [usize; 2], offset: [isize; 2], frame: Frame, into: &mut [T]) {
    if offset == [0, 0] && [height, width] == [frame.height, frame.width] {
        into[..from.len()].copy_from_slice(from);
        return;
    }
    // The first pixel inside the frame along an axis, where it goes, and how many follow.
    let inside = |size: usize, offset: isize, room: usize| {
        let (skip, first) = ((-offset).max(0) as usize, offset.max(0) as usize);
        (
            skip,
            first,
            size.saturating_sub(skip).min(room.saturating_sub(first)),
        )
    };
    let (skip_y, first_y, rows) = inside(height, offset[0], frame.height);
    let (skip_x, first_x, columns) = inside(width, offset[1], frame.width);
    if rows == 0 || columns == 0 {
        return;
    }
    let planes = from
        .chunks_exact(height * width)
        .zip(into.chunks_exact_mut(frame.plane()));
    for (from, into) in planes {
        for row in 0..rows {
            let source = &from[(skip_y + row) * width + skip_x..][..columns];
            into[(first_y + row) * frame.width + first_x..][..columns].copy_from_slice(source);
        }
    }
}

/// Copies the rows of channels out of their stretches.
#[inline(always)]
fn extract<T: Real>(
    stretches: &[T],
    stretch: usize,
    pitch: usize,
    [height, width]: [usize; 2],
    into: &mut [T],
) {
    for (from, into) in stretches
        .chunks_exact(stretch)
        .zip(into.chunks_exact_mut(height * width))
    {
        for (row, into) in into.chunks_exact_mut(width).enumerate() {
            into.copy_from_slice(&from[row * pitch..][..width]);
        }
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
        let (frame, stretch, taps) = (geometry.image_frame(), geometry.out_stretch(), geometry.taps());
        let [channels_in, height, width] = geometry.input;
        let [channels, out_height, out_width] = geometry.output;
        let (channels_in, channels) = (channels_in / geometry.groups, channels / geometry.groups);
        let (padded, rest) = scratch.split_at_mut(frame.len());
        let stretches = &mut rest[..channels * stretch];
        padded.fill(T::ZERO);
        let terms = Terms {
            counts: [channels_in, geometry.kernel[0], geometry.kernel[1]],
            a_steps: [geometry.kernel[0] * geometry.kernel[1], geometry.kernel[1], 1],
            b_steps: geometry.tap_steps(),
        };
        let offset = [geometry.pad[0][0] as isize, geometry.pad[1][0] as isize];
        let group_len = channels * geometry.pixels();
        for example in 0..examples {
            let image = &image[example * geometry.image_len()..][..geometry.image_len()];
            embed(image, [height, width], offset, frame, padded);
            for group in 0..geometry.groups {
                let product = Product {
                    m: channels,
                    n: stretch,
                    terms,
                    a: &weight[group * channels * taps..][..channels * taps],
                    a_row: taps,
                    b: &padded[group * channels_in * frame.plane()..],
                    b_first: 0,
                    accumulate: false,
                    c_row: stretch,
                };
                multiply(&product, stretches);
                let first = example * geometry.out_len() + group * group_len;
                let out = &mut out[first..][..group_len];
                let (bias, relu) = match then {
                    Then::Bias(bias) => (bias, false),
                    Then::BiasRelu(bias) => (bias, true),
                    Then::Store | Then::Accumulate | Then::ReluGate(_) => (&[][..], false),
                };
                let bias = bias.get(group * channels..).unwrap_or_default();
                for (stretch, bias) in stretches.chunks_exact_mut(stretch).zip(bias) {
                    if relu {
                        stretch.iter_mut().for_each(|out| *out = T::max(*out + *bias, T::ZERO));
                    } else {
                        stretch.iter_mut().for_each(|out| *out += *bias);
                    }
                }
                if let Then::Accumulate = then {
                    for (from, out) in stretches.chunks_exact(stretch).zip(out.chunks_exact_mut(geometry.pixels())) {
                        for (row, out) in out.chunks_exact_mut(out_width).enumerate() {
                            let row = &from[row * frame.width..][..out_width];
                            out.iter_mut().zip(row).for_each(|(out, x)| *out += *x);
                        }
                    }
                } else {
                    extract(stretches, stretch, frame.width, [out_height, out_width], out);
                }
                if let Then::ReluGate(gate) = then {
                    let gate = &gate[first..][..group_len];
                    out.iter_mut().zip(gate).for_each(|(out, gate)| {
                        *out = if *gate > T::ZERO { *out } else { T::ZERO };
                    });
                }
            }
        }
    }
}

vectorised! {
    /// [`conv2d_input_gradient`](super::conv2d_input_gradient) of all examples: a convolution of the output's
    /// frame with the kernel turned round, which is walked backwards.
    pub(super) fn input_gradient<'a, T, FMA, BYTES>(
        examples: usize,
        geometry: &'a Conv2d,
        d_out: &'a [T],
        weight: &'a [T],
        d_image: &'a mut [T],
        scratch: &'a mut [T],
    ) {
        let (frame, stretch, taps) = (geometry.out_frame(), geometry.image_stretch(), geometry.taps());
        let [channels_in, height, width] = geometry.input;
        let [channels, out_height, out_width] = geometry.output;
        let (channels_in, channels) = (channels_in / geometry.groups, channels / geometry.groups);
        let (padded, rest) = scratch.split_at_mut(frame.len());
        let stretches = &mut rest[..channels_in * stretch];
        padded.fill(T::ZERO);
        let down = geometry.dilation[0] * frame.width;
        let kernel_len = geometry.kernel[0] * geometry.kernel[1];
        let terms = Terms {
            counts: [channels, geometry.kernel[0], geometry.kernel[1]],
            a_steps: [taps, geometry.kernel[1], 1],
            b_steps: [frame.plane(), down.wrapping_neg(), geometry.dilation[1].wrapping_neg()],
        };
        let offset = [0, 1].map(|axis: usize| geometry.reach(axis) as isize - geometry.pad[axis][0] as isize);
        let group_len = channels_in * height * width;
        for example in 0..examples {
            let d_out = &d_out[example * geometry.out_len()..][..geometry.out_len()];
            embed(d_out, [out_height, out_width], offset, frame, padded);
            for group in 0..geometry.groups {
                let product = Product {
                    m: channels_in,
                    n: stretch,
                    terms,
                    a: &weight[group * channels * taps..][..channels * taps],
                    a_row: kernel_len,
                    b: &padded[group * channels * frame.plane()..],
                    b_first: geometry.reach(0) * frame.width + geometry.reach(1),
                    accumulate: false,
                    c_row: stretch,
                };
                multiply(&product, stretches);
                let d_image = &mut d_image[example * geometry.image_len() + group * group_len..][..group_len];
                extract(stretches, stretch, frame.width, [height, width], d_image);
            }
        }
    }
}

vectorised! {
    /// [`conv2d_weight_gradient`](super::conv2d_weight_gradient) of all examples: for each element of the weight
    /// the dot product of an output channel with the frame, shifted. The sums of a block are kept as vectors.
    pub(super) fn weight_gradient<'a, T, FMA, BYTES>(
        examples: usize,
        geometry: &'a Conv2d,
        image: &'a [T],
        d_out: &'a [T],
        partials: &'a mut [T],
        scratch: &'a mut [T],
    ) {
        let (frame, stretch) = (geometry.image_frame(), geometry.out_stretch());
        let [_, height, width] = geometry.input;
        let [channels, out_height, out_width] = geometry.output;
        let together = geometry.together();
        let (padded, rest) = scratch.split_at_mut(together * frame.len());
        let (stretches, rest) = rest.split_at_mut(together * channels * stretch);
        let sums = &mut rest[..geometry.weight_len() * ROUND];
        padded.fill(T::ZERO);
        stretches.fill(T::ZERO);
        let offset = [geometry.pad[0][0] as isize, geometry.pad[1][0] as isize];
        for (block, partial) in partials.chunks_exact_mut(geometry.weight_len()).enumerate() {
            sums.fill(T::ZERO);
            let end = ((block + 1) * BLOCK).min(examples);
            for first in (block * BLOCK..end).step_by(together) {
                let here = together.min(end - first);
                for example in 0..here {
                    let image = &image[(first + example) * geometry.image_len()..][..geometry.image_len()];
                    let d_out = &d_out[(first + example) * geometry.out_len()..][..geometry.out_len()];
                    embed(image, [height, width], offset, frame, &mut padded[example * frame.len()..]);
                    let stretches = stretches[example * channels * stretch..].chunks_exact_mut(stretch);
                    for (from, into) in d_out.chunks_exact(geometry.pixels()).zip(stretches) {
                        for (row, from) in from.chunks_exact(out_width).enumerate().take(out_height) {
                            into[row * frame.width..][..out_width].copy_from_slice(from);
                        }
                    }
                }
                let padded = &padded[..here * frame.len()];
                let stretches = &stretches[..here * channels * stretch];
                Dots { geometry, padded, stretches, stretch }.add_to::<FMA, BYTES>(sums);
            }
            let lanes = sums.chunks_exact(lanes::<T, BYTES>());
            for (partial, lanes) in partial.iter_mut().zip(lanes) {
                *partial = fold(lanes);
            }
        }
    }
}
