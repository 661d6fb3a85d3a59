//! Convolutions with steps of one pixel, in tiles of a few channels by some neighbours of one row.
//!
//! Over a [padded](super::padded) source all pixels of a tile see the whole kernel. A row of the kernel is
//! unrolled by a constant width and sees one slice, so that the loop over source channels and rows of the
//! kernel makes one comparison for each row, and loads each pixel of it once.

use core::ops::Range;

use super::super::Conv2d;
use super::padded::{Dense, Padded};
use super::runs::Direction;
use super::sides::Sides;

use crate::Real;
use crate::isa::{Isa, Tiles};
use crate::kernels::Epilogue;
use crate::kernels::lanes::{Lanes, unroll};
use crate::parallel::BLOCK;

/// The number of pixels for which all channels are computed before the next pixels, so that the pixels they
/// see stay in a near cache.
const STRETCH: usize = 48;

/// The number of channels of the tile that computes the first of `channels`; it may exceed `channels` by one.
pub(super) const fn tile_rows(channels: usize, _: Tiles) -> usize {
    match channels {
        0 => 0,
        // Two are computed one by one, rather than as half of a larger tile.
        1..=2 => 1,
        5..=6 => 6,
        _ => 4,
    }
}

/// The largest number of neighbours in a tile of so many channels: what the sums leave of the registers holds
/// a row of the pixels seen.
const fn most(rows: usize) -> usize {
    match rows {
        1 => 8,
        4 => 5,
        _ => 3,
    }
}

impl Conv2d {
    /// The convolution as these tiles compute it, if they do.
    pub(super) fn in_neighbours(&self, direction: Direction) -> Option<Dense> {
        let is_unrolled = |dense: &Dense| matches!(dense.kernel[1], 1 | 3 | 5);
        let is_wide = |dense: &Dense| dense.target_size[1] >= 3;
        self.dense(direction)
            .filter(|dense| Isa::current().tiles.are_large() && is_unrolled(dense) && is_wide(dense))
    }
}

/// A group of a block, of which some rows are computed.
pub(super) struct Neighbours<'a, T> {
    pub sides: Sides,
    pub dense: Dense,
    /// The source that the rows see.
    pub padded: Padded<'a, T>,
    pub rows: Range<usize>,
    pub columns: Range<usize>,
    /// The first row that is stored.
    pub top: usize,
    pub then: Epilogue<'a, T>,
}

/// Computes all channels of all blocks of `to` from `from`.
#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
pub(super) fn convolve<T: Real>(
    blocks: usize,
    groups: usize,
    sides: Sides,
    dense: Dense,
    from: &[T],
    packed: &[T],
    then: Epilogue<'_, T>,
    to: &mut [T],
    memory: &mut [T],
) {
    let [height, width] = dense.target_size;
    let planes = |[height, width]: [usize; 2]| height * width * BLOCK;
    let group_from = dense.sources * planes(dense.source_size);
    let group_to = sides.targets * planes(dense.target_size);
    let group_packed = packed.len() / groups;
    // One tile that computes all channels sees no pixel again.
    let stretch = if tile_rows(sides.targets, Tiles::Large) >= sides.targets {
        usize::MAX
    } else {
        STRETCH
    };
    let columns_together = if width > 2 * STRETCH {
        stretch.min(width)
    } else {
        width
    };
    let band = dense.band();
    for part in 0..blocks * groups {
        let group = part % groups;
        let then = match then {
            Epilogue::Store | Epilogue::Accumulate => then,
            Epilogue::Bias(bias) => Epilogue::Bias(&bias[group * sides.targets..][..sides.targets]),
            Epilogue::BiasRelu(bias) => Epilogue::BiasRelu(&bias[group * sides.targets..][..sides.targets]),
            // The caller normalises when everything is stored.
            Epilogue::Normalise(_) => Epilogue::Store,
            Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[part * group_to..][..group_to]),
        };
        let from = &from[part * group_from..][..group_from];
        let to = &mut to[part * group_to..][..group_to];
        let packed = &packed[group * group_packed..][..group_packed];
        for top in (0..height).step_by(band) {
            let rows = top..(top + band).min(height);
            let padded = dense.padded(from, rows.clone(), memory);
            let rows_together = (stretch / width).clamp(1, band);
            for first in rows.clone().step_by(rows_together) {
                for left in (0..width).step_by(columns_together) {
                    let right = (left + columns_together).min(width);
                    let some = first..(first + rows_together).min(rows.end);
                    let (mut channel, mut packed) = (0, packed);
                    while channel < sides.targets {
                        let tile = tile_rows(sides.targets - channel, Tiles::Large);
                        let (weight, beyond) =
                            packed.split_at(tile * sides.sources * dense.kernel[0] * dense.kernel[1]);
                        let neighbours = Neighbours {
                            sides,
                            dense,
                            padded: padded.below(first - top),
                            rows: some.clone(),
                            columns: left..right,
                            top: 0,
                            then,
                        };
                        neighbours.channels(tile, channel, weight, to);
                        (channel, packed) = (channel + tile, beyond);
                    }
                }
            }
        }
    }
}

impl<T: Real> Neighbours<'_, T> {
    /// Computes the channels of a tile, the first of them number `channel`; their packed weight is given.
    pub(super) fn channels(&self, rows: usize, channel: usize, weight: &[T], to: &mut [T]) {
        match (rows, self.dense.kernel[1]) {
            (1, 1) => one_of_one(self, channel, weight, to),
            (1, 3) => one_of_three(self, channel, weight, to),
            (1, _) => one_of_five(self, channel, weight, to),
            (4, 1) => four_of_one(self, channel, weight, to),
            (4, 3) => four_of_three(self, channel, weight, to),
            (4, _) => four_of_five(self, channel, weight, to),
            (_, 1) => six_of_one(self, channel, weight, to),
            (_, 3) => six_of_three(self, channel, weight, to),
            _ => six_of_five(self, channel, weight, to),
        }
    }

    #[inline(always)]
    fn tiles<const FMA: bool, const BYTES: usize, const R: usize, const K: usize>(
        &self,
        channel: usize,
        weight: &[T],
        to: &mut [T],
    ) {
        match const { BYTES / size_of::<T>() } {
            16 => self.lanes::<FMA, 16, R, K>(channel, weight, to),
            8 => self.lanes::<FMA, 8, R, K>(channel, weight, to),
            4 => self.lanes::<FMA, 4, R, K>(channel, weight, to),
            _ => self.lanes::<FMA, 2, R, K>(channel, weight, to),
        }
    }

    /// Computes `R` channels, `L` examples at a time, in tiles of about equal width.
    #[inline(always)]
    fn lanes<const FMA: bool, const L: usize, const R: usize, const K: usize>(
        &self,
        channel: usize,
        weight: &[T],
        to: &mut [T],
    ) {
        let widest = const { most(R) };
        for y in self.rows.clone() {
            let mut x = self.columns.start;
            while x < self.columns.end {
                let left = self.columns.end - x;
                let count = left.div_ceil(left.div_ceil(widest));
                for part in 0..BLOCK / L {
                    macro_rules! tiles {
                        ($($width:literal)*) => {
                            match count {
                                $(
                                    $width if const { $width <= most(R) } => {
                                        self.tile::<FMA, L, R, $width, K>([channel, y, x, part], weight, to)
                                    }
                                )*
                                _ => unreachable!("a wider tile than the registers hold"),
                            }
                        };
                    }
                    tiles!(1 2 3 4 5 6 7 8);
                }
                x += count;
            }
        }
    }

    /// Computes one tile of `R` channels by `V` pixels.
    #[inline(always)]
    fn tile<const FMA: bool, const L: usize, const R: usize, const V: usize, const K: usize>(
        &self,
        [channel, y, x, part]: [usize; 4],
        weight: &[T],
        to: &mut [T],
    ) {
        let parts = const { BLOCK / L };
        let (from, to) = (self.padded.from.as_chunks::<L>().0, to.as_chunks_mut::<L>().0);
        let ([height, width], last) = (self.sides.target_size, self.sides.targets - channel - 1);
        // The tile's first pixel in each channel, or its last one.
        let place = (y - self.top) * width + x;
        let place = if self.dense.turned {
            height * width - V - place
        } else {
            place
        };
        let lines: [usize; R] = core::array::from_fn(
            #[inline(always)]
            |i| ((channel + i.min(last)) * height * width + place) * parts + part,
        );
        let mut sums = [[Lanes::<T, L>::splat(T::ZERO); V]; R];
        let seen = const { (V - 1) * (BLOCK / L) + 1 };
        if let Epilogue::Bias(bias) | Epilogue::BiasRelu(bias) = self.then {
            each::<R, V>(
                #[inline(always)]
                |i, j| sums[i][j] = Lanes::splat(bias[channel + i.min(last)]),
            );
        }
        if let Epilogue::Accumulate = self.then {
            each::<R, V>(
                #[inline(always)]
                |i, j| {
                    let j_turned = if self.dense.turned { V - 1 - j } else { j };
                    sums[i][j] = Lanes(to[lines[i]..][..seen][j_turned * parts]);
                },
            );
        }
        let weight = weight.as_chunks::<R>().0.as_chunks::<K>().0;
        // Rows of the kernel that see only padding are left out.
        let seen_rows = self.dense.rows_seen(y);
        let mut plane = ((y - self.rows.start + seen_rows.start) * self.padded.pitch + x) * parts + part;
        for weight in weight.chunks_exact(self.dense.kernel[0]) {
            let mut place = plane;
            for weight in &weight[seen_rows.clone()] {
                let row = &from[place..][..const { (V + K - 2) * (BLOCK / L) + 1 }];
                unroll::<K>(
                    #[inline(always)]
                    |k| {
                        let mut pixels = [Lanes::<T, L>::splat(T::ZERO); V];
                        unroll::<V>(
                            #[inline(always)]
                            |j| pixels[j] = Lanes(row[(k + j) * parts]),
                        );
                        unroll::<R>(
                            #[inline(always)]
                            |i| {
                                let weight = Lanes::splat(weight[k][i]);
                                unroll::<V>(
                                    #[inline(always)]
                                    |j| {
                                        sums[i][j] = weight.mul_add::<FMA>(pixels[j], sums[i][j]);
                                    },
                                );
                            },
                        );
                    },
                );
                place += self.padded.pitch * parts;
            }
            plane += self.padded.plane * parts;
        }
        if let Epilogue::BiasRelu(_) = self.then {
            let zero = Lanes::splat(T::ZERO);
            each::<R, V>(
                #[inline(always)]
                |i, j| {
                    sums[i][j] = sums[i][j].zip(
                        zero,
                        #[inline(always)]
                        |x, zero| if x <= zero { zero } else { x },
                    );
                },
            );
        }
        if self.dense.turned {
            unroll::<R>(
                #[inline(always)]
                |i| {
                    let line = &mut to[lines[i]..][..seen];
                    unroll::<V>(
                        #[inline(always)]
                        |j| line[(V - 1 - j) * parts] = sums[i][j].0,
                    );
                },
            );
        } else {
            unroll::<R>(
                #[inline(always)]
                |i| {
                    let line = &mut to[lines[i]..][..seen];
                    unroll::<V>(
                        #[inline(always)]
                        |j| line[j * parts] = sums[i][j].0,
                    );
                },
            );
        }
        if let Epilogue::ReluGate(gate) = self.then {
            let gate = gate.as_chunks::<L>().0;
            for line in lines {
                let gates = gate[line..][..seen].iter().step_by(parts);
                for (out, gate) in to[line..][..seen].iter_mut().step_by(parts).zip(gates) {
                    *out = Lanes(*out)
                        .zip(Lanes(*gate), |x, gate| if gate > T::ZERO { x } else { T::ZERO })
                        .0;
                }
            }
        }
    }
}

/// Calls `body` for each element of a tile.
#[inline(always)]
fn each<const R: usize, const V: usize>(mut body: impl FnMut(usize, usize)) {
    unroll::<R>(
        #[inline(always)]
        |i| {
            unroll::<V>(
                #[inline(always)]
                |j| body(i, j),
            )
        },
    );
}

// Each kind of tile is a function of its own.
macro_rules! tiles {
    ($($name:ident: $rows:literal of $kernel:literal),+ $(,)?) => {$(
        vectorised! {
            fn $name<'a, T, FMA, BYTES>(
                neighbours: &'a Neighbours<'a, T>,
                channel: usize,
                weight: &'a [T],
                to: &'a mut [T],
            ) {
                // The tile is not compiled for narrower vectors.
                if const { !Isa::of::<FMA, BYTES>().tiles.are_large() } {
                    unreachable!("a tile of more registers than there are");
                }
                neighbours.tiles::<FMA, BYTES, $rows, $kernel>(channel, weight, to);
            }
        }
    )+};
}

tiles! {
    one_of_one: 1 of 1,
    one_of_three: 1 of 3,
    one_of_five: 1 of 5,
    four_of_one: 4 of 1,
    four_of_three: 4 of 3,
    four_of_five: 4 of 5,
    six_of_one: 6 of 1,
    six_of_three: 6 of 3,
    six_of_five: 6 of 5,
}
