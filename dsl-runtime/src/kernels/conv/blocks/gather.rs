//! Sums over a kernel, of whole blocks: the convolution and its gradient by the image.
//!
//! The examples of a block lie side by side, so an element of the weight times a vector of examples is added to a
//! vector of sums, and every pixel is read where it lies. A register tile is a few channels by a few pixels, which may
//! lie anywhere as long as they are sums over the same elements of the kernel.

use super::super::Conv2d;
use super::runs::{Direction, Run};
use crate::Real;
use crate::kernels::Then;
use crate::kernels::lanes::Lanes;
use crate::parallel::BLOCK;

/// Pixels for which all channels are computed before the next ones, so that what they see stays in a near cache; a
/// multiple of the pixels of every tile.
const STRETCH: usize = 48;

/// Channels of the tile that computes the first of `channels`: the next fewer may be more than there are.
const fn tile_rows(channels: usize, wide: bool) -> usize {
    match channels {
        0..=2 => channels,
        3..=4 => 4,
        5..=6 => 6,
        _ if wide => 8,
        // Two times four, rather than six and two.
        8 => 4,
        _ => 6,
    }
}

/// The channels of one side of a convolution, in one group, and how their elements of the weight lie.
#[derive(Clone, Copy, Debug)]
struct Sides {
    /// Channels computed, and channels summed over.
    targets: usize,
    sources: usize,
    /// In the weight of a group, the distance between channels computed and between channels summed over.
    target_step: usize,
    source_step: usize,
    /// Height and width of what is computed, and of what is summed.
    target_size: [usize; 2],
    source_size: [usize; 2],
}

impl Conv2d {
    fn sides(&self, direction: Direction) -> Sides {
        let (from, to) = (self.input[0] / self.groups, self.output[0] / self.groups);
        let (kernel, taps) = (self.kernel_len(), self.taps());
        let [_, height, width] = self.input;
        let [_, out_height, out_width] = self.output;
        match direction {
            Direction::Forward => Sides {
                targets: to,
                sources: from,
                target_step: taps,
                source_step: kernel,
                target_size: [out_height, out_width],
                source_size: [height, width],
            },
            Direction::Backward => Sides {
                targets: from,
                sources: to,
                target_step: kernel,
                source_step: taps,
                target_size: [height, width],
                source_size: [out_height, out_width],
            },
        }
    }

    /// Elements of scratch memory for the packed weight: each group has at most one channel more than it has.
    pub(in crate::kernels::conv) const fn gather_scratch_len(&self) -> usize {
        let (from, to) = (self.input[0] / self.groups, self.output[0] / self.groups);
        let (forward, backward) = ((to + 1) * from, (from + 1) * to);
        let larger = if forward > backward { forward } else { backward };
        self.groups * larger * self.kernel_len()
    }
}

vectorised! {
    /// Computes `to` from `from`, all channels of all blocks.
    pub(super) fn gather<'a, T, FMA, BYTES>(
        blocks: usize,
        geometry: &'a Conv2d,
        direction: Direction,
        from: &'a [T],
        weight: &'a [T],
        then: Then<'a, T>,
        to: &'a mut [T],
        scratch: &'a mut [T],
    ) {
        let sides = geometry.sides(direction);
        let (groups, kernel, wide) = (geometry.groups, geometry.kernel_len(), BYTES == 64);
        let group_packed = (sides.targets + 1) * sides.sources * kernel;
        let packed = &mut scratch[..groups * group_packed];
        let weights = weight.chunks_exact((weight.len() / groups).max(1));
        for (weight, packed) in weights.zip(packed.chunks_exact_mut(group_packed.max(1))) {
            pack(&sides, kernel, wide, weight, packed);
        }
        let planes = |[height, width]: [usize; 2]| height * width * BLOCK;
        let group_from = sides.sources * planes(sides.source_size);
        let group_to = sides.targets * planes(sides.target_size);
        // All groups of all blocks follow one another.
        for (part, to) in to.chunks_exact_mut(group_to).enumerate().take(blocks * groups) {
            let group = part % groups;
            let product = Gather {
                sides,
                kernel: geometry.kernel,
                from: &from[part * group_from..][..group_from],
                packed: &packed[group * group_packed..][..group_packed],
                wide,
            };
            let then = match then {
                Then::Store | Then::Accumulate => then,
                Then::Bias(bias) => Then::Bias(&bias[group * sides.targets..][..sides.targets]),
                Then::BiasRelu(bias) => Then::BiasRelu(&bias[group * sides.targets..][..sides.targets]),
                Then::ReluGate(gate) => Then::ReluGate(&gate[part * group_to..][..group_to]),
            };
            for y in geometry.runs(direction, 0) {
                for x in geometry.runs(direction, 1) {
                    product.rectangle(y, x, then, to);
                }
            }
        }
    }
}

/// Puts the weight of a group into the order in which the tiles read it: of each tile, for each channel summed over and
/// each element of the kernel, the channels computed.
#[inline(always)]
fn pack<T: Real>(sides: &Sides, kernel: usize, wide: bool, weight: &[T], packed: &mut [T]) {
    let (mut first, mut rest) = (0, packed);
    while first < sides.targets {
        let rows = tile_rows(sides.targets - first, wide);
        let (tile, beyond) = rest.split_at_mut(rows * sides.sources * kernel);
        for (source, tile) in tile.chunks_exact_mut(rows * kernel).enumerate() {
            for row in 0..rows {
                let into = tile[row..].iter_mut().step_by(rows);
                if first + row < sides.targets {
                    let at = (first + row) * sides.target_step + source * sides.source_step;
                    into.zip(&weight[at..][..kernel])
                        .for_each(|(into, from)| *into = *from);
                } else {
                    into.for_each(|into| *into = T::ZERO);
                }
            }
        }
        (first, rest) = (first + rows, beyond);
    }
}

/// One group of one block.
struct Gather<'a, T> {
    sides: Sides,
    kernel: [usize; 2],
    from: &'a [T],
    packed: &'a [T],
    wide: bool,
}

/// Some pixels of a pair of runs, in the order of rows.
#[derive(Clone, Copy, Debug)]
struct Pixels {
    y: Run,
    x: Run,
    first: usize,
    count: usize,
}

impl<T: Real> Gather<'_, T> {
    /// All channels of the pixels of a pair of runs.
    #[inline(always)]
    fn rectangle(&self, y: Run, x: Run, then: Then<'_, T>, to: &mut [T]) {
        let count = y.count * x.count;
        for first in (0..count).step_by(STRETCH) {
            let pixels = Pixels {
                y,
                x,
                first,
                count: STRETCH.min(count - first),
            };
            let (mut channel, mut packed) = (0, self.packed);
            while channel < self.sides.targets {
                let rows = tile_rows(self.sides.targets - channel, self.wide);
                let (weight, rest) =
                    packed.split_at(rows * self.sides.sources * self.kernel[0] * self.kernel[1]);
                match rows {
                    8 => eight(self, &pixels, weight, channel, then, to),
                    6 => six(self, &pixels, weight, channel, then, to),
                    4 => four(self, &pixels, weight, channel, then, to),
                    2 => two(self, &pixels, weight, channel, then, to),
                    _ => one(self, &pixels, weight, channel, then, to),
                }
                (channel, packed) = (channel + rows, rest);
            }
        }
    }

    #[inline(always)]
    fn tiles<const FMA: bool, const BYTES: usize, const R: usize, const V: usize>(
        &self,
        pixels: &Pixels,
        weight: &[T],
        channel: usize,
        then: Then<'_, T>,
        to: &mut [T],
    ) {
        match BYTES / size_of::<T>() {
            16 => self.lanes::<FMA, 16, R, V>(pixels, weight, channel, then, to),
            8 => self.lanes::<FMA, 8, R, V>(pixels, weight, channel, then, to),
            4 => self.lanes::<FMA, 4, R, V>(pixels, weight, channel, then, to),
            _ => self.lanes::<FMA, 2, R, V>(pixels, weight, channel, then, to),
        }
    }

    /// `R` channels of the pixels, `V` of them at a time and `L` examples at a time. What is left of the pixels is
    /// computed with the last of them repeated, and what is left of the channels with weights of zero.
    // Indices, not iterators, for loops that must unroll completely.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn lanes<const FMA: bool, const L: usize, const R: usize, const V: usize>(
        &self,
        &Pixels { y, x, first, count }: &Pixels,
        weight: &[T],
        channel: usize,
        then: Then<'_, T>,
        to: &mut [T],
    ) {
        let (parts, rows) = (BLOCK / L, R.min(self.sides.targets - channel));
        let ([_, from_width], [height, width]) = (self.sides.source_size, self.sides.target_size);
        let (mut row, mut column) = (first / x.count, first % x.count);
        for done in (0..count).step_by(V) {
            let here = V.min(count - done);
            let (mut sources, mut targets) = ([0; V], [0; V]);
            for j in 0..V {
                sources[j] =
                    (y.source + row * y.source_step) * from_width + x.source + column * x.source_step;
                targets[j] = (y.target + row * y.target_step) * width + x.target + column * x.target_step;
                if j < here {
                    targets[j] += channel * height * width;
                    let next = if j + 1 < here || here == V { 1 } else { 0 };
                    column += next;
                    if column == x.count {
                        (row, column) = (row + 1, 0);
                    }
                }
            }
            for part in 0..parts {
                let sums =
                    self.tile::<FMA, L, R, V>([y, x], sources.map(|source| source * parts + part), weight);
                let tile = Tile {
                    rows,
                    pixels: here,
                    channel,
                    plane: height * width,
                    targets,
                    part,
                };
                tile.finish(sums, then, to);
            }
        }
    }

    /// The sums of one tile; `sources` are the vectors seen through the first element of the kernel.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const R: usize, const V: usize>(
        &self,
        [y, x]: [Run; 2],
        sources: [usize; V],
        weight: &[T],
    ) -> [[Lanes<T, L>; V]; R] {
        let parts = BLOCK / L;
        let [height, width] = self.sides.source_size;
        let (from, weight) = (self.from.as_chunks::<L>().0, weight.as_chunks::<R>().0);
        let [kernel_height, kernel_width] = self.kernel;
        let step = x.source_tap_step.wrapping_mul(parts);
        let mut sums = [[Lanes::<T, L>::splat(T::ZERO); V]; R];
        for channel in 0..self.sides.sources {
            for i in 0..y.taps {
                let line = i.wrapping_mul(y.source_tap_step).wrapping_mul(width);
                let mut offset = (channel * height * width).wrapping_add(line).wrapping_mul(parts);
                let mut at = (channel * kernel_height + y.tap + i * y.tap_step) * kernel_width + x.tap;
                for _ in 0..x.taps {
                    let mut factors = [Lanes::<T, L>::splat(T::ZERO); V];
                    for j in 0..V {
                        factors[j] = Lanes(from[sources[j].wrapping_add(offset)]);
                    }
                    let weight = &weight[at];
                    for i in 0..R {
                        let weight = Lanes::splat(weight[i]);
                        for j in 0..V {
                            sums[i][j] = weight.mul_add::<FMA>(factors[j], sums[i][j]);
                        }
                    }
                    offset = offset.wrapping_add(step);
                    at += x.tap_step;
                }
            }
        }
        sums
    }
}

/// Where the sums of a tile belong.
struct Tile<const V: usize> {
    /// Channels and pixels that are there.
    rows: usize,
    pixels: usize,
    /// The first channel, and the distance between channels.
    channel: usize,
    plane: usize,
    /// The pixels in the first channel.
    targets: [usize; V],
    /// Which vector of a block.
    part: usize,
}

impl<const V: usize> Tile<V> {
    #[inline(always)]
    fn finish<T: Real, const L: usize, const R: usize>(
        &self,
        sums: [[Lanes<T, L>; V]; R],
        then: Then<'_, T>,
        to: &mut [T],
    ) {
        let to = to.as_chunks_mut::<L>().0;
        match then {
            Then::Store => self.store(sums, to, |_, _, sum, _| sum),
            Then::Accumulate => self.store(sums, to, |_, _, sum, before| before.zip(sum, |a, b| a + b)),
            Then::Bias(bias) => self.store(sums, to, |row, _, sum, _| {
                sum.zip(Lanes::splat(bias[self.channel + row]), |a, b| a + b)
            }),
            Then::BiasRelu(bias) => self.store(sums, to, |row, _, sum, _| {
                sum.zip(Lanes::splat(bias[self.channel + row]), |a, b| {
                    T::max(a + b, T::ZERO)
                })
            }),
            Then::ReluGate(gate) => {
                let gate = gate.as_chunks::<L>().0;
                self.store(sums, to, |_, at, sum, _| {
                    sum.zip(
                        Lanes(gate[at]),
                        |x, gate| if gate > T::ZERO { x } else { T::ZERO },
                    )
                });
            }
        }
    }

    /// Stores `finished(row, place, sum, what was there)`.
    #[allow(clippy::needless_range_loop)]
    #[inline(always)]
    fn store<T: Real, const L: usize, const R: usize>(
        &self,
        sums: [[Lanes<T, L>; V]; R],
        to: &mut [[T; L]],
        finished: impl Fn(usize, usize, Lanes<T, L>, Lanes<T, L>) -> Lanes<T, L>,
    ) {
        for i in 0..R {
            for j in 0..V {
                if i < self.rows && j < self.pixels {
                    let at = (i * self.plane + self.targets[j]) * (BLOCK / L) + self.part;
                    to[at] = finished(i, at, sums[i][j], Lanes(to[at])).0;
                }
            }
        }
    }
}

// Each tile is machine code of its own: in one large function the sums do not stay in registers.
macro_rules! tiles {
    ($($name:ident: $rows:literal by $wide:literal or $narrow:literal),+ $(,)?) => {$(
        vectorised! {
            fn $name<'a, T, FMA, BYTES>(
                gather: &'a Gather<'a, T>,
                pixels: &'a Pixels,
                weight: &'a [T],
                channel: usize,
                then: Then<'a, T>,
                to: &'a mut [T],
            ) {
                if BYTES == 64 {
                    gather.tiles::<FMA, BYTES, $rows, $wide>(pixels, weight, channel, then, to);
                } else {
                    gather.tiles::<FMA, BYTES, $rows, $narrow>(pixels, weight, channel, then, to);
                }
            }
        }
    )+};
}

tiles! {
    eight: 8 by 3 or 1,
    six: 6 by 4 or 2,
    four: 4 by 6 or 3,
    two: 2 by 8 or 4,
    one: 1 by 8 or 8,
}
