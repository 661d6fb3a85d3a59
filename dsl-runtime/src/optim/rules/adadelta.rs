//! Adadelta.

use dsl_compute::update::AdadeltaStep;

use super::{demand_epsilon, pair};
use crate::optim::{Decay, Descent, Rule, Step, demand_factor};
use crate::{Error, Real};

/// Adadelta, Zeiler 2012, *ADADELTA: an adaptive learning rate method*.
///
/// `v ← ρ v + (1-ρ) ∇²`, `Δ = √(u + ε) / √(v + ε) · ∇`, `u ← ρ u + (1-ρ) Δ²`, `w ← w - η Δ`, where the paper
/// has no `η`, that is 1. [`weight_decay`](Descent::weight_decay) is [`l2`](Descent::l2).
pub type Adadelta<T = f32> = Descent<T, AdadeltaRule, 2>;

/// The rule of [`Adadelta`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdadeltaRule {
    rho: f64,
    epsilon: f64,
}

impl<T: Real> Descent<T, AdadeltaRule, 2> {
    /// Adadelta with `ρ = 0.9` and `ε = 1e-6`.
    pub fn new(learning_rate: f64) -> Self {
        let rule = AdadeltaRule {
            rho: 0.9,
            epsilon: 1e-6,
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets the factor of the two averages.
    #[must_use]
    pub fn rho(mut self, rho: f64) -> Self {
        self.rule.rho = rho;
        self
    }

    /// Sets `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }
}

impl<T: Real> Rule<T, 2> for AdadeltaRule {
    const NAME: &'static str = "Adadelta";
    const MOMENTS: [&'static str; 2] = ["second", "updates"];
    const DECAY: Decay = Decay::L2;

    fn check(&self) -> Result<(), Error> {
        demand_factor("Adadelta", "rho", self.rho)?;
        demand_epsilon::<T>("Adadelta", self.epsilon)
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [second, updates]: [&mut [T]; 2]) {
        let step = AdadeltaStep {
            average: pair(self.rho),
            rate: T::literal(step.rate),
            epsilon: T::literal(self.epsilon),
        };
        T::adadelta(step, [parameters, second, updates], gradient);
    }
}
