//! The gradient by the weight on the tile unit.
//!
//! ```text
//! d_weight[o, c, i, j] = Σ y, x, example:  d_out[o, y, x] · image[c, y·stride + i - before, x·stride + j - before]
//! ```
//!
//! A tile of sums is 16 output channels by 16 input channels, for one element of the kernel; 32 terms are two neighbours
//! by the 16 examples of a block. The gradient of the output is packed as left factors, two pixels in each; the padded
//! image into lines: for each pixel, for each pair of examples 16 channels. Columns that are a stride apart follow one
//! another, so that two neighbours of the target see 16 lines in a row.
//!
//! Of few channels a tile has more [columns](Form::in_columns): what each element of the kernel sees of each channel.

use core::arch::x86_64::*;

use super::super::WeightGradient;
use super::super::form::Form;
use crate::kernels::bf16::tile_sums::{Chunks, Line, MOST, Square, TileSums};
use crate::kernels::bf16::tile_unit::Tile;
use crate::kernels::bf16::vectors::{load, neighbours, store, store_words};
use crate::kernels::pack::transpose::transpose;
use crate::parallel::BLOCK;

/// The number of channels of a tile.
const SIDE: usize = 16;

/// The number of lines of a pixel of 16 channels: one for each pair of examples.
const PIXEL: usize = BLOCK / 2;

/// The parts of scratch memory.
struct Memory<'a> {
    /// For 16 output channels, for 16 input channels, for each element of the kernel.
    sums: &'a mut [Square],
    /// For 16 output channels, for each row, for each two pixels.
    target: &'a mut [Tile],
    /// For 16 input channels, for each row, for each phase, for each pixel.
    source: &'a mut [Line],
}

/// Computes the partial gradient of each block; returns `false` without a tile unit.
pub(in super::super) fn weight_gradient(form: &Form, gradient: &mut WeightGradient<'_, f32>) -> bool {
    let Some(unit) = TileSums::of_pairs(form.target_size[1] * PIXEL) else {
        return false;
    };
    let mut memory = divide(form, gradient.scratch);
    let pixels = |[height, width]: [usize; 2]| height * width * BLOCK;
    let images = gradient
        .image
        .chunks_exact(form.sources * pixels(form.source_size));
    let d_outs = gradient
        .d_out
        .chunks_exact(form.targets * pixels(form.target_size));
    let partials = gradient
        .partials
        .chunks_exact_mut(form.targets * form.target_step);
    for ((image, d_out), partial) in images.zip(d_outs).zip(partials) {
        for first in (0..form.target_size[0]).step_by(form.weight_gradient_band()) {
            let rows = form.weight_gradient_band().min(form.target_size[0] - first);
            // SAFETY: a machine with tiles has AVX-512 with bf16.
            unsafe {
                pack_target(form, d_out, first, rows, memory.target);
                if form.in_columns() {
                    pack_columns(form, image, first, rows, memory.source);
                } else {
                    pack_source(form, image, first, rows, memory.source);
                }
            }
            memory.add(form, &unit, rows, first > 0);
        }
        // SAFETY: as above.
        unsafe { unpack(form, memory.sums, partial) };
    }
    true
}

fn divide<'a>(form: &Form, scratch: &'a mut [f32]) -> Memory<'a> {
    let [sums, target, source] = form.weight_gradient_parts();
    // SAFETY: every pattern of bits is a number of any of these types.
    let (_, lines, _) = unsafe { scratch.align_to_mut::<Line>() };
    let (sums, lines) = lines.split_at_mut(sums);
    let (target, lines) = lines.split_at_mut(target);
    // SAFETY: as above; tiles and squares are 16 lines each.
    let ((_, sums, _), (_, target, _)) =
        unsafe { (sums.align_to_mut::<Square>(), target.align_to_mut::<Tile>()) };
    let source = &mut lines[..source];
    Memory { sums, target, source }
}

impl Memory<'_> {
    /// Adds the products of some packed rows to all sums, or begins with them.
    fn add(&mut self, form: &Form, unit: &TileSums, rows: usize, accumulate: bool) {
        let [height, width] = form.apart();
        let (kernel, stride) = (height * width, form.stride);
        let chunks = Chunks {
            rows,
            pairs: form.target_size[1] * PIXEL,
            row_step: form.source_stride() * form.source_row(),
        };
        let source_lines = form.source_rows(rows) * form.source_row();
        let target_tiles = rows * form.target_row();
        // The first line that is seen by a tile of sums, of those with the same output channels.
        let start = |square: usize| {
            let (c, tap) = (square / kernel, square % kernel);
            let (i, j) = (tap / width, tap % width);
            let column = j % stride[1] * form.phase() + j / stride[1];
            c * source_lines + i * form.source_row() + column * PIXEL
        };
        let squares = form.source_tiles() * kernel;
        // Equal parts.
        let together = squares.div_ceil(squares.div_ceil(MOST));
        for (target, o) in self.target.chunks_exact(target_tiles).zip(0..form.tiles()) {
            for first in (0..squares).step_by(together) {
                let count = together.min(squares - first);
                let starts: [usize; MOST] = core::array::from_fn(|k| start((first + k).min(squares - 1)));
                let sums = self.sums[o * squares + first..].first_chunk_mut();
                let sums = sums.expect("there are a few squares more");
                unit.sum(target, self.source, &starts[..count], chunks, accumulate, sums);
            }
        }
    }
}

/// Packs some rows of the gradient of the output: rows of a tile are channels, zeros for those that a group lacks.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pack_target(form: &Form, d_out: &[f32], first: usize, rows: usize, tiles: &mut [Tile]) {
    let [height, width] = form.target_size;
    let plane = height * width;
    let d_out = d_out.as_chunks::<BLOCK>().0;
    let per_row = form.target_row();
    for (o, tiles) in tiles
        .chunks_exact_mut(rows * per_row)
        .enumerate()
        .take(form.tiles())
    {
        for row in 0..SIDE {
            let channel = o * SIDE + row;
            if channel >= form.targets {
                tiles.iter_mut().for_each(|tile| tile.0[row] = [0; SIDE]);
                continue;
            }
            let pixels = &d_out[channel * plane + first * width..][..rows * width];
            for (pixels, tiles) in pixels.chunks_exact(width).zip(tiles.chunks_exact_mut(per_row)) {
                for (two, tile) in pixels.chunks(2).zip(tiles) {
                    let second = two.get(1).map_or(_mm512_setzero_ps(), |second| load(second));
                    store_words(neighbours(load(&two[0]), second), &mut tile.0[row]);
                }
            }
        }
    }
}

/// Packs the rows of the image that some rows of the target see, padding and channels that a group lacks as zeros.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pack_source(form: &Form, image: &[f32], first: usize, rows: usize, lines: &mut [Line]) {
    let [height, width] = form.source_size;
    let plane = height * width;
    let image = image.as_chunks::<BLOCK>().0;
    let (row_lines, seen) = (form.source_row(), form.seen(rows));
    let top = (first * form.stride[0]) as isize - form.before[0];
    let tiles = lines.chunks_exact_mut(seen * row_lines);
    for (c, lines) in tiles.enumerate().take(form.source_tiles()) {
        let channels = SIDE.min(form.sources - c * SIDE);
        for (y, lines) in (top..).zip(lines.chunks_exact_mut(row_lines)) {
            if y < 0 || y >= height as isize {
                lines.fill(Line::ZERO);
                continue;
            }
            let start = c * SIDE * plane + y as usize * width;
            for (phase, lines) in lines.chunks_exact_mut(form.phase() * PIXEL).enumerate() {
                for (two, lines) in lines.chunks_mut(2 * PIXEL).enumerate() {
                    let place = |pixel: usize| {
                        let column = ((2 * two + pixel) * form.stride[1] + phase) as isize - form.before[1];
                        usize::try_from(column).ok().filter(|column| *column < width)
                    };
                    let places = [place(0), place(1)];
                    if places == [None; 2] {
                        lines.fill(Line::ZERO);
                        continue;
                    }
                    let mut square = [_mm512_setzero_si512(); SIDE];
                    for (channel, words) in square.iter_mut().enumerate().take(channels) {
                        let [one, other] = places.map(|place| match place {
                            Some(column) => load(&image[start + channel * plane + column]),
                            None => _mm512_setzero_ps(),
                        });
                        *words = neighbours(one, other);
                    }
                    for (words, line) in transpose(square).into_iter().zip(lines) {
                        store_words(words, &mut line.0);
                    }
                }
            }
        }
    }
}

/// Packs what every element of the kernel sees of every channel, in the order of the weight, from some rows of the target.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pack_columns(form: &Form, image: &[f32], first: usize, rows: usize, lines: &mut [Line]) {
    let [height, width] = form.source_size;
    let image = image.as_chunks::<BLOCK>().0;
    let columns = form.sources * form.kernel[0] * form.kernel[1];
    let kernel = form.kernel[0] * form.kernel[1];
    let tiles = lines.chunks_exact_mut(rows * form.source_row());
    for (tile, lines) in tiles.enumerate().take(form.source_tiles()) {
        let count = SIDE.min(columns - tile * SIDE);
        for (y, lines) in (first..).zip(lines.chunks_exact_mut(form.source_row())) {
            // The row that each column sees, and the column of it that the first pixel sees.
            let mut seen: [(&[[f32; BLOCK]], isize); SIDE] = [(&[], 0); SIDE];
            for (place, (line, left)) in seen.iter_mut().enumerate().take(count) {
                let column = tile * SIDE + place;
                let (channel, i) = (column / kernel, column % kernel / form.kernel[1]);
                let row = (y * form.stride[0] + i) as isize - form.before[0];
                if row >= 0 && row < height as isize {
                    *line = &image[(channel * height + row as usize) * width..][..width];
                }
                *left = (column % form.kernel[1]) as isize - form.before[1];
            }
            for (two, lines) in lines.chunks_mut(2 * PIXEL).enumerate() {
                let x = (2 * two * form.stride[1]) as isize;
                let mut square = [_mm512_setzero_si512(); SIDE];
                for (words, (line, left)) in square.iter_mut().zip(&seen) {
                    let at = |x: isize| match line.get((x + left) as usize) {
                        Some(pixel) => load(pixel),
                        None => _mm512_setzero_ps(),
                    };
                    *words = neighbours(at(x), at(x + form.stride[1] as isize));
                }
                for (words, line) in transpose(square).into_iter().zip(lines) {
                    store_words(words, &mut line.0);
                }
            }
        }
    }
}

/// Brings the sums into the order of the weight.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn unpack(form: &Form, sums: &[Square], partial: &mut [f32]) {
    let kernel = form.apart()[0] * form.apart()[1];
    for (target, partial) in partial.chunks_exact_mut(form.target_step).enumerate() {
        let (o, row) = (target / SIDE, target % SIDE);
        for (c, partial) in partial.chunks_mut(SIDE * kernel).enumerate() {
            let squares = &sums[(o * form.source_tiles() + c) * kernel..][..kernel];
            if kernel == 1 {
                store(load(&squares[0].0[row]), partial);
                continue;
            }
            for (part, squares) in squares.chunks(SIDE).enumerate() {
                let mut lines = [_mm512_setzero_si512(); SIDE];
                for (line, square) in lines.iter_mut().zip(squares) {
                    *line = _mm512_castps_si512(load(&square.0[row]));
                }
                for (line, partial) in transpose(lines).into_iter().zip(partial.chunks_exact_mut(kernel)) {
                    let partial = &mut partial[part * SIDE..];
                    let count = partial.len().min(SIDE);
                    store(_mm512_castsi512_ps(line), &mut partial[..count]);
                }
            }
        }
    }
}
