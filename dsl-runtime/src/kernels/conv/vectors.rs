//! Outputs whose rows are whole vectors, or halves of one.
//!
//! Outputs lie as they are stored, rows one after another: each vector of them sees vectors of the [frame](super::frame)
//! at distances of the kernel's elements alone, so nothing is computed in vain, the sums of a tile are stored where they
//! belong, and what follows is done while they are near.

use std::ops::Range;

use super::Conv2d;
use super::forward::finish_in_place;
use super::frame::Frame;
use crate::Real;
use crate::kernels::Then;
use crate::kernels::lanes::Lanes;
use crate::parallel::RowsMut;

/// The most elements of a kernel; larger ones are formed along the frame.
const MOST: usize = 64;

/// Vectors of the widest tile.
pub(super) const WIDEST: usize = 4;

impl Conv2d {
    /// Whether outputs are formed in vectors of so many lanes.
    pub(super) const fn is_in_vectors(&self, lanes: usize) -> bool {
        let width = self.output[2];
        let whole = width.is_multiple_of(lanes) || lanes == 16 && width == 8;
        whole && width > 0 && self.kernel_len() <= MOST
    }

    /// Forms rows of outputs of so many channels, the first of which starts at `first` and is number `channel`.
    #[inline(always)]
    pub(super) fn form_in_vectors<T: Real>(
        &self,
        padded: &[T],
        weight: &[T],
        then: Then<'_, T>,
        [first, channel, channels]: [usize; 3],
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
            channel,
            first: first + rows.start * self.output[2],
            pixels: self.pixels(),
            out,
        };
        form(&vectors, rows.len() * self.output[2]);
    }
}

/// Some rows of outputs of some channels.
struct Vectors<'a, T> {
    channels: usize,
    /// Channels that each output sees.
    inner: usize,
    /// Where each element of the kernel finds the pixel of the first output in a channel of the frame.
    seen: &'a [usize],
    weight: &'a [T],
    padded: &'a [T],
    /// Elements of a channel in the frame.
    plane: usize,
    frame: Frame,
    width: usize,
    then: Then<'a, T>,
    /// The number of the first channel, where in all outputs its part starts, and how far apart channels are.
    channel: usize,
    first: usize,
    pixels: usize,
    out: &'a RowsMut<'a, T>,
}

vectorised! {
    /// Forms `count` outputs of every channel, several vectors at a time.
    fn form<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, count: usize) {
        let (lanes, wide) = (BYTES / size_of::<T>(), if BYTES == 64 { WIDEST } else { 2 });
        let halves = vectors.width < lanes;
        let mut at = 0;
        while at + wide * lanes <= count {
            if halves {
                wide_strip_of_halves(vectors, at);
            } else {
                wide_strip(vectors, at);
            }
            at += wide * lanes;
        }
        if !halves && wide > 2 && at + 2 * lanes <= count {
            double_strip(vectors, at);
            at += 2 * lanes;
        }
        while at + lanes <= count {
            if halves {
                single_strip_of_halves(vectors, at);
            } else {
                single_strip(vectors, at);
            }
            at += lanes;
        }
        if at < count {
            half_strip(vectors, at);
        }
    }
}

// Each strip is machine code of its own: in one large function the sums do not stay in registers.

vectorised! {
    fn wide_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        if BYTES == 64 {
            vectors.strip::<FMA, BYTES, WIDEST>(at);
        } else {
            vectors.strip::<FMA, BYTES, 2>(at);
        }
    }
}

vectorised! {
    fn double_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
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
        vectors.all_channels::<FMA, 16, WIDEST, 2>(at);
    }
}

vectorised! {
    fn single_strip_of_halves<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        vectors.all_channels::<FMA, 16, 1, 2>(at);
    }
}

vectorised! {
    fn half_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        vectors.all_channels::<FMA, 8, 1, 1>(at);
    }
}

impl<T: Real> Vectors<'_, T> {
    /// All channels of `V` vectors of `BYTES`.
    #[inline(always)]
    fn strip<const FMA: bool, const BYTES: usize, const V: usize>(&self, at: usize) {
        match BYTES / size_of::<T>() {
            16 => self.all_channels::<FMA, 16, V, 1>(at),
            8 => self.all_channels::<FMA, 8, V, 1>(at),
            4 => self.all_channels::<FMA, 4, V, 1>(at),
            _ => self.all_channels::<FMA, 2, V, 1>(at),
        }
    }

    /// All channels, as many at a time as fit the registers: of few vectors as many as hide the time of an addition.
    #[inline(always)]
    fn all_channels<const FMA: bool, const L: usize, const V: usize, const P: usize>(&self, at: usize) {
        let mut channel = 0;
        while const { V == 1 || V == 2 && L == 16 } && channel + 8 <= self.channels {
            self.tile::<FMA, L, V, P, 8>(channel, at);
            channel += 8;
        }
        // Eight are two times four, rather than six and single ones.
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

    /// `R` channels of `V` vectors, each of `P` rows of outputs or less.
    // Indices, not iterators, for loops that must unroll completely.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const V: usize, const P: usize, const R: usize>(
        &self,
        channel: usize,
        at: usize,
    ) {
        // Of each vector, where its first row lies in the frame.
        let mut places = [0; V];
        for j in 0..V {
            let place = at + j * L;
            places[j] = place / self.width * self.frame.width + place % self.width;
        }
        let taps = self.inner * self.seen.len();
        let mut lines = [&self.weight[..0]; R];
        for i in 0..R {
            lines[i] = &self.weight[(channel + i) * taps..][..taps];
        }
        let mut sums = [[Lanes::<T, L>::splat(T::ZERO); V]; R];
        if let Then::Accumulate = self.then {
            for i in 0..R {
                let out = self.part(channel + i, at, V * L);
                for j in 0..V {
                    sums[i][j] = Lanes::load(&out[j * L..]);
                }
            }
        }
        let (mut term, row) = (0, L / P);
        for inner in 0..self.inner {
            let plane = &self.padded[inner * self.plane..][..self.plane];
            for &seen in self.seen {
                let mut factors = [Lanes::<T, L>::splat(T::ZERO); V];
                for j in 0..V {
                    for piece in 0..P {
                        let pixels = &plane[places[j] + seen + piece * self.frame.width..][..row];
                        factors[j].0[piece * row..][..row].copy_from_slice(pixels);
                    }
                }
                for i in 0..R {
                    let factor = Lanes::splat(lines[i][term]);
                    for j in 0..V {
                        sums[i][j] = factor.mul_add::<FMA>(factors[j], sums[i][j]);
                    }
                }
                term += 1;
            }
        }
        for i in 0..R {
            let out = self.part(channel + i, at, V * L);
            for j in 0..V {
                sums[i][j].store(&mut out[j * L..]);
            }
        }
        // Where it was stored: a loop over the sums that is not unrolled would take them out of the registers.
        if !matches!(self.then, Then::Store | Then::Accumulate) {
            for channel in channel..channel + R {
                let out = self.part(channel, at, V * L);
                finish_in_place(self.then, self.channel + channel, self.place(channel, at), out);
            }
        }
    }

    /// Where in all outputs some of a channel lie.
    #[inline(always)]
    fn place(&self, channel: usize, at: usize) -> usize {
        self.first + channel * self.pixels + at
    }

    /// Some outputs of a channel.
    // They belong to the slice that `out` was made from.
    #[allow(clippy::mut_from_ref)]
    #[inline(always)]
    fn part(&self, channel: usize, at: usize, count: usize) -> &mut [T] {
        let place = self.place(channel, at);
        // SAFETY: these rows of these channels are formed here alone, and what was cut out before is no longer used.
        unsafe { self.out.cut(&(place..place + count)) }
    }
}
