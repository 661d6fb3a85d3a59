//! The weight as left factors: for each 16 channels, for each row of the kernel, for each 32 terms a tile.
//!
//! The terms of a row of the kernel are in the order of the copied source: element by element, and pair of channels by
//! pair of channels.

use core::arch::x86_64::*;

use super::super::form::Form;
use crate::kernels::bf16::tile_unit::Tile;
use crate::kernels::bf16::vectors::{neighbours, store_words};

/// The number of words of a line, and of rows of a tile.
const SIDE: usize = 16;

/// Packs the weight of a group; channels that it lacks are zeros.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
pub(super) fn pack(form: &Form, weight: &[f32], tiles: &mut [Tile]) {
    let [height, width] = form.kernel;
    let per_row = form.weight_tiles() / height;
    tiles.fill(Tile::ZERO);
    for target in 0..form.targets {
        let (tile, row) = (target / SIDE, target % SIDE);
        let tiles = &mut tiles[tile * form.weight_tiles()..];
        let weight = &weight[target * form.target_step..];
        for source in (0..form.sources).step_by(2 * SIDE) {
            for i in 0..height {
                let tiles = &mut tiles[i * per_row..][..per_row];
                for j in 0..width {
                    let [row_of, column_of] = match form.turned {
                        true => [height - 1 - i, width - 1 - j],
                        false => [i, j],
                    };
                    let element = (form.tap[0] + row_of * form.tap_step[0]) * form.row_step
                        + form.tap[1]
                        + column_of * form.tap_step[1];
                    let count = (2 * SIDE).min(form.sources - source);
                    let weight = &weight[source * form.source_step + element..];
                    let mut words = [0; SIDE];
                    store_words(gathered(weight, form.source_step, count), &mut words);
                    let start = j * form.pairs() + source / 2;
                    if start.is_multiple_of(SIDE) && count == 2 * SIDE {
                        tiles[start / SIDE].0[row] = words;
                        continue;
                    }
                    for (place, word) in (start..).zip(&words[..count.div_ceil(2)]) {
                        tiles[place / SIDE].0[row][place % SIDE] = *word;
                    }
                }
            }
        }
    }
}

/// `count` numbers, at most 32, that are `step` apart, rounded to pairs; zeros follow.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn gathered(x: &[f32], step: usize, count: usize) -> __m512i {
    let Ok(distance) = i32::try_from(step * SIDE) else {
        return far(x, step, count);
    };
    assert!(count > 0 && x.len() > (count - 1) * step);
    let places = _mm512_mullo_epi32(
        _mm512_set1_epi32(distance / SIDE as i32),
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    );
    let half = |first: usize| {
        let here = count.saturating_sub(first).min(SIDE);
        if here == 0 {
            return _mm512_setzero_ps();
        }
        let mask = ((1u32 << here) - 1) as __mmask16;
        // SAFETY: the mask leaves `here` places, the last of which the assertion holds; none overflows.
        unsafe {
            _mm512_mask_i32gather_ps::<4>(_mm512_setzero_ps(), mask, places, x[first * step..].as_ptr())
        }
    };
    neighbours(half(0), half(SIDE))
}

/// The same for numbers too far apart to gather.
#[cold]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn far(x: &[f32], step: usize, count: usize) -> __m512i {
    let mut numbers = [0.0; 2 * SIDE];
    for (into, from) in numbers.iter_mut().zip(x.iter().step_by(step)).take(count) {
        *into = *from;
    }
    let (first, second) = numbers.split_at(SIDE);
    neighbours(
        crate::kernels::bf16::vectors::load(first),
        crate::kernels::bf16::vectors::load(second),
    )
}
