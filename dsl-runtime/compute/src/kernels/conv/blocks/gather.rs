//! Sums over a kernel, for whole blocks: the convolution and its gradient by the image.
//!
//! The examples of a block lie side by side, so an element of the weight times a vector of examples is added
//! to a vector of sums. Here the sums are divided: among workers, into groups, blocks and runs of pixels, for each of which
//! [tiles](super::gather_tile) of registers compute a few channels by a few pixels. A kernel for each channel has
//! [a form of its own](super::depthwise), and so have [kernels of a single pixel](super::pointwise).

use core::ops::Range;

use super::super::Conv2d;
use super::super::finish::finish_planes;
use super::padded::Padding;
use super::pointwise;
use super::present;
use super::runs::{Direction, Run};
use super::sides::{Sides, pack, tile_rows};
use crate::Real;
use crate::isa::{Isa, Tiles};
use crate::kernels::Epilogue;
use crate::parallel::{BLOCK, rows_mut};

/// The number of pixels for which all channels are computed before the next pixels, so that the pixels they
/// see stay in a near cache; a multiple of the pixels of every tile.
const STRETCH: usize = 48;

/// The number of pixels of a pair of runs up to which those of all blocks are computed together: corners and
/// short edges have fewer pixels than a tile holds, or a few more.
const FEW: usize = 8;

/// Computes all channels of all blocks of `to` from `from`. Idle workers each take some channels of a single block.
#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
pub(super) fn gather<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    direction: Direction,
    from: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    to: &mut [T],
    scratch: &mut [T],
) {
    let Sides {
        targets,
        target_size: [height, width],
        ..
    } = geometry.sides(direction);
    let (all, plane) = (geometry.groups * targets, height * width * BLOCK);
    // A row for each channel of the only block; of several blocks the one part is all rows.
    let to = rows_mut(to, examples.div_ceil(BLOCK) * plane);
    geometry.share_out(examples, all, scratch, |channels, scratch| {
        // SAFETY: each part is computed once, and no two have a channel in common.
        let to = unsafe { to.cut(&channels) };
        some_channels(
            examples,
            geometry,
            direction,
            channels.clone(),
            from,
            weight,
            then,
            to,
            scratch,
        );
        if let Epilogue::Normalise(_) = then {
            finish_planes(all, plane, channels.start, 0..plane, then, to);
        }
    });
}

/// Computes some channels: all of them, whole groups of a single block, or some of the only group's.
#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
fn some_channels<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    direction: Direction,
    channels: Range<usize>,
    from: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    to: &mut [T],
    scratch: &mut [T],
) {
    if let Some(depthwise) = geometry.depthwise(direction) {
        return depthwise.convolve(examples, channels.start, from, weight, then, to);
    }
    let (blocks, all) = (examples.div_ceil(BLOCK), geometry.sides(direction));
    let sides = Sides {
        targets: all.targets.min(channels.len()),
        ..all
    };
    let (groups, isa) = (geometry.groups, Isa::current());
    let tiles = isa.tiles;
    let (kernel, group_weight) = (geometry.kernel_len(), weight.len() / groups);
    let planes = |[height, width]: [usize; 2]| height * width * BLOCK;
    let group_from = sides.sources * planes(sides.source_size);
    let plane = planes(sides.target_size);
    // The groups of all blocks, one after the other.
    let (from_step, to_step) = (groups * group_from, groups * all.targets * plane);
    let frame = geometry.frame(direction);
    let (packed, memory) = scratch.split_at_mut((sides.targets + 1) * sides.sources * kernel);
    for first in channels.clone().step_by(all.targets.max(1)) {
        let group = first / all.targets;
        let skipped = first % all.targets * sides.target_step;
        let weight = &weight[group * group_weight + skipped..];
        let then = match then {
            Epilogue::Store | Epilogue::Accumulate => then,
            Epilogue::Bias(bias) => Epilogue::Bias(&bias[first..][..sides.targets]),
            Epilogue::BiasRelu(bias) => Epilogue::BiasRelu(&bias[first..][..sides.targets]),
            // The caller normalises when everything is stored.
            Epilogue::Normalise(_) => Epilogue::Store,
            Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[first * plane..]),
        };
        let to = &mut to[(first - channels.start) * plane..];
        let from = &from[group * group_from..];
        let multiplied = pointwise::blocks_multiplied::<T>(examples, geometry, &sides);
        if multiplied > 0 {
            let rows = pointwise::by_rows(&sides, weight, packed);
            for block in 0..multiplied {
                let (from, at) = (&from[block * from_step..][..group_from], block * to_step);
                pointwise::multiply(&sides, from, rows, then.beyond(at), &mut to[at..]);
            }
            if multiplied == blocks {
                continue;
            }
        }
        let (examples, blocks) = (examples - multiplied * BLOCK, blocks - multiplied);
        let from = &from[multiplied * from_step..];
        let to = &mut to[multiplied * to_step..];
        let then = then.beyond(multiplied * to_step);
        pack(&sides, kernel, tiles, weight, packed);
        let together = Gather {
            sides,
            kernel: geometry.kernel,
            blocks,
            present: if blocks == 1 { examples } else { BLOCK },
            steps: [from_step / BLOCK, to_step / BLOCK],
            from,
            plane: sides.source_size[0] * sides.source_size[1],
            vectors: BLOCK / isa.lanes::<T>(),
            packed,
            tiles,
        };
        if let Some(frame) = &frame {
            for block in 0..blocks {
                let alone = Gather {
                    blocks: 1,
                    present: present(examples, block),
                    from: &together.from[block * from_step..][..group_from],
                    ..together
                };
                let to = &mut to[block * to_step..];
                alone.framed(direction, frame, then.beyond(block * to_step), to, memory);
            }
            continue;
        }
        for y in geometry.runs(direction, 0) {
            for x in geometry.runs(direction, 1) {
                if y.count * x.count <= FEW {
                    together.rectangle(y, x, then, to);
                    continue;
                }
                for block in 0..blocks {
                    let from = &together.from[block * from_step..];
                    let alone = Gather {
                        blocks: 1,
                        present: present(examples, block),
                        from,
                        ..together
                    };
                    let then = then.beyond(block * to_step);
                    alone.rectangle(y, x, then, &mut to[block * to_step..]);
                }
            }
        }
    }
}

/// One group of one block or several.
#[derive(Clone, Copy)]
pub(super) struct Gather<'a, T> {
    pub sides: Sides,
    pub kernel: [usize; 2],
    pub blocks: usize,
    /// The number of examples in each.
    pub present: usize,
    /// The distances from a block to the next, in pixels, of the source and of the target.
    pub steps: [usize; 2],
    pub from: &'a [T],
    /// In the source, the number of pixels of a channel, and of vectors of a pixel.
    pub plane: usize,
    pub vectors: usize,
    pub packed: &'a [T],
    pub tiles: Tiles,
}

/// Some pixels of a pair of runs, in the order of blocks and rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixels {
    pub y: Run,
    pub x: Run,
    pub first: usize,
    pub count: usize,
}

impl<T: Real> Gather<'_, T> {
    /// Computes all channels of all pixels of a block from a framed source: every pixel sees the whole kernel, and no two
    /// channels or rows are a power of two apart, which would have their pixels evict one another from a cache.
    fn framed(
        &self,
        direction: Direction,
        frame: &Padding,
        then: Epilogue<'_, T>,
        to: &mut [T],
        memory: &mut [T],
    ) {
        let [height, width] = self.sides.target_size;
        let along = |axis: usize, target: usize, count: usize| Run {
            target,
            target_step: 1,
            count,
            tap: 0,
            tap_step: 1,
            taps: self.kernel[axis],
            source: match direction {
                Direction::Forward => 0,
                Direction::Backward => self.kernel[axis] - 1,
            },
            source_step: 1,
            source_tap_step: match direction {
                Direction::Forward => 1,
                Direction::Backward => 1_usize.wrapping_neg(),
            },
        };
        let band = frame.band();
        for top in (0..height).step_by(band) {
            let rows = top..(top + band).min(height);
            let framed = frame.padded(self.from, self.present, rows.clone(), memory);
            let sums = Gather {
                sides: Sides {
                    source_size: [rows.len() + self.kernel[0] - 1, framed.pitch],
                    ..self.sides
                },
                from: framed.from,
                plane: framed.plane,
                vectors: framed.vectors,
                ..*self
            };
            sums.rectangle(along(0, top, rows.len()), along(1, 0, width), then, to);
        }
    }

    /// Computes all channels of the pixels of a pair of runs, in all blocks.
    fn rectangle(&self, y: Run, x: Run, then: Epilogue<'_, T>, to: &mut [T]) {
        let count = self.blocks * y.count * x.count;
        for first in (0..count).step_by(STRETCH) {
            let pixels = Pixels {
                y,
                x,
                first,
                count: STRETCH.min(count - first),
            };
            let (mut channel, mut packed) = (0, self.packed);
            while channel < self.sides.targets {
                let rows = tile_rows(self.sides.targets - channel, self.tiles);
                let (weight, beyond) =
                    packed.split_at(rows * self.sides.sources * self.kernel[0] * self.kernel[1]);
                self.channels(rows, pixels, weight, channel, then, to);
                (channel, packed) = (channel + rows, beyond);
            }
        }
    }
}
