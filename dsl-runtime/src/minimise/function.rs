//! Objectives made of closures for the value, the gradient and products by the Hessian.

use super::{HessianProduct, Objective};
use crate::{Error, Real};

/// An objective made of closures.
///
/// ```
/// use dsl_runtime::minimise::{Function, Minimiser, NewtonCg};
///
/// // x⁴ + y², and its Hessian (12 x², 0; 0, 2) times a vector.
/// let mut objective = Function::new(
///     |at: &[f64]| at[0].powi(4) + at[1].powi(2),
///     |at: &[f64], gradient: &mut [f64]| {
///         gradient[0] = 4.0 * at[0].powi(3);
///         gradient[1] = 2.0 * at[1];
///     },
/// )
/// .hessian_product(|at: &[f64], direction: &[f64], product: &mut [f64]| {
///     product[0] = 12.0 * at[0].powi(2) * direction[0];
///     product[1] = 2.0 * direction[1];
/// });
/// let mut at = [1.0, 1.0];
/// let report = NewtonCg::new().minimise(&mut objective, &mut at)?;
/// assert!(report.value < 1e-6);
/// # Ok::<(), dsl_runtime::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Function<F, G, H = ()> {
    value: F,
    gradient: G,
    hessian: H,
}

impl<F, G> Function<F, G> {
    /// The objective with this value and gradient; the second closure writes the gradient to its second
    /// argument.
    pub fn new<T: Real>(value: F, gradient: G) -> Self
    where
        F: FnMut(&[T]) -> f64,
        G: FnMut(&[T], &mut [T]),
    {
        Function {
            value,
            gradient,
            hessian: (),
        }
    }

    /// The same objective with products by its Hessian: the closure takes a point and a direction, and writes
    /// the product to its third argument.
    pub fn hessian_product<T: Real, H>(self, product: H) -> Function<F, G, H>
    where
        H: FnMut(&[T], &[T], &mut [T]),
    {
        Function {
            value: self.value,
            gradient: self.gradient,
            hessian: product,
        }
    }
}

impl<T: Real, F, G, H> Objective<T> for Function<F, G, H>
where
    F: FnMut(&[T]) -> f64,
    G: FnMut(&[T], &mut [T]),
{
    fn value(&mut self, at: &[T]) -> Result<f64, Error> {
        Ok((self.value)(at))
    }

    fn gradient(&mut self, at: &[T], gradient: &mut [T]) -> Result<(), Error> {
        (self.gradient)(at, gradient);
        Ok(())
    }
}

impl<T: Real, F, G, H> HessianProduct<T> for Function<F, G, H>
where
    F: FnMut(&[T]) -> f64,
    G: FnMut(&[T], &mut [T]),
    H: FnMut(&[T], &[T], &mut [T]),
{
    fn hessian_product(&mut self, at: &[T], direction: &[T], product: &mut [T]) -> Result<(), Error> {
        (self.hessian)(at, direction, product);
        Ok(())
    }
}
