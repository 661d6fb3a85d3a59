//! BLAS level 3: the product of two matrices, and its epilogue.

use super::by_matrixmultiply;
use super::epilogue::{Epilogue, finish};
use super::gemm_cut::Cut;
use super::matrix::{Matrix, MatrixMut};
use super::panels::{Factors, multiply_by_panels};
use super::tile::{Product, Terms, multiply};
use crate::Real;

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
    if let Some(cut) = Cut::of::<BF16, T>([m, n, k], then) {
        return cut.multiply::<T, BF16>([m, n, k], a, b, then, c);
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
        assert!(
            !b.is_only_packed(),
            "gemm: a factor that is only there packed is read in place"
        );
        multiply_in_place(&factors, accumulate, c.data, stride);
        finish(0..m, 0..n, then, &mut c);
    }
}

/// The number of rows from which it pays to pack a right factor whose rows could be read in place.
pub(super) const MANY: usize = 24;

/// True if a product is computed by packed panels. All ways add the same terms in the same order, so the choice
/// does not affect the result.
fn pays_to_pack<T: Real>(factors: &Factors<'_, T>) -> bool {
    let [m, n, _] = factors.sizes;
    // A left factor whose rows are not contiguous would be packed too, for few columns.
    let left_pays = factors.a.strides[1] == 1 || n >= 2 * MANY;
    let is_packed = factors.b.packed_for(factors.sizes).is_some();
    factors.b.is_only_packed() || n > 1 && (factors.b.strides[1] != 1 || is_packed || m >= MANY && left_pays)
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

#[cfg(test)]
#[path = "gemm_tests.rs"]
mod tests;
