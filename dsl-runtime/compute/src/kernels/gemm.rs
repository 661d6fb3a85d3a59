//! BLAS level 3: the product of two matrices, and its epilogue.

use super::by_matrixmultiply;
use super::epilogue::{Epilogue, finish};
use super::matrix::{Matrix, MatrixMut};
use super::panels::{Factors, multiply_by_panels};
use super::tile::{Product, Terms, multiply};
use crate::Real;
use crate::machine::help;
use crate::parallel::{granular_part, rows_mut};

/// `C ← then(A B)`.
///
/// * `sizes`: `[m, n, k]`, where `A` is `m×k`, `B` is `k×n`, `C` is `m×n`; any may be 0 (with `k = 0` the product
///   is 0);
/// * `a`, `b`: the factors; swapped strides give the transpose;
/// * `then`: the epilogue, applied to the product before it is stored;
/// * `c`: the result, whose rows are at least `n` apart.
///
/// Unless `then` is [`Epilogue::Accumulate`], `C` is not read. A row of `C` has the same bits whatever `m` is, so
/// rows may be computed in separate calls.
#[inline]
pub fn gemm<T: Real>(
    sizes: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    T::gemm(sizes, a, b, then, c);
}

/// As [`gemm`], with the factors rounded to bf16: `C ← then(round(A) round(B))`.
///
/// bf16 ("brain floating point") is the upper half of an `f32`: the same range, but 8 significant bits
/// instead of 24. Each element of `A` and `B` is rounded to the nearest bf16 number, ties to even; a number
/// beyond the largest, about 3.39e38, becomes infinite, and NaN stays NaN. The products of rounded numbers
/// are summed in `f32`, and the epilogue is computed in `f32`. In `f64` nothing is rounded: the function is
/// [`gemm`].
///
/// On a machine that multiplies bf16 numbers faster than `f32` (`amx` and `avx512bf16` of
/// [`instruction_set`](crate::parallel::instruction_set)), it does, and may flush numbers below 1.2e-38 to 0.
/// Elsewhere rounded numbers are multiplied as `f32`. These differ in the order in which terms are added: one after
/// the other, by pairs of neighbours, or in `amx` for each 32 terms first the even and the odd ones apart.
///
/// As with [`gemm`], a row of `C` has the same bits whatever `m` is; in `amx` but for sums below 1.2e-38.
#[inline]
pub fn gemm_bf16<T: Real>(
    sizes: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    T::gemm_bf16(sizes, a, b, then, c);
}

/// The number of elements up to the last one of a matrix, inclusive; `usize::MAX` on overflow.
pub(super) fn reach(rows: usize, columns: usize, [row_stride, column_stride]: [usize; 2]) -> usize {
    if rows == 0 || columns == 0 {
        return 0;
    }
    let last_row = (rows - 1).checked_mul(row_stride);
    let last_column = (columns - 1).checked_mul(column_stride);
    let last = last_row
        .zip(last_column)
        .and_then(|(row, column)| row.checked_add(column));
    last.and_then(|last| last.checked_add(1)).unwrap_or(usize::MAX)
}

/// The body of both products, with plain and with rounded factors.
pub(super) fn gemm_body<T: Real, const BF16: bool>(
    [m, n, k]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    mut c: MatrixMut<'_, T>,
) {
    assert!(
        reach(m, k, a.strides) <= a.data.len(),
        "gemm: a is too short for {m}×{k} by strides {:?}",
        a.strides
    );
    assert!(
        reach(k, n, b.strides) <= b.data.len(),
        "gemm: b is too short for {k}×{n} by strides {:?}",
        b.strides
    );
    assert!(
        m <= 1 || c.stride >= n,
        "gemm: rows of {n} elements {} apart overlap",
        c.stride
    );
    let reach_c = reach(m, n, [c.stride, 1]);
    assert!(
        reach_c <= c.data.len(),
        "gemm: c is too short for {m}×{n} by rows of {}",
        c.stride
    );
    match then {
        Epilogue::Store | Epilogue::Accumulate => {}
        Epilogue::Bias(bias) | Epilogue::BiasRelu(bias) => {
            assert_eq!(bias.len(), n, "gemm: the length of the bias")
        }
        Epilogue::Normalise(normalise) => normalise.check("gemm", n, reach_c),
        Epilogue::ReluGate(gate) => assert!(reach_c <= gate.len(), "gemm: the gate is shorter than c"),
    }
    if m == 0 || n == 0 {
        return;
    }
    let parts = parts(m, n, k);
    if parts > 1 {
        return share_out::<T, BF16>(parts, [m, n, k], a, b, then, c);
    }
    let (accumulate, stride) = (matches!(then, Epilogue::Accumulate), c.stride);
    let factors = Factors {
        sizes: [m, n, k],
        a,
        b,
    };
    let rounds = BF16 && T::ROUNDS && k > 0;
    let is_computed = if rounds {
        T::multiply_bf16(&factors, accumulate, c.data, stride)
    } else {
        k > 0 && by_matrixmultiply::multiply(&factors, accumulate, c.data, stride)
    };
    if is_computed {
        finish(0..m, 0..n, then, &mut c);
    } else if rounds {
        multiply_by_panels::<T, true>(&factors, then, c);
    } else if k > 0 && pays_to_pack(&factors) {
        multiply_by_panels::<T, false>(&factors, then, c);
    } else {
        multiply_in_place(&factors, accumulate, c.data, stride);
        finish(0..m, 0..n, then, &mut c);
    }
}

/// The number of rows from which it pays to pack a right factor whose rows could be read in place.
const MANY: usize = 24;

/// True if a product is computed by packed panels. All ways add the same terms in the same order, so the choice
/// does not affect the result.
fn pays_to_pack<T>(factors: &Factors<'_, T>) -> bool {
    let [m, n, _] = factors.sizes;
    // A left factor whose rows are not contiguous would be packed too, for few columns.
    let left_pays = factors.a.strides[1] == 1 || n >= 2 * MANY;
    n > 1 && (factors.b.strides[1] != 1 || m >= MANY && left_pays)
}

/// Computes a product from its factors where they are, or adds it to `c`. The columns of the right one must be
/// side by side, unless there is one.
fn multiply_in_place<T: Real>(factors: &Factors<'_, T>, accumulate: bool, c: &mut [T], c_row: usize) {
    let &Factors {
        sizes: [m, n, k],
        a,
        b,
    } = factors;
    let terms = Terms {
        counts: [1, 1, k],
        a_steps: [0, 0, a.strides[1]],
        b_steps: [0, 0, b.strides[0]],
    };
    let product = Product {
        m,
        n,
        terms,
        a: a.data,
        a_row: a.strides[0],
        b: b.data,
        b_first: 0,
        accumulate,
        c_row,
    };
    multiply(&product, c);
}

/// The number of multiplications from which it pays to have idle workers help, dividing the rows.
const SHARED: usize = 200_000;
const SHARED_ROWS: usize = 32;

/// The same number for a single row: every element of the right factor has to come from a cache and is used
/// once.
const SHARED_ROW: usize = 64_000;

/// The number of workers to divide a product among: one unless others are idle and the product is large
/// enough.
fn parts(m: usize, n: usize, k: usize) -> usize {
    let multiplications = m.saturating_mul(n).saturating_mul(k);
    let enough = if m == 1 { SHARED_ROW } else { SHARED };
    if multiplications < enough || m > 1 && m < SHARED_ROWS {
        return 1;
    }
    help::available().min(multiplications / (enough / 2))
}

/// Divides the product by rows, or by columns if it has one row. Either way the bits of each element are the
/// same.
fn share_out<T: Real, const BF16: bool>(
    parts: usize,
    [m, n, k]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    let by_rows = m > 1;
    let (whole, stride) = (c.data.len(), c.stride);
    let c = rows_mut(c.data, 1);
    help::together(parts, &|index| {
        let part = granular_part(if by_rows { m } else { n }, parts, index);
        if part.is_empty() {
            return;
        }
        // The range of C, and the offsets of the part in A and B.
        let (from, to, a_from, b_from) = match by_rows {
            true if part.end == m => (part.start * stride, whole, part.start * a.strides[0], 0),
            true => (
                part.start * stride,
                part.end * stride,
                part.start * a.strides[0],
                0,
            ),
            false => (part.start, part.end, 0, part.start * b.strides[1]),
        };
        let normalised;
        let then = match then {
            Epilogue::Bias(bias) if !by_rows => Epilogue::Bias(&bias[part.clone()]),
            Epilogue::BiasRelu(bias) if !by_rows => Epilogue::BiasRelu(&bias[part.clone()]),
            Epilogue::Normalise(normalise) => {
                let columns = if by_rows { 0..n } else { part.clone() };
                normalised = normalise.part(columns, from);
                Epilogue::Normalise(&normalised)
            }
            Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[from..]),
            other => other,
        };
        // SAFETY: each part is computed once, and the parts of C are disjoint.
        let c = unsafe { c.cut(&(from..to)) };
        let (m, n) = if by_rows { (part.len(), n) } else { (m, part.len()) };
        let a = Matrix::new(&a.data[a_from..], a.strides);
        let b = Matrix::new(&b.data[b_from..], b.strides);
        gemm_body::<T, BF16>([m, n, k], a, b, then, MatrixMut::new(c, stride));
    });
}

#[cfg(test)]
#[path = "gemm_tests.rs"]
mod tests;
