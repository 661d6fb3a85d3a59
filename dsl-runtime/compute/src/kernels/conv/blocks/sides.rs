//! The two sides of a sum over a kernel, and the weight in the order in which the tiles of a sum read it.

use super::super::Conv2d;
use super::runs::Direction;
use crate::Real;
use crate::isa::{Isa, Tiles};

/// The number of channels of the tile that computes the first of `channels`; it may exceed `channels`.
pub(super) const fn tile_rows(channels: usize, tiles: Tiles) -> usize {
    match channels {
        0..=2 => channels,
        3..=4 => 4,
        5..=6 => 6,
        _ if tiles.are_large() => 8,
        // Eight are computed as two times four, rather than six and two.
        8 => 4,
        _ => 6,
    }
}

/// The channels on both sides of a convolution, in one group, and the layout of their elements of the weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    /// The number of channels computed, and of channels summed over.
    pub targets: usize,
    pub sources: usize,
    /// The distances, in the weight of a group, between channels computed and between channels summed over.
    pub target_step: usize,
    pub source_step: usize,
    /// The height and width of the target, and of the source.
    pub target_size: [usize; 2],
    pub source_size: [usize; 2],
}

impl Conv2d {
    pub(super) fn sides(&self, direction: Direction) -> Sides {
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

    /// The number of elements of scratch memory for the packed weight, where a group has at most one channel
    /// more, for a band of rows to be pooled, and for a padded image.
    pub(in crate::kernels::conv) const fn gather_scratch_len(&self) -> usize {
        self.band_len() + self.packed_len() + self.padded_len()
    }

    const fn packed_len(&self) -> usize {
        let (from, to) = (self.input[0] / self.groups, self.output[0] / self.groups);
        let (forward, backward) = ((to + 1) * from, (from + 1) * to);
        let larger = if forward > backward { forward } else { backward };
        self.groups * larger * self.kernel_len()
    }
}

/// Packs the weight of every group; returns the number of elements of one group.
pub(super) fn pack_groups<T: Real>(
    geometry: &Conv2d,
    sides: &Sides,
    weight: &[T],
    packed: &mut [T],
) -> usize {
    let kernel = geometry.kernel_len();
    let group_packed = (sides.targets + 1) * sides.sources * kernel;
    let weights = weight.chunks_exact((weight.len() / geometry.groups).max(1));
    for (weight, packed) in weights.zip(packed.chunks_exact_mut(group_packed.max(1))) {
        pack(sides, kernel, Isa::current().tiles, weight, packed);
    }
    group_packed
}

/// Packs the weight of a group into the order in which the tiles read it: tile by tile, then by channel
/// summed over, then by element of the kernel, then by channel computed.
pub(super) fn pack<T: Real>(sides: &Sides, kernel: usize, tiles: Tiles, weight: &[T], packed: &mut [T]) {
    let (mut first, mut rest) = (0, packed);
    while first < sides.targets {
        let rows = tile_rows(sides.targets - first, tiles);
        let (tile, beyond) = rest.split_at_mut(rows * sides.sources * kernel);
        for (source, tile) in tile.chunks_exact_mut(rows * kernel).enumerate() {
            for row in 0..rows {
                let into = tile[row..].iter_mut().step_by(rows);
                let target = (first + row).min(sides.targets - 1);
                let at = target * sides.target_step + source * sides.source_step;
                into.zip(&weight[at..][..kernel])
                    .for_each(|(into, from)| *into = *from);
            }
        }
        (first, rest) = (first + rows, beyond);
    }
}
