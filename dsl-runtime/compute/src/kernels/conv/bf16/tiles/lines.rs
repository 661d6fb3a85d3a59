//! The padded source of a block, rounded: for each pixel, for each pair of channels, the pairs of 16 examples.

use core::arch::x86_64::*;

use super::super::form::Form;
use crate::kernels::bf16::tile_sums::Line;
use crate::kernels::bf16::vectors::{load, pairs, store_words};
use crate::parallel::BLOCK;

/// Copies the rows that rows of the target from `first` on see, as many as `lines` holds. `from` has the channels of a
/// group.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
pub(super) fn copy(form: &Form, from: &[f32], first: usize, lines: &mut [Line]) {
    let [height, width] = form.source_size;
    let (pitch, count) = (form.pitch(), form.pairs());
    let plane = height * width * BLOCK;
    // The columns of the padded source within the source, and the first of those in the source.
    let left = form.before[1].max(0) as usize;
    let skipped = ((-form.before[1]).max(0) as usize).min(width);
    let left = left.min(pitch);
    let inside = (width - skipped).min(pitch - left);
    let top = (first * form.stride[0]) as isize - form.before[0];
    for (row, lines) in (top..).zip(lines.chunks_exact_mut(pitch * count)) {
        if row < 0 || row >= height as isize {
            lines.fill(Line::ZERO);
            continue;
        }
        let start = (row as usize * width + skipped) * BLOCK;
        let (before, rest) = lines.split_at_mut(left * count);
        let (lines, after) = rest.split_at_mut(inside * count);
        before.fill(Line::ZERO);
        after.fill(Line::ZERO);
        for pair in 0..count {
            let even = &from[2 * pair * plane + start..][..inside * BLOCK];
            let odd = match 2 * pair + 1 < form.sources {
                true => &from[(2 * pair + 1) * plane + start..][..inside * BLOCK],
                false => &[],
            };
            let (even, odd) = (even.as_chunks::<BLOCK>().0, odd.as_chunks::<BLOCK>().0);
            let lines = lines[pair..].iter_mut().step_by(count);
            if odd.is_empty() {
                for (line, even) in lines.zip(even) {
                    store_words(pairs(load(even), _mm512_setzero_ps()), &mut line.0);
                }
            } else {
                for (line, (even, odd)) in lines.zip(even.iter().zip(odd)) {
                    store_words(pairs(load(even), load(odd)), &mut line.0);
                }
            }
        }
    }
}
