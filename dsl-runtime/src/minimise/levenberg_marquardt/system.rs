//! The linear system of a damped Gauss–Newton step, as a matrix or as products.

use super::super::GaussNewtonProduct;
use super::super::counted::{Counted, Point};
use super::super::vector::{dot, norm, scaled_dot};
use super::cholesky;
use super::conjugate_gradients::ConjugateGradients;
use crate::{Error, Real};

/// The system `(B + λ D) p = -∇f` and the memory for its solution.
pub(super) struct System<T> {
    matrix: Matrix<T>,
    step: Vec<T>,
    product: Vec<T>,
}

/// The Gauss–Newton matrix `B`.
enum Matrix<T> {
    /// The matrix, row by row, and the memory for a factor of `B + λ D`.
    Dense { entries: Vec<f64>, factor: Vec<f64> },
    /// Products, and conjugate gradients.
    Products(ConjugateGradients<T>),
}

/// The largest relative residual at which conjugate gradients end.
const LOOSEST: f64 = 0.1;

impl<T: Real> System<T> {
    /// Room for systems of `len` unknowns: a matrix of up to `dense`, else so many iterations of conjugate
    /// gradients.
    pub fn new(len: usize, dense: usize, iterations: u64) -> Self {
        let matrix = if len <= dense {
            Matrix::Dense {
                entries: vec![0.0; len * len],
                factor: vec![0.0; len * len],
            }
        } else {
            Matrix::Products(ConjugateGradients::new(len, iterations))
        };
        System {
            matrix,
            step: vec![T::ZERO; len],
            product: vec![T::ZERO; len],
        }
    }

    /// The last solution.
    pub fn step(&self) -> &[T] {
        &self.step
    }

    /// Forms what does not depend on the damping at the point `at`.
    pub fn form<O: GaussNewtonProduct<T> + ?Sized>(
        &mut self,
        counted: &mut Counted<'_, O>,
        at: &[T],
    ) -> Result<(), Error> {
        let Matrix::Dense { entries, .. } = &mut self.matrix else {
            return Ok(());
        };
        let unit = &mut self.step;
        unit.fill(T::ZERO);
        for (column, row) in entries.chunks_exact_mut(at.len().max(1)).enumerate() {
            unit[column] = T::ONE;
            counted.gauss_newton_product(at, unit, &mut self.product)?;
            unit[column] = T::ZERO;
            // The matrix is symmetric.
            for (entry, product) in row.iter_mut().zip(&self.product) {
                *entry = product.to_f64();
            }
        }
        Ok(())
    }

    /// The curvature along the gradient in units of the scale, `(∇fᵀB∇f) / (∇fᵀD∇f)`; 1 if there is none.
    pub fn curvature<O: GaussNewtonProduct<T> + ?Sized>(
        &mut self,
        counted: &mut Counted<'_, O>,
        point: &Point<T>,
        scale: &[T],
    ) -> Result<f64, Error> {
        let gradient = &point.gradient;
        counted.gauss_newton_product(&point.at, gradient, &mut self.product)?;
        let curvature = dot(gradient, &self.product) / scaled_dot(scale, gradient, gradient);
        match curvature > 0.0 && curvature.is_finite() {
            true => Ok(curvature),
            false => Ok(1.0),
        }
    }

    /// Sets the step to the solution. Returns false if rounding leaves the matrix indefinite; a larger
    /// damping helps.
    pub fn solve<O: GaussNewtonProduct<T> + ?Sized>(
        &mut self,
        counted: &mut Counted<'_, O>,
        point: &Point<T>,
        damping: f64,
        scale: &[T],
    ) -> Result<bool, Error> {
        match &mut self.matrix {
            Matrix::Dense { entries, factor } => {
                factor.copy_from_slice(entries);
                for (place, scale) in factor.iter_mut().step_by(scale.len() + 1).zip(scale) {
                    *place += damping * scale.to_f64();
                }
                Ok(cholesky::solve_negative(factor, &point.gradient, &mut self.step))
            }
            Matrix::Products(gradients) => {
                let tolerance = norm(&point.gradient).sqrt().min(LOOSEST);
                let mut multiply = |direction: &[T], product: &mut [T]| {
                    counted.gauss_newton_product(&point.at, direction, product)?;
                    for (product, (direction, scale)) in product.iter_mut().zip(direction.iter().zip(scale)) {
                        *product += T::literal(damping * scale.to_f64() * direction.to_f64());
                    }
                    Ok(())
                };
                gradients.solve_negative(&point.gradient, scale, tolerance, &mut self.step, &mut multiply)
            }
        }
    }
}
