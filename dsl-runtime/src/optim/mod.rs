//! Optimizers: what turns gradients into updates of parameters.
//!
//! An [`Optimizer`] is a [`Rule`], a loop over slices that knows its formula and nothing else, inside a
//! [`Descent`], which sees to everything else in the same way for all rules: groups of parameters by name,
//! freezing, weight decay and other penalties, clipping, averages of the parameters, the count of steps, the
//! state and its restoration. All of them work on the flat buffers of parameters and gradient.

mod average;
mod clip;
mod descent;
mod groups;
mod plan;
mod rule;
mod rules;
pub(crate) mod shared;
mod update;

pub use average::WeightAverage;
pub use descent::Descent;
pub use groups::Group;
pub use rule::{Decay, Rule, Scope, Step};
pub use rules::*;

use average::Exchanged;

use crate::parallel::Team;
use crate::{Error, Gradient, Network, Real};

/// What turns gradients into updates of parameters, a [`Descent`] by some rule or something of one's own.
///
/// A parameter that [no gradient reaches](Gradient::reached) stays as it is: neither weight decay nor an
/// average of earlier gradients moves it, and its averages do not change. Steps are counted for all parameters
/// together.
pub trait Optimizer<T: Real> {
    /// The learning rate, the factor of the update.
    fn learning_rate(&self) -> f64;

    /// Changes the learning rate, from the next step on.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// One step over all parameters that the gradient reaches. The first one allocates the state; no later
    /// one allocates.
    ///
    /// # Errors
    ///
    /// A hyper-parameter is outside its range; a group matches no parameter; parameters and gradient differ in
    /// length, or from those of the first step; a value of the gradient is infinite or NaN. Nothing has been
    /// updated then.
    fn step(&mut self, parameters: &mut [T], gradient: &Gradient<T>) -> Result<(), Error>;

    /// [`step`](Optimizer::step), which may divide the work among the workers of `team`: the bits are the same.
    /// By default the calling thread does all of it.
    ///
    /// # Errors
    ///
    /// As [`step`](Optimizer::step).
    fn step_on(
        &mut self,
        team: &mut Team,
        parameters: &mut [T],
        gradient: &Gradient<T>,
    ) -> Result<(), Error> {
        let _ = team;
        self.step(parameters, gradient)
    }

    /// The state of the optimizer after the steps so far, for saving.
    fn state(&self) -> OptimizerState<'_, T>;

    /// The names of the moments that it keeps, or will after the first step.
    fn moments(&self) -> Vec<&'static str>;

    /// The names of the numbers that it keeps beside them.
    fn scalars(&self) -> &'static [&'static str] {
        &[]
    }

    /// Restores the result of [`state`](Optimizer::state): the count of steps, and moments and scalars in the
    /// order of their names; none of these before the first step.
    ///
    /// # Errors
    ///
    /// [`Error::OptimizerState`] if their lengths differ from those of moments it holds already.
    fn restore(&mut self, steps: u64, moments: &[&[T]], scalars: &[f64]) -> Result<(), Error>;

    /// Exchanges the parameters for those that are to be evaluated in their place, or back; each second call
    /// undoes the one before. By default these are the parameters themselves.
    ///
    /// For [`with_average`](Optimizer::with_average), which cannot forget the second call.
    #[doc(hidden)]
    fn exchange(&mut self, parameters: &mut [T]) {
        let _ = parameters;
    }

    /// Calls `look` with the network whose parameters are their average, to evaluate or save it, and puts the
    /// trained ones back. Without an average ([`Descent::average`], [`ScheduleFree`]) these are the same.
    ///
    /// ```
    /// use dsl_runtime::optim::WeightAverage;
    /// # use dsl_runtime::prelude::*;
    /// # network! {
    /// #     pub struct Line;
    /// #     pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar { x.dense(1).squared_error(y) }
    /// # }
    /// # fn main() -> Result<(), Error> {
    /// # let (mut model, mut work) = (Line::new(1), Line::workspace().batch(2).build());
    /// # let (x, y) = ([0.0, 1.0], [1.0, 3.0]);
    /// let mut optimizer = Adam::new(1e-3).average(WeightAverage::exponential(0.999));
    /// model.train_step(&mut work, (&x, &y), &mut optimizer)?;
    /// let loss = optimizer.with_average(&mut model, |model| model.loss(&mut work, &x, &y))?;
    /// let averaged = optimizer.with_average(&mut model, |model| model.clone());
    /// # assert_eq!(averaged.loss(&mut work, &x, &y)?, loss);
    /// # Ok(())
    /// # }
    /// ```
    fn with_average<N: Network<Element = T>, Seen>(
        &mut self,
        model: &mut N,
        look: impl FnOnce(&N) -> Seen,
    ) -> Seen
    where
        Self: Sized,
    {
        look(Exchanged::new(model, self).model())
    }
}

/// The state of an optimizer after the steps so far.
#[derive(Debug, Clone)]
pub struct OptimizerState<'a, T> {
    /// The name of the optimizer.
    pub optimizer: &'static str,
    /// The number of steps begun.
    pub steps: u64,
    /// Its moments by name, laid out as the parameters are; none before the first step.
    pub moments: Vec<(&'static str, &'a [T])>,
    /// The numbers that it keeps beside them, by name; none before the first step.
    pub scalars: Vec<(&'static str, f64)>,
}

fn same_length<T>(parameters: &[T], gradient: &[T]) -> Result<(), Error> {
    if gradient.len() == parameters.len() {
        Ok(())
    } else {
        Err(Error::GradientLength {
            parameters: parameters.len(),
            gradient: gradient.len(),
        })
    }
}

/// Checks one hyper-parameter.
pub(crate) fn demand(
    holds: bool,
    owner: &'static str,
    name: &'static str,
    value: f64,
    expected: &'static str,
) -> Result<(), Error> {
    if holds {
        Ok(())
    } else {
        Err(Error::Hyperparameter {
            owner,
            name,
            value,
            expected,
        })
    }
}

/// Checks a learning rate: 0 is allowed (schedules warm up from it).
fn demand_rate(owner: &'static str, rate: f64) -> Result<(), Error> {
    demand(
        rate.is_finite() && rate >= 0.0,
        owner,
        "learning rate",
        rate,
        "finite and not negative",
    )
}

/// Checks a factor of exponential averaging.
fn demand_factor(owner: &'static str, name: &'static str, factor: f64) -> Result<(), Error> {
    demand(
        (0.0..1.0).contains(&factor),
        owner,
        name,
        factor,
        "at least 0 and below 1",
    )
}

/// Checks a weight decay.
fn demand_decay(owner: &'static str, decay: f64) -> Result<(), Error> {
    demand(
        decay.is_finite() && decay >= 0.0,
        owner,
        "weight decay",
        decay,
        "finite and not negative",
    )
}

#[cfg(test)]
mod tests;
