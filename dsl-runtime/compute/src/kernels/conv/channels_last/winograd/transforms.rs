//! The transforms of windows and of products, on vectors of channels.

use super::{CHANNELS, CLUSTER, Cells, TILE, WINDOW, shared_out};
use crate::Real;
use crate::kernels::Epilogue;
use crate::kernels::conv::channels_last::finish::{Finish, store};
use crate::kernels::lanes::Lanes;
use crate::kernels::packed_tile::Sums;

/// Tiles and the pixels that they see.
#[derive(Clone, Copy)]
pub(super) struct Windows {
    /// Down and across.
    pub tiles: [usize; 2],
    pub channels: usize,
}

/// Tiles and the outputs in them.
#[derive(Clone, Copy)]
pub(super) struct Outputs<'a, T> {
    /// Down and across.
    pub tiles: [usize; 2],
    pub channels: usize,
    /// The rows of outputs, and the outputs in a row.
    pub sizes: [usize; 2],
    pub then: Epilogue<'a, T>,
    /// Where the first output lies in the whole.
    pub at: usize,
}

vectorised! {
    /// `Bᵀ d B` of the window `d` of each tile.
    ///
    /// ```text
    ///      ⎡ 1   0  -1   0 ⎤
    /// Bᵀ = ⎢ 0   1   1   0 ⎥
    ///      ⎢ 0  -1   1   0 ⎥
    ///      ⎣ 0   1   0  -1 ⎦
    /// ```
    pub(super) fn transform_input<'a, T, FMA, BYTES>(seen: Windows, pixels: &'a [T], windows: &'a mut [Cells<T>]) {
        match const { BYTES / size_of::<T>() } {
            16 => seen.transform::<T, 16>(pixels, windows),
            8 => seen.transform::<T, 8>(pixels, windows),
            4 => seen.transform::<T, 4>(pixels, windows),
            _ => seen.transform::<T, 2>(pixels, windows),
        }
    }
}

vectorised! {
    /// `Aᵀ m A` of the products `m` of each tile, and the epilogue.
    ///
    /// ```text
    /// Aᵀ = ⎡ 1   1   1   0 ⎤
    ///      ⎣ 0   1  -1  -1 ⎦
    /// ```
    pub(super) fn transform_output<'a, T, FMA, BYTES>(formed: Outputs<'a, T>, products: &'a [Cells<T>], out: &'a mut [T]) {
        match const { BYTES / size_of::<T>() } {
            16 => formed.transform::<16, 1>(products, out),
            8 => formed.transform::<8, 2>(products, out),
            4 => formed.transform::<4, 4>(products, out),
            _ => formed.transform::<2, 8>(products, out),
        }
    }
}

/// A vector of channels.
type Vector<T, const L: usize> = Lanes<T, L>;

#[inline(always)]
fn add<T: Real, const L: usize>(a: Vector<T, L>, b: Vector<T, L>) -> Vector<T, L> {
    a.zip(b, |a, b| a + b)
}

#[inline(always)]
fn subtract<T: Real, const L: usize>(a: Vector<T, L>, b: Vector<T, L>) -> Vector<T, L> {
    a.zip(b, |a, b| a - b)
}

/// `Bᵀ` times a column.
#[inline(always)]
fn spread_out<T: Real, const L: usize>([a, b, c, d]: [Vector<T, L>; WINDOW]) -> [Vector<T, L>; WINDOW] {
    [subtract(a, c), add(b, c), subtract(c, b), subtract(b, d)]
}

/// `Aᵀ` times a column.
#[inline(always)]
fn gather_in<T: Real, const L: usize>([a, b, c, d]: [Vector<T, L>; WINDOW]) -> [Vector<T, L>; TILE] {
    [add(add(a, b), c), subtract(subtract(b, c), d)]
}

/// Calls a function with each cluster of tiles, each tile's place in it, and its row and column.
#[inline(always)]
fn tiles([down, across]: [usize; 2], mut visit: impl FnMut(usize, usize, [usize; 2])) {
    let [mut row, mut column] = [0, 0];
    for (cluster, (count, _)) in shared_out(down * across).enumerate() {
        for place in 0..count {
            visit(cluster, place, [row, column]);
            column += 1;
            if column == across {
                [row, column] = [row + 1, 0];
            }
        }
    }
}

impl Windows {
    #[inline(always)]
    fn transform<T: Real, const L: usize>(&self, pixels: &[T], windows: &mut [Cells<T>]) {
        let groups = self.channels / CHANNELS;
        let pitch = (TILE * self.tiles[1] + 2) * groups;
        let pixels = pixels.as_chunks::<CHANNELS>().0;
        tiles(self.tiles, |cluster, place, [row, column]| {
            let windows = &mut windows[cluster * groups..][..groups];
            let corner = &pixels[TILE * row * pitch + TILE * column * groups..];
            // Slices of one length, so that one comparison is enough for all.
            let mut lines = [corner; WINDOW];
            for i in 0..WINDOW {
                lines[i] = &corner[i * pitch..][..WINDOW * groups];
            }
            for (group, cells) in windows.iter_mut().enumerate() {
                for part in 0..const { CHANNELS / L } {
                    transform_window::<T, L>(lines, [groups, group, part], place, cells);
                }
            }
        });
    }
}

/// Transforms the window of a part of a group of channels, out of so many groups.
#[inline(always)]
fn transform_window<T: Real, const L: usize>(
    lines: [&[[T; CHANNELS]]; WINDOW],
    [groups, group, part]: [usize; 3],
    place: usize,
    cells: &mut Cells<T>,
) {
    let mut columns = [[Lanes::<T, L>::ZERO; WINDOW]; WINDOW];
    for j in 0..WINDOW {
        let load = |i: usize| Lanes::load(&lines[i][j * groups + group][part * L..]);
        columns[j] = spread_out([load(0), load(1), load(2), load(3)]);
    }
    // Once for all points.
    assert!(place < CLUSTER);
    for i in 0..WINDOW {
        let points = spread_out([columns[0][i], columns[1][i], columns[2][i], columns[3][i]]);
        for j in 0..WINDOW {
            points[j].store(&mut cells[WINDOW * i + j][place][part * L..]);
        }
    }
}

impl<T: Real> Outputs<'_, T> {
    /// Computes outputs in groups of `V` vectors of channels.
    #[expect(
        clippy::needless_range_loop,
        reason = "by index, so that the loops unroll completely"
    )]
    #[inline(always)]
    fn transform<const L: usize, const V: usize>(&self, products: &[Cells<T>], out: &mut [T]) {
        let groups = self.channels.div_ceil(CHANNELS);
        for group in 0..groups {
            let channel = group * CHANNELS;
            let finish = Finish::<T, L, V>::of(self.then, channel);
            tiles(self.tiles, |cluster, place, [row, column]| {
                let mut sums = [[Lanes::<T, L>::ZERO; V]; TILE * TILE];
                for part in 0..V {
                    let [above, below] =
                        transform_tile::<T, L>(&products[cluster * groups + group], place, part);
                    [sums[0][part], sums[1][part]] = above;
                    [sums[2][part], sums[3][part]] = below;
                }
                self.store(&finish, [row, column], channel, sums, out);
            });
        }
    }

    /// Stores a group of channels of a tile.
    #[inline(always)]
    fn store<const L: usize, const V: usize>(
        &self,
        finish: &Finish<'_, T, L, V>,
        [row, column]: [usize; 2],
        channel: usize,
        mut sums: Sums<T, L, V, { TILE * TILE }>,
        out: &mut [T],
    ) {
        let [height, width] = self.sizes;
        let (row, column) = (TILE * row, TILE * column);
        // Of an odd number of outputs the last tile has one more, which is not stored.
        let (is_tall, is_wide) = (row + 1 < height, column + 1 < width);
        let place = |row: usize, column: usize| (row * width + column) * self.channels + channel;
        let (below, beside) = (row + usize::from(is_tall), column + usize::from(is_wide));
        let places = [
            place(row, column),
            place(row, beside),
            place(below, column),
            place(below, beside),
        ];
        finish.apply(&mut sums, places.map(|place| self.at + place));
        let stored = [true, is_wide, is_tall, is_tall && is_wide];
        for i in 0..TILE * TILE {
            if stored[i] {
                let count = CHANNELS.min(self.channels - channel);
                store(&sums[i], &mut out[places[i]..][..count]);
            }
        }
    }
}

/// The outputs of a tile, of a part of a group of channels.
#[expect(
    clippy::needless_range_loop,
    reason = "by index, so that the loops unroll completely"
)]
#[inline(always)]
fn transform_tile<T: Real, const L: usize>(
    cells: &Cells<T>,
    place: usize,
    part: usize,
) -> [[Lanes<T, L>; TILE]; TILE] {
    // Once for all points.
    assert!(place < CLUSTER);
    let load = |point: usize| Lanes::load(&cells[point][place][part * L..]);
    let mut columns = [[Lanes::<T, L>::ZERO; TILE]; WINDOW];
    for j in 0..WINDOW {
        columns[j] = gather_in([
            load(j),
            load(WINDOW + j),
            load(2 * WINDOW + j),
            load(3 * WINDOW + j),
        ]);
    }
    let row = |i: usize| gather_in([columns[0][i], columns[1][i], columns[2][i], columns[3][i]]);
    [row(0), row(1)]
}
