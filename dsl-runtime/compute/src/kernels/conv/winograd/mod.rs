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
//! weight. The transforms only add and halve. They are done on vectors of channels, so pixels lie [channels
//! last](channels_last) in between.
//!
//! Results differ from those of [`conv2d`](super::conv2d) by rounding: each is a sum of sums of up to 9 pixels. A pixel that is not finite
//! makes the whole tiles that see it NaN.

mod channels_last;
mod product;
mod transforms;
mod weight;

use core::ops::Range;

pub(in crate::kernels) use weight::transform_weight_body;
pub use weight::{WinogradWeight, transform_weight, winograd_len};

use self::channels_last::{Images, Planes};
use self::transforms::{Outputs, Windows};
use super::forward::SHARED;
use super::frame::bands;
use super::{Conv2d, check_then};
use crate::Real;
use crate::kernels::Epilogue;
use crate::machine::help;
use crate::parallel::{RowsMut, granular_part, rows_mut};

/// The side of a tile of outputs.
const TILE: usize = 2;

/// The side of the window that a tile sees.
const WINDOW: usize = 4;

/// The number of points of a transformed window.
const POINTS: usize = WINDOW * WINDOW;

/// The multiple to which numbers of channels are rounded up: a whole number of vectors on any machine.
const CHANNELS: usize = 16;

/// The number of elements of transformed windows and products that are computed at a time: they stay in a second-level cache.
const ROOM: usize = 1 << 15;

/// The number of tiles that are computed at a time if there are so many: the weight is read once for all of them.
const LEAST: usize = 32;

impl Conv2d {
    /// True if it can be computed by tiles: kernels of 3×3, that see all channels, without gaps or steps.
    const fn is_by_tiles(&self) -> bool {
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

    /// The lengths of the parts of a worker's memory for one band: pixels, transformed windows, products, outputs, planes of outputs.
    const fn tile_rooms(&self) -> [usize; 5] {
        let (band, [_, across], [inner, outer]) = (self.tile_band(), self.tiles(), self.padded_channels());
        let (tiles, pixels) = (band * across, TILE * band * self.output[2]);
        [
            (TILE * band + 2) * (TILE * across + 2) * inner,
            POINTS * clusters(tiles) * CLUSTER * inner,
            POINTS * clusters(tiles) * CLUSTER * outer,
            pixels * outer,
            pixels * CHANNELS,
        ]
    }

    /// The number of elements of scratch memory that [`conv2d_winograd`] needs for one worker: bounded for images of any height.
    pub const fn scratch_len_winograd(&self) -> usize {
        let [pixels, windows, products, outputs, planes] = self.tile_rooms();
        pixels + windows + products + outputs + planes
    }

    /// [`Conv2d::most_scratch`] where those that [`conv2d_winograd`] can compute may be computed by it.
    pub const fn most_scratch_winograd(geometries: &[Conv2d]) -> usize {
        let (mut most, mut at) = (Conv2d::most_scratch(geometries), 0);
        while at < geometries.len() {
            let geometry = &geometries[at];
            if geometry.is_by_tiles() && geometry.scratch_len_winograd() > most {
                most = geometry.scratch_len_winograd();
            }
            at += 1;
        }
        most.next_multiple_of(CHANNELS)
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

/// `out ← then(weight * image)`, the same as [`conv2d`](super::conv2d) with a weight transformed by [`transform_weight`], for kernels of
/// 3×3 without stride, dilation and groups.
///
/// * `examples`, `image`, `out`: as in [`conv2d`](super::conv2d);
/// * `then`: the epilogue, any but [`Epilogue::Accumulate`];
/// * `scratch`: at least [`Conv2d::scratch_len_winograd`] elements, whose contents are arbitrary before and after.
///
/// # Panics
/// If the geometry is another, its sizes do not agree, or a slice has another length.
#[inline]
pub fn conv2d_winograd<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: WinogradWeight<'_, T>,
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_winograd(examples, geometry, image, weight, then, out, scratch);
}

pub(in crate::kernels) fn conv2d_winograd_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: WinogradWeight<'_, T>,
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    geometry.check();
    assert!(
        geometry.is_by_tiles() && !matches!(then, Epilogue::Accumulate),
        "conv2d_winograd: not for {geometry:?}, {then:?}"
    );
    geometry.check_lengths(examples, image.len(), out.len());
    let room = geometry.scratch_len_winograd();
    geometry.check_scratch(scratch.len(), room);
    weight.check([geometry.output[0], geometry.input[0]]);
    check_then(then, geometry.output[0], out.len());
    if out.is_empty() {
        return;
    }
    let down = geometry.tiles()[0];
    let products = geometry.weight_len().saturating_mul(geometry.pixels());
    let enough = (products / SHARED).min(scratch.len() / room).min(down);
    let parts = help::available().min(enough).max(1);
    let (scratch, out) = (rows_mut(scratch, room), rows_mut(out, 1));
    help::together(parts, &|index| {
        // SAFETY: each part is computed once, with a row of scratch memory of its own.
        let scratch = unsafe { scratch.cut(&(index..index + 1)) };
        let [pixels, windows, products, outputs, _] = geometry.tile_rooms();
        let (pixels, rest) = scratch.split_at_mut(pixels);
        let (windows, rest) = rest.split_at_mut(windows);
        let (products, rest) = rest.split_at_mut(products);
        let (outputs, planes) = rest.split_at_mut(outputs);
        // Padding stays zero from one image to the next, and so do the channels that round up their number.
        pixels.fill(T::ZERO);
        if !geometry.output[0].is_multiple_of(CHANNELS) {
            products.fill(T::ZERO);
        }
        let mut tiles = Tiles {
            geometry,
            weight,
            then,
            pixels,
            windows: cells(windows),
            products: cells(products),
            outputs,
            planes,
        };
        for example in 0..examples {
            let image = &image[example * geometry.image_len()..][..geometry.image_len()];
            tiles.form(image, granular_part(down, parts, index), example, &out);
        }
    });
}

/// What a worker computes tiles with.
struct Tiles<'a, T> {
    geometry: &'a Conv2d,
    weight: WinogradWeight<'a, T>,
    then: Epilogue<'a, T>,
    pixels: &'a mut [T],
    windows: &'a mut [Cells<T>],
    products: &'a mut [Cells<T>],
    outputs: &'a mut [T],
    planes: &'a mut [T],
}

impl<T: Real> Tiles<'_, T> {
    /// Computes rows of tiles of an example, whose outputs nobody else writes at the same time.
    fn form(&mut self, image: &[T], rows: Range<usize>, example: usize, out: &RowsMut<'_, T>) {
        let geometry = self.geometry;
        let [_, across] = geometry.tiles();
        for band in bands(rows.len(), geometry.tile_band()) {
            let (first, count) = (rows.start + band.start, band.len());
            let images = Images {
                input: geometry.input,
                pad: [geometry.pad[0][0], geometry.pad[1][0]],
                rows: TILE * first..TILE * (first + count) + 2,
                width: TILE * across + 2,
            };
            images.frame(image, self.pixels);
            self.multiply([count, across]);
            let height = (TILE * count).min(geometry.output[1] - TILE * first);
            let planes = Planes {
                geometry,
                rows: TILE * first..TILE * first + height,
                example,
                then: self.then,
            };
            planes.store(self.outputs, self.planes, out);
        }
    }

    /// Computes tiles from the pixels that they see.
    fn multiply(&mut self, [count, across]: [usize; 2]) {
        let geometry = self.geometry;
        let ([inner, outer], tiles) = (geometry.padded_channels(), count * across);
        let windows = &mut self.windows[..clusters(tiles) * inner / CHANNELS];
        let products = &mut self.products[..clusters(tiles) * outer / CHANNELS];
        if windows.is_empty() {
            return self.outputs.fill(T::ZERO);
        }
        // The last cluster may have rows that belong to no tile: they are computed with, and any finite number will do.
        let last = windows.len() - inner / CHANNELS;
        windows[last..]
            .as_flattened_mut()
            .as_flattened_mut()
            .as_flattened_mut()
            .fill(T::ZERO);
        let seen = Windows {
            tiles: [count, across],
            channels: inner,
        };
        transforms::transform_input(seen, self.pixels, windows);
        product::multiply(tiles, windows, self.weight, products);
        let formed = Outputs {
            tiles: [count, across],
            channels: outer,
            width: geometry.output[2],
        };
        transforms::transform_output(formed, products, self.outputs);
    }
}

#[cfg(test)]
mod tests;
