//! Strides without gaps: an image and a kernel divided by remainders (polyphase decomposition).
//!
//! Along an axis, output `o` sees through element `k` of the kernel the padded pixel `o·stride + k·dilation`.
//! Write `k·dilation = offset·stride + phase`: this is pixel `o + offset` among those whose index leaves the
//! remainder `phase`. Among the pixels of one phase a convolution of any stride has stride 1. The elements of
//! the kernel that share a phase, a [`Class`], are evenly spaced, and so are their offsets. With stride 1
//! there is one class.

use super::Conv2d;
use super::frame::Frame;

/// The elements of the kernel along an axis that see pixels of one phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    /// The remainder of the pixels.
    pub phase: usize,
    /// The first element of the kernel, the distance to the next, and their number.
    pub tap: usize,
    pub tap_step: usize,
    pub taps: usize,
    /// The offset of the first element from the position of an output, and the distance from each offset to
    /// the next.
    pub offset: usize,
    pub offset_step: usize,
}

const fn greatest_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_divisor(b, a % b) }
}

impl Conv2d {
    /// The distance between elements of the kernel of one class.
    pub(super) const fn period(&self, axis: usize) -> usize {
        match self.stride[axis] {
            1 => 1,
            stride => stride / greatest_divisor(stride, self.dilation[axis]),
        }
    }

    /// The number of classes of the kernel along an axis.
    pub(super) const fn classes(&self, axis: usize) -> usize {
        let (period, kernel) = (self.period(axis), self.kernel[axis]);
        if period < kernel { period } else { kernel }
    }

    /// One of the classes along an axis.
    pub(super) const fn class(&self, axis: usize, tap: usize) -> Class {
        let (stride, dilation, period) = (self.stride[axis], self.dilation[axis], self.period(axis));
        Class {
            phase: tap * dilation % stride,
            tap,
            tap_step: period,
            taps: (self.kernel[axis] - tap).div_ceil(period),
            offset: tap * dilation / stride,
            offset_step: period * dilation / stride,
        }
    }

    /// The largest offset along an axis.
    pub(super) const fn reach(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1) * self.dilation[axis] / self.stride[axis]
    }

    /// The range of positions `0, 1, …` of the pixels of a class that lie in the image rather than in
    /// padding.
    pub(super) const fn inside(&self, axis: usize, class: Class) -> [usize; 2] {
        let (stride, before) = (self.stride[axis], self.pad[axis][0]);
        let end = (before + self.input[axis + 1]).saturating_sub(class.phase);
        [
            before.saturating_sub(class.phase).div_ceil(stride),
            end.div_ceil(stride),
        ]
    }

    /// The pixel at a position of a class.
    pub(super) const fn pixel(&self, axis: usize, class: Class, place: usize) -> usize {
        place * self.stride[axis] + class.phase - self.pad[axis][0]
    }

    /// The number of pairs of a vertical and a horizontal class.
    pub(super) const fn pairs(&self) -> usize {
        self.classes(0) * self.classes(1)
    }

    /// One of the pairs of classes.
    #[inline]
    pub(super) const fn pair(&self, number: usize) -> [Class; 2] {
        let across = self.classes(1);
        [self.class(0, number / across), self.class(1, number % across)]
    }

    /// The offset in a frame at which an element of a group's weight finds the pixel of the first output.
    pub(super) const fn tap_offset(&self, frame: Frame, element: usize) -> usize {
        let (outer, kx) = (element / self.kernel[1], element % self.kernel[1]);
        let (channel, ky) = (outer / self.kernel[0], outer % self.kernel[0]);
        // The number of a class is its first element of the kernel.
        let pair = ky % self.period(0) * self.classes(1) + kx % self.period(1);
        let (y, x) = (
            ky * self.dilation[0] / self.stride[0],
            kx * self.dilation[1] / self.stride[1],
        );
        (channel * self.pairs() + pair) * frame.plane() + y * frame.width + x
    }
}
