//! Convolutions of each channel by itself: two vectors of channels of a few outputs are summed at a time.

use super::PackedWeight;
use super::band::{Band, Place};
use super::finish::Finish;
use crate::Real;
use crate::kernels::lanes::{Lanes, unroll};
use crate::kernels::packed_tile::{Sums, strips};

/// The elements of a row of most kernels.
const THREE: usize = 3;

/// The number of outputs that are summed at a time where they share no pixels, or are few: a vector has to wait for its last sum.
const FEW: usize = 4;

/// A few vectors of channels of a band.
struct Vectors<'a, T, const L: usize> {
    band: &'a Band<'a, T>,
    /// The elements of the kernel for these channels and those beside them, of which there are `pitch` vectors.
    weight: &'a [[T; L]],
    pitch: usize,
    /// The first channel.
    column: usize,
}

/// Computes a band of a convolution of each channel by itself.
pub(super) fn multiply<T: Real>(band: &Band<'_, T>, weight: PackedWeight<'_, T>, out: &mut [T]) {
    by_pairs(band, weight, out);
}

vectorised! {
    fn by_pairs<'a, T, FMA, BYTES>(
        band: &'a Band<'a, T>,
        weight: PackedWeight<'a, T>,
        out: &'a mut [T],
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => each_pair::<T, FMA, 16>(band, weight, out),
            8 => each_pair::<T, FMA, 8>(band, weight, out),
            4 => each_pair::<T, FMA, 4>(band, weight, out),
            _ => each_pair::<T, FMA, 2>(band, weight, out),
        }
    }
}

/// Computes a band two vectors at a time, from the last channels to the first: what a vector writes over beyond the last one is stored
/// later.
#[inline(always)]
fn each_pair<T: Real, const FMA: bool, const L: usize>(
    band: &Band<'_, T>,
    weight: PackedWeight<'_, T>,
    out: &mut [T],
) {
    for (column, width) in strips::<T>(band.geometry.output[0]).rev() {
        let (weight, pitch) = (weight.strip(column, width).as_chunks::<L>().0, width / L);
        for first in (0..pitch).step_by(2).rev() {
            let vectors = Vectors {
                band,
                weight: &weight[first..],
                pitch,
                column: column + first * L,
            };
            match pitch - first {
                1 => vectors.multiply::<FMA, 1>(out),
                _ => vectors.multiply::<FMA, 2>(out),
            }
        }
    }
}

impl<T: Real, const L: usize> Vectors<'_, T, L> {
    #[inline(always)]
    fn multiply<const FMA: bool, const V: usize>(&self, out: &mut [T]) {
        let [channels, _, width] = self.band.geometry.output;
        let in_rows = self.sees_neighbours();
        // As many as divide the rows of many images.
        let most = if width.is_multiple_of(7) { 7 } else { 8 };
        let finish = Finish::<T, L, V>::of(self.band.then, self.column);
        let (count, mut first, mut place) = (out.len() / channels, 0, self.band.first_place());
        while first < count {
            let taken = match in_rows {
                true if place.left >= most => most,
                true => place.left.min(FEW),
                false => (count - first).min(FEW),
            };
            let (formed, out) = ([first, taken, self.column], &mut out[first * channels..]);
            match taken {
                8 => self.neighbours::<FMA, V, 8>(&finish, &mut place, formed, out),
                7 => self.neighbours::<FMA, V, 7>(&finish, &mut place, formed, out),
                _ => self.tile::<FMA, V>(&finish, &mut place, formed, out),
            }
            first += taken;
        }
    }

    /// True if an output sees in a row three pixels side by side, and the next one the last two of these too.
    fn sees_neighbours(&self) -> bool {
        let geometry = self.band.geometry;
        [geometry.kernel[1], geometry.stride[1], geometry.dilation[1]] == [THREE, 1, 1]
    }

    /// Computes `R` outputs side by side, each of which sees neighbours: every pixel is read once for all outputs in a row that see
    /// it. The sums are the same as those of [`Vectors::tile`].
    #[inline(always)]
    fn neighbours<const FMA: bool, const V: usize, const R: usize>(
        &self,
        finish: &Finish<'_, T, L, V>,
        place: &mut Place,
        formed: [usize; 3],
        out: &mut [T],
    ) {
        let (band, pitch) = (self.band, self.band.geometry.input[0]);
        let corner = band.corners::<R>(place, R)[0] + self.column;
        let down = band.geometry.dilation[0] * band.pitch;
        let mut sums: Sums<T, L, V, R> = [[Lanes::ZERO; V]; R];
        unroll::<V>(
            #[inline(always)]
            |j| {
                let mut own = [Lanes::<T, L>::ZERO; R];
                for row in 0..band.geometry.kernel[0] {
                    let seen = &band.pixels[corner + row * down + j * L..][..(R + 1) * pitch + L];
                    let tap = |tap: usize| Lanes(self.weight[(row * THREE + tap) * self.pitch + j]);
                    add_row::<T, FMA, L, R>(&mut own, [tap(0), tap(1), tap(2)], seen, pitch);
                }
                unroll::<R>(
                    #[inline(always)]
                    |i| sums[i][j] = own[i],
                );
            },
        );
        band.store(&mut sums, finish, formed, out);
    }

    /// Computes at most [`FEW`] outputs, those that `formed` says as for [`Band::store`].
    #[inline(always)]
    fn tile<const FMA: bool, const V: usize>(
        &self,
        finish: &Finish<'_, T, L, V>,
        place: &mut Place,
        formed: [usize; 3],
        out: &mut [T],
    ) {
        let (band, geometry) = (self.band, self.band.geometry);
        let [rows, columns] = geometry.kernel;
        let (down, across) = (
            geometry.dilation[0] * band.pitch,
            geometry.dilation[1] * geometry.input[0],
        );
        let reach = (rows - 1) * down + (columns - 1) * across + V * L;
        let corners: [usize; FEW] = band.corners(place, formed[1]);
        let mut lines: [&[T]; FEW] = [&[]; FEW];
        for i in 0..FEW {
            lines[i] = &band.pixels[corners[i] + self.column..][..reach];
        }
        let mut sums: Sums<T, L, V, FEW> = [[Lanes::ZERO; V]; FEW];
        for row in 0..rows {
            for column in 0..columns {
                let factors = &self.weight[(row * columns + column) * self.pitch..][..V];
                let seen = row * down + column * across;
                unroll::<FEW>(
                    #[inline(always)]
                    |i| {
                        let seen = lines[i][seen..][..V * L].as_chunks::<L>().0;
                        unroll::<V>(
                            #[inline(always)]
                            |j| {
                                let factor = Lanes(factors[j]);
                                sums[i][j] = factor.mul_add::<FMA>(Lanes(seen[j]), sums[i][j]);
                            },
                        );
                    },
                );
            }
        }
        band.store(&mut sums, finish, formed, out);
    }
}

/// Adds to neighbours what they see in a row of pixels, which are `pitch` apart.
#[inline(always)]
fn add_row<T: Real, const FMA: bool, const L: usize, const R: usize>(
    sums: &mut [Lanes<T, L>; R],
    factors: [Lanes<T, L>; THREE],
    seen: &[T],
    pitch: usize,
) {
    unroll::<R>(
        #[inline(always)]
        |i| {
            let pixel = Lanes::load(&seen[i * pitch..]);
            sums[i] = factors[0].mul_add::<FMA>(pixel, sums[i]);
            if i >= 1 {
                sums[i - 1] = factors[1].mul_add::<FMA>(pixel, sums[i - 1]);
            }
            if i >= 2 {
                sums[i - 2] = factors[2].mul_add::<FMA>(pixel, sums[i - 2]);
            }
        },
    );
    let pixel = Lanes::load(&seen[R * pitch..]);
    sums[R - 1] = factors[1].mul_add::<FMA>(pixel, sums[R - 1]);
    sums[R - 2] = factors[2].mul_add::<FMA>(pixel, sums[R - 2]);
    let pixel = Lanes::load(&seen[(R + 1) * pitch..]);
    sums[R - 1] = factors[2].mul_add::<FMA>(pixel, sums[R - 1]);
}
