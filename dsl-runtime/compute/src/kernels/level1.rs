//! BLAS level 1: vectors.

use super::reduce::{Sums, sum_of};
use crate::Real;

/// `xᵀ y`.
///
/// * `x`, `y`: of one length.
///
/// The products are summed in an order fixed by the length.
#[inline]
pub fn dot<T: Real>(x: &[T], y: &[T]) -> T {
    T::dot(x, y)
}

/// `y ← α x + y`.
///
/// * `x`, `y`: of one length; `y` is updated.
#[inline]
pub fn axpy<T: Real>(alpha: T, x: &[T], y: &mut [T]) {
    T::axpy(alpha, x, y);
}

/// `x ← α x`.
#[inline]
pub fn scal<T: Real>(alpha: T, x: &mut [T]) {
    T::scal(alpha, x);
}

/// `Σ |xᵢ|`, the 1-norm, summed in an order fixed by the length.
#[inline]
pub fn asum<T: Real>(x: &[T]) -> T {
    T::asum(x)
}

/// `√Σ xᵢ²`, the 2-norm, without overflow or underflow of the squares.
///
/// An infinite element makes it `∞`, a NaN makes it NaN.
#[inline]
pub fn nrm2<T: Real>(x: &[T]) -> T {
    T::nrm2(x)
}

vectorised! {
    pub(super) fn dot_body<'a, T, FMA, BYTES>(x: &'a [T], y: &'a [T]) -> T {
        assert_eq!(x.len(), y.len(), "dot: the lengths of x and y");
        sum_of(x, y, |sums, x, y| x.mul_add_each::<FMA>(y, sums))
    }
}

vectorised! {
    pub(super) fn axpy_body<'a, T, FMA, BYTES>(alpha: T, x: &'a [T], y: &'a mut [T]) {
        assert_eq!(x.len(), y.len(), "axpy: the lengths of x and y");
        for (y, x) in y.iter_mut().zip(x) {
            *y = T::mul_add::<FMA>(alpha, *x, *y);
        }
    }
}

vectorised! {
    pub(super) fn scal_body<'a, T, FMA, BYTES>(alpha: T, x: &'a mut [T]) {
        for x in x {
            *x = alpha * *x;
        }
    }
}

vectorised! {
    pub(super) fn asum_body<'a, T, FMA, BYTES>(x: &'a [T]) -> T {
        sum_of(x, x, |sums, x, _| x.zip(x, |x, _| x.abs()).mul_add_each::<FMA>(Sums::splat(T::ONE), sums))
    }
}

vectorised! {
    pub(super) fn nrm2_body<'a, T, FMA, BYTES>(x: &'a [T]) -> T {
        let squares = sum_of(x, x, |sums, x, _| x.mul_add_each::<FMA>(x, sums));
        // Below this bound the smallest squares may have lost digits to underflow.
        let safe = T::MIN_POSITIVE / T::EPSILON;
        if squares.is_nan() || (squares > safe && squares < T::INFINITY) {
            return squares.sqrt();
        }
        scaled_norm(x)
    }
}

/// The 2-norm by the largest magnitude times that of the ratios to it. It is rarely needed, so one version serves all
/// instruction sets.
#[cold]
#[inline(never)]
fn scaled_norm<T: Real>(x: &[T]) -> T {
    let largest = x.iter().fold(T::ZERO, |largest, x| T::max(largest, x.abs()));
    if largest == T::ZERO || !largest.is_finite() {
        return largest;
    }
    let squares = sum_of(x, x, |sums, x, _| {
        sums.zip(x, |sum, x| {
            let ratio = x / largest;
            sum + ratio * ratio
        })
    });
    largest * squares.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{SIZES, close, values};

    fn vectors_match<T: Real>() {
        for n in SIZES {
            let (x, y): (Vec<T>, Vec<T>) = (values(n, 1), values(n, 2));
            let wide = |x: &[T]| x.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
            let (x64, y64) = (wide(&x), wide(&y));
            let alpha = T::literal(0.75);

            close(
                &[dot(&x, &y)],
                &[x64.iter().zip(&y64).map(|(x, y)| x * y).sum()],
                n,
            );
            close(&[asum(&x)], &[x64.iter().map(|x| x.abs()).sum()], n);
            close(&[nrm2(&x)], &[x64.iter().map(|x| x * x).sum::<f64>().sqrt()], n);
            let mut z = y.clone();
            axpy(alpha, &x, &mut z);
            close(
                &z,
                &x64.iter()
                    .zip(&y64)
                    .map(|(x, y)| 0.75 * x + y)
                    .collect::<Vec<_>>(),
                1,
            );
            scal(alpha, &mut z);
            close(
                &z,
                &x64.iter()
                    .zip(&y64)
                    .map(|(x, y)| 0.75 * (0.75 * x + y))
                    .collect::<Vec<_>>(),
                1,
            );
        }
    }

    #[test]
    fn level_1_matches_plain_sums() {
        vectors_match::<f32>();
        vectors_match::<f64>();
    }

    #[test]
    fn norms_of_extreme_numbers() {
        assert_eq!(nrm2::<f32>(&[3e30, 4e30]), 5e30);
        assert!((nrm2::<f32>(&[3e-30, 4e-30]) / 5e-30 - 1.0).abs() < 1e-6);
        assert_eq!(nrm2::<f64>(&[]), 0.0);
        assert_eq!(nrm2(&[0.0, -0.0]), 0.0);
        assert_eq!(nrm2(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
        assert!(nrm2(&[1e300, f64::NAN, f64::INFINITY]).is_nan());
    }
}
