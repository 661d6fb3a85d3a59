//! The products of pixels and weight, in registers.
//!
//! As in [`packed_tile`](crate::kernels::packed_tile) a few rows, here pixels, by a few vectors of output channels are summed at a
//! time, each sum one chain of additions in the order of the kernel's elements and of the input channels. The pixels that a row of
//! a kernel sees lie side by side, so that few channels are read as fast as many.

use super::band::{Band, Place};
use super::finish::Finish;
use super::{Conv2d, PackedWeight};
use crate::Real;
use crate::isa::Isa;
use crate::kernels::lanes::Lanes;
use crate::kernels::packed_tile::{EIGHT, Sums, add_term, by_vectors, strips};

/// The runs of elements, side by side, that an output sees.
#[derive(Clone, Copy)]
struct Runs {
    /// Down and across.
    counts: [usize; 2],
    /// The distances between them, down and across.
    steps: [usize; 2],
    /// The elements of each.
    len: usize,
}

impl Runs {
    /// Those of a convolution over rows of pixels `pitch` apart.
    fn of(geometry: &Conv2d, pitch: usize) -> Runs {
        let ([down, across], inputs) = (geometry.kernel, geometry.input[0]);
        let is_dense = geometry.dilation[1] == 1 || across == 1;
        Runs {
            counts: [down, if is_dense { 1 } else { across }],
            steps: [geometry.dilation[0] * pitch, geometry.dilation[1] * inputs],
            len: if is_dense { across * inputs } else { inputs },
        }
    }
}

/// A strip of output channels of a band.
struct Strip<'a, T> {
    band: &'a Band<'a, T>,
    runs: Runs,
    /// For each element of the kernel the panel of the strip.
    panels: &'a [T],
    /// The first output channel.
    column: usize,
}

/// Computes a band of a convolution without groups.
pub(super) fn multiply<T: Real>(band: &Band<'_, T>, weight: PackedWeight<'_, T>, out: &mut [T]) {
    let (outputs, lanes) = (band.geometry.output[0], Isa::current().lanes::<T>());
    // From the last to the first: what a vector writes over beyond the last channel is stored later.
    for (column, width) in strips::<T>(outputs).rev() {
        let strip = Strip {
            band,
            runs: Runs::of(band.geometry, band.pitch),
            panels: weight.strip(column, width),
            column,
        };
        match width / lanes {
            1 => by_one(&strip, out),
            2 => by_two(&strip, out),
            3 => by_three(&strip, out),
            _ => by_four(&strip, out),
        }
    }
}

by_vectors! {
    Strip into T:
    by_one: multiply by 1;
    by_two: multiply by 2;
    by_three: multiply by 3;
    by_four: multiply by 4;
}

impl<T: Real> Strip<'_, T> {
    #[inline(always)]
    fn multiply<const FMA: bool, const L: usize, const V: usize>(&self, out: &mut [T]) {
        let panels = self.panels.as_chunks::<L>().0.as_chunks::<V>().0;
        let channels = self.band.geometry.output[0];
        let finish = Finish::of(self.band.then, self.column);
        let (count, mut first, mut place) = (out.len() / channels, 0, self.band.first_place());
        while first < count {
            // A single vector needs as many outputs as hide the latency of an addition.
            let taken = match count - first {
                left @ 1..=4 => left,
                left if const { V == 1 } => left.min(8),
                8 => 4,
                left => left.min(6),
            };
            let (formed, out) = ([first, taken, self.column], &mut out[first * channels..]);
            match taken {
                5.. if const { V == 1 } => {
                    self.tile::<FMA, L, V, 8>(panels, &finish, &mut place, formed, out)
                }
                5.. => self.tile::<FMA, L, V, 6>(panels, &finish, &mut place, formed, out),
                _ => self.tile::<FMA, L, V, 4>(panels, &finish, &mut place, formed, out),
            }
            first += taken;
        }
    }

    /// Computes at most `R` outputs, those that `formed` says as for [`Band::store`].
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const V: usize, const R: usize>(
        &self,
        panels: &[[[T; L]; V]],
        finish: &Finish<'_, T, L, V>,
        place: &mut Place,
        formed: [usize; 3],
        out: &mut [T],
    ) {
        let (band, Runs { counts, steps, len }) = (self.band, self.runs);
        let corners: [usize; R] = band.corners(place, formed[1]);
        let mut sums: Sums<T, L, V, R> = [[Lanes::ZERO; V]; R];
        let mut done = 0;
        for down in 0..counts[0] {
            for across in 0..counts[1] {
                let seen = down * steps[0] + across * steps[1];
                let mut lines: [&[T]; R] = [&[]; R];
                for i in 0..R {
                    lines[i] = &band.pixels[corners[i] + seen..][..len];
                }
                add_run::<T, FMA, L, V, R>(&mut sums, lines, &panels[done..][..len]);
                done += len;
            }
        }
        band.store(&mut sums, finish, formed, out);
    }
}

/// Adds the products of a run of elements that each of `R` outputs sees by a panel; all have the same length.
#[inline(always)]
fn add_run<T: Real, const FMA: bool, const L: usize, const V: usize, const R: usize>(
    sums: &mut Sums<T, L, V, R>,
    lines: [&[T]; R],
    panel: &[[[T; L]; V]],
) {
    let whole = panel.as_chunks::<EIGHT>().0;
    if !whole.is_empty() {
        let mut groups: [&[[T; EIGHT]]; R] = [&[]; R];
        for i in 0..R {
            groups[i] = &lines[i].as_chunks::<EIGHT>().0[..whole.len()];
        }
        for (group, b) in whole.iter().enumerate() {
            let mut a = [&groups[0][group]; R];
            for i in 0..R {
                a[i] = &groups[i][group];
            }
            for p in 0..EIGHT {
                add_term::<T, FMA, L, V, R>(sums, &b[p], |i| a[i][p]);
            }
        }
    }
    for p in EIGHT * whole.len()..panel.len() {
        add_term::<T, FMA, L, V, R>(sums, &panel[p], |i| lines[i][p]);
    }
}
