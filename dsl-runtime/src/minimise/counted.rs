//! An objective whose evaluations are counted, and the points that it has been evaluated at.

use super::vector::largest;
use super::{GaussNewtonProduct, HessianProduct, Objective};
use crate::{Error, Real};

/// An objective, and the number of its evaluations so far.
pub(super) struct Counted<'a, O: ?Sized> {
    objective: &'a mut O,
    /// The number of values.
    pub evaluations: u64,
    /// The number of gradients.
    pub gradients: u64,
    /// The number of products by the Hessian or the Gauss–Newton matrix.
    pub products: u64,
}

impl<'a, O: ?Sized> Counted<'a, O> {
    pub fn new(objective: &'a mut O) -> Self {
        Counted {
            objective,
            evaluations: 0,
            gradients: 0,
            products: 0,
        }
    }

    /// The value at `at`.
    pub fn value<T: Real>(&mut self, at: &[T]) -> Result<f64, Error>
    where
        O: Objective<T>,
    {
        self.evaluations += 1;
        self.objective.value(at)
    }

    /// Sets the gradient of `point`. Returns whether it is finite.
    pub fn gradient<T: Real>(&mut self, point: &mut Point<T>) -> Result<bool, Error>
    where
        O: Objective<T>,
    {
        self.gradients += 1;
        self.objective.gradient(&point.at, &mut point.gradient)?;
        Ok(T::all_finite(&point.gradient))
    }

    /// Sets value and gradient of `point`, each by a call of its own: the bits of a value may depend on the
    /// call that computes it.
    pub fn value_then_gradient<T: Real>(&mut self, point: &mut Point<T>) -> Result<(), Error>
    where
        O: Objective<T>,
    {
        point.value = self.value(&point.at)?;
        self.gradient(point)?;
        Ok(())
    }

    /// Sets value and gradient of `point` by one call.
    pub fn value_and_gradient<T: Real>(&mut self, point: &mut Point<T>) -> Result<(), Error>
    where
        O: Objective<T>,
    {
        self.evaluations += 1;
        self.gradients += 1;
        point.value = self
            .objective
            .value_and_gradient(&point.at, &mut point.gradient)?;
        Ok(())
    }

    /// The product by the Hessian.
    pub fn hessian_product<T: Real>(
        &mut self,
        at: &[T],
        direction: &[T],
        product: &mut [T],
    ) -> Result<(), Error>
    where
        O: HessianProduct<T>,
    {
        self.products += 1;
        self.objective.hessian_product(at, direction, product)?;
        demand_finite("Hessian-vector product", product)
    }

    /// The product by the Gauss–Newton matrix.
    pub fn gauss_newton_product<T: Real>(
        &mut self,
        at: &[T],
        direction: &[T],
        product: &mut [T],
    ) -> Result<(), Error>
    where
        O: GaussNewtonProduct<T>,
    {
        self.products += 1;
        self.objective.gauss_newton_product(at, direction, product)?;
        demand_finite("Gauss–Newton-vector product", product)
    }

    /// The diagonal matrix of the damping.
    pub fn scale<T: Real>(&mut self, at: &[T], scale: &mut [T]) -> Result<(), Error>
    where
        O: GaussNewtonProduct<T>,
    {
        self.objective.scale(at, scale)?;
        demand_finite("scale of the damping", scale)
    }
}

fn demand_finite<T: Real>(quantity: &'static str, values: &[T]) -> Result<(), Error> {
    match T::all_finite(values) {
        true => Ok(()),
        false => Err(super::objective::first_non_finite(quantity, values)),
    }
}

/// A point with the value and the gradient of the objective there.
#[derive(Debug, Clone)]
pub(super) struct Point<T> {
    pub at: Vec<T>,
    pub value: f64,
    pub gradient: Vec<T>,
}

impl<T: Real> Point<T> {
    /// The point at which a minimiser starts, where `evaluate` sets value and gradient.
    ///
    /// # Errors
    ///
    /// Its value or its gradient is not finite, or cannot be computed.
    pub fn start<'a, O: Objective<T> + ?Sized>(
        counted: &mut Counted<'a, O>,
        at: &[T],
        evaluate: impl FnOnce(&mut Counted<'a, O>, &mut Point<T>) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let mut point = Point {
            at: at.to_vec(),
            value: 0.0,
            gradient: vec![T::ZERO; at.len()],
        };
        evaluate(counted, &mut point)?;
        if !point.value.is_finite() {
            return Err(counted.objective.non_finite_value(&point.at, point.value));
        }
        if !T::all_finite(&point.gradient) {
            return Err(counted.objective.non_finite_gradient(&point.gradient));
        }
        Ok(point)
    }

    /// True if value and gradient are finite.
    pub fn is_finite(&self) -> bool {
        self.value.is_finite() && T::all_finite(&self.gradient)
    }

    /// The largest absolute value of the gradient.
    pub fn gradient_norm(&self) -> f64 {
        largest(&self.gradient)
    }
}
