//! BLAS level 2: products of a matrix and a vector.

use super::gemm::reach;
use super::reduce::sum_of;
use crate::Real;

/// `y ← α A x + β y`.
///
/// * `m`, `n`: rows and columns of `A`;
/// * `a`, `a_strides`: `A`, element `(i, j)` at `i·a_strides[0] + j·a_strides[1]`, so that swapped strides
///   give the transpose; one of the two should be 1 to be fast;
/// * `x`: `[n]`;
/// * `y`: `[m]`, updated; if β is zero it is not read.
#[inline]
#[expect(
    clippy::too_many_arguments,
    reason = "sizes, factors and strides, as of any BLAS"
)]
pub fn gemv<T: Real>(
    m: usize,
    n: usize,
    alpha: T,
    a: &[T],
    a_strides: [usize; 2],
    x: &[T],
    beta: T,
    y: &mut [T],
) {
    T::gemv(m, n, alpha, a, a_strides, x, beta, y);
}

/// `A ← α x yᵀ + A`, the update by an outer product.
///
/// * `m`, `n`: rows and columns of `A`;
/// * `x`: `[m]`; `y`: `[n]`;
/// * `a`, `a_stride`: `A`, updated; row `i` is the `n` elements from `i·a_stride`; rows are at least `n`
///   apart.
#[inline]
pub fn ger<T: Real>(m: usize, n: usize, alpha: T, x: &[T], y: &[T], a: &mut [T], a_stride: usize) {
    T::ger(m, n, alpha, x, y, a, a_stride);
}

vectorised! {
    #[expect(clippy::too_many_arguments, reason = "sizes, factors and strides, as of any BLAS")]
    pub(super) fn gemv_body<'a, T, FMA, BYTES>(
        m: usize,
        n: usize,
        alpha: T,
        a: &'a [T],
        a_strides: [usize; 2],
        x: &'a [T],
        beta: T,
        y: &'a mut [T],
    ) {
        assert!(reach(m, n, a_strides) <= a.len(), "gemv: a is too short for {m}×{n} by strides {a_strides:?}");
        assert_eq!(x.len(), n, "gemv: the length of x");
        assert_eq!(y.len(), m, "gemv: the length of y");
        let [row_stride, column_stride] = a_strides;
        if beta == T::ZERO {
            y.fill(T::ZERO);
        } else {
            y.iter_mut().for_each(|y| *y = beta * *y);
        }
        if m == 0 || n == 0 {
            return;
        }
        if column_stride == 1 {
            for (i, y) in y.iter_mut().enumerate() {
                let product = sum_of(&a[i * row_stride..][..n], x, |sums, a, x| a.mul_add_each::<FMA>(x, sums));
                *y = T::mul_add::<FMA>(alpha, product, *y);
            }
        } else {
            for (j, x) in x.iter().enumerate() {
                let factor = alpha * *x;
                let column = &a[j * column_stride..];
                if row_stride == 1 {
                    for (y, a) in y.iter_mut().zip(&column[..m]) {
                        *y = T::mul_add::<FMA>(factor, *a, *y);
                    }
                } else {
                    for (i, y) in y.iter_mut().enumerate() {
                        *y = T::mul_add::<FMA>(factor, column[i * row_stride], *y);
                    }
                }
            }
        }
    }
}

vectorised! {
    pub(super) fn ger_body<'a, T, FMA, BYTES>(
        m: usize,
        n: usize,
        alpha: T,
        x: &'a [T],
        y: &'a [T],
        a: &'a mut [T],
        a_stride: usize,
    ) {
        assert_eq!(x.len(), m, "ger: the length of x");
        assert_eq!(y.len(), n, "ger: the length of y");
        assert!(m <= 1 || a_stride >= n, "ger: rows of {n} elements {a_stride} apart overlap");
        assert!(reach(m, n, [a_stride, 1]) <= a.len(), "ger: a is too short for {m}×{n} by rows of {a_stride}");
        if n == 0 {
            return;
        }
        for (i, x) in x.iter().enumerate() {
            let factor = alpha * *x;
            for (a, y) in a[i * a_stride..][..n].iter_mut().zip(y) {
                *a = T::mul_add::<FMA>(factor, *y, *a);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{SIZES, close, values};

    fn products_match<T: Real>() {
        for m in SIZES {
            for n in [0, 1, 9, 33, 64] {
                let a: Vec<T> = values(m * n * 2 + m + 8, 1);
                let (x, y): (Vec<T>, Vec<T>) = (values(n, 2), values(m, 3));
                for strides in [[n, 1], [1, m], [2 * n, 2], [n + 1, 1]] {
                    if reach(m, n, strides) > a.len() {
                        continue;
                    }
                    for beta in [0.0, 0.5] {
                        let want: Vec<f64> = (0..m)
                            .map(|i| {
                                let at = |j: usize| a[i * strides[0] + j * strides[1]].to_f64();
                                let product: f64 = (0..n).map(|j| at(j) * x[j].to_f64()).sum();
                                2.0 * product + if beta == 0.0 { 0.0 } else { beta * y[i].to_f64() }
                            })
                            .collect();
                        let mut got = if beta == 0.0 {
                            vec![T::literal(f64::NAN); m]
                        } else {
                            y.clone()
                        };
                        gemv(m, n, T::literal(2.0), &a, strides, &x, T::literal(beta), &mut got);
                        close(&got, &want, n);
                    }
                }
                let mut got = a.clone();
                ger(m, n, T::literal(2.0), &y, &x, &mut got, n + 1);
                let mut want: Vec<f64> = a.iter().map(|a| a.to_f64()).collect();
                for i in 0..m {
                    for j in 0..n {
                        want[i * (n + 1) + j] += 2.0 * y[i].to_f64() * x[j].to_f64();
                    }
                }
                close(&got, &want, 1);
            }
        }
    }

    #[test]
    fn level_2_matches_plain_loops() {
        products_match::<f32>();
        products_match::<f64>();
    }
}
