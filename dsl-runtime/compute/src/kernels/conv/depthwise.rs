//! Depthwise convolution of images one by one: every channel is convolved with a kernel of its own.
//!
//! Many channels are copied into their [frames](super::frame) at a time. There all outputs of a channel are
//! sums along one line, whatever the width of a row; those between the end of a row and the end of the
//! frame's row are computed too, and left out when the outputs are copied to their place.

use core::ops::Range;

use super::Conv2d;
use super::finish::finish_planes;
use super::forward::SHARED;
use super::frame::{Frame, ROUND, Rows, copy_planes};
use crate::Real;
use crate::kernels::Epilogue;
use crate::kernels::lanes::Lanes;
use crate::machine::help;
use crate::parallel::{granular_part, rows_mut};

/// The number of elements of frames and sums that are filled at a time: they stay in a near cache.
const ROOM: usize = 1 << 13;

/// The largest number of elements of the frame and the sums of one channel.
const MOST: usize = 1 << 15;

/// The largest number of elements of a kernel.
const MOST_TAPS: usize = 64;

/// The number of vectors that are summed at a time.
const TOGETHER: usize = 4;

impl Conv2d {
    /// True if every channel is convolved alone, and is small enough for a frame of its own.
    pub(super) const fn is_depthwise(&self) -> bool {
        self.groups == self.input[0]
            && self.groups == self.output[0]
            && self.groups > 1
            && self.kernel_len() <= MOST_TAPS
            && self.depthwise_room() <= MOST
    }

    const fn channel_frame(&self) -> Frame {
        self.image_frame(self.output[1])
    }

    /// The number of sums of a channel, in the places of its frame.
    const fn channel_sums(&self) -> usize {
        self.channel_frame().stretch(self.output[1], self.output[2])
    }

    /// The number of elements of the frame and the sums of one channel.
    const fn depthwise_room(&self) -> usize {
        self.channel_frame().used() + self.channel_sums()
    }

    /// The number of channels that are filled at a time.
    const fn channels_together(&self) -> usize {
        match ROOM.checked_div(self.depthwise_room()) {
            None | Some(0) => 1,
            Some(fitting) if fitting < self.groups => fitting,
            Some(_) => self.groups,
        }
    }

    /// The number of elements of scratch memory for one worker.
    pub(super) const fn depthwise_scratch_len(&self) -> usize {
        self.channels_together() * self.depthwise_room() + ROUND
    }
}

/// [`conv2d`](super::conv2d) of all examples, for an epilogue other than [`Epilogue::Accumulate`]. Idle workers
/// each take some channels.
pub(super) fn forward<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    let (room, planes) = (geometry.depthwise_scratch_len(), examples * geometry.groups);
    let products = geometry.pixels() * geometry.kernel_len() * planes;
    let parts = help::available()
        .min(products / SHARED)
        .min(scratch.len() / room)
        .max(1);
    let scratch = rows_mut(scratch, room);
    let out = rows_mut(out, geometry.pixels());
    help::together(parts, &|index| {
        let planes = granular_part(planes, parts, index);
        // SAFETY: each part is computed once, on planes and with a row of scratch memory of its own.
        let (out, scratch) = unsafe { (out.cut(&planes), scratch.cut(&(index..index + 1))) };
        channels(geometry, planes, image, weight, then, out, scratch);
    });
}

/// Computes a range of the planes of all examples.
fn channels<T: Real>(
    geometry: &Conv2d,
    planes: Range<usize>,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    let (frame, sums) = (geometry.channel_frame(), geometry.channel_sums());
    let ([_, height, width], pixels) = (geometry.output, geometry.pixels());
    let pixels_seen = geometry.input[1] * geometry.input[2];
    let (together, taps) = (geometry.channels_together(), geometry.kernel_len());
    let mut offsets = [0; MOST_TAPS];
    for (element, offset) in offsets.iter_mut().enumerate().take(taps) {
        *offset = geometry.tap_offset(frame, element);
    }
    let (frames, stretches) = scratch.split_at_mut(together * frame.used() + ROUND);
    // The padding stays zero from one channel to the next.
    frames.fill(T::ZERO);
    let copied = Rows {
        count: height,
        width,
        from: 0,
        from_pitch: frame.width,
        from_step: 1,
        into: 0,
        into_pitch: width,
        into_step: 1,
    };
    for (first, out) in planes
        .clone()
        .step_by(together)
        .zip(out.chunks_mut(together * pixels))
    {
        let count = together.min(planes.end - first);
        let seen = &image[first * pixels_seen..][..count * pixels_seen];
        geometry.frame_image(seen, 0..height, frames);
        for (plane, stretch) in (first..first + count).zip(stretches.chunks_exact_mut(sums)) {
            let frame = &frames[(plane - first) * frame.used()..][..frame.used() + ROUND];
            let weight = &weight[plane % geometry.groups * taps..][..taps];
            along(frame, weight, &offsets[..taps], stretch);
        }
        copy_planes(copied, count, stretches, sums, out, pixels);
        finish_planes(geometry.groups, pixels, first, 0..pixels, then, out);
    }
}

vectorised! {
    /// Computes the outputs of a channel along its frame.
    fn along<'a, T, FMA, BYTES>(frame: &'a [T], weight: &'a [T], offsets: &'a [usize], sums: &'a mut [T]) {
        match const { BYTES / size_of::<T>() } {
            16 => sums_along::<T, FMA, 16>(frame, weight, offsets, sums),
            8 => sums_along::<T, FMA, 8>(frame, weight, offsets, sums),
            4 => sums_along::<T, FMA, 4>(frame, weight, offsets, sums),
            _ => sums_along::<T, FMA, 2>(frame, weight, offsets, sums),
        }
    }
}

#[inline(always)]
fn sums_along<T: Real, const FMA: bool, const L: usize>(
    frame: &[T],
    weight: &[T],
    offsets: &[usize],
    sums: &mut [T],
) {
    let (pieces, rest) = sums.as_chunks_mut::<L>().0.as_chunks_mut::<TOGETHER>();
    let done = pieces.len() * TOGETHER;
    for (number, piece) in pieces.iter_mut().enumerate() {
        vectors::<T, FMA, L, TOGETHER>(frame, weight, offsets, number * TOGETHER * L, piece);
    }
    for (number, vector) in rest.as_chunks_mut::<1>().0.iter_mut().enumerate() {
        vectors::<T, FMA, L, 1>(frame, weight, offsets, (done + number) * L, vector);
    }
}

/// Computes `V` vectors of outputs, the first of which is at `at`.
#[inline(always)]
fn vectors<T: Real, const FMA: bool, const L: usize, const V: usize>(
    frame: &[T],
    weight: &[T],
    offsets: &[usize],
    at: usize,
    into: &mut [[T; L]; V],
) {
    let mut sums = [Lanes::<T, L>::ZERO; V];
    for (weight, offset) in weight.iter().zip(offsets) {
        let (weight, seen) = (
            Lanes::broadcast::<FMA>(*weight),
            frame[at + offset..].as_chunks::<L>().0,
        );
        let seen = &seen[..V];
        for (sum, seen) in sums.iter_mut().zip(seen) {
            *sum = weight.mul_add::<FMA>(Lanes(*seen), *sum);
        }
    }
    *into = sums.map(|sum| sum.0);
}
