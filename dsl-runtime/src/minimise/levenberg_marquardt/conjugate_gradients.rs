//! Conjugate gradients with a diagonal preconditioner.

use super::super::vector::{add_scaled, dot, negate, norm, scale};
use crate::{Error, Real};

/// The vectors of conjugate gradients (Hestenes & Stiefel 1952) for a symmetric, positive definite matrix.
#[derive(Debug)]
pub(super) struct ConjugateGradients<T> {
    iterations: u64,
    residual: Vec<T>,
    preconditioned: Vec<T>,
    direction: Vec<T>,
    product: Vec<T>,
}

impl<T: Real> ConjugateGradients<T> {
    /// Room for systems of `len` unknowns and so many iterations.
    pub fn new(len: usize, iterations: u64) -> Self {
        let zeros = vec![T::ZERO; len];
        ConjugateGradients {
            iterations,
            residual: zeros.clone(),
            preconditioned: zeros.clone(),
            direction: zeros.clone(),
            product: zeros,
        }
    }

    /// Sets `x` to an approximate solution of `A x = -b`, where `multiply` sets its second argument to `A`
    /// times its first, preconditioned by the positive diagonal matrix `preconditioner`. It ends when the
    /// norm of the residual is at most `tolerance · ‖b‖`, or the iterations are used up. Returns false if `A`
    /// turns out not to be positive definite in the first iteration; later it ends there.
    pub fn solve_negative(
        &mut self,
        b: &[T],
        preconditioner: &[T],
        tolerance: f64,
        x: &mut [T],
        multiply: &mut impl FnMut(&[T], &mut [T]) -> Result<(), Error>,
    ) -> Result<bool, Error> {
        x.fill(T::ZERO);
        self.residual.copy_from_slice(b);
        let mut square = self.precondition(preconditioner);
        negate(&mut self.direction, &self.preconditioned);
        for iteration in 0..self.iterations {
            multiply(&self.direction, &mut self.product)?;
            let curvature = dot(&self.direction, &self.product);
            if !(curvature > 0.0 && curvature.is_finite()) {
                return Ok(iteration > 0);
            }
            let length = square / curvature;
            add_scaled(x, length, &self.direction);
            add_scaled(&mut self.residual, length, &self.product);
            if norm(&self.residual) <= tolerance * norm(b) {
                break;
            }
            let next = self.precondition(preconditioner);
            scale(&mut self.direction, next / square);
            add_scaled(&mut self.direction, -1.0, &self.preconditioned);
            square = next;
        }
        Ok(true)
    }

    /// Divides the residual by the preconditioner, and returns the scalar product of the two.
    fn precondition(&mut self, preconditioner: &[T]) -> f64 {
        let terms = self.residual.iter().zip(preconditioner);
        for (out, (residual, preconditioner)) in self.preconditioned.iter_mut().zip(terms) {
            *out = T::literal(residual.to_f64() / preconditioner.to_f64());
        }
        dot(&self.residual, &self.preconditioned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solve(d: [f64; 3], preconditioner: [f64; 3], iterations: u64) -> Option<[f64; 3]> {
        let mut x = [0.0; 3];
        let solved = ConjugateGradients::new(3, iterations).solve_negative(
            &[1.0, -2.0, 3.0],
            &preconditioner,
            1e-12,
            &mut x,
            &mut |direction, product| {
                for i in 0..3 {
                    product[i] = d[i] * direction[i];
                }
                Ok(())
            },
        );
        solved.unwrap().then_some(x)
    }

    #[test]
    fn as_many_iterations_as_eigenvalues_solve_the_system() {
        let close = |x: [f64; 3], expected: [f64; 3]| {
            assert!(
                x.iter().zip(expected).all(|(x, e)| (x - e).abs() < 1e-12),
                "{x:?}"
            );
        };
        close(solve([1.0, 2.0, 6.0], [1.0; 3], 3).unwrap(), [-1.0, 1.0, -0.5]);
        // A preconditioner that is the matrix leaves one eigenvalue.
        close(
            solve([1.0, 2.0, 6.0], [1.0, 2.0, 6.0], 1).unwrap(),
            [-1.0, 1.0, -0.5],
        );
    }

    #[test]
    fn a_matrix_without_positive_curvature_is_refused() {
        assert_eq!(solve([-1.0, -1.0, -1.0], [1.0; 3], 3), None);
    }
}
