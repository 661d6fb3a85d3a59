//! The gradient by the weight in tiles of whole kernels, 3×3 or 5×5, with steps of one pixel.
//!
//! Over a [padded](super::padded) image every output sees the whole kernel, so that a tile has no case for
//! edges: it goes through the rows of outputs in pieces of a constant length, without a branch that a
//! processor would predict wrongly, and sums all elements of a kernel for one or two output channels. The rows
//! of the image that it reads again for the next row of outputs are still in the nearest cache.
//!
//! Each lane of a sum goes through the outputs of a band in order.

use core::ops::Range;

use super::super::Conv2d;
use super::padded::{Padded, Padding};
use crate::Real;
use crate::isa::Isa;
use crate::kernels::lanes::{Lanes, unroll};
use crate::parallel::BLOCK;

/// The number of outputs of a piece of a row.
const PIECE: usize = 4;

/// The number of input channels whose sums are stored before their lanes are added up.
const TOGETHER: usize = 8;

/// The largest number of sums that are stored: of one output channel and kernels of 5×5, or two and 3×3.
const MOST: usize = TOGETHER * 25;

/// Memory for the sums of some tiles.
struct Memory<T> {
    sums: [T; MOST * BLOCK],
    /// The sums after two halvings.
    fours: [[T; 4]; MOST],
}

impl Conv2d {
    /// How the image is padded for these tiles, if they compute the gradient by the weight.
    pub(super) fn in_whole_kernels(&self) -> Option<Padding> {
        let has_tile = matches!(self.kernel, [3, 3] | [5, 5]);
        self.padding()
            .filter(|_| has_tile && Isa::current().tiles.are_large())
    }
}

/// Computes the gradient of each block; `memory` is for the padded image.
pub(super) fn weight_gradient<T: Real>(
    geometry: &Conv2d,
    padding: &Padding,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    memory: &mut [T],
) {
    let groups = geometry.groups;
    let (group_image, group_out) = (geometry.image_len() / groups, geometry.out_len() / groups);
    let (channels, kernel, taps) = (
        geometry.output[0] / groups,
        geometry.kernel_len(),
        geometry.taps(),
    );
    let (height, band) = (geometry.output[1], padding.band());
    partials.fill(T::ZERO);
    let mut stored = Memory {
        sums: [T::ZERO; MOST * BLOCK],
        fours: [[T::ZERO; 4]; MOST],
    };
    let groups = partials.chunks_exact_mut(geometry.weight_len() / groups);
    for (part, partial) in groups.enumerate() {
        let image = &image[part * group_image * BLOCK..][..group_image * BLOCK];
        let d_out = &d_out[part * group_out * BLOCK..][..group_out * BLOCK];
        for top in (0..height).step_by(band) {
            let rows = top..(top + band).min(height);
            let sums = Sums {
                padded: padding.padded(image, BLOCK, rows.clone(), memory),
                d_out,
                rows,
                width: geometry.output[2],
                plane: geometry.pixels(),
            };
            let mut channel = 0;
            while channel < channels {
                let together = if kernel == 9 {
                    (channels - channel).min(2)
                } else {
                    1
                };
                let partial = &mut partial[channel * taps..][..together * taps];
                match (kernel, together) {
                    (9, 2) => two_of_three(&sums, channel, partial, &mut stored),
                    (9, _) => one_of_three(&sums, channel, partial, &mut stored),
                    _ => one_of_five(&sums, channel, partial, &mut stored),
                }
                channel += together;
            }
        }
    }
}

/// Some rows of outputs of a group of a block.
struct Sums<'a, T> {
    /// The image that the rows see.
    padded: Padded<'a, T>,
    /// The outputs' gradient: all channels, and all rows.
    d_out: &'a [T],
    rows: Range<usize>,
    width: usize,
    /// The number of outputs of a channel.
    plane: usize,
}

impl<T: Real> Sums<'_, T> {
    #[inline(always)]
    fn tiles<const FMA: bool, const BYTES: usize, const R: usize, const K: usize>(
        &self,
        channel: usize,
        partial: &mut [T],
        memory: &mut Memory<T>,
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => self.lanes::<FMA, 16, R, K>(channel, partial, memory),
            8 => self.lanes::<FMA, 8, R, K>(channel, partial, memory),
            4 => self.lanes::<FMA, 4, R, K>(channel, partial, memory),
            _ => self.lanes::<FMA, 2, R, K>(channel, partial, memory),
        }
    }

    /// Adds the sums of `R` output channels and every input channel to `partial`.
    #[inline(always)]
    fn lanes<const FMA: bool, const L: usize, const R: usize, const K: usize>(
        &self,
        channel: usize,
        partial: &mut [T],
        memory: &mut Memory<T>,
    ) {
        let taps = partial.len() / R;
        for first in (0..taps).step_by(TOGETHER * K * K) {
            let some = (taps - first).min(TOGETHER * K * K);
            let sums = memory.sums.as_chunks_mut::<L>().0;
            for source in 0..some / (K * K) {
                let into = &mut sums[source * K * K..];
                self.tile::<FMA, L, R, K>(channel, first / (K * K) + source, into, some);
            }
            for (partial, sums) in partial.chunks_exact_mut(taps).zip(sums.chunks_exact(some)) {
                fold(sums, &mut memory.fours, &mut partial[first..][..some]);
            }
        }
    }

    /// Stores the sums of one input channel and `R` output channels, which are `step` vectors apart.
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const R: usize, const K: usize>(
        &self,
        channel: usize,
        source: usize,
        into: &mut [[T; L]],
        step: usize,
    ) {
        let parts = const { BLOCK / L };
        let image = &self.padded.from.as_chunks::<L>().0[source * self.padded.plane * parts..];
        let d_out = &self.d_out.as_chunks::<L>().0[channel * self.plane * parts..];
        let (width, pitch) = (self.width, self.padded.pitch);
        let mut sums = [[[Lanes::<T, L>::ZERO; K]; K]; R];
        for y in 0..self.rows.len() {
            let mut seen = [&image[..0]; K];
            for i in 0..K {
                seen[i] = &image[(y + i) * pitch * parts..][..(width + K - 1) * parts];
            }
            let mut outs = [&d_out[..0]; R];
            for r in 0..R {
                outs[r] = &d_out[(r * self.plane + (self.rows.start + y) * width) * parts..][..width * parts];
            }
            let whole = width / PIECE * PIECE;
            for x in (0..whole).step_by(PIECE) {
                piece::<T, FMA, L, R, K, PIECE>(&mut sums, &seen, &outs, x);
            }
            if width & 2 > 0 {
                piece::<T, FMA, L, R, K, 2>(&mut sums, &seen, &outs, whole);
            }
            if width & 1 > 0 {
                piece::<T, FMA, L, R, K, 1>(&mut sums, &seen, &outs, width - 1);
            }
        }
        for r in 0..R {
            let into = &mut into[r * step..][..K * K];
            for i in 0..K {
                for j in 0..K {
                    into[i * K + j] = sums[r][i][j].0;
                }
            }
        }
    }
}

/// Adds the products of `N` outputs of a row from `x` on. Slices of a constant length are all that is compared.
#[inline(always)]
fn piece<T: Real, const FMA: bool, const L: usize, const R: usize, const K: usize, const N: usize>(
    sums: &mut [[[Lanes<T, L>; K]; K]; R],
    seen: &[&[[T; L]]; K],
    outs: &[&[[T; L]]; R],
    x: usize,
) {
    let parts = const { BLOCK / L };
    let (mut pixels, mut d) = ([&seen[0][..0]; K], [&outs[0][..0]; R]);
    for i in 0..K {
        pixels[i] = &seen[i][x * parts..][..(N + K - 1) * parts];
    }
    for r in 0..R {
        d[r] = &outs[r][x * parts..][..N * parts];
    }
    if K <= 3 {
        unroll::<N>(
            #[inline(always)]
            |x| {
                unroll::<K>(
                    #[inline(always)]
                    |i| add::<T, FMA, L, R, K>(sums, &pixels, &d, i, x),
                )
            },
        );
    } else {
        // One row of the kernel at a time, or there would be too many pixels in registers.
        unroll::<K>(
            #[inline(always)]
            |i| {
                unroll::<N>(
                    #[inline(always)]
                    |x| add::<T, FMA, L, R, K>(sums, &pixels, &d, i, x),
                )
            },
        );
    }
}

/// Adds the products of output `x` with the pixels seen through row `i` of the kernel.
#[inline(always)]
fn add<T: Real, const FMA: bool, const L: usize, const R: usize, const K: usize>(
    sums: &mut [[[Lanes<T, L>; K]; K]; R],
    seen: &[&[[T; L]]; K],
    outs: &[&[[T; L]]; R],
    i: usize,
    x: usize,
) {
    let parts = const { BLOCK / L };
    for part in 0..parts {
        let mut pixels = [Lanes::<T, L>::ZERO; K];
        for j in 0..K {
            pixels[j] = Lanes(seen[i][(x + j) * parts + part]);
        }
        for r in 0..R {
            let d = Lanes(outs[r][x * parts + part]);
            for j in 0..K {
                sums[r][i][j] = d.mul_add::<FMA>(pixels[j], sums[r][i][j]);
            }
        }
    }
}

/// Adds the lanes of each sum to its element of the gradient: halves of a sum first, down to four lanes, and then
/// those of many sums at once.
///
/// The sums come from memory: were their lanes read while they are in registers, the compiler would not keep
/// them as vectors.
#[inline(always)]
fn fold<T: Real, const L: usize>(sums: &[[T; L]], fours: &mut [[T; 4]], partial: &mut [T]) {
    for (sum, four) in sums.iter().zip(fours.iter_mut()) {
        let mut lanes = *sum;
        if L >= 16 {
            for lane in 0..8 {
                lanes[lane] += lanes[lane + 8];
            }
        }
        if L >= 8 {
            for lane in 0..4 {
                lanes[lane] += lanes[lane + 4];
            }
        }
        four.copy_from_slice(&lanes[..4]);
    }
    for (partial, [a, b, c, d]) in partial.iter_mut().zip(fours) {
        *partial += (*a + *c) + (*b + *d);
    }
}

// Each tile is a function of its own: in one large function the sums do not stay in registers.
macro_rules! tiles {
    ($($name:ident: $rows:literal of $kernel:literal),+ $(,)?) => {$(
        vectorised! {
            fn $name<'a, T, FMA, BYTES>(sums: &'a Sums<'a, T>, channel: usize, partial: &'a mut [T], memory: &'a mut Memory<T>) {
                // The tile is not compiled for narrower vectors.
                if const { !Isa::of::<FMA, BYTES>().tiles.are_large() } {
                    unreachable!("a tile of more registers than there are");
                }
                sums.tiles::<FMA, BYTES, $rows, $kernel>(channel, partial, memory);
            }
        }
    )+};
}

tiles! {
    two_of_three: 2 of 3,
    one_of_three: 1 of 3,
    one_of_five: 1 of 5,
}
