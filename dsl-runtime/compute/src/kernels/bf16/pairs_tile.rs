//! The register-tiled micro-kernel for two panels of pairs.
//!
//! As in [`super::super::tile`], a few rows by a few vectors of columns are computed at a time with their
//! sums in registers; every element is one chain of additions in the order of the pairs, whatever tile it
//! falls into.

use core::arch::x86_64::*;

use super::super::pack::transpose::LANES;

/// The number of columns in a panel of the right factor.
pub(super) const WIDTH: usize = 64;

/// A left panel: the word of row `i` and pair `p` at `i·steps[0] + p·steps[1]`.
#[derive(Clone, Copy)]
pub(super) struct Left<'a> {
    pub words: &'a [u32],
    pub steps: [usize; 2],
}

/// `c ← left · right`, or adds that to `c`: `m` rows, `n` columns and at least one pair of terms. The words
/// of `right` are zero from column `n` on to a whole vector.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
pub(super) fn multiply_pairs(
    [m, n, pairs]: [usize; 3],
    left: Left<'_>,
    right: &[u32],
    accumulate: bool,
    c: &mut [f32],
    c_row: usize,
) {
    let mut column = 0;
    while column < n {
        let strip = Strip {
            m,
            pairs,
            left,
            right: &right[column..],
            accumulate,
            c_row,
            width: n - column,
        };
        let c = &mut c[column..];
        column += match (n - column).div_ceil(LANES) {
            1 => strip_of_one(&strip, c),
            2 | 3 => strip_of_two(&strip, c),
            _ => strip_of_four(&strip, c),
        };
    }
}

/// Some vectors of columns of a product.
struct Strip<'a> {
    m: usize,
    pairs: usize,
    left: Left<'a>,
    /// The right panel from the first column on.
    right: &'a [u32],
    accumulate: bool,
    c_row: usize,
    /// The number of columns from the first on.
    width: usize,
}

// Each strip is a function of its own: in one large function the sums do not stay in registers.

/// Declares the product of a strip of so many vectors, by tiles of the given numbers of rows, the last of
/// them 1. It returns the number of columns computed.
macro_rules! strip {
    ($name:ident, $vectors:literal, [$($rows:literal),*]) => {
        #[inline(never)]
        #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
        fn $name(strip: &Strip<'_>, c: &mut [f32]) -> usize {
            let mut row = 0;
            $(
                while strip.m - row >= $rows && !splits_evenly($rows, strip.m - row) {
                    tile::<$rows, $vectors>(strip, row, c);
                    row += $rows;
                }
            )*
            $vectors * LANES
        }
    };
}

strip!(strip_of_one, 1, [12, 6, 4, 2, 1]);
strip!(strip_of_two, 2, [12, 6, 4, 2, 1]);
strip!(strip_of_four, 4, [6, 4, 2, 1]);

/// Eight rows are computed as two times four, rather than six and two.
#[inline(always)]
fn splits_evenly(rows: usize, left: usize) -> bool {
    rows == 6 && left == 8
}

/// The lanes in use of one of `V` vectors of columns: all, or the first few.
#[inline]
#[target_feature(enable = "avx512f")]
fn mask(width: usize, vector: usize) -> __mmask16 {
    let columns = width.saturating_sub(vector * LANES).min(LANES);
    ((1u32 << columns) - 1) as __mmask16
}

/// Computes `R` rows of `V` vectors of columns.
#[expect(
    clippy::needless_range_loop,
    reason = "by index, so that the loops unroll completely"
)]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn tile<const R: usize, const V: usize>(strip: &Strip<'_>, row: usize, c: &mut [f32]) {
    let width = strip.width.min(V * LANES);
    let mut sums = [[_mm512_setzero_ps(); V]; R];
    if strip.accumulate {
        for i in 0..R {
            let c = &c[(row + i) * strip.c_row..][..width];
            for j in 0..V {
                // SAFETY: the mask excludes the memory beyond `c`.
                sums[i][j] =
                    unsafe { _mm512_maskz_loadu_ps(mask(width, j), c.as_ptr().wrapping_add(j * LANES)) };
            }
        }
    }
    let [row_step, pair_step] = strip.left.steps;
    // A line for each row; all have the same length, so one comparison of an index is enough for all.
    let span = (strip.pairs - 1) * pair_step + 1;
    let mut lines: [&[u32]; R] = [&[]; R];
    for i in 0..R {
        lines[i] = &strip.left.words[(row + i) * row_step..][..span];
    }
    let mut place = 0;
    for right in strip.right.chunks(WIDTH).take(strip.pairs) {
        let mut factors = [_mm512_setzero_si512(); V];
        for j in 0..V {
            factors[j] = load(&right[..V * LANES], j);
        }
        for i in 0..R {
            let factor = _mm512_set1_epi32(lines[i][place].cast_signed());
            for j in 0..V {
                sums[i][j] = _mm512_dpbf16_ps(sums[i][j], numbers(factor), numbers(factors[j]));
            }
        }
        place += pair_step;
    }
    for i in 0..R {
        let c = &mut c[(row + i) * strip.c_row..][..width];
        for j in 0..V {
            // SAFETY: the mask excludes the memory beyond `c`.
            unsafe {
                _mm512_mask_storeu_ps(c.as_mut_ptr().wrapping_add(j * LANES), mask(width, j), sums[i][j]);
            }
        }
    }
}

/// The `vector`-th group of 16 words.
#[inline]
#[target_feature(enable = "avx512f")]
fn load(words: &[u32], vector: usize) -> __m512i {
    let words = &words[vector * LANES..][..LANES];
    // SAFETY: 16 words are as long as the register.
    unsafe { _mm512_loadu_epi32(words.as_ptr().cast()) }
}

/// Words as pairs of numbers.
#[inline]
#[target_feature(enable = "avx512f")]
fn numbers(words: __m512i) -> __m512bh {
    // SAFETY: both types are 64 bytes for which every pattern is valid.
    unsafe { core::mem::transmute::<__m512i, __m512bh>(words) }
}
