//! Softmax of rows.

use super::reduce::{max, sum};
use crate::Real;

/// `yᵢ = e^xᵢ / Σⱼ e^xⱼ` in each row, computed after subtracting the row's maximum.
///
/// * `rows`, `n`: the shape of `x` and `y`, `[rows, n]`.
///
/// A row of `-∞` alone (one that is masked completely) gives zeros. A NaN or `+∞` makes its row NaN.
#[inline]
pub fn softmax<T: Real>(rows: usize, n: usize, x: &[T], y: &mut [T]) {
    T::softmax(rows, n, x, y);
}

/// `yᵢ = xᵢ - ln Σⱼ e^xⱼ` in each row: the logarithm of [`softmax`] without its cancellation.
///
/// * `rows`, `n`: the shape of `x` and `y`, `[rows, n]`.
///
/// A row of `-∞` alone gives `-∞`. A NaN or `+∞` makes its row NaN.
#[inline]
pub fn log_softmax<T: Real>(rows: usize, n: usize, x: &[T], y: &mut [T]) {
    T::log_softmax(rows, n, x, y);
}

vectorised! {
    pub(super) fn softmax_body<'a, T, FMA, BYTES>(rows: usize, n: usize, x: &'a [T], y: &'a mut [T]) {
        check(rows, n, x, y);
        for (x, y) in x.chunks_exact(n.max(1)).zip(y.chunks_exact_mut(n.max(1))) {
            let most = max(x);
            if most == T::NEG_INFINITY {
                y.fill(T::ZERO);
                continue;
            }
            for (y, x) in y.iter_mut().zip(x) {
                *y = T::exp::<FMA>(*x - most);
            }
            let scale = T::ONE / sum(y);
            y.iter_mut().for_each(|y| *y *= scale);
        }
    }
}

vectorised! {
    pub(super) fn log_softmax_body<'a, T, FMA, BYTES>(rows: usize, n: usize, x: &'a [T], y: &'a mut [T]) {
        check(rows, n, x, y);
        for (x, y) in x.chunks_exact(n.max(1)).zip(y.chunks_exact_mut(n.max(1))) {
            let most = max(x);
            if most == T::NEG_INFINITY {
                y.fill(T::NEG_INFINITY);
                continue;
            }
            for (y, x) in y.iter_mut().zip(x) {
                *y = T::exp::<FMA>(*x - most);
            }
            let logarithm = T::ln::<FMA>(sum(y));
            for (y, x) in y.iter_mut().zip(x) {
                *y = (*x - most) - logarithm;
            }
        }
    }
}

fn check<T>(rows: usize, n: usize, x: &[T], y: &[T]) {
    let elements = rows.checked_mul(n);
    assert!(
        elements == Some(x.len()),
        "softmax: x holds {} elements, not [{rows}, {n}]",
        x.len()
    );
    assert!(
        elements == Some(y.len()),
        "softmax: y holds {} elements, not [{rows}, {n}]",
        y.len()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::testing::{SIZES, close, values};

    fn rows_match<T: Real>() {
        for rows in [0, 1, 3, 17] {
            for n in SIZES {
                let x: Vec<T> = values::<T>(rows * n, 1)
                    .iter()
                    .map(|x| *x * T::literal(20.0))
                    .collect();
                let (mut y, mut log_y) = (vec![T::ONE; rows * n], vec![T::ONE; rows * n]);
                softmax(rows, n, &x, &mut y);
                log_softmax(rows, n, &x, &mut log_y);
                for row in 0..rows {
                    let range = row * n..(row + 1) * n;
                    let total: f64 = x[range.clone()].iter().map(|x| x.to_f64().exp()).sum();
                    let want: Vec<f64> = x[range.clone()]
                        .iter()
                        .map(|x| x.to_f64().exp() / total)
                        .collect();
                    let log_want: Vec<f64> =
                        x[range.clone()].iter().map(|x| x.to_f64() - total.ln()).collect();
                    close(&y[range.clone()], &want, n);
                    close(&log_y[range], &log_want, n + 64);
                }
            }
        }
    }

    #[test]
    fn rows_match_their_definition() {
        rows_match::<f32>();
        rows_match::<f64>();
    }

    #[test]
    fn masked_and_broken_rows() {
        let (hidden, broken) = (f32::NEG_INFINITY, f32::NAN);
        let x = [
            hidden, hidden, 0.0, hidden, broken, 0.0, broken, broken, 1e30, 0.0,
        ];
        let (mut y, mut log_y) = ([7.0; 10], [7.0; 10]);
        softmax(5, 2, &x, &mut y);
        log_softmax(5, 2, &x, &mut log_y);
        assert_eq!(y[..4], [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(log_y[..4], [hidden, hidden, 0.0, hidden]);
        assert!(y[4..8].iter().chain(&log_y[4..8]).all(|y| y.is_nan()));
        assert_eq!(y[8..], [1.0, 0.0]);
        assert_eq!(log_y[8..], [0.0, -1e30]);
    }
}
