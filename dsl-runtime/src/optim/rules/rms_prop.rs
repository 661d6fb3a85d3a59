//! RMSProp, plain and centred.

use dsl_compute::update::{CenteredRmsPropStep, RmsPropStep};

use super::{demand_epsilon, pair};
use crate::optim::{Decay, Descent, Rule, Step, demand_factor};
use crate::{Error, Real};

/// RMSProp, Tieleman & Hinton 2012, *Lecture 6.5: divide the gradient by a running average of its recent
/// magnitude*.
///
/// `v ← α v + (1-α) ∇²`, `w ← w - η ∇ / (√v + ε)`. [`weight_decay`](Descent::weight_decay) is
/// [`l2`](Descent::l2).
pub type RmsProp<T = f32> = Descent<T, RmsPropRule, 1>;

/// The rule of [`RmsProp`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsPropRule {
    alpha: f64,
    epsilon: f64,
}

/// RMSProp by the variance of the gradient, with momentum: Graves 2013, *Generating sequences with recurrent
/// neural networks* (his equations 38 to 41), as PyTorch writes it.
///
/// `v ← α v + (1-α) ∇²`, `m ← α m + (1-α) ∇`, `b ← μ b + ∇ / (√(v - m²) + ε)`, `w ← w - η b`.
/// [`weight_decay`](Descent::weight_decay) is [`l2`](Descent::l2).
pub type CenteredRmsProp<T = f32> = Descent<T, CenteredRmsPropRule, 3>;

/// The rule of [`CenteredRmsProp`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CenteredRmsPropRule {
    alpha: f64,
    momentum: f64,
    epsilon: f64,
}

impl<T: Real> Descent<T, RmsPropRule, 1> {
    /// RMSProp with `α = 0.99` and `ε = 1e-8`.
    pub fn new(learning_rate: f64) -> Self {
        let rule = RmsPropRule {
            alpha: 0.99,
            epsilon: 1e-8,
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets the factor of the average.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.rule.alpha = alpha;
        self
    }

    /// Sets `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }
}

impl<T: Real> Descent<T, CenteredRmsPropRule, 3> {
    /// Centred RMSProp with `α = 0.99`, `ε = 1e-8` and momentum `μ`.
    pub fn new(learning_rate: f64, momentum: f64) -> Self {
        let rule = CenteredRmsPropRule {
            alpha: 0.99,
            momentum,
            epsilon: 1e-8,
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets the factor of the two averages.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.rule.alpha = alpha;
        self
    }

    /// Sets `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }
}

impl<T: Real> Rule<T, 1> for RmsPropRule {
    const NAME: &'static str = "RmsProp";
    const MOMENTS: [&'static str; 1] = ["second"];
    const DECAY: Decay = Decay::L2;

    fn check(&self) -> Result<(), Error> {
        demand_factor("RmsProp", "alpha", self.alpha)?;
        demand_epsilon::<T>("RmsProp", self.epsilon)
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [second]: [&mut [T]; 1]) {
        let step = RmsPropStep {
            average: pair(self.alpha),
            rate: T::literal(step.rate),
            epsilon: T::literal(self.epsilon),
        };
        T::rms_prop(step, [parameters, second], gradient);
    }
}

impl<T: Real> Rule<T, 3> for CenteredRmsPropRule {
    const NAME: &'static str = "CenteredRmsProp";
    const MOMENTS: [&'static str; 3] = ["second", "first", "velocity"];
    const DECAY: Decay = Decay::L2;

    fn check(&self) -> Result<(), Error> {
        demand_factor("CenteredRmsProp", "alpha", self.alpha)?;
        demand_factor("CenteredRmsProp", "momentum", self.momentum)?;
        demand_epsilon::<T>("CenteredRmsProp", self.epsilon)
    }

    fn update(
        &self,
        step: &Step,
        parameters: &mut [T],
        gradient: &[T],
        [second, first, velocity]: [&mut [T]; 3],
    ) {
        let step = CenteredRmsPropStep {
            average: pair(self.alpha),
            momentum: T::literal(self.momentum),
            rate: T::literal(step.rate),
            epsilon: T::literal(self.epsilon),
        };
        T::centered_rms_prop(step, [parameters, second, first, velocity], gradient);
    }
}
