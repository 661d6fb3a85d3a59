//! What a minimiser asks of the function that it minimises.

use crate::{Error, Real};

/// A differentiable function of a vector of parameters, to be minimised.
///
/// Every closure `FnMut(&[T], &mut [T]) -> f64` that writes the gradient to its second argument and returns
/// the value is one. [`Function`](super::Function) holds separate closures, [`Residuals`](super::Residuals) a
/// sum of squares, [`NetworkObjective`](super::NetworkObjective) the loss of a network.
///
/// The same point must always give the same value: a line search compares points with each other. Away from
/// the point at which a minimiser starts, a value or gradient that is infinite or NaN is no error: it says
/// that the minimiser has gone too far, and it tries a shorter step.
pub trait Objective<T: Real> {
    /// The value at the point `at`.
    ///
    /// # Errors
    ///
    /// The objective cannot be evaluated at all. The minimiser ends with this error, and nothing has changed.
    fn value(&mut self, at: &[T]) -> Result<f64, Error>;

    /// Sets `gradient`, which is as long as `at`, to the gradient at the point `at`.
    ///
    /// # Errors
    ///
    /// As [`value`](Objective::value).
    fn gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<(), Error>;

    /// Both at once; to be overridden where that costs less than one after the other, as it does by default.
    ///
    /// # Errors
    ///
    /// As [`value`](Objective::value).
    fn value_and_gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<f64, Error> {
        let value = self.value(at)?;
        self.gradient(at, gradient)?;
        Ok(value)
    }

    /// The error that says that the value at the point `at`, where a minimiser is to start, is not finite.
    fn non_finite_value(&self, at: &[T], value: f64) -> Error {
        let _ = at;
        Error::NonFiniteObjective {
            quantity: "value",
            position: None,
            value,
        }
    }

    /// The error that says that `gradient`, taken where a minimiser is to start, holds a value that is not
    /// finite.
    fn non_finite_gradient(&self, gradient: &[T]) -> Error {
        first_non_finite("gradient", gradient)
    }
}

/// An objective that can multiply its Hessian by vectors.
pub trait HessianProduct<T: Real>: Objective<T> {
    /// Sets `product` to `H v`, where `H` is the matrix of second derivatives at the point `at` and `v` is
    /// `direction`; all are of one length.
    ///
    /// # Errors
    ///
    /// As [`value`](Objective::value).
    fn hessian_product(&mut self, at: &[T], direction: &[T], product: &mut [T]) -> Result<(), Error>;
}

/// An objective that can multiply its Gauss–Newton matrix by vectors.
///
/// For the sum of squares `f = ½ ‖r‖²` with the Jacobian `J` of the residuals `r` this matrix is `JᵀJ`, and
/// the gradient is `Jᵀr`. For a loss `ℓ` of the scores `s` of a network it is `Jᵀ (∂²ℓ/∂s²) J` with the
/// Jacobian of the scores (Schraudolph 2002). Either is positive semidefinite, and is the Hessian but for the
/// curvature of what `J` linearises. Value, gradient and product must be scaled alike.
pub trait GaussNewtonProduct<T: Real>: Objective<T> {
    /// Sets `product` to `B v`, where `B` is the Gauss–Newton matrix at the point `at` and `v` is
    /// `direction`; all are of one length.
    ///
    /// # Errors
    ///
    /// As [`value`](Objective::value).
    fn gauss_newton_product(&mut self, at: &[T], direction: &[T], product: &mut [T]) -> Result<(), Error>;

    /// Sets `scale` to the diagonal matrix `D` by which Levenberg–Marquardt damps at the point `at`: positive
    /// or zero. With the diagonal of `B`, as Marquardt 1963 takes it, steps do not depend on the units of the
    /// parameters; the default are ones, as Levenberg 1944 has them.
    ///
    /// # Errors
    ///
    /// As [`value`](Objective::value).
    fn scale(&mut self, at: &[T], scale: &mut [T]) -> Result<(), Error> {
        let _ = at;
        scale.fill(T::ONE);
        Ok(())
    }
}

impl<T: Real, F: FnMut(&[T], &mut [T]) -> f64> Objective<T> for F {
    /// The closure's value; its gradient goes to memory that is allocated for this call.
    fn value(&mut self, at: &[T]) -> Result<f64, Error> {
        Ok(self(at, &mut vec![T::ZERO; at.len()]))
    }

    fn gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<(), Error> {
        self(at, gradient);
        Ok(())
    }

    fn value_and_gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<f64, Error> {
        Ok(self(at, gradient))
    }
}

/// The error that names the first of `values` that is not finite.
///
/// # Panics
///
/// If all are finite.
pub(super) fn first_non_finite<T: Real>(quantity: &'static str, values: &[T]) -> Error {
    let position = values.iter().position(|value| !value.is_finite());
    let position = position.expect("one of the values is not finite");
    Error::NonFiniteObjective {
        quantity,
        position: Some(position),
        value: values[position].to_f64(),
    }
}
