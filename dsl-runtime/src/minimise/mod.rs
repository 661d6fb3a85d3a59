//! Deterministic minimisation with whole gradients: L-BFGS, Newton's method and Levenberg–Marquardt.
//!
//! An [`Optimizer`](crate::Optimizer) takes one step by the gradient of one batch. A [`Minimiser`] evaluates
//! one [`Objective`] again and again, at points of its own choice, until a tolerance is met: for the loss of
//! a network on all of a small set of examples ([`NetworkObjective`]), and for functions of any other origin,
//! such as closures.
//!
//! | minimiser | needs | for |
//! |---|---|---|
//! | [`Lbfgs`] | [`Objective`]: value and gradient | any smooth objective |
//! | [`NewtonCg`] | [`HessianProduct`] | ill-conditioned objectives, saddle points |
//! | [`LevenbergMarquardt`] | [`GaussNewtonProduct`] | least squares, losses that are convex in a network's scores |
//!
//! ```
//! use dsl_runtime::minimise::{Lbfgs, Minimiser};
//!
//! // (x - 3)² + 2: the closure writes the gradient and returns the value.
//! let mut parabola = |x: &[f64], gradient: &mut [f64]| {
//!     gradient[0] = 2.0 * (x[0] - 3.0);
//!     (x[0] - 3.0).powi(2) + 2.0
//! };
//! let mut x = [0.0];
//! let report = Lbfgs::new().minimise(&mut parabola, &mut x)?;
//! assert!(report.reason.is_converged());
//! assert!((x[0] - 3.0).abs() < 1e-5 && (report.value - 2.0).abs() < 1e-9);
//! # Ok::<(), dsl_runtime::Error>(())
//! ```
//!
//! # Precision and bits
//!
//! Vectors have the element type of the objective; sums are formed in `f64`, in an order that depends on
//! their length alone. If the objective gives the same bits, so does the minimiser, on any number of threads.
//!
//! # To stop and go on
//!
//! [`Minimiser::resume`] goes on from a state, and leaves the new one there: plain numbers and vectors, which
//! can be saved in any form. From the same parameters and state the iterates have the bits that they would
//! have had without the stop. Hyper-parameters belong to the program.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use dsl_runtime::minimise::{Lbfgs, LbfgsState, Minimiser};
//!
//! let mut quartic = |x: &[f64], gradient: &mut [f64]| {
//!     gradient[0] = 4.0 * x[0].powi(3);
//!     x[0].powi(4)
//! };
//! let mut x = [2.0];
//! let mut state = LbfgsState::default();
//! // Five iterations, each shown to the closure, and then all others.
//! let mut lengths = Vec::new();
//! Lbfgs::new().iterations(5).resume(&mut quartic, &mut x, &mut state, &mut |iteration| {
//!     lengths.push(iteration.step_norm);
//!     ControlFlow::Continue(())
//! })?;
//! assert!(lengths.len() == 5 && state.iterations == 5);
//! Lbfgs::new().resume(&mut quartic, &mut x, &mut state, &mut |_| ControlFlow::Continue(()))?;
//! assert!(x[0].abs() < 0.02);
//! # Ok::<(), dsl_runtime::Error>(())
//! ```

mod central_differences;
mod counted;
mod function;
mod gain;
mod interval;
mod lbfgs;
mod levenberg_marquardt;
mod limits;
mod line_search;
mod network;
mod newton_cg;
mod objective;
mod report;
mod residuals;
mod vector;

use std::ops::ControlFlow;

pub use central_differences::CentralDifferences;
pub use function::Function;
pub use lbfgs::{Lbfgs, LbfgsState};
pub use levenberg_marquardt::{LevenbergMarquardt, LevenbergMarquardtState};
pub use network::NetworkObjective;
pub use newton_cg::{NewtonCg, NewtonCgState};
pub use objective::{GaussNewtonProduct, HessianProduct, Objective};
pub use report::{Iteration, Observer, Report, StopReason};
pub use residuals::Residuals;

use crate::{Error, Real};

/// A method that minimises objectives of the kind `O`.
pub trait Minimiser<T: Real, O: Objective<T> + ?Sized> {
    /// What it knows between two iterations; the default before the first.
    type State: Default;

    /// Moves `parameters` to a point of lower value, until a tolerance or a limit is reached.
    ///
    /// # Errors
    ///
    /// As [`resume`](Minimiser::resume).
    fn minimise(&self, objective: &mut O, parameters: &mut [T]) -> Result<Report, Error> {
        let mut state = Self::State::default();
        self.resume(objective, parameters, &mut state, &mut |_| {
            ControlFlow::Continue(())
        })
    }

    /// The same from where `state` has come to, which is updated. After each iteration `observer` is called;
    /// if it breaks, that iteration is the last. The observer may, for example, print the value; parameters
    /// and state are written when the call returns.
    ///
    /// # Errors
    ///
    /// A hyper-parameter is outside its range ([`Error::Hyperparameter`]); the state is none of so many
    /// parameters ([`Error::MinimiserLength`]); value or gradient at the start, or a product, is infinite or
    /// NaN ([`Error::NonFiniteObjective`], of a network [`Error::NonFiniteLoss`] or
    /// [`Error::NonFiniteGradient`]); or the objective reports an error. Parameters and state are unchanged
    /// then.
    fn resume(
        &self,
        objective: &mut O,
        parameters: &mut [T],
        state: &mut Self::State,
        observer: &mut Observer<'_, T>,
    ) -> Result<Report, Error>;
}

#[cfg(test)]
mod tests;
