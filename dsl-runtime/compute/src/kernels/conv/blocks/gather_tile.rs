//! The register tiles of a sum over a kernel: a few channels by a few pixels, which may lie anywhere as long as they are sums
//! over the same elements of the kernel.

use super::gather::{Gather, Pixels};
use super::runs::Run;
use crate::Real;
use crate::isa::{Isa, Tiles};
use crate::kernels::Epilogue;
use crate::kernels::lanes::Lanes;
use crate::parallel::BLOCK;

/// The number of pixels of a tile of so many channels, and of the smaller tile for the remainder; 0 if there
/// is none.
const fn tile_pixels(rows: usize, tiles: Tiles) -> [usize; 2] {
    match (rows, tiles) {
        (8, _) => [3, 1],
        (6, Tiles::Large) => [4, 2],
        (6, Tiles::Small) => [2, 1],
        (4, Tiles::Large) => [6, 3],
        (4, Tiles::Small) => [3, 1],
        (2, Tiles::Small) => [4, 0],
        _ => [6, 0],
    }
}

impl<T: Real> Gather<'_, T> {
    /// Computes the channels of a tile, for all of the pixels.
    pub(super) fn channels(
        &self,
        rows: usize,
        pixels: Pixels,
        weight: &[T],
        channel: usize,
        then: Epilogue<'_, T>,
        to: &mut [T],
    ) {
        // A few remaining pixels, or those of a corner, take smaller tiles.
        let [many, few] = tile_pixels(rows, self.tiles);
        let rest = pixels.count % many;
        let rest = if rest <= few { rest } else { 0 };
        let count = pixels.count - rest;
        let tail = Pixels {
            first: pixels.first + count,
            count: rest,
            ..pixels
        };
        let whole = Pixels { count, ..pixels };
        match rows {
            _ if count == 0 => {}
            8 => eight(self, &whole, weight, channel, then, to),
            6 => six(self, &whole, weight, channel, then, to),
            4 => four(self, &whole, weight, channel, then, to),
            2 => two(self, &whole, weight, channel, then, to),
            _ => one(self, &whole, weight, channel, then, to),
        }
        match rows {
            _ if rest == 0 => {}
            8 => few_of_eight(self, &tail, weight, channel, then, to),
            6 => few_of_six(self, &tail, weight, channel, then, to),
            _ => few_of_four(self, &tail, weight, channel, then, to),
        }
    }

    #[inline(always)]
    fn tiles<const FMA: bool, const BYTES: usize, const R: usize, const V: usize>(
        &self,
        pixels: &Pixels,
        weight: &[T],
        channel: usize,
        then: Epilogue<'_, T>,
        to: &mut [T],
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => self.lanes::<FMA, 16, R, V>(pixels, weight, channel, then, to),
            8 => self.lanes::<FMA, 8, R, V>(pixels, weight, channel, then, to),
            4 => self.lanes::<FMA, 4, R, V>(pixels, weight, channel, then, to),
            _ => self.lanes::<FMA, 2, R, V>(pixels, weight, channel, then, to),
        }
    }

    /// Computes `R` channels of the pixels, `V` pixels and `L` examples at a time. If fewer channels or pixels are left,
    /// the last of them is computed several times.
    // Indices, not iterators, for loops that must unroll completely.
    #[inline(always)]
    fn lanes<const FMA: bool, const L: usize, const R: usize, const V: usize>(
        &self,
        &Pixels { y, x, first, count }: &Pixels,
        weight: &[T],
        channel: usize,
        then: Epilogue<'_, T>,
        to: &mut [T],
    ) {
        let (parts, rows) = (BLOCK / L, R.min(self.sides.targets - channel));
        let ([_, from_width], [height, width]) = (self.sides.source_size, self.sides.target_size);
        let mut start = [T::ZERO; R];
        let mut channels = [0; R];
        for i in 0..R {
            let channel = channel + i.min(rows - 1);
            channels[i] = channel * height * width * parts;
            if let Epilogue::Bias(bias) | Epilogue::BiasRelu(bias) = then {
                start[i] = bias[channel];
            }
        }
        let (rows_before, mut column) = (first / x.count, first % x.count);
        let (mut block, mut row) = (rows_before / y.count, rows_before % y.count);
        for done in (0..count).step_by(V) {
            let here = V.min(count - done);
            let (mut sources, mut targets) = ([0; V], [0; V]);
            for j in 0..V {
                let source =
                    (y.source + row * y.source_step) * from_width + x.source + column * x.source_step;
                let target = (y.target + row * y.target_step) * width + x.target + column * x.target_step;
                let [source, target] = [source + block * self.steps[0], target + block * self.steps[1]];
                (sources[j], targets[j]) = (source * self.vectors, target * parts);
                if j + 1 < here || here == V {
                    column += 1;
                    if column == x.count {
                        (row, column) = (row + 1, 0);
                        if row == y.count {
                            (block, row) = (block + 1, 0);
                        }
                    }
                }
            }
            for _ in 0..self.present.div_ceil(L) {
                let tile = Tile {
                    start,
                    channels,
                    sources,
                    targets,
                };
                self.tile::<FMA, L, R, V>([y, x], weight, tile, then, to);
                for j in 0..V {
                    sources[j] += 1;
                    targets[j] += 1;
                }
            }
        }
    }

    /// One tile.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const R: usize, const V: usize>(
        &self,
        [y, x]: [Run; 2],
        weight: &[T],
        Tile {
            start,
            channels,
            sources,
            targets,
        }: Tile<T, R, V>,
        then: Epilogue<'_, T>,
        to: &mut [T],
    ) {
        let [_, width] = self.sides.source_size;
        let (from, weight) = (self.from.as_chunks::<L>().0, weight.as_chunks::<R>().0);
        let to = to.as_chunks_mut::<L>().0;
        let [kernel_height, kernel_width] = self.kernel;
        let step = x.source_tap_step.wrapping_mul(self.vectors);
        let mut sums = [[Lanes::<T, L>::ZERO; V]; R];
        for i in 0..R {
            for j in 0..V {
                sums[i][j] = Lanes::broadcast::<FMA>(start[i]);
            }
        }
        if let Epilogue::Accumulate = then {
            for i in 0..R {
                for j in 0..V {
                    sums[i][j] = Lanes(to[channels[i] + targets[j]]);
                }
            }
        }
        for channel in 0..self.sides.sources {
            for i in 0..y.taps {
                let line = i.wrapping_mul(y.source_tap_step).wrapping_mul(width);
                let mut offset = (channel * self.plane)
                    .wrapping_add(line)
                    .wrapping_mul(self.vectors);
                let mut at = (channel * kernel_height + y.tap + i * y.tap_step) * kernel_width + x.tap;
                for _ in 0..x.taps {
                    let mut factors = [Lanes::<T, L>::ZERO; V];
                    for j in 0..V {
                        factors[j] = Lanes(from[sources[j].wrapping_add(offset)]);
                    }
                    let weight = &weight[at];
                    for i in 0..R {
                        let weight = Lanes::broadcast::<FMA>(weight[i]);
                        for j in 0..V {
                            sums[i][j] = weight.mul_add::<FMA>(factors[j], sums[i][j]);
                        }
                    }
                    offset = offset.wrapping_add(step);
                    at += x.tap_step;
                }
            }
        }
        for i in 0..R {
            for j in 0..V {
                to[channels[i] + targets[j]] = sums[i][j].0;
            }
        }
        // The epilogue runs over the stored sums: loops over sums in registers are unrolled only if they do
        // very little, and unless all are, none stays in a register.
        match then {
            Epilogue::Store | Epilogue::Accumulate | Epilogue::Bias(_) | Epilogue::Normalise(_) => {}
            Epilogue::BiasRelu(_) => {
                let zero = Lanes::ZERO;
                for channel in channels {
                    for target in targets {
                        let out = &mut to[channel + target];
                        *out = Lanes(*out)
                            .zip(zero, |x, zero| if x <= zero { zero } else { x })
                            .0;
                    }
                }
            }
            Epilogue::ReluGate(gate) => {
                let (gate, zero) = (gate.as_chunks::<L>().0, T::ZERO);
                for channel in channels {
                    for target in targets {
                        let (out, gate) = (&mut to[channel + target], gate[channel + target]);
                        *out = Lanes(*out)
                            .zip(Lanes(gate), |x, gate| if gate > zero { x } else { zero })
                            .0;
                    }
                }
            }
        }
    }
}

/// The channels and pixels of a tile; missing ones repeat the last one.
struct Tile<T, const R: usize, const V: usize> {
    /// The start of the sums of each channel.
    start: [T; R],
    /// The first vector of each channel.
    channels: [usize; R],
    /// In a channel, the vectors seen through the first element of the kernel, and the vectors computed.
    sources: [usize; V],
    targets: [usize; V],
}

// Each tile is a function of its own: in one large function the sums do not stay in registers.
macro_rules! tiles {
    ($($name:ident: $rows:literal, $tile:tt),+ $(,)?) => {$(
        vectorised! {
            fn $name<'a, T, FMA, BYTES>(
                gather: &'a Gather<'a, T>,
                pixels: &'a Pixels,
                weight: &'a [T],
                channel: usize,
                then: Epilogue<'a, T>,
                to: &'a mut [T],
            ) {
                if const { $rows == 8 && !Isa::of::<FMA, BYTES>().tiles.are_large() } {
                    unreachable!("a tile of more registers than there are");
                }
                if const { Isa::of::<FMA, BYTES>().tiles.are_large() } {
                    gather.tiles::<FMA, BYTES, $rows, { tile_pixels($rows, Tiles::Large)$tile }>(pixels, weight, channel, then, to);
                } else {
                    gather.tiles::<FMA, BYTES, $rows, { tile_pixels($rows, Tiles::Small)$tile }>(pixels, weight, channel, then, to);
                }
            }
        }
    )+};
}

tiles! {
    eight: 8, [0],
    few_of_eight: 8, [1],
    six: 6, [0],
    few_of_six: 6, [1],
    four: 4, [0],
    few_of_four: 4, [1],
    two: 2, [0],
    one: 1, [0],
}
