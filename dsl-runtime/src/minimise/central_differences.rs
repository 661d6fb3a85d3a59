//! Products by the Hessian from differences of gradients.

use super::vector::{move_along, norm};
use super::{HessianProduct, Objective};
use crate::{Error, Real};

/// An objective with products by its Hessian from central differences of gradients,
/// `H v ≈ (∇f(x + h v) - ∇f(x - h v)) / 2h` with `h = ∛ε (1 + ‖x‖) / ‖v‖`.
///
/// A product takes two gradients (a report counts it as one product), and has about two thirds of the digits
/// of the gradients: in `f32` those are few, and the minimum is found less precisely.
///
/// ```
/// use dsl_runtime::minimise::{CentralDifferences, Minimiser, NewtonCg};
///
/// let mut quartic = |x: &[f64], gradient: &mut [f64]| {
///     gradient[0] = 4.0 * (x[0] - 1.0).powi(3);
///     (x[0] - 1.0).powi(4)
/// };
/// let mut x = [3.0];
/// NewtonCg::new().minimise(&mut CentralDifferences::of(&mut quartic), &mut x)?;
/// assert!((x[0] - 1.0).abs() < 0.02);
/// # Ok::<(), dsl_runtime::Error>(())
/// ```
#[derive(Debug)]
pub struct CentralDifferences<'a, T, O: ?Sized> {
    objective: &'a mut O,
    at: Vec<T>,
    behind: Vec<T>,
}

impl<'a, T: Real, O: Objective<T> + ?Sized> CentralDifferences<'a, T, O> {
    /// The objective with these products.
    pub fn of(objective: &'a mut O) -> Self {
        CentralDifferences {
            objective,
            at: Vec::new(),
            behind: Vec::new(),
        }
    }
}

impl<T: Real, O: Objective<T> + ?Sized> Objective<T> for CentralDifferences<'_, T, O> {
    fn value(&mut self, at: &[T]) -> Result<f64, Error> {
        self.objective.value(at)
    }

    fn gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<(), Error> {
        self.objective.gradient(at, gradient)
    }

    fn value_and_gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<f64, Error> {
        self.objective.value_and_gradient(at, gradient)
    }

    fn non_finite_value(&self, at: &[T], value: f64) -> Error {
        self.objective.non_finite_value(at, value)
    }

    fn non_finite_gradient(&self, gradient: &[T]) -> Error {
        self.objective.non_finite_gradient(gradient)
    }
}

impl<T: Real, O: Objective<T> + ?Sized> HessianProduct<T> for CentralDifferences<'_, T, O> {
    fn hessian_product(&mut self, at: &[T], direction: &[T], product: &mut [T]) -> Result<(), Error> {
        let length = norm(direction);
        if length == 0.0 {
            product.fill(T::ZERO);
            return Ok(());
        }
        let step = T::EPSILON.to_f64().cbrt() * (1.0 + norm(at)) / length;
        self.at.resize(at.len(), T::ZERO);
        self.behind.resize(at.len(), T::ZERO);
        move_along(&mut self.at, at, -step, direction);
        self.objective.gradient(&self.at, &mut self.behind)?;
        move_along(&mut self.at, at, step, direction);
        self.objective.gradient(&self.at, product)?;
        for (product, behind) in product.iter_mut().zip(&self.behind) {
            *product = T::literal((product.to_f64() - behind.to_f64()) / (2.0 * step));
        }
        Ok(())
    }
}
