//! Stochastic gradient descent.

use std::ops::Range;

use super::{Optimizer, OptimizerState, demand_decay, demand_rate, shared};
use crate::parallel::Team;
use crate::{Error, Real};

/// Stochastic gradient descent, `w ← w - η (∇ + λ w)` with learning rate `η` and weight decay `λ`.
///
/// Robbins & Monro 1951, *A stochastic approximation method*. It holds no state.
#[derive(Debug, Clone, PartialEq)]
pub struct Sgd {
    learning_rate: f64,
    weight_decay: f64,
}

impl Sgd {
    /// Gradient descent without weight decay.
    pub fn new(learning_rate: f64) -> Self {
        Sgd {
            learning_rate,
            weight_decay: 0.0,
        }
    }

    /// Sets the weight decay `λ`: the gradient of `λ/2 · ‖w‖²` over **all** parameters with a gradient is
    /// added.
    #[must_use]
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// The learning rate, the factor of the update.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Changes the learning rate, from the next step on.
    // Defined beside the trait's method of the same name, since `Sgd` serves both element types and a call
    // would be ambiguous.
    pub fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }
}

impl<T: Real> Optimizer<T> for Sgd {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn begin(&mut self, _len: usize) -> Result<(), Error> {
        demand_rate("Sgd", self.learning_rate)?;
        demand_decay("Sgd", self.weight_decay)
    }

    fn state(&self) -> OptimizerState<'_, T> {
        OptimizerState {
            optimizer: "Sgd",
            steps: 0,
            moments: Vec::new(),
        }
    }

    fn moments(&self) -> &'static [&'static str] {
        &[]
    }

    fn restore(&mut self, _: u64, _: &[&[T]]) -> Result<(), Error> {
        Ok(())
    }

    fn update(&mut self, range: Range<usize>, parameters: &mut [T], gradient: &[T]) {
        assert!(
            parameters.len() == range.len() && gradient.len() == range.len(),
            "slices as long as the range"
        );
        T::sgd(
            T::literal(self.learning_rate),
            T::literal(self.weight_decay),
            parameters,
            gradient,
        );
    }

    fn update_on(&mut self, team: &mut Team, _range: Range<usize>, parameters: &mut [T], gradient: &[T]) {
        let (rate, decay) = (T::literal(self.learning_rate), T::literal(self.weight_decay));
        shared::update(team, [parameters], gradient, |[parameters], gradient| {
            T::sgd(rate, decay, parameters, gradient);
        });
    }
}
