//! The dot products of a weight gradient, in register tiles of output channels by taps.

use super::Conv2d;
use crate::Real;
use crate::kernels::lanes::Lanes;

/// Lanes of a vector of `BYTES`.
pub(super) const fn lanes<T, const BYTES: usize>() -> usize {
    BYTES / size_of::<T>()
}

/// The sum of the lanes of one vector.
#[inline(always)]
pub(super) fn fold<T: Real>(lanes: &[T]) -> T {
    let mut sums = Lanes::<T, 16>::load_padded(lanes);
    let mut half = lanes.len() / 2;
    while half > 0 {
        for lane in 0..half {
            sums.0[lane] += sums.0[lane + half];
        }
        half /= 2;
    }
    sums.0[0]
}

/// The dot products of some examples.
pub(super) struct Dots<'a, T> {
    pub geometry: &'a Conv2d,
    /// A frame for each example.
    pub padded: &'a [T],
    /// The output channels for each example.
    pub stretches: &'a [T],
    /// Elements of one output channel there, rounded up to whole vectors.
    pub stretch: usize,
}

impl<T: Real> Dots<'_, T> {
    /// Adds the products to `sums`, one vector for each element of the weight, in tiles that fill the registers.
    #[inline(always)]
    pub fn add_to<const FMA: bool, const BYTES: usize>(&self, sums: &mut [T]) {
        let single = size_of::<T>() == 4;
        if BYTES == 64 {
            if single {
                self.tiles::<FMA, 16, 6, 4>(sums)
            } else {
                self.tiles::<FMA, 8, 6, 4>(sums)
            }
        } else if BYTES == 32 {
            if single {
                self.tiles::<FMA, 8, 2, 4>(sums)
            } else {
                self.tiles::<FMA, 4, 2, 4>(sums)
            }
        } else if single {
            self.tiles::<FMA, 4, 2, 4>(sums)
        } else {
            self.tiles::<FMA, 2, 2, 4>(sums)
        }
    }

    #[inline(always)]
    fn tiles<const FMA: bool, const L: usize, const R: usize, const S: usize>(&self, sums: &mut [T]) {
        let channels = self.geometry.output[0] / self.geometry.groups;
        let taps = self.geometry.taps();
        for group in 0..self.geometry.groups {
            let mut tap = 0;
            while tap < taps {
                let (mut channel, end) = (group * channels, (group + 1) * channels);
                let taps_here = if tap + S <= taps { S } else { 1 };
                while channel < end {
                    let rows = if channel + R <= end {
                        R
                    } else if channel + 4 <= end && R > 4 {
                        4
                    } else {
                        1
                    };
                    match (rows == R, rows == 4, taps_here == S) {
                        (true, _, true) => self.tile::<FMA, L, R, S>(group, channel, tap, sums),
                        (true, _, false) => self.tile::<FMA, L, R, 1>(group, channel, tap, sums),
                        (_, true, true) => self.tile::<FMA, L, 4, S>(group, channel, tap, sums),
                        (_, true, false) => self.tile::<FMA, L, 4, 1>(group, channel, tap, sums),
                        (_, _, true) => self.tile::<FMA, L, 1, S>(group, channel, tap, sums),
                        (_, _, false) => self.tile::<FMA, L, 1, 1>(group, channel, tap, sums),
                    }
                    channel += rows;
                }
                tap += taps_here;
            }
        }
    }

    /// `R` output channels by `S` taps.
    // Indices, not iterators, for loops that must unroll completely.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const R: usize, const S: usize>(
        &self,
        group: usize,
        channel: usize,
        tap: usize,
        all_sums: &mut [T],
    ) {
        let taps = self.geometry.taps();
        let at = |i: usize, j: usize| ((channel + i) * taps + tap + j) * L;
        let mut sums = [[Lanes::<T, L>::splat(T::ZERO); S]; R];
        for i in 0..R {
            for j in 0..S {
                sums[i][j] = Lanes::load(&all_sums[at(i, j)..]);
            }
        }
        let [plane, row, column] = self.geometry.tap_steps();
        let first = group * (self.geometry.input[0] / self.geometry.groups) * plane;
        let mut offsets = [0; S];
        for j in 0..S {
            let (outer, kx) = (
                (tap + j) / self.geometry.kernel[1],
                (tap + j) % self.geometry.kernel[1],
            );
            let (c, ky) = (outer / self.geometry.kernel[0], outer % self.geometry.kernel[0]);
            offsets[j] = first + c * plane + ky * row + kx * column;
        }
        let frames = self.padded.chunks_exact(self.geometry.image_frame().len());
        let outs = self
            .stretches
            .chunks_exact(self.geometry.output[0] * self.stretch);
        for (frame, outs) in frames.zip(outs) {
            // Whole vectors of one known number, so that the loop below needs no checks.
            let vectors = self.stretch / L;
            let shifted = offsets.map(|offset| &frame[offset..].as_chunks::<L>().0[..vectors]);
            let mut d_out = [&[][..]; R];
            for i in 0..R {
                d_out[i] = &outs[(channel + i) * self.stretch..].as_chunks::<L>().0[..vectors];
            }
            for position in 0..vectors {
                let mut x = [Lanes::<T, L>::splat(T::ZERO); S];
                for j in 0..S {
                    x[j] = Lanes(shifted[j][position]);
                }
                for i in 0..R {
                    let d = Lanes(d_out[i][position]);
                    for j in 0..S {
                        sums[i][j] = d.mul_add::<FMA>(x[j], sums[i][j]);
                    }
                }
            }
        }
        for i in 0..R {
            for j in 0..S {
                sums[i][j].store(&mut all_sums[at(i, j)..]);
            }
        }
    }
}
