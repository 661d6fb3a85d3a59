//! Outputs whose rows are whole vectors, or half vectors.
//!
//! Outputs are stored contiguously, row after row: each vector of them sees vectors of the
//! [frame](super::frame) at distances that depend on the kernel's elements alone. So nothing is computed in
//! vain, the sums of a tile are stored in their final place, and the epilogue runs while they are in cache.

use core::ops::Range;

use super::Conv2d;
use super::frame::Frame;
use crate::Real;
use crate::isa::Isa;
use crate::kernels::Epilogue;
use crate::kernels::lanes::Lanes;
use crate::parallel::RowsMut;

/// The largest number of elements of a kernel; larger ones are computed along the frame.
const MOST: usize = 64;

/// Vectors of the widest tile.
pub(super) const WIDEST: usize = 4;

/// Vectors of the widest tile of an instruction set. Of four short ones (NEON) sums would be stored for every
/// element of the kernel.
const fn widest(isa: &Isa) -> usize {
    if isa.tiles.are_large() && isa.bytes > 16 {
        WIDEST
    } else {
        2
    }
}

impl Conv2d {
    /// True if outputs are computed in vectors.
    pub(super) const fn is_in_vectors<T>(&self, isa: &Isa) -> bool {
        let (width, lanes) = (self.output[2], isa.lanes::<T>());
        let whole = width.is_multiple_of(lanes) || isa.halves && lanes == 16 && width == 8;
        whole && width > 0 && self.input[0] > 0 && self.kernel_len() <= MOST
    }

    /// Computes rows of so many planes, the first of them number `plane`.
    pub(super) fn form_in_vectors<T: Real>(
        &self,
        padded: &[T],
        weight: &[T],
        then: Epilogue<'_, T>,
        [plane, channels]: [usize; 2],
        rows: Range<usize>,
        out: &RowsMut<'_, T>,
    ) {
        let frame = self.image_frame(rows.len());
        let mut seen = [0; MOST];
        for (element, seen) in seen.iter_mut().enumerate().take(self.kernel_len()) {
            *seen = self.tap_offset(frame, element);
        }
        let vectors = Vectors {
            channels,
            inner: self.input[0] / self.groups,
            seen: &seen[..self.kernel_len()],
            weight,
            padded,
            plane: self.pairs() * frame.plane(),
            frame,
            width: self.output[2],
            then,
            channel: plane % self.output[0],
            first: plane * self.pixels() + rows.start * self.output[2],
            pixels: self.pixels(),
            out,
        };
        form(&vectors, rows.len() * self.output[2]);
    }
}

/// Some rows of outputs of some channels.
struct Vectors<'a, T> {
    channels: usize,
    /// The number of channels that each output sees.
    inner: usize,
    /// The offset, for each element of the kernel, of the pixel of the first output in a channel of the
    /// frame.
    seen: &'a [usize],
    weight: &'a [T],
    padded: &'a [T],
    /// The number of elements of a channel in the frame.
    plane: usize,
    frame: Frame,
    width: usize,
    then: Epilogue<'a, T>,
    /// The number of the first channel, the offset of its part among all outputs, and the distance between
    /// channels.
    channel: usize,
    first: usize,
    pixels: usize,
    out: &'a RowsMut<'a, T>,
}

vectorised! {
    /// Applies the epilogue to `count` outputs of every channel.
    fn finish<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize, count: usize) {
        for channel in 0..vectors.channels {
            let (place, out) = (vectors.place(channel, at), vectors.part(channel, at, count));
            vectors.then.channel(vectors.channel + channel, place, out);
        }
    }
}

/// Computes `count` outputs of every channel, several vectors at a time.
fn form<T: Real>(vectors: &Vectors<'_, T>, count: usize) {
    let isa = Isa::current();
    let (lanes, wide) = (isa.lanes::<T>(), widest(isa));
    let halves = vectors.width < lanes;
    let mut at = 0;
    while at < count {
        let left = count - at;
        let formed = if left >= wide * lanes {
            wide * lanes
        } else if left >= 2 * lanes && !halves {
            2 * lanes
        } else {
            left.min(lanes)
        };
        match formed / lanes {
            0 => half_strip(vectors, at),
            1 if halves => single_strip_of_halves(vectors, at),
            1 => single_strip(vectors, at),
            _ if halves => wide_strip_of_halves(vectors, at),
            number if number < wide => double_strip(vectors, at),
            _ => wide_strip(vectors, at),
        }
        finish(vectors, at, formed);
        at += formed;
    }
}

// Each strip is a function of its own: in one large function the sums do not stay in registers. Strips that
// an instruction set does not use are not compiled for it.

vectorised! {
    fn wide_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        if const { widest(&Isa::of::<FMA, BYTES>()) == WIDEST } {
            vectors.strip::<FMA, BYTES, WIDEST>(at);
        } else {
            vectors.strip::<FMA, BYTES, 2>(at);
        }
    }
}

vectorised! {
    fn double_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        if const { widest(&Isa::of::<FMA, BYTES>()) < WIDEST } {
            unreachable!("a strip of more registers than there are");
        }
        vectors.strip::<FMA, BYTES, 2>(at);
    }
}

vectorised! {
    fn single_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        vectors.strip::<FMA, BYTES, 1>(at);
    }
}

vectorised! {
    fn wide_strip_of_halves<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        if const { !Isa::of::<FMA, BYTES>().halves } {
            unreachable!("half of a narrower register");
        }
        vectors.all_channels::<FMA, 16, WIDEST, 2>(at);
    }
}

vectorised! {
    fn single_strip_of_halves<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        if const { !Isa::of::<FMA, BYTES>().halves } {
            unreachable!("half of a narrower register");
        }
        vectors.all_channels::<FMA, 16, 1, 2>(at);
    }
}

vectorised! {
    fn half_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        if const { !Isa::of::<FMA, BYTES>().halves } {
            unreachable!("half of a narrower register");
        }
        vectors.all_channels::<FMA, 8, 1, 1>(at);
    }
}

impl<T: Real> Vectors<'_, T> {
    /// Computes all channels of `V` vectors of `BYTES`.
    #[inline(always)]
    fn strip<const FMA: bool, const BYTES: usize, const V: usize>(&self, at: usize) {
        match const { BYTES / size_of::<T>() } {
            16 => self.all_channels::<FMA, 16, V, 1>(at),
            8 => self.all_channels::<FMA, 8, V, 1>(at),
            4 => self.all_channels::<FMA, 4, V, 1>(at),
            _ => self.all_channels::<FMA, 2, V, 1>(at),
        }
    }

    /// Computes all channels, as many at a time as fit the registers; with few vectors as many as hide the
    /// latency of an addition.
    #[inline(always)]
    fn all_channels<const FMA: bool, const L: usize, const V: usize, const P: usize>(&self, at: usize) {
        let mut channel = 0;
        while const { V == 1 || V == 2 && L == 16 } && channel + 8 <= self.channels {
            self.tile::<FMA, L, V, P, 8>(channel, at);
            channel += 8;
        }
        // Eight channels are computed as two times four, rather than six and two single ones.
        while const { V > 1 } && channel + 6 <= self.channels && channel + 8 != self.channels {
            self.tile::<FMA, L, V, P, 6>(channel, at);
            channel += 6;
        }
        while channel + 4 <= self.channels {
            self.tile::<FMA, L, V, P, 4>(channel, at);
            channel += 4;
        }
        while channel < self.channels {
            self.tile::<FMA, L, V, P, 1>(channel, at);
            channel += 1;
        }
    }

    /// Computes `R` channels of `V` vectors, each of `P` rows of outputs or less.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const V: usize, const P: usize, const R: usize>(
        &self,
        channel: usize,
        at: usize,
    ) {
        // The window of each vector, with one common length, so that one comparison is enough for all.
        let (row, next_row) = (L / P, self.frame.width);
        let furthest = (self.inner - 1) * self.plane + self.seen.iter().max().unwrap_or(&0);
        let reach = furthest + (P - 1) * next_row + row;
        let mut views = [&self.padded[..0]; V];
        for j in 0..V {
            let place = at + j * L;
            views[j] = &self.padded[place / self.width * next_row + place % self.width..][..reach];
        }
        let taps = self.inner * self.seen.len();
        let mut lines = [&self.weight[..0]; R];
        for i in 0..R {
            lines[i] = &self.weight[(channel + i) * taps..][..taps];
        }
        let mut sums = [[Lanes::<T, L>::ZERO; V]; R];
        if let Epilogue::Accumulate = self.then {
            for i in 0..R {
                let out = self.part(channel + i, at, V * L);
                for j in 0..V {
                    sums[i][j] = Lanes::load(&out[j * L..]);
                }
            }
        }
        let (mut term, mut plane) = (0, 0);
        for _ in 0..self.inner {
            for &seen in self.seen {
                let mut factors = [Lanes::<T, L>::ZERO; V];
                for piece in 0..P {
                    let from = plane + seen + piece * next_row;
                    for j in 0..V {
                        factors[j].0[piece * row..][..row].copy_from_slice(&views[j][from..from + row]);
                    }
                }
                for i in 0..R {
                    let factor = Lanes::broadcast::<FMA>(lines[i][term]);
                    for j in 0..V {
                        sums[i][j] = factor.mul_add::<FMA>(factors[j], sums[i][j]);
                    }
                }
                term += 1;
            }
            plane += self.plane;
        }
        for i in 0..R {
            let out = self.part(channel + i, at, V * L);
            for j in 0..V {
                sums[i][j].store(&mut out[j * L..]);
            }
        }
    }

    /// The offset among all outputs of some outputs of a channel.
    #[inline(always)]
    fn place(&self, channel: usize, at: usize) -> usize {
        self.first + channel * self.pixels + at
    }

    /// Some outputs of a channel.
    #[expect(
        clippy::mut_from_ref,
        reason = "they belong to the slice that `out` was made from"
    )]
    #[inline(always)]
    fn part(&self, channel: usize, at: usize, count: usize) -> &mut [T] {
        let place = self.place(channel, at);
        // SAFETY: only this call computes these rows of these channels, and earlier slices of them are no
        // longer used.
        unsafe { self.out.cut(&(place..place + count)) }
    }
}
