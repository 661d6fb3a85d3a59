//! Depthwise convolution, 3×3 or 5×5 with steps of one pixel: every channel is convolved with a kernel of its
//! own, so that a pixel is used for the outputs around it and for nothing else.
//!
//! Rows of outputs are computed in pieces of a constant length, from a slice for each row of the kernel.
//! The outputs whose window reaches over the left or right edge are computed one by one; rows of the kernel
//! that reach over the upper or lower edge are left out. The bound is the memory that image and outputs come
//! from and go to.

use core::ops::Range;

use super::super::Conv2d;
use super::present;
use super::runs::Direction;
use crate::Real;
use crate::kernels::Epilogue;
use crate::kernels::lanes::{Lanes, unroll};
use crate::parallel::BLOCK;

/// The number of outputs of a piece of a row.
const PIECE: usize = 4;

/// A depthwise convolution from a source to a target: of images, or of the gradient by outputs with the kernel
/// rotated by half a turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Depthwise {
    channels: usize,
    source: [usize; 2],
    target: [usize; 2],
    /// The width of the square kernel.
    kernel: usize,
    /// The rows of padding above the source, and the columns to the left of it.
    before: [usize; 2],
    rotated: bool,
}

impl Conv2d {
    /// The convolution in these terms, if it is such a one.
    pub(super) fn depthwise(&self, direction: Direction) -> Option<Depthwise> {
        let alone = self.groups == self.input[0] && self.groups == self.output[0];
        let steps = [self.stride, self.dilation] == [[1; 2]; 2];
        let pixels = self.input[1..]
            .iter()
            .chain(&self.output[1..])
            .all(|size| *size > 0);
        if !(alone && steps && pixels && matches!(self.kernel, [3, 3] | [5, 5])) {
            return None;
        }
        let kernel = self.kernel[0];
        let (image, output) = ([self.input[1], self.input[2]], [self.output[1], self.output[2]]);
        let forward = Depthwise {
            channels: self.groups,
            source: image,
            target: output,
            kernel,
            before: self.pad.map(|[before, _]| before),
            rotated: false,
        };
        match direction {
            Direction::Forward => Some(forward),
            Direction::Backward if forward.before.iter().all(|pad| *pad < kernel) => Some(Depthwise {
                source: output,
                target: image,
                before: forward.before.map(|pad| kernel - 1 - pad),
                rotated: true,
                ..forward
            }),
            Direction::Backward => None,
        }
    }
}

impl Depthwise {
    /// The elements of the kernel, along an axis, through which the target at `at` sees the source.
    #[inline(always)]
    fn seen(&self, axis: usize, at: usize) -> Range<usize> {
        let end = (self.before[axis] + self.source[axis])
            .saturating_sub(at)
            .min(self.kernel);
        self.before[axis].saturating_sub(at).min(end)..end
    }

    /// Computes `to`, all channels of all blocks or some from `first` on of a single block.
    pub(super) fn convolve<T: Real>(
        &self,
        examples: usize,
        first: usize,
        from: &[T],
        weight: &[T],
        then: Epilogue<'_, T>,
        to: &mut [T],
    ) {
        let [source, target] = [self.source, self.target].map(|[height, width]| height * width * BLOCK);
        let taps = self.kernel * self.kernel;
        for (plane, to) in (first..).zip(to.chunks_exact_mut(target)) {
            let (block, channel) = (plane / self.channels, plane % self.channels);
            let present = present(examples, block);
            let then = match then {
                Epilogue::Bias(bias) => Epilogue::Bias(&bias[channel..][..1]),
                Epilogue::BiasRelu(bias) => Epilogue::BiasRelu(&bias[channel..][..1]),
                Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[plane * target..][..target]),
                Epilogue::Store | Epilogue::Accumulate | Epilogue::Normalise(_) => then,
            };
            let from = &from[plane * source..][..source];
            let weight = &weight[channel * taps..][..taps];
            match self.kernel {
                3 => plane_of_three(self, present, from, weight, then, to),
                _ => plane_of_five(self, present, from, weight, then, to),
            }
        }
    }

    #[inline(always)]
    fn plane<T: Real, const FMA: bool, const BYTES: usize, const K: usize>(
        &self,
        present: usize,
        from: &[T],
        weight: &[T],
        then: Epilogue<'_, T>,
        to: &mut [T],
    ) {
        let mut kernel = [[T::ZERO; K]; K];
        for (i, row) in kernel.iter_mut().enumerate() {
            for (j, element) in row.iter_mut().enumerate() {
                let at = i * K + j;
                *element = weight[if self.rotated { K * K - 1 - at } else { at }];
            }
        }
        match const { BYTES / size_of::<T>() } {
            16 => self.lanes::<T, FMA, 16, 1, K>(present, from, &kernel, then, to),
            8 => self.lanes::<T, FMA, 8, 2, K>(present, from, &kernel, then, to),
            4 => self.lanes::<T, FMA, 4, 4, K>(present, from, &kernel, then, to),
            _ => self.lanes::<T, FMA, 2, 8, K>(present, from, &kernel, then, to),
        }
    }

    /// Computes a channel of a block that holds `present` examples, `L` of `L·PARTS` at a time.
    #[inline(always)]
    fn lanes<T: Real, const FMA: bool, const L: usize, const PARTS: usize, const K: usize>(
        &self,
        present: usize,
        from: &[T],
        kernel: &[[T; K]; K],
        then: Epilogue<'_, T>,
        to: &mut [T],
    ) {
        let from = from.as_chunks::<L>().0.as_chunks::<PARTS>().0;
        let to = to.as_chunks_mut::<L>().0.as_chunks_mut::<PARTS>().0;
        let ([_, from_width], [_, width]) = (self.source, self.target);
        let left = self.before[1].min(width);
        // The outputs that see a whole row of the kernel.
        let inside = left..(self.before[1] + from_width + 1)
            .saturating_sub(K)
            .clamp(left, width);
        for (y, to) in to.chunks_exact_mut(width).enumerate() {
            let finish = Finish { then, row: y * width };
            let seen = self.seen(0, y);
            let kernel = &kernel[seen.clone()];
            let from = if seen.is_empty() {
                from
            } else {
                &from[(y + seen.start - self.before[0]) * from_width..]
            };
            for part in 0..present.div_ceil(L).min(PARTS) {
                for x in (0..inside.start).chain(inside.end..width) {
                    let seen = self.seen(1, x);
                    let mut sum = finish.start(&to[x], part);
                    for (row, from) in kernel.iter().zip(from.chunks_exact(from_width)) {
                        for tap in seen.clone() {
                            let pixel = Lanes(from[x + tap - self.before[1]][part]);
                            sum = Lanes::broadcast::<FMA>(row[tap]).mul_add::<FMA>(pixel, sum);
                        }
                    }
                    to[x][part] = finish.end::<L, PARTS>(sum, x, part).0;
                }
                let to = &mut to[inside.clone()];
                let (pieces, rest) = to.as_chunks_mut::<PIECE>();
                for (place, to) in pieces.iter_mut().enumerate() {
                    let x = place * PIECE;
                    piece::<T, FMA, L, PARTS, K, PIECE>(
                        kernel,
                        from,
                        from_width,
                        [x, left, part],
                        finish,
                        to,
                    );
                }
                let first = pieces.len() * PIECE;
                for (to, x) in rest.as_chunks_mut::<1>().0.iter_mut().zip(first..) {
                    piece::<T, FMA, L, PARTS, K, 1>(kernel, from, from_width, [x, left, part], finish, to);
                }
            }
        }
    }
}

/// Computes `N` outputs of a row, of which the first sees the pixels from `x` on and is number `left + x`.
#[inline(always)]
fn piece<T: Real, const FMA: bool, const L: usize, const PARTS: usize, const K: usize, const N: usize>(
    kernel: &[[T; K]],
    from: &[[[T; L]; PARTS]],
    from_width: usize,
    [x, left, part]: [usize; 3],
    finish: Finish<'_, T>,
    to: &mut [[[T; L]; PARTS]; N],
) {
    let mut sums = [Lanes::<T, L>::ZERO; N];
    unroll::<N>(
        #[inline(always)]
        |n| sums[n] = finish.start(&to[n], part),
    );
    for (row, from) in kernel.iter().zip(from.chunks_exact(from_width)) {
        let from = &from[x..][..N + K - 1];
        unroll::<K>(
            #[inline(always)]
            |tap| {
                let weight = Lanes::broadcast::<FMA>(row[tap]);
                unroll::<N>(
                    #[inline(always)]
                    |n| sums[n] = weight.mul_add::<FMA>(Lanes(from[n + tap][part]), sums[n]),
                );
            },
        );
    }
    unroll::<N>(
        #[inline(always)]
        |n| to[n][part] = finish.end::<L, PARTS>(sums[n], left + x + n, part).0,
    );
}

/// What the outputs of a row start with and end as.
#[derive(Clone, Copy)]
struct Finish<'a, T> {
    /// The epilogue, with the bias or the gate of the channel.
    then: Epilogue<'a, T>,
    /// The number of the row's first output.
    row: usize,
}

impl<T: Real> Finish<'_, T> {
    #[inline(always)]
    fn start<const L: usize, const PARTS: usize>(
        &self,
        before: &[[T; L]; PARTS],
        part: usize,
    ) -> Lanes<T, L> {
        match self.then {
            Epilogue::Accumulate => Lanes(before[part]),
            Epilogue::Bias(bias) | Epilogue::BiasRelu(bias) => Lanes::splat(bias[0]),
            Epilogue::Store | Epilogue::ReluGate(_) | Epilogue::Normalise(_) => Lanes::ZERO,
        }
    }

    #[inline(always)]
    fn end<const L: usize, const PARTS: usize>(
        &self,
        sum: Lanes<T, L>,
        x: usize,
        part: usize,
    ) -> Lanes<T, L> {
        let zero = T::ZERO;
        match self.then {
            Epilogue::BiasRelu(_) => sum.zip(sum, |x, _| if x <= zero { zero } else { x }),
            Epilogue::ReluGate(gate) => {
                let gate = gate.as_chunks::<L>().0.as_chunks::<PARTS>().0[self.row + x][part];
                sum.zip(Lanes(gate), |x, gate| if gate > zero { x } else { zero })
            }
            Epilogue::Store | Epilogue::Accumulate | Epilogue::Bias(_) | Epilogue::Normalise(_) => sum,
        }
    }
}

macro_rules! planes {
    ($($name:ident: $kernel:literal),+ $(,)?) => {$(
        vectorised! {
            /// Computes a channel of a block.
            fn $name<'a, T, FMA, BYTES>(
                depthwise: &'a Depthwise,
                present: usize,
                from: &'a [T],
                weight: &'a [T],
                then: Epilogue<'a, T>,
                to: &'a mut [T],
            ) {
                depthwise.plane::<T, FMA, BYTES, $kernel>(present, from, weight, then, to);
            }
        }
    )+};
}

planes! {
    plane_of_three: 3,
    plane_of_five: 5,
}
