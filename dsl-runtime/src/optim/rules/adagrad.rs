//! Adagrad.

use dsl_compute::update::AdagradStep;

use super::demand_epsilon;
use crate::optim::{Decay, Descent, Rule, Step, demand};
use crate::{Error, Real};

/// Adagrad, Duchi, Hazan & Singer 2011, *Adaptive subgradient methods for online learning and stochastic
/// optimization*.
///
/// `s ← s + ∇²`, `w ← w - η ∇ / (√s + ε)`. [`weight_decay`](Descent::weight_decay) is [`l2`](Descent::l2).
pub type Adagrad<T = f32> = Descent<T, AdagradRule, 1>;

/// The rule of [`Adagrad`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdagradRule {
    initial_sum: f64,
    epsilon: f64,
}

impl<T: Real> Descent<T, AdagradRule, 1> {
    /// Adagrad with `ε = 1e-10`, whose sum starts at 0.
    pub fn new(learning_rate: f64) -> Self {
        let rule = AdagradRule {
            initial_sum: 0.0,
            epsilon: 1e-10,
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets what the sum of squares starts at.
    #[must_use]
    pub fn initial_sum(mut self, sum: f64) -> Self {
        self.rule.initial_sum = sum;
        self
    }

    /// Sets `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }
}

impl<T: Real> Rule<T, 1> for AdagradRule {
    const NAME: &'static str = "Adagrad";
    const MOMENTS: [&'static str; 1] = ["sum"];
    const DECAY: Decay = Decay::L2;

    fn check(&self) -> Result<(), Error> {
        let sum = self.initial_sum;
        demand(
            T::literal(sum).is_finite() && sum >= 0.0,
            "Adagrad",
            "initial sum",
            sum,
            "finite in the element type and not negative",
        )?;
        demand_epsilon::<T>("Adagrad", self.epsilon)
    }

    fn start(&self, _: &[T], [sum]: [&mut [T]; 1]) {
        sum.fill(T::literal(self.initial_sum));
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [sum]: [&mut [T]; 1]) {
        let step = AdagradStep {
            rate: T::literal(step.rate),
            epsilon: T::literal(self.epsilon),
        };
        T::adagrad(step, [parameters, sum], gradient);
    }
}
