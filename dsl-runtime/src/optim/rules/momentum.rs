//! Gradient descent with momentum, in its three forms.

use dsl_compute::update::MomentumStep;

use crate::optim::{Decay, Descent, Rule, Step, demand_factor};
use crate::{Error, Real};

/// Gradient descent with momentum: learning rate `η`, momentum `μ`.
///
/// | form        | velocity                | update                   |
/// |-------------|-------------------------|--------------------------|
/// | `new`       | `v ← μ v + ∇`           | `w ← w - η v`            |
/// | `averaging` | `Δ ← α Δ + (1 - α) ∇`   | `w ← w - η Δ`            |
/// | `nesterov`  | `v ← μ v + ∇`           | `w ← w - η (∇ + μ v)`    |
///
/// The first is Polyak's heavy ball (1964) as PyTorch writes it; the second averages gradients, so that its
/// step is as long as plain gradient descent's (`η` here is `η / (1 - α)` of the first); the third is
/// Nesterov's (1983) in the form of Sutskever et al. 2013, as PyTorch writes it.
/// [`weight_decay`](Descent::weight_decay) is [`l2`](Descent::l2).
pub type Momentum<T = f32> = Descent<T, MomentumRule, 1>;

/// The rule of [`Momentum`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MomentumRule {
    momentum: f64,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Classical,
    Averaging,
    Nesterov,
}

impl<T: Real> Descent<T, MomentumRule, 1> {
    /// The classical form, `v ← μ v + ∇`, `w ← w - η v`.
    pub fn new(learning_rate: f64, momentum: f64) -> Self {
        Self::of(Form::Classical, learning_rate, momentum)
    }

    /// The averaging form, `Δ ← α Δ + (1 - α) ∇`, `w ← w - η Δ`, where `Δ` starts at 0.
    pub fn averaging(learning_rate: f64, alpha: f64) -> Self {
        Self::of(Form::Averaging, learning_rate, alpha)
    }

    /// Nesterov's form, `v ← μ v + ∇`, `w ← w - η (∇ + μ v)`.
    pub fn nesterov(learning_rate: f64, momentum: f64) -> Self {
        Self::of(Form::Nesterov, learning_rate, momentum)
    }

    fn of(form: Form, learning_rate: f64, momentum: f64) -> Self {
        Descent::by(MomentumRule { momentum, form }, learning_rate)
    }

    /// The velocity, laid out as the parameters are; empty before the first step.
    pub fn velocity(&self) -> &[T] {
        self.moments()[0]
    }
}

impl<T: Real> Rule<T, 1> for MomentumRule {
    const NAME: &'static str = "Momentum";
    const MOMENTS: [&'static str; 1] = ["velocity"];
    const DECAY: Decay = Decay::L2;

    fn check(&self) -> Result<(), Error> {
        demand_factor("Momentum", "momentum", self.momentum)
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [velocity]: [&mut [T]; 1]) {
        let momentum = T::literal(self.momentum);
        let classical = MomentumStep {
            factor: momentum,
            share: T::ONE,
            along: T::ONE,
            ahead: T::ZERO,
            rate: T::literal(step.rate),
        };
        let step = match self.form {
            Form::Classical => classical,
            Form::Averaging => MomentumStep {
                share: T::literal(1.0 - self.momentum),
                ..classical
            },
            Form::Nesterov => MomentumStep {
                along: momentum,
                ahead: T::ONE,
                ..classical
            },
        };
        T::momentum(step, [parameters, velocity], gradient);
    }
}
