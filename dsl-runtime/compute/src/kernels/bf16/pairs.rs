//! Products in bf16 on machines that multiply such numbers: one instruction multiplies 16 pairs of
//! neighbouring terms by 16 others and adds each pair of products to a sum in `f32`.
//!
//! So both factors are kept as *pairs*: words of two rounded numbers, the even term in the lower half. With
//! an odd number of terms the last is paired with 0.

use core::arch::x86_64::*;

use super::super::pack::transpose::{LANES, transpose};
use super::super::panels::Factors;
use super::pairs_tile::{Left, WIDTH, multiply_pairs};
use super::vectors::{load, neighbours, pairs, store_words};
use crate::isa::{Bf16, Isa};
use crate::machine::with_own;

const ROWS: usize = 256;
const TERMS: usize = 256;

/// The number of pairs of terms in a panel.
const PAIRS: usize = TERMS / 2;

#[repr(align(64))]
struct Buffers {
    /// Row by row, or pair by pair of terms, as the left factor lies in memory.
    left: [u32; ROWS * PAIRS],
    /// The distances from row to row of the left panel, and from pair to pair.
    left_steps: [usize; 2],
    /// Pair by pair of terms; zero up to a whole vector of columns.
    right: [u32; PAIRS * WIDTH],
}

/// The buffers of this thread. A value of this type proves that the machine has the instructions: it is made
/// only there.
struct Pairs<'a>(&'a mut Buffers);

/// Computes a product with at least one row, column and term; returns `false` if the machine cannot.
///
/// A panel of some rows of the left factor by [`TERMS`] terms is rounded into a buffer, then one strip of
/// columns of the right factor after the other, each multiplied at once. So a number is rounded once for every
/// use of its panel, hundreds of multiplications long.
pub(super) fn multiply(factors: &Factors<'_, f32>, accumulate: bool, c: &mut [f32], c_row: usize) -> bool {
    let can = Isa::current().bf16 == Bf16::Pairs;
    if can {
        with_own!(
            Buffers = Buffers {
                left: [0; ROWS * PAIRS],
                left_steps: [0; 2],
                right: [0; PAIRS * WIDTH],
            },
            |panels| Pairs(panels).product(factors, accumulate, c, c_row)
        );
    }
    can
}

impl Pairs<'_> {
    fn product(&mut self, factors: &Factors<'_, f32>, accumulate: bool, c: &mut [f32], c_row: usize) {
        let &Factors {
            sizes: [m, n, k],
            a,
            b,
        } = factors;
        for row in (0..m).step_by(ROWS) {
            let rows = ROWS.min(m - row);
            for term in (0..k).step_by(TERMS) {
                let terms = TERMS.min(k - term);
                self.round_left(rows, terms, a.from(row, term).data, a.strides);
                for column in (0..n).step_by(WIDTH) {
                    let columns = WIDTH.min(n - column);
                    self.round_right(terms, columns, b.from(term, column).data, b.strides);
                    let c = &mut c[row * c_row + column..];
                    self.multiply([rows, columns, terms], accumulate || term > 0, c, c_row);
                }
            }
        }
    }

    fn round_left(&mut self, rows: usize, terms: usize, a: &[f32], strides: [usize; 2]) {
        let [row, term] = strides;
        let left = &mut self.0.left;
        // SAFETY: `Pairs` are only made where the machine has the instructions.
        unsafe {
            if term == 1 {
                for (i, line) in left.chunks_exact_mut(PAIRS).take(rows).enumerate() {
                    pair_neighbours(&a[i * row..][..terms], line);
                }
            } else if row == 1 {
                pair_lines(terms, rows, a, term, left, ROWS);
            } else {
                for (i, line) in left.chunks_exact_mut(PAIRS).take(rows).enumerate() {
                    pair_scattered(terms, &a[i * row..], term, line, 1);
                }
            }
        }
        let by_rows = term == 1 || row != 1;
        self.0.left_steps = if by_rows { [PAIRS, 1] } else { [1, ROWS] };
    }

    fn round_right(&mut self, terms: usize, columns: usize, b: &[f32], strides: [usize; 2]) {
        let [term, column] = strides;
        let right = &mut self.0.right;
        // SAFETY: as above.
        unsafe {
            if column == 1 {
                pair_lines(terms, columns, b, term, right, WIDTH);
            } else if term == 1 {
                pair_turned(terms, columns, b, column, right);
            } else {
                for j in 0..columns {
                    pair_scattered(terms, &b[j * column..], term, &mut right[j..], WIDTH);
                }
                clear_rest(terms.div_ceil(2), columns, right);
            }
        }
    }

    fn multiply(&self, [m, n, k]: [usize; 3], accumulate: bool, c: &mut [f32], c_row: usize) {
        let Buffers {
            left,
            left_steps,
            right,
        } = &*self.0;
        let left = Left {
            words: left,
            steps: *left_steps,
        };
        // SAFETY: as above.
        unsafe { multiply_pairs([m, n, k.div_ceil(2)], left, right, accumulate, c, c_row) }
    }
}

/// Pairs numbers that lie side by side.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pair_neighbours(x: &[f32], into: &mut [u32]) {
    for (x, into) in x.chunks(2 * LANES).zip(into.as_chunks_mut::<LANES>().0) {
        store_words(
            neighbours(load(x), load(x.get(LANES..).unwrap_or_default())),
            into,
        );
    }
}

/// Pairs each two of `terms` lines of `length` numbers, padded with zeros to a whole vector.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pair_lines(terms: usize, length: usize, x: &[f32], step: usize, into: &mut [u32], into_step: usize) {
    for (pair, into) in into
        .chunks_exact_mut(into_step)
        .take(terms.div_ceil(2))
        .enumerate()
    {
        let first = &x[2 * pair * step..][..length];
        let second = match 2 * pair + 1 < terms {
            true => &x[(2 * pair + 1) * step..][..length],
            false => &[],
        };
        let into = into.as_chunks_mut::<LANES>().0;
        for (at, into) in (0..length).step_by(LANES).zip(into) {
            let second = load(second.get(at..).unwrap_or_default());
            store_words(pairs(load(&first[at..]), second), into);
        }
    }
}

/// Pairs numbers that lie side by side in `columns` lines, transposed: pair by pair, padded with zeros to a
/// whole vector of columns.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pair_turned(terms: usize, columns: usize, x: &[f32], column_stride: usize, into: &mut [u32]) {
    for column in (0..columns).step_by(LANES) {
        for term in (0..terms).step_by(2 * LANES) {
            let length = (2 * LANES).min(terms - term);
            let mut square = [_mm512_setzero_si512(); LANES];
            for (j, line) in square.iter_mut().enumerate().take(columns - column) {
                let x = &x[(column + j) * column_stride + term..][..length];
                let second = load(x.get(LANES..).unwrap_or_default());
                *line = neighbours(load(x), second);
            }
            let square = transpose(square);
            let into = &mut into[term / 2 * WIDTH..];
            for (line, into) in square.iter().zip(into.chunks_exact_mut(WIDTH)) {
                let into = into[column..].first_chunk_mut();
                store_words(*line, into.expect("a panel is whole vectors wide"));
            }
        }
    }
}

/// Pairs numbers that are `step` apart, into words that are `into_step` apart.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn pair_scattered(terms: usize, x: &[f32], step: usize, into: &mut [u32], into_step: usize) {
    let mut numbers = [0.0; 2 * LANES];
    let mut pairs = [0; LANES];
    for term in (0..terms).step_by(2 * LANES) {
        let length = (2 * LANES).min(terms - term);
        numbers.fill(0.0);
        for (p, number) in numbers[..length].iter_mut().enumerate() {
            *number = x[(term + p) * step];
        }
        pair_neighbours(&numbers, &mut pairs);
        for (pair, word) in pairs[..length.div_ceil(2)].iter().enumerate() {
            into[(term / 2 + pair) * into_step] = *word;
        }
    }
}

/// Zeros the words between the columns and the next whole vector.
fn clear_rest(pairs: usize, columns: usize, right: &mut [u32]) {
    for line in right.chunks_exact_mut(WIDTH).take(pairs) {
        line[columns..columns.next_multiple_of(LANES)].fill(0);
    }
}
