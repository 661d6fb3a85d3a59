//! Convolution by kernels of 3×3 with fewer multiplications: Winograd's minimal filtering `F(2×2, 3×3)`.
//!
//! Outputs are computed in tiles of 2×2. The tile that sees the window `d` of 4×4 pixels of a channel through the kernel `g` is
//!
//! ```text
//! Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//! ```
//!
//! with 16 multiplications in place of 36 (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016). Summed over
//! the channels the element-wise product is, for each of the 16 points, a matrix product of all tiles by the transformed
//! weight. The transforms only add and halve, on vectors of channels.
//!
//! Results differ from those of [`conv2d`](crate::kernels::conv2d) by rounding: each is a sum of sums of up to 9 pixels. A pixel that is
//! not finite makes the whole tiles that see it NaN.

mod product;
mod transforms;
mod weight;

use core::ops::Range;

pub(super) use weight::{KERNEL, transform_weight};

use self::transforms::{Outputs, Windows};
use super::frame::Frame;
use super::{CHANNELS, Conv2d, Convolution, PackedWeight};
use crate::Real;
use crate::kernels::conv::frame::bands;
use crate::machine::help;
use crate::parallel::{RowsMut, part, rows_mut};

/// The side of a tile of outputs.
const TILE: usize = 2;

/// The side of the window that a tile sees.
const WINDOW: usize = 4;

/// The number of points of a transformed window.
pub(super) const POINTS: usize = WINDOW * WINDOW;

/// The number of elements of transformed windows and products that are computed at a time: they stay in a second-level cache.
const ROOM: usize = 1 << 15;

/// The number of tiles that are computed at a time if there are so many: the weight is read once for all of them.
const LEAST: usize = 32;

impl Conv2d {
    /// True if it can be computed by tiles: kernels of 3×3, that see all channels, without gaps or steps.
    pub(in crate::kernels::conv) const fn is_by_tiles(&self) -> bool {
        matches!(
            (self.kernel, self.stride, self.dilation, self.groups),
            ([3, 3], [1, 1], [1, 1], 1)
        )
    }

    /// The number of tiles, down and across.
    const fn tiles(&self) -> [usize; 2] {
        [self.output[1].div_ceil(TILE), self.output[2].div_ceil(TILE)]
    }

    /// Channels of the image and of the output, rounded up.
    const fn padded_channels(&self) -> [usize; 2] {
        [
            self.input[0].next_multiple_of(CHANNELS),
            self.output[0].next_multiple_of(CHANNELS),
        ]
    }

    /// The number of rows of tiles that are computed at a time.
    const fn tile_band(&self) -> usize {
        let [down, across] = self.tiles();
        let [inner, outer] = self.padded_channels();
        if down * across == 0 {
            return 1;
        }
        let (fitting, least) = (
            ROOM / (POINTS * (inner + outer) * across + 1),
            LEAST.div_ceil(across),
        );
        let most = if fitting < least { least } else { fitting };
        if most < down {
            down.div_ceil(down.div_ceil(most))
        } else {
            down
        }
    }

    /// The frame that tiles see, with channels rounded up.
    const fn tile_frame(&self) -> Frame {
        Frame {
            input: self.input,
            pad: [self.pad[0][0], self.pad[1][0]],
            width: TILE * self.tiles()[1] + 2,
            channels: self.padded_channels()[0],
        }
    }

    /// The lengths of the parts of a worker's memory for one band: pixels, transformed windows, products.
    const fn tile_rooms(&self) -> [usize; 3] {
        let (band, [_, across], [inner, outer]) = (self.tile_band(), self.tiles(), self.padded_channels());
        let clusters = clusters(band * across);
        [
            (TILE * band + 2) * self.tile_frame().pitch(),
            POINTS * clusters * CLUSTER * inner,
            POINTS * clusters * CLUSTER * outer,
        ]
    }

    /// The number of elements of scratch memory for one worker: bounded for images of any height.
    pub(super) const fn scratch_len_winograd(&self) -> usize {
        let [pixels, windows, products] = self.tile_rooms();
        pixels + windows + products
    }
}

/// The most tiles of a cluster: as many as a product keeps in registers.
const CLUSTER: usize = 6;

/// A group of channels of a cluster of tiles, point by point. The tiles that a product reads together lie side by side, and all distances
/// are known.
type Cells<T> = [[[T; CHANNELS]; CLUSTER]; POINTS];

/// Memory as cells.
fn cells<T>(elements: &mut [T]) -> &mut [Cells<T>] {
    elements.as_chunks_mut().0.as_chunks_mut().0.as_chunks_mut().0
}

/// The number of clusters of so many tiles.
const fn clusters(tiles: usize) -> usize {
    tiles.div_ceil(CLUSTER)
}

/// The number of tiles in each cluster, and of rows that a product computes for them: six, or else four. The last eight tiles are two
/// times four. Rows that belong to no tile are not used.
fn shared_out(tiles: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut left = tiles;
    core::iter::from_fn(move || {
        let taken = match left {
            0 => return None,
            1..=4 => left,
            8 => 4,
            _ => left.min(CLUSTER),
        };
        left -= taken;
        Some((taken, if taken > 4 { 6 } else { 4 }))
    })
}

/// Computes all outputs. Idle workers each take some rows of tiles.
pub(super) fn forward<T: Real>(convolution: &Convolution<'_, T>, out: &mut [T], scratch: &mut [T]) {
    let geometry = convolution.geometry;
    let (room, rows) = (
        geometry.scratch_len_winograd(),
        convolution.examples * geometry.tiles()[0],
    );
    let parts = convolution.parts(rows, scratch.len(), room);
    let (scratch, out) = (
        rows_mut(scratch, room),
        rows_mut(out, geometry.output[2] * geometry.output[0]),
    );
    help::together(parts, &|index| {
        // SAFETY: each part is computed once, with a row of scratch memory of its own.
        let scratch = unsafe { scratch.cut(&(index..index + 1)) };
        let [pixels, windows, _] = geometry.tile_rooms();
        let (pixels, rest) = scratch.split_at_mut(pixels);
        let (windows, products) = rest.split_at_mut(windows);
        geometry.tile_frame().clear_sides(pixels);
        let mut tiles = Tiles {
            convolution,
            pixels,
            windows: cells(windows),
            products: cells(products),
        };
        tiles.form(part(rows, parts, index), &out);
    });
}

/// What a worker computes tiles with.
struct Tiles<'a, T> {
    convolution: &'a Convolution<'a, T>,
    pixels: &'a mut [T],
    windows: &'a mut [Cells<T>],
    products: &'a mut [Cells<T>],
}

impl<T: Real> Tiles<'_, T> {
    /// Computes rows of tiles, which are numbered through all examples, and whose outputs nobody else writes at the same time.
    fn form(&mut self, rows: Range<usize>, out: &RowsMut<'_, T>) {
        let geometry = self.convolution.geometry;
        let down = geometry.tiles()[0];
        let mut row = rows.start;
        while row < rows.end {
            let (example, first) = (row / down, row % down);
            let end = down.min(first + rows.end - row);
            for band in bands(end - first, geometry.tile_band()) {
                self.band(example, first + band.start..first + band.end, out);
            }
            row += end - first;
        }
    }

    /// Computes some rows of tiles of an example.
    fn band(&mut self, example: usize, rows: Range<usize>, out: &RowsMut<'_, T>) {
        let geometry = self.convolution.geometry;
        let ([channels, height, width], tiles) = (geometry.output, [rows.len(), geometry.tiles()[1]]);
        let (first, end) = (TILE * rows.start, height.min(TILE * rows.end));
        let image = self.convolution.image(example);
        let frame = geometry.tile_frame();
        frame.copy(image, first..TILE * rows.end + 2, self.pixels);
        self.multiply(tiles);
        let formed = Outputs {
            tiles,
            channels,
            sizes: [end - first, width],
            then: self.convolution.then,
            at: (example * height + first) * width * channels,
        };
        // SAFETY: only this call computes these rows, and no other slice of them is in use.
        let out = unsafe { out.cut(&(example * height + first..example * height + end)) };
        transforms::transform_output(formed, self.products, out);
    }

    /// Multiplies the windows of tiles, down and across, by the weight.
    fn multiply(&mut self, tiles: [usize; 2]) {
        let [inner, outer] = self.convolution.geometry.padded_channels();
        let clusters = clusters(tiles[0] * tiles[1]);
        let windows = &mut self.windows[..clusters * inner / CHANNELS];
        let products = &mut self.products[..clusters * outer / CHANNELS];
        // The last cluster may have rows that belong to no tile: they are computed with, and any finite number will do.
        let last = windows.len() - inner / CHANNELS;
        windows[last..]
            .as_flattened_mut()
            .as_flattened_mut()
            .as_flattened_mut()
            .fill(T::ZERO);
        let seen = Windows {
            tiles,
            channels: inner,
        };
        transforms::transform_input(seen, self.pixels, windows);
        product::multiply(tiles[0] * tiles[1], windows, self.convolution.weight, products);
    }
}

#[cfg(test)]
mod tests;
