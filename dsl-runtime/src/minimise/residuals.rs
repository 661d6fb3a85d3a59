//! Sums of squares of residuals whose Jacobian is held as a matrix.

use super::objective::first_non_finite;
use super::vector::{add_scaled, dot};
use super::{GaussNewtonProduct, Objective};
use crate::{Error, Real};

/// The objective `½ ‖r‖²` of residuals `r` with the Jacobian `J = ∂r/∂x`, made of two closures: for nonlinear
/// least squares of so few parameters that the Jacobian fits in memory.
///
/// The residuals of the last point, and its Jacobian, are kept: a closure is called once for each point that
/// needs it. [`scale`](GaussNewtonProduct::scale) is the diagonal of `JᵀJ`.
///
/// ```
/// use dsl_runtime::minimise::{LevenbergMarquardt, Minimiser, Residuals};
///
/// // a exp(-b t) through three points.
/// let (t, y) = ([0.0, 1.0, 2.0], [2.0, 1.0, 0.5]);
/// let mut objective = Residuals::new(
///     3,
///     |at: &[f64], residuals: &mut [f64]| {
///         for i in 0..3 {
///             residuals[i] = at[0] * (-at[1] * t[i]).exp() - y[i];
///         }
///     },
///     |at: &[f64], jacobian: &mut [f64]| {
///         for i in 0..3 {
///             jacobian[2 * i] = (-at[1] * t[i]).exp();
///             jacobian[2 * i + 1] = -at[0] * t[i] * (-at[1] * t[i]).exp();
///         }
///     },
/// );
/// let mut at = [1.0, 0.0];
/// LevenbergMarquardt::new().minimise(&mut objective, &mut at)?;
/// assert!((at[0] - 2.0).abs() < 1e-6 && (at[1] - 2f64.ln()).abs() < 1e-6);
/// # Ok::<(), dsl_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Residuals<T, R, J> {
    evaluate: R,
    differentiate: J,
    residuals: Kept<T>,
    jacobian: Kept<T>,
}

/// What a closure has computed, and the point at which it has.
#[derive(Debug, Clone)]
struct Kept<T> {
    at: Option<Vec<T>>,
    values: Vec<T>,
}

impl<T: Real> Kept<T> {
    fn none() -> Self {
        Kept {
            at: None,
            values: Vec::new(),
        }
    }

    /// Has `compute` write `len` values for the point `at`, unless they are those that are kept.
    fn update(&mut self, at: &[T], len: usize, compute: impl FnOnce(&[T], &mut [T])) {
        if self.at.as_deref() == Some(at) {
            return;
        }
        self.values.clear();
        self.values.resize(len, T::ZERO);
        compute(at, &mut self.values);
        let known = self.at.get_or_insert_default();
        known.clear();
        known.extend_from_slice(at);
    }
}

impl<T: Real, R, J> Residuals<T, R, J>
where
    R: FnMut(&[T], &mut [T]),
    J: FnMut(&[T], &mut [T]),
{
    /// The objective of `count` residuals: `residuals` writes them to its second argument, `jacobian` their
    /// derivatives, row by row: a row for each residual, `[count, parameters]`.
    pub fn new(count: usize, residuals: R, jacobian: J) -> Self {
        let mut kept = Kept::none();
        kept.values.resize(count, T::ZERO);
        Residuals {
            evaluate: residuals,
            differentiate: jacobian,
            residuals: kept,
            jacobian: Kept::none(),
        }
    }

    /// The residuals at the point `at`.
    pub fn residuals(&mut self, at: &[T]) -> &[T] {
        let count = self.residuals.values.len();
        self.residuals.update(at, count, &mut self.evaluate);
        &self.residuals.values
    }

    /// The rows of the Jacobian at the point `at`.
    fn rows(&mut self, at: &[T]) -> impl Iterator<Item = &[T]> {
        let len = self.residuals.values.len() * at.len();
        self.jacobian.update(at, len, &mut self.differentiate);
        // A Jacobian by no parameters has no rows that could be cut.
        self.jacobian.values.chunks_exact(at.len().max(1))
    }
}

impl<T: Real, R, J> Objective<T> for Residuals<T, R, J>
where
    R: FnMut(&[T], &mut [T]),
    J: FnMut(&[T], &mut [T]),
{
    fn value(&mut self, at: &[T]) -> Result<f64, Error> {
        let residuals = self.residuals(at);
        Ok(0.5 * dot(residuals, residuals))
    }

    fn gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<(), Error> {
        let weights = self.residuals(at).to_vec();
        gradient.fill(T::ZERO);
        for (row, weight) in self.rows(at).zip(weights) {
            add_scaled(gradient, weight.to_f64(), row);
        }
        Ok(())
    }

    fn non_finite_value(&self, _: &[T], value: f64) -> Error {
        match T::all_finite(&self.residuals.values) {
            true => Error::NonFiniteObjective {
                quantity: "sum of squares",
                position: None,
                value,
            },
            false => first_non_finite("residuals", &self.residuals.values),
        }
    }
}

impl<T: Real, R, J> GaussNewtonProduct<T> for Residuals<T, R, J>
where
    R: FnMut(&[T], &mut [T]),
    J: FnMut(&[T], &mut [T]),
{
    fn gauss_newton_product(&mut self, at: &[T], direction: &[T], product: &mut [T]) -> Result<(), Error> {
        product.fill(T::ZERO);
        for row in self.rows(at) {
            add_scaled(product, dot(row, direction), row);
        }
        Ok(())
    }

    fn scale(&mut self, at: &[T], scale: &mut [T]) -> Result<(), Error> {
        scale.fill(T::ZERO);
        for row in self.rows(at) {
            for (scale, &entry) in scale.iter_mut().zip(row) {
                *scale += entry * entry;
            }
        }
        Ok(())
    }
}
