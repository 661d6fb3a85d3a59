//! Outputs whose rows are whole vectors, or halves of one.
//!
//! Outputs lie as they are stored, rows one after another: each vector of them sees vectors of the [frame](super::frame)
//! at distances of the kernel's elements alone, so nothing is computed in vain, the sums of a tile are stored where they
//! belong, and what follows is done while they are near.

use std::ops::Range;

use super::Conv2d;
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
            finish: Finish::of(then),
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
    /// The same, but for a gate.
    finish: Option<Finish<'a, T>>,
    /// The number of the first channel, where in all outputs its part starts, and how far apart channels are.
    channel: usize,
    first: usize,
    pixels: usize,
    out: &'a RowsMut<'a, T>,
}

/// `(sum - mean)·scale + shift`, plus a residual, and no less than a floor.
struct Finish<'a, T> {
    /// By channel; without them 0 and 1, which change no bit.
    mean_and_scale: Option<[&'a [T]; 2]>,
    shift: &'a [T],
    residual: Option<&'a [T]>,
    floor: T,
}

impl<'a, T: Real> Finish<'a, T> {
    fn of(then: Then<'a, T>) -> Option<Finish<'a, T>> {
        let biased = |shift: &'a [T], floor: T| Finish {
            mean_and_scale: None,
            shift,
            residual: None,
            floor,
        };
        Some(match then {
            Then::Store | Then::Accumulate | Then::ReluGate(_) => return None,
            Then::Bias(bias) => biased(bias, T::literal(f64::NEG_INFINITY)),
            Then::BiasRelu(bias) => biased(bias, T::ZERO),
            Then::Normalise(normalise) => Finish {
                mean_and_scale: Some([normalise.mean, normalise.scale]),
                shift: normalise.shift,
                residual: normalise.residual,
                floor: normalise.floor(),
            },
        })
    }

    /// Mean, scale and shift of a channel.
    #[inline(always)]
    fn numbers<const L: usize>(&self, channel: usize) -> [Lanes<T, L>; 3] {
        let [mean, scale] = match self.mean_and_scale {
            Some(both) => both.map(|each| each[channel]),
            None => [T::ZERO, T::ONE],
        };
        [
            Lanes::splat(mean),
            Lanes::splat(scale),
            Lanes::splat(self.shift[channel]),
        ]
    }
}

vectorised! {
    /// Shuts the gate of outputs that are stored.
    fn shut<'a, T, FMA, BYTES>(
        vectors: &'a Vectors<'a, T>,
        gate: &'a [T],
        channels: Range<usize>,
        at: usize,
        count: usize,
    ) {
        for channel in channels {
            let gate = &gate[vectors.place(channel, at)..][..count];
            let both = vectors.part(channel, at, count).iter_mut().zip(gate);
            both.for_each(|(out, gate)| *out = if *gate > T::ZERO { *out } else { T::ZERO });
        }
    }
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

// Each strip is machine code of its own: in one large function the sums do not stay in registers. Those of wide registers
// alone are not compiled for others.

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
        assert!(BYTES == 64, "a strip of more registers than there are");
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
        assert!(BYTES == 64, "half of a narrower register");
        vectors.all_channels::<FMA, 16, WIDEST, 2>(at);
    }
}

vectorised! {
    fn single_strip_of_halves<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        assert!(BYTES == 64, "half of a narrower register");
        vectors.all_channels::<FMA, 16, 1, 2>(at);
    }
}

vectorised! {
    fn half_strip<'a, T, FMA, BYTES>(vectors: &'a Vectors<'a, T>, at: usize) {
        assert!(BYTES == 64, "half of a narrower register");
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
        // What each vector may see, as far as any of them, so that one comparison is enough for all.
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
        let mut sums = [[Lanes::<T, L>::splat(T::ZERO); V]; R];
        if let Then::Accumulate = self.then {
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
                let mut factors = [Lanes::<T, L>::splat(T::ZERO); V];
                for piece in 0..P {
                    let from = plane + seen + piece * next_row;
                    for j in 0..V {
                        factors[j].0[piece * row..][..row].copy_from_slice(&views[j][from..from + row]);
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
            plane += self.plane;
        }
        let Some(finish) = &self.finish else {
            for i in 0..R {
                let out = self.part(channel + i, at, V * L);
                for j in 0..V {
                    sums[i][j].store(&mut out[j * L..]);
                }
            }
            if let Then::ReluGate(gate) = self.then {
                shut(self, gate, channel..channel + R, at, V * L);
            }
            return;
        };
        // Not in loops: they are unrolled only if they do very little, and unless all are, no sum stays in a register.
        macro_rules! finish {
            ($($i:literal)*) => {$(
                if $i < R {
                    finish!(@row $i, 0 1 2 3);
                }
            )*};
            (@row $i:literal, $($j:literal)*) => {
                let (sums, place) = (&mut sums[$i % R], self.place(channel + $i, at));
                let out = self.part(channel + $i, at, V * L);
                let [mean, scale, shift] = finish.numbers(self.channel + channel + $i);
                let floor = Lanes::splat(finish.floor);
                $(if $j < V {
                    let scaled = sums[$j % V].zip(mean, |x, mean| x - mean).zip(scale, |x, scale| x * scale);
                    sums[$j % V] = scaled.zip(shift, |x, shift| x + shift);
                })*
                if let Some(residual) = finish.residual {
                    let residual = &residual[place..][..V * L];
                    $(if $j < V {
                        let residual = Lanes::load(&residual[$j * L..]);
                        sums[$j % V] = sums[$j % V].zip(residual, |x, residual| x + residual);
                    })*
                }
                // NaN stays NaN.
                $(if $j < V {
                    let finished = sums[$j % V].zip(floor, |x, floor| if x <= floor { floor } else { x });
                    finished.store(&mut out[$j * L..]);
                })*
            };
        }
        finish!(0 1 2 3 4 5 6 7);
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
