//! Convolutions of blocks on the tile unit.
//!
//! A tile of sums is 16 channels by the 16 examples of a block, for one pixel. The weight is packed as left factors; the
//! padded source of a block is copied, rounded, into *lines*: for each pixel and pair of channels the pairs of 16
//! examples. So the terms that a pixel sums over a row of the kernel are lines that follow one another, and each pixel
//! reads them in place.

mod ends;
mod lines;
mod strips;
mod weight;
mod weight_gradient;

use super::super::Conv2d;
use super::form::Form;
use super::{Direction, Sum};
use crate::kernels::bf16::tile_sums::{Chunks, Line, MOST, Square, TileSums};
use crate::kernels::bf16::tile_unit::Tile;
use crate::parallel::BLOCK;
use ends::End;
use strips::Strips;
pub(super) use weight_gradient::weight_gradient;

/// The number of tiles of the weight up to which all channels of a pixel are computed before the next pixels: those
/// tiles stay in the second-level cache.
const NEAR: usize = 512;

/// Computes blocks of a convolution, or of its gradient by the image; returns `false` without a tile unit.
pub(super) fn sum(geometry: &Conv2d, direction: Direction, whole: &mut Sum<'_, f32>) -> bool {
    (0..geometry.forms(direction)).all(|number| {
        let form = geometry.form(direction, number);
        form.has_no_target() || of_form(&form, whole)
    })
}

/// Computes the pixels of a form.
fn of_form(form: &Form, sum: &mut Sum<'_, f32>) -> bool {
    if form.is_empty() {
        return nothing(form, sum);
    }
    let chunks = Chunks {
        rows: form.kernel[0],
        pairs: form.kernel[1] * form.pairs(),
        row_step: form.pitch() * form.pairs(),
    };
    let Some(unit) = TileSums::of_pairs(chunks.pairs) else {
        return false;
    };
    let (weights, copy) = divide(form, sum.scratch);
    let group_tiles = form.tiles() * form.weight_tiles();
    let group_weight = sum.weight.len() / form.groups;
    for (weight, tiles) in sum
        .weight
        .chunks_exact(group_weight)
        .zip(weights.chunks_exact_mut(group_tiles))
    {
        // SAFETY: a machine with tiles has AVX-512 with bf16.
        unsafe { weight::pack(form, weight, tiles) };
    }
    let group_from = form.sources * form.source_size[0] * form.source_size[1] * BLOCK;
    let mut end = End::new(form, sum.then, sum.winners.as_deref_mut(), sum.to);
    for (part, from) in sum.from.chunks_exact(group_from).enumerate() {
        let group = part % form.groups;
        let weight = &weights[group * group_tiles..][..group_tiles];
        for first in (0..form.target_size[0]).step_by(form.band()) {
            let rows = first..(first + form.band()).min(form.target_size[0]);
            let copy = &mut copy[..form.seen(rows.len()) * chunks.row_step];
            // SAFETY: as above.
            unsafe { lines::copy(form, from, rows.start, copy) };
            let band = Band {
                form,
                unit: &unit,
                chunks,
                weight,
                lines: copy,
            };
            band.compute(part, Strips::new(form, rows, end.pools()), &mut end);
        }
    }
    true
}

/// Ends sums of no terms.
fn nothing(form: &Form, sum: &mut Sum<'_, f32>) -> bool {
    if TileSums::of_pairs(1).is_none() {
        return false;
    }
    let group_from = form.sources * form.source_size[0] * form.source_size[1] * BLOCK;
    let parts = sum.from.len() / group_from;
    let mut end = End::new(form, sum.then, sum.winners.as_deref_mut(), sum.to);
    for part in 0..parts {
        for strip in Strips::new(form, 0..form.target_size[0], end.pools()) {
            for tile in 0..form.tiles() {
                // SAFETY: a machine with tiles has AVX-512 with bf16.
                unsafe { end.store(part, tile, &strip, &[Square::ZERO; MOST]) };
            }
        }
    }
    true
}

/// The aligned parts of scratch memory: for the weight of all groups, and for a copy of the source.
fn divide<'a>(form: &Form, scratch: &'a mut [f32]) -> (&'a mut [Tile], &'a mut [Line]) {
    // SAFETY: every pattern of bits is a number of either type.
    let (_, lines, _) = unsafe { scratch.align_to_mut::<Line>() };
    let tiles = form.groups * form.tiles() * form.weight_tiles();
    let (weight, copy) = lines.split_at_mut(tiles * BLOCK);
    // SAFETY: as above; a tile is 16 lines.
    let (_, weight, _) = unsafe { weight.align_to_mut::<Tile>() };
    (weight, copy)
}

/// Some rows of one group of a block.
struct Band<'a> {
    form: &'a Form,
    unit: &'a TileSums,
    chunks: Chunks,
    /// The weight of the group.
    weight: &'a [Tile],
    /// What the rows see.
    lines: &'a [Line],
}

impl Band<'_> {
    /// Computes all channels of some pixels. `part` numbers the groups of all blocks.
    fn compute(&self, part: usize, strips: Strips, end: &mut End<'_>) {
        let each = self.form.weight_tiles();
        let mut sums = [Square::ZERO; MOST];
        let mut strip = |tile: usize, weight: &[Tile], strip: &strips::Strip| {
            self.unit
                .sum(weight, self.lines, strip.starts(), self.chunks, false, &mut sums);
            // SAFETY: a machine with tiles has AVX-512 with bf16.
            unsafe { end.store(part, tile, strip, &sums) };
        };
        if self.weight.len() <= NEAR {
            for pixels in strips {
                for (tile, weight) in self.weight.chunks_exact(each).enumerate() {
                    strip(tile, weight, &pixels);
                }
            }
        } else {
            for (tile, weight) in self.weight.chunks_exact(each).enumerate() {
                for pixels in strips.clone() {
                    strip(tile, weight, &pixels);
                }
            }
        }
    }
}
