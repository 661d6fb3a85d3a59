//! The elements of the kernel that a pixel is summed over: the same ones for almost all pixels, fewer near an
//! edge.
//!
//! Along an axis the pixels fall into runs that share their elements of the kernel. The pixels of a pair of
//! runs, one down and one across, are summed by one loop without branches for edges. The gradient by the
//! image is such a sum too: a pixel of the image sees outputs, and with a stride only through every so many
//! elements of the kernel.

use super::super::Conv2d;

/// The direction of the computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Outputs, computed from the pixels of the image.
    Forward,
    /// The gradient by the image's pixels, computed from that of the outputs.
    Backward,
}

/// The elements of the kernel along an axis that see the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    tap: usize,
    taps: usize,
    /// The source position seen through the first element.
    source: usize,
}

const NOTHING: Window = Window {
    tap: 0,
    taps: 0,
    source: 0,
};

/// Evenly spaced pixels along an axis that are sums over the same elements of the kernel.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    /// The first pixel, the distance to the next, and their number.
    pub target: usize,
    pub target_step: usize,
    pub count: usize,
    /// The first element of the kernel, the distance to the next, and their number.
    pub tap: usize,
    pub tap_step: usize,
    pub taps: usize,
    /// The source position that the first pixel sees through the first element, and the distances to those of
    /// the next pixel and of the next element; the latter may wrap around, to go backwards.
    pub source: usize,
    pub source_step: usize,
    pub source_tap_step: usize,
}

impl Conv2d {
    /// The runs along an axis.
    pub(super) fn runs(&self, direction: Direction, axis: usize) -> impl Iterator<Item = Run> {
        let (stride, dilation, period) = (self.stride[axis], self.dilation[axis], self.period(axis));
        let (targets, step, source_step, tap_step, source_tap_step) = match direction {
            Direction::Forward => (self.output[axis + 1], 1, stride, 1, dilation),
            Direction::Backward => {
                let back = (period * dilation / stride).wrapping_neg();
                (self.input[axis + 1], stride, 1, period, back)
            }
        };
        let (mut phase, mut target) = (0, 0);
        core::iter::from_fn(move || {
            if target >= targets {
                phase += 1;
                target = phase;
            }
            if phase >= step || target >= targets {
                return None;
            }
            let (first, window) = (target, self.window(direction, axis, target));
            let mut count = 0;
            while target < targets {
                let next = self.window(direction, axis, target);
                if (next.tap, next.taps) != (window.tap, window.taps) {
                    break;
                }
                count += 1;
                target += step;
            }
            Some(Run {
                target: first,
                target_step: step,
                count,
                tap: window.tap,
                tap_step,
                taps: window.taps,
                source: window.source,
                source_step,
                source_tap_step,
            })
        })
    }

    #[inline]
    fn window(&self, direction: Direction, axis: usize, target: usize) -> Window {
        match direction {
            Direction::Forward => self.forward_window(axis, target),
            Direction::Backward => self.backward_window(axis, target),
        }
    }

    /// The window of output `target`, which sees through element `k` the pixel
    /// `target·stride + k·dilation - pad`.
    fn forward_window(&self, axis: usize, target: usize) -> Window {
        let (dilation, before) = (self.dilation[axis], self.pad[axis][0]);
        let start = target * self.stride[axis];
        let tap = before.saturating_sub(start).div_ceil(dilation);
        let beyond = (before + self.input[axis + 1])
            .saturating_sub(start)
            .div_ceil(dilation);
        let end = beyond.min(self.kernel[axis]);
        if tap >= end {
            return NOTHING;
        }
        Window {
            tap,
            taps: end - tap,
            source: start + tap * dilation - before,
        }
    }

    /// The window of pixel `target`, which is seen through element `k` by output
    /// `(target + pad - k·dilation) / stride`, if that is an integer.
    fn backward_window(&self, axis: usize, target: usize) -> Window {
        let (stride, dilation, period) = (self.stride[axis], self.dilation[axis], self.period(axis));
        let place = target + self.pad[axis][0];
        let Some(class) = (0..period).find(|tap| tap * dilation % stride == place % stride) else {
            return NOTHING;
        };
        let last = (place / dilation).min(self.kernel[axis] - 1);
        // The first element that sees an output, and lies in the class.
        let beyond = (place + 1)
            .saturating_sub(self.output[axis + 1] * stride)
            .div_ceil(dilation);
        let tap = class + beyond.saturating_sub(class).next_multiple_of(period);
        if tap > last {
            return NOTHING;
        }
        Window {
            tap,
            taps: (last - tap) / period + 1,
            source: (place - tap * dilation) / stride,
        }
    }
}
