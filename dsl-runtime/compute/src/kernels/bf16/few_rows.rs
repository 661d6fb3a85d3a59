//! Products in bf16 of few rows, for which packing the right factor by tiles would take longer than multiplying it.
//!
//! They are computed in AVX-512 in the order of the [tile unit](super::tile_unit), so their bits are the same but
//! for results below the smallest normal number. The right factor is rounded in registers, on its way from memory.

use core::arch::x86_64::*;

use super::super::matrix::Matrix;
use super::super::pack::pack_right;
use super::super::pack::transpose::LANES;
use super::super::panels::Factors;
use super::tile_unit::TERMS;
use super::vectors::{load, rounded, store};

/// The most rows that are computed here.
pub(super) const FEW: usize = 4;

/// The number of columns that are transposed at a time, if the terms of the right factor are side by side.
const COLUMNS: usize = 64;

/// Computes a product, or adds it to `c`. The machine must have AVX-512 with bf16.
pub(super) fn multiply_few_rows(factors: &Factors<'_, f32>, accumulate: bool, c: &mut [f32], c_row: usize) {
    let &Factors {
        sizes: [m, n, k],
        a,
        b,
    } = factors;
    let mut panel = [0.0; TERMS * COLUMNS];
    for term in (0..k).step_by(TERMS) {
        let terms = TERMS.min(k - term);
        let accumulate = accumulate || term > 0;
        let a = a.from(0, term);
        if b.strides[1] == 1 {
            let b = b.from(term, 0);
            // SAFETY: the caller knows that the machine has the instructions.
            unsafe { add_terms([m, n, terms], a, b, accumulate, c, c_row) };
            continue;
        }
        for column in (0..n).step_by(COLUMNS) {
            let columns = COLUMNS.min(n - column);
            pack_right(terms, columns, b.from(term, column), COLUMNS, &mut panel);
            let b = Matrix::new(&panel, [COLUMNS, 1]);
            // SAFETY: as above.
            unsafe { add_terms([m, columns, terms], a, b, accumulate, &mut c[column..], c_row) };
        }
    }
}

/// Adds the products of at most 32 terms to `c`, or stores them.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn add_terms(
    [m, n, terms]: [usize; 3],
    a: Matrix<'_, f32>,
    b: Matrix<'_, f32>,
    accumulate: bool,
    c: &mut [f32],
    c_row: usize,
) {
    let mut row = 0;
    while row < m {
        let a = a.from(row, 0);
        let c = &mut c[row * c_row..];
        row += match m - row {
            1 => rows::<1, 8>([n, terms], a, b, accumulate, c, c_row),
            2 | 3 => rows::<2, 4>([n, terms], a, b, accumulate, c, c_row),
            _ => rows::<4, 2>([n, terms], a, b, accumulate, c, c_row),
        };
    }
}

/// The same for `R` rows, the columns by up to `V` vectors; returns the number of rows.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn rows<const R: usize, const V: usize>(
    [n, terms]: [usize; 2],
    a: Matrix<'_, f32>,
    b: Matrix<'_, f32>,
    accumulate: bool,
    c: &mut [f32],
    c_row: usize,
) -> usize {
    // The rounded terms of each row, zeros after the last; the machine takes what is below the smallest normal number
    // for 0.
    let mut factors = [[0.0; TERMS]; R];
    for (i, factors) in factors.iter_mut().enumerate() {
        for (p, factor) in factors.iter_mut().enumerate().take(terms) {
            *factor = a.data[i * a.strides[0] + p * a.strides[1]];
        }
        for factors in factors.as_chunks_mut::<LANES>().0 {
            store(rounded(load(factors)), factors);
        }
    }
    let mut column = 0;
    while column + V * LANES <= n {
        let b = Matrix::new(&b.data[column..], b.strides);
        strip::<R, V>(
            &factors,
            [V * LANES, terms],
            b,
            accumulate,
            &mut c[column..],
            c_row,
        );
        column += V * LANES;
    }
    while column < n {
        let width = LANES.min(n - column);
        let b = Matrix::new(&b.data[column..], b.strides);
        strip::<R, 1>(&factors, [width, terms], b, accumulate, &mut c[column..], c_row);
        column += width;
    }
    R
}

/// Adds the terms of `R` rows to `V` vectors of columns, of which a single one may be partial.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma")]
fn strip<const R: usize, const V: usize>(
    factors: &[[f32; TERMS]; R],
    [width, terms]: [usize; 2],
    b: Matrix<'_, f32>,
    accumulate: bool,
    c: &mut [f32],
    c_row: usize,
) {
    let (mut even, mut odd) = ([[_mm512_setzero_ps(); V]; R], [[_mm512_setzero_ps(); V]; R]);
    let add = |p: usize, sums: &mut [[__m512; V]; R]| {
        let row = &b.data[p * b.strides[0]..][..width];
        for j in 0..V {
            let numbers = rounded(load(if V == 1 { row } else { &row[j * LANES..][..LANES] }));
            for i in 0..R {
                sums[i][j] = _mm512_fmadd_ps(_mm512_set1_ps(factors[i][p]), numbers, sums[i][j]);
            }
        }
    };
    for pair in 0..terms / 2 {
        add(2 * pair, &mut even);
        add(2 * pair + 1, &mut odd);
    }
    if terms % 2 == 1 {
        add(terms - 1, &mut even);
    }
    for i in 0..R {
        let row = &mut c[i * c_row..][..width];
        for j in 0..V {
            let c = if V == 1 {
                &mut *row
            } else {
                &mut row[j * LANES..][..LANES]
            };
            let old = if accumulate { load(c) } else { _mm512_setzero_ps() };
            store(_mm512_add_ps(old, _mm512_add_ps(even[i][j], odd[i][j])), c);
        }
    }
}
