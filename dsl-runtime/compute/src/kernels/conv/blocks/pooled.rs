//! A convolution, a bias, a rectifier and a maximum over 2×2 windows, fused: the values before pooling are
//! never stored.
//!
//! A few channels of a band of rows are computed at a time, few enough that they stay in a near cache until
//! their windows are pooled.

use super::super::Conv2d;
use super::gather::{Gather, Pixels};
use super::present;
use super::runs::{Direction, Run};
use super::sides::{Sides, pack_groups, tile_rows};
use crate::Real;
use crate::isa::Isa;
use crate::kernels::Epilogue;
use crate::kernels::pool::rectified_winner;
use crate::parallel::{BLOCK, rows_mut};

/// The number of channels of the largest tile.
const MOST_ROWS: usize = 8;

/// The number of pixels of a band: enough that an edge one pixel wide is many of them.
const BAND: usize = 192;

/// The largest number of runs along an axis.
const MOST_RUNS: usize = 16;

impl Conv2d {
    /// The height and width of the output after pooling.
    pub(super) const fn halved(&self) -> [usize; 2] {
        [self.output[1] / 2, self.output[2] / 2]
    }

    /// The number of pairs of rows of outputs that are pooled at a time: as many as a band holds.
    const fn band_pairs(&self) -> usize {
        let pair = 2 * self.output[2];
        if pair == 0 || pair > BAND {
            return 1;
        }
        BAND / pair
    }

    /// The number of elements of scratch memory for a band of rows.
    pub(super) const fn band_len(&self) -> usize {
        MOST_ROWS * 2 * self.band_pairs() * self.output[2] * BLOCK
    }

    /// True if [`conv2d_blocks_max_pool`](crate::kernels::conv2d_blocks_max_pool) supports the geometry:
    /// kernels of at most 8×8, whose edges are few.
    pub(super) fn has_few_edges(&self) -> bool {
        self.kernel.iter().all(|size| 2 * size <= MOST_RUNS)
    }

    fn all_runs(&self, axis: usize) -> ([Run; MOST_RUNS], usize) {
        let (mut runs, mut count) = ([Run::default(); MOST_RUNS], 0);
        for run in self.runs(Direction::Forward, axis) {
            runs[count] = run;
            count += 1;
        }
        (runs, count)
    }
}

impl Run {
    /// The part within `count` pixels from `first` on, counted from there.
    fn within(self, first: usize, count: usize) -> Option<Run> {
        let start = self.target.max(first);
        let end = (self.target + self.count).min(first + count);
        (start < end).then(|| Run {
            target: start - first,
            count: end - start,
            source: self.source + (start - self.target) * self.source_step,
            ..self
        })
    }
}

/// Some channels of some rows of outputs.
struct Band<'a, T> {
    gather: Gather<'a, T>,
    /// The runs of all rows and columns.
    ys: &'a [Run],
    xs: &'a [Run],
    /// The first row, the number of rows, and the number of columns that are pooled.
    top: usize,
    rows: usize,
    columns: usize,
}

/// Computes all channels of all blocks, pooled, and the index of each maximum in its window. Idle workers each take some
/// channels of a single block.
#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
pub(super) fn pooled<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    bias: &[T],
    winners: &mut [T],
    out: &mut [T],
    scratch: &mut [T],
) {
    let all = geometry.output[0];
    // What a channel has of the results of all blocks, of the weight, and of the image.
    let [each, taps] = [out.len() / all, geometry.taps()];
    let seen = geometry.input[1] * geometry.input[2] * BLOCK;
    let [winners, out] = [winners, out].map(|values| rows_mut(values, each));
    geometry.share_out(examples, all, scratch, |channels, scratch| {
        let (part, from) = geometry.of_outputs(&channels);
        let image = if channels.len() < all {
            &image[from.start * seen..from.end * seen]
        } else {
            image
        };
        let weight = &weight[channels.start * taps..channels.end * taps];
        let bias = &bias[channels.clone()];
        // SAFETY: each part is computed once, and no two have a channel in common.
        let [winners, out] = unsafe { [winners.cut(&channels), out.cut(&channels)] };
        some_channels(examples, &part, image, weight, bias, winners, out, scratch);
    });
}

#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
fn some_channels<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    bias: &[T],
    winners: &mut [T],
    out: &mut [T],
    scratch: &mut [T],
) {
    let sides = geometry.sides(Direction::Forward);
    let (groups, tiles) = (geometry.groups, Isa::current().tiles);
    let (memory, packed) = scratch.split_at_mut(geometry.band_len());
    let group_packed = pack_groups(geometry, &sides, weight, packed);
    let ([height, width], pairs) = (geometry.halved(), geometry.band_pairs());
    let group_from = geometry.image_len() / groups * BLOCK;
    let plane = height * width * BLOCK;
    let (ys, xs) = (geometry.all_runs(0), geometry.all_runs(1));
    for part in 0..examples.div_ceil(BLOCK) * groups {
        let (block, group) = (part / groups, part % groups);
        for top in (0..height).step_by(pairs) {
            let rows = 2 * pairs.min(height - top);
            let (mut channel, mut packed) = (0, &packed[group * group_packed..][..group_packed]);
            while channel < sides.targets {
                let tile = tile_rows(sides.targets - channel, tiles);
                let channels = tile.min(sides.targets - channel);
                let (weight, beyond) = packed.split_at(tile * geometry.taps());
                let band = Band {
                    gather: Gather {
                        sides: Sides {
                            targets: channels,
                            target_size: [rows, geometry.output[2]],
                            ..sides
                        },
                        kernel: geometry.kernel,
                        blocks: 1,
                        present: present(examples, block),
                        steps: [0; 2],
                        from: &image[part * group_from..][..group_from],
                        plane: sides.source_size[0] * sides.source_size[1],
                        vectors: BLOCK / Isa::current().lanes::<T>(),
                        packed: weight,
                        tiles,
                    },
                    ys: &ys.0[..ys.1],
                    xs: &xs.0[..xs.1],
                    top: 2 * top,
                    rows,
                    columns: 2 * width,
                };
                let memory = &mut memory[..channels * rows * geometry.output[2] * BLOCK];
                band.compute(tile, &bias[group * sides.targets + channel..], memory);
                let first = (part * sides.targets + channel) * plane;
                let planes = out[first..]
                    .chunks_exact_mut(plane)
                    .zip(winners[first..].chunks_exact_mut(plane));
                let from = memory.chunks_exact(rows * geometry.output[2] * BLOCK);
                for (from, (out, winners)) in from.zip(planes) {
                    let rows = top * width * BLOCK..(top + rows / 2) * width * BLOCK;
                    pool(
                        from,
                        2 * width,
                        geometry.output[2],
                        &mut winners[rows.clone()],
                        &mut out[rows],
                    );
                }
                (channel, packed) = (channel + tile, beyond);
            }
        }
    }
}

impl<T: Real> Band<'_, T> {
    /// Computes the sums of the band, with their bias.
    fn compute(&self, tile: usize, bias: &[T], into: &mut [T]) {
        for y in self.ys.iter().filter_map(|y| y.within(self.top, self.rows)) {
            for x in self.xs.iter().filter_map(|x| x.within(0, self.columns)) {
                let pixels = Pixels {
                    y,
                    x,
                    first: 0,
                    count: y.count * x.count,
                };
                let (weight, bias) = (self.gather.packed, Epilogue::Bias(bias));
                self.gather.channels(tile, pixels, weight, 0, bias, into);
            }
        }
    }
}

vectorised! {
    /// Pools the rows of a channel, of whose `width` pixels `columns` are in a window.
    fn pool<'a, T, FMA, BYTES>(
        from: &'a [T],
        columns: usize,
        width: usize,
        winners: &'a mut [T],
        out: &'a mut [T],
    ) {
        let from = from.as_chunks::<BLOCK>().0;
        let (winners, out) = (winners.as_chunks_mut::<BLOCK>().0, out.as_chunks_mut::<BLOCK>().0);
        let rows = winners
            .chunks_exact_mut(columns / 2)
            .zip(out.chunks_exact_mut(columns / 2));
        for (from, (winners, out)) in from.chunks_exact(2 * width).zip(rows) {
            let (top, bottom) = from.split_at(width);
            let [top, bottom] = [top, bottom].map(|row| row[..columns].as_chunks::<2>().0);
            for (([a, b], [c, d]), (winner, out)) in top.iter().zip(bottom).zip(winners.iter_mut().zip(out)) {
                let (mut most, mut won) = ([T::ZERO; BLOCK], [T::ZERO; BLOCK]);
                for lane in 0..BLOCK {
                    (most[lane], won[lane]) = rectified_winner([a[lane], b[lane], c[lane], d[lane]]);
                }
                (*out, *winner) = (most, won);
            }
        }
    }
}
