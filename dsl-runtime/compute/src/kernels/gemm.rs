//! BLAS level 3: the product of two matrices, and its epilogue.

use super::matrix::{Matrix, MatrixMut};
use super::normalise::Normalise;
use super::panels::{Strided, multiply_by_panels};
use super::tile::{Product, Terms, multiply};
use crate::Real;
use crate::machine::help;
use crate::parallel::{granular_part, rows_mut};

/// The epilogue of a product: the operations applied to it before it is stored.
#[derive(Clone, Copy, Debug)]
pub enum Epilogue<'a, T> {
    /// Stores the product; the old contents are not read.
    Store,
    /// Adds the product to the old contents.
    Accumulate,
    /// Adds a bias: one element per column for [`gemm`], one per output channel for a convolution.
    Bias(&'a [T]),
    /// Adds a bias as [`Epilogue::Bias`], then takes `max(·, 0)`; NaN stays NaN.
    BiasRelu(&'a [T]),
    /// Normalises by the known statistics of each column, or of each output channel of a convolution.
    Normalise(&'a Normalise<'a, T>),
    /// Applies the derivative of ReLU: keeps the product where the gate, laid out like the result, is
    /// positive, and replaces it by 0 elsewhere. A NaN in the gate (which is then a NaN in the output of the
    /// ReLU) gives 0, as the comparison `gate > 0` says.
    ReluGate(&'a [T]),
}

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
/// On a machine that multiplies bf16 numbers (`avx512bf16` of
/// [`instruction_set`](crate::parallel::instruction_set)), it does, and may flush numbers below 1.2e-38 to 0.
/// Elsewhere rounded numbers are multiplied as `f32`. The two differ in the order in which two neighbouring
/// terms are added.
///
/// As with [`gemm`], a row of `C` has the same bits whatever `m` is.
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

/// The body of both products, with plain and with rounded factors. The epilogue runs over a few rows of the
/// result at a time, while these are in cache.
pub(super) fn gemm_body<T: Real, const BF16: bool>(
    [m, n, k]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
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
    // A rounded product packs its right factor once, for all rows.
    let rows = if BF16 { m } else { rows_at_once(m, n, then) };
    let mut first = 0;
    while first < m {
        let count = rows.min(m - first);
        // With no terms, A may be empty and its stride arbitrary.
        let from = first.saturating_mul(a.strides[0]);
        let a = Matrix::new(a.data.get(from..).unwrap_or_default(), a.strides);
        let stride = c.stride;
        let c = &mut c.data[first * stride..];
        let part;
        let then = match then {
            Epilogue::Normalise(normalise) => {
                part = normalise.part(0..n, first * stride);
                Epilogue::Normalise(&part)
            }
            Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[first * stride..]),
            other => other,
        };
        product::<T, BF16>([count, n, k], a, b, then, MatrixMut::new(c, stride));
        match then {
            Epilogue::Store | Epilogue::Accumulate => {}
            _ => finish(count, n, then, c, stride.max(n)),
        }
        first += count;
    }
}

/// The bytes of a result that are still in a second-level cache when its last row has been computed.
const NEAR: usize = 1 << 18;

/// The number of rows to compute before the epilogue runs over them: all of them without an epilogue.
fn rows_at_once<T>(m: usize, n: usize, then: Epilogue<'_, T>) -> usize {
    let near = NEAR / size_of::<T>();
    match then {
        Epilogue::Store | Epilogue::Accumulate => m,
        _ if m.saturating_mul(n) <= 2 * near => m,
        // Whole register tiles, and enough rows to be worth another pass over the right factor.
        _ => (near / n / 48 * 48).max(96),
    }
}

/// The product without its epilogue; all sizes but `k` are positive.
fn product<T: Real, const BF16: bool>(
    [m, n, k]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    let (a_strides, b_strides) = (a.strides, b.strides);
    let (a, b) = (a.data, b.data);
    let (c, c_stride) = (c.data, c.stride);
    let accumulate = matches!(then, Epilogue::Accumulate);
    let strided = Strided {
        m,
        n,
        k,
        a,
        a_strides,
        b,
        b_strides,
        accumulate,
        c_row: c_stride,
    };
    let is_rounded = BF16 && k > 0 && T::multiply_rounded(&strided, c);
    // Both ways add the same terms in the same order, so the choice does not affect the result.
    let in_place = b_strides[1] == 1 || n == 1;
    let size = k.saturating_mul(n).saturating_mul(size_of::<T>());
    let pays = m >= MANY && size > LARGE;
    if is_rounded {
        // There is nothing to multiply.
    } else if k == 0 || in_place && !pays {
        let terms = Terms {
            counts: [1, 1, k],
            a_steps: [0, 0, a_strides[1]],
            b_steps: [0, 0, b_strides[0]],
        };
        let product = Product {
            m,
            n,
            terms,
            a,
            a_row: a_strides[0],
            b,
            b_first: 0,
            accumulate,
            c_row: c_stride,
        };
        multiply(&product, c);
    } else {
        multiply_by_panels(&strided, c);
    }
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

/// The number of rows from which it may pay to pack a right factor whose rows could be read in place.
const MANY: usize = 24;

/// The bytes of a right factor from which it is then packed by panels: it does not stay in a second-level
/// cache.
const LARGE: usize = 1 << 21;

vectorised! {
    /// Applies the epilogue to the rows of `c`.
    fn finish<'a, T, FMA, BYTES>(m: usize, n: usize, then: Epilogue<'a, T>, c: &'a mut [T], c_stride: usize) {
        for (i, row) in c.chunks_mut(c_stride).take(m).enumerate() {
            // Elements between the rows are left alone; the last row may end with its elements.
            let row = &mut row[..n];
            match then {
                Epilogue::Store | Epilogue::Accumulate => {}
                Epilogue::Bias(bias) => row.iter_mut().zip(bias).for_each(|(c, bias)| *c += *bias),
                Epilogue::BiasRelu(bias) => {
                    row.iter_mut().zip(bias).for_each(|(c, bias)| *c = T::max(*c + *bias, T::ZERO));
                }
                Epilogue::Normalise(normalise) => normalise.row(i * c_stride, row),
                Epilogue::ReluGate(gate) => {
                    let gate = &gate[i * c_stride..][..n];
                    row.iter_mut().zip(gate).for_each(|(c, gate)| {
                        *c = if *gate > T::ZERO { *c } else { T::ZERO };
                    });
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "gemm_tests.rs"]
mod tests;
