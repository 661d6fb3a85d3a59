//! BLAS level 3: the product of two matrices, and its epilogue.

use super::normalise::Normalise;
use super::panels::{Strided, multiply_by_panels};
use super::tile::{Product, Terms, multiply};
use crate::Real;
use crate::machine::help;
use crate::parallel::{granular_part, rows_mut};

/// The epilogue of a product: the operations applied to it before it is stored.
#[derive(Clone, Copy, Debug)]
pub enum Then<'a, T> {
    /// Stores the product; the old contents are not read.
    Store,
    /// Adds the product to the old contents.
    Accumulate,
    /// Adds a bias: one element per column for [`gemm`], one per output channel for a convolution.
    Bias(&'a [T]),
    /// Adds a bias as [`Then::Bias`], then takes `max(·, 0)`; NaN stays NaN.
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
/// * `m`, `n`, `k`: `A` is `m×k`, `B` is `k×n`, `C` is `m×n`; any may be 0 (with `k = 0` the product is 0);
/// * `a`, `a_strides`: `A`, element `(i, p)` at `i·a_strides[0] + p·a_strides[1]`, so that swapped strides
///   give the transpose;
/// * `b`, `b_strides`: `B`, likewise;
/// * `then`: the epilogue, applied to the product before it is stored;
/// * `c`, `c_stride`: `C`, row `i` is the `n` elements from `i·c_stride`; rows are at least `n` apart.
///
/// Unless `then` is [`Then::Accumulate`], `C` is not read. A row of `C` has the same bits whatever `m` is, so
/// rows may be computed in separate calls.
#[inline]
#[expect(
    clippy::too_many_arguments,
    reason = "sizes, factors and strides, as of any BLAS"
)]
pub fn gemm<T: Real>(
    m: usize,
    n: usize,
    k: usize,
    a: &[T],
    a_strides: [usize; 2],
    b: &[T],
    b_strides: [usize; 2],
    then: Then<'_, T>,
    c: &mut [T],
    c_stride: usize,
) {
    T::gemm(m, n, k, a, a_strides, b, b_strides, then, c, c_stride);
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
#[expect(
    clippy::too_many_arguments,
    reason = "sizes, factors and strides, as of any BLAS"
)]
pub fn gemm_bf16<T: Real>(
    m: usize,
    n: usize,
    k: usize,
    a: &[T],
    a_strides: [usize; 2],
    b: &[T],
    b_strides: [usize; 2],
    then: Then<'_, T>,
    c: &mut [T],
    c_stride: usize,
) {
    T::gemm_bf16(m, n, k, a, a_strides, b, b_strides, then, c, c_stride);
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
#[expect(
    clippy::too_many_arguments,
    reason = "sizes, factors and strides, as of any BLAS"
)]
pub(super) fn gemm_body<T: Real, const BF16: bool>(
    m: usize,
    n: usize,
    k: usize,
    a: &[T],
    a_strides: [usize; 2],
    b: &[T],
    b_strides: [usize; 2],
    then: Then<'_, T>,
    c: &mut [T],
    c_stride: usize,
) {
    assert!(
        reach(m, k, a_strides) <= a.len(),
        "gemm: a is too short for {m}×{k} by strides {a_strides:?}"
    );
    assert!(
        reach(k, n, b_strides) <= b.len(),
        "gemm: b is too short for {k}×{n} by strides {b_strides:?}"
    );
    assert!(
        m <= 1 || c_stride >= n,
        "gemm: rows of {n} elements {c_stride} apart overlap"
    );
    let reach_c = reach(m, n, [c_stride, 1]);
    assert!(
        reach_c <= c.len(),
        "gemm: c is too short for {m}×{n} by rows of {c_stride}"
    );
    match then {
        Then::Store | Then::Accumulate => {}
        Then::Bias(bias) | Then::BiasRelu(bias) => assert_eq!(bias.len(), n, "gemm: the length of the bias"),
        Then::Normalise(normalise) => normalise.check("gemm", n, reach_c),
        Then::ReluGate(gate) => assert!(reach_c <= gate.len(), "gemm: the gate is shorter than c"),
    }
    if m == 0 || n == 0 {
        return;
    }
    let parts = parts(m, n, k);
    if parts > 1 {
        let matrices = (a, a_strides, b, b_strides);
        return share_out::<T, BF16>(parts, [m, n, k], matrices, then, c, c_stride);
    }
    // A rounded product packs its right factor once, for all rows.
    let rows = if BF16 { m } else { rows_at_once(m, n, then) };
    let mut first = 0;
    while first < m {
        let count = rows.min(m - first);
        // With no terms, A may be empty and its stride arbitrary.
        let a = a.get(first.saturating_mul(a_strides[0])..).unwrap_or_default();
        let c = &mut c[first * c_stride..];
        let part;
        let then = match then {
            Then::Normalise(normalise) => {
                part = normalise.part(0..n, first * c_stride);
                Then::Normalise(&part)
            }
            Then::ReluGate(gate) => Then::ReluGate(&gate[first * c_stride..]),
            other => other,
        };
        product::<T, BF16>(count, n, k, a, a_strides, b, b_strides, then, c, c_stride);
        match then {
            Then::Store | Then::Accumulate => {}
            _ => finish(count, n, then, c, c_stride.max(n)),
        }
        first += count;
    }
}

/// The bytes of a result that are still in a second-level cache when its last row has been computed.
const NEAR: usize = 1 << 18;

/// The number of rows to compute before the epilogue runs over them: all of them without an epilogue.
fn rows_at_once<T>(m: usize, n: usize, then: Then<'_, T>) -> usize {
    let near = NEAR / size_of::<T>();
    match then {
        Then::Store | Then::Accumulate => m,
        _ if m.saturating_mul(n) <= 2 * near => m,
        // Whole register tiles, and enough rows to be worth another pass over the right factor.
        _ => (near / n / 48 * 48).max(96),
    }
}

/// The product without its epilogue; all sizes but `k` are positive.
#[expect(
    clippy::too_many_arguments,
    reason = "sizes, factors and strides, as of any BLAS"
)]
fn product<T: Real, const BF16: bool>(
    m: usize,
    n: usize,
    k: usize,
    a: &[T],
    a_strides: [usize; 2],
    b: &[T],
    b_strides: [usize; 2],
    then: Then<'_, T>,
    c: &mut [T],
    c_stride: usize,
) {
    let accumulate = matches!(then, Then::Accumulate);
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
    (a, a_strides, b, b_strides): (&[T], [usize; 2], &[T], [usize; 2]),
    then: Then<'_, T>,
    c: &mut [T],
    c_stride: usize,
) {
    let by_rows = m > 1;
    let whole = c.len();
    let c = rows_mut(c, 1);
    help::together(parts, &|index| {
        let part = granular_part(if by_rows { m } else { n }, parts, index);
        if part.is_empty() {
            return;
        }
        // The range of C, and the offsets of the part in A and B.
        let (from, to, a_from, b_from) = match by_rows {
            true if part.end == m => (part.start * c_stride, whole, part.start * a_strides[0], 0),
            true => (
                part.start * c_stride,
                part.end * c_stride,
                part.start * a_strides[0],
                0,
            ),
            false => (part.start, part.end, 0, part.start * b_strides[1]),
        };
        let normalised;
        let then = match then {
            Then::Bias(bias) if !by_rows => Then::Bias(&bias[part.clone()]),
            Then::BiasRelu(bias) if !by_rows => Then::BiasRelu(&bias[part.clone()]),
            Then::Normalise(normalise) => {
                let columns = if by_rows { 0..n } else { part.clone() };
                normalised = normalise.part(columns, from);
                Then::Normalise(&normalised)
            }
            Then::ReluGate(gate) => Then::ReluGate(&gate[from..]),
            other => other,
        };
        // SAFETY: each part is computed once, and the parts of C are disjoint.
        let c = unsafe { c.cut(&(from..to)) };
        let (m, n) = if by_rows { (part.len(), n) } else { (m, part.len()) };
        gemm_body::<T, BF16>(
            m,
            n,
            k,
            &a[a_from..],
            a_strides,
            &b[b_from..],
            b_strides,
            then,
            c,
            c_stride,
        );
    });
}

/// The number of rows from which it may pay to pack a right factor whose rows could be read in place.
const MANY: usize = 24;

/// The bytes of a right factor from which it is then packed by panels: it does not stay in a second-level
/// cache.
const LARGE: usize = 1 << 21;

vectorised! {
    /// Applies the epilogue to the rows of `c`.
    fn finish<'a, T, FMA, BYTES>(m: usize, n: usize, then: Then<'a, T>, c: &'a mut [T], c_stride: usize) {
        for (i, row) in c.chunks_mut(c_stride).take(m).enumerate() {
            // Elements between the rows are left alone; the last row may end with its elements.
            let row = &mut row[..n];
            match then {
                Then::Store | Then::Accumulate => {}
                Then::Bias(bias) => row.iter_mut().zip(bias).for_each(|(c, bias)| *c += *bias),
                Then::BiasRelu(bias) => {
                    row.iter_mut().zip(bias).for_each(|(c, bias)| *c = T::max(*c + *bias, T::ZERO));
                }
                Then::Normalise(normalise) => normalise.row(i * c_stride, row),
                Then::ReluGate(gate) => {
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
