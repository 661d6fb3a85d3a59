//! Dense symmetric systems, solved by Cholesky's factorisation.

use crate::Real;

/// Sets `x` to the solution of `A x = -b`, where `A` is symmetric, and leaves in the lower triangle of `a`
/// its factor `L`, `A = L Lᵀ`. Returns false, and leaves `x` as it is, if `A` is not positive definite.
///
/// * `a`: the matrix, `[n, n]`, of which only the lower triangle is read;
/// * `b`, `x`: `n` elements.
pub(super) fn solve_negative<T: Real>(a: &mut [f64], b: &[T], x: &mut [T]) -> bool {
    let n = b.len();
    if !factorise(a, n) {
        return false;
    }
    let mut solution: Vec<f64> = b.iter().map(|b| -b.to_f64()).collect();
    for row in 0..n {
        let known: f64 = (0..row)
            .map(|column| a[row * n + column] * solution[column])
            .sum();
        solution[row] = (solution[row] - known) / a[row * n + row];
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n)
            .map(|below| a[below * n + row] * solution[below])
            .sum();
        solution[row] = (solution[row] - known) / a[row * n + row];
    }
    for (x, solution) in x.iter_mut().zip(solution) {
        *x = T::literal(solution);
    }
    true
}

/// Replaces the lower triangle of a matrix by its factor `L`, row by row. Returns false if there is none.
fn factorise(a: &mut [f64], n: usize) -> bool {
    for row in 0..n {
        for column in 0..=row {
            let (above, below) = a.split_at(row * n);
            let other = if column < row { &above[column * n..] } else { below };
            let known: f64 = (0..column).map(|k| below[k] * other[k]).sum();
            let rest = below[column] - known;
            a[row * n + column] = if column < row {
                rest / a[column * n + column]
            } else if rest > 0.0 && rest.is_finite() {
                rest.sqrt()
            } else {
                return false;
            };
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solution_solves_the_system() {
        let matrix = [4.0, 2.0, -2.0, 2.0, 10.0, 5.0, -2.0, 5.0, 9.0];
        let b = [1.0, -2.0, 3.0];
        let mut x = [0.0; 3];
        assert!(solve_negative(&mut matrix.clone(), &b, &mut x));
        for row in 0..3 {
            let product: f64 = (0..3).map(|column| matrix[3 * row + column] * x[column]).sum();
            assert!((product + b[row]).abs() < 1e-14, "{x:?}");
        }
        assert!(solve_negative::<f64>(&mut [], &[], &mut []));
    }

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        let mut x = [7.0; 2];
        assert!(!solve_negative(&mut [1.0, 2.0, 2.0, 1.0], &[1.0, 1.0], &mut x));
        assert!(!solve_negative(
            &mut [f64::NAN, 2.0, 2.0, 1.0],
            &[1.0, 1.0],
            &mut x
        ));
        assert_eq!(x, [7.0; 2]);
    }
}
