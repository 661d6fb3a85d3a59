//! Gradient descent with momentum, in its three forms.

use std::ops::Range;

use dsl_compute::MomentumRule;

use super::{
    Optimizer, OptimizerState, demand_decay, demand_factor, demand_rate, moments, part, ready, restore,
    shared,
};
use crate::parallel::Team;
use crate::{AlignedBuffer, Error, Real};

/// Gradient descent with momentum: learning rate `η`, momentum `μ`, weight decay `λ` (`∇` stands for
/// `∇ + λ w`).
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
#[derive(Debug, Clone)]
pub struct Momentum<T: Real> {
    learning_rate: f64,
    momentum: f64,
    weight_decay: f64,
    form: Form,
    velocity: Option<AlignedBuffer<T>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Classical,
    Averaging,
    Nesterov,
}

const MOMENTS: &[&str; 1] = &["velocity"];

impl<T: Real> Momentum<T> {
    /// The classical form, `v ← μ v + ∇`, `w ← w - η v`.
    pub fn new(learning_rate: f64, momentum: f64) -> Self {
        Momentum {
            learning_rate,
            momentum,
            weight_decay: 0.0,
            form: Form::Classical,
            velocity: None,
        }
    }

    /// The averaging form, `Δ ← α Δ + (1 - α) ∇`, `w ← w - η Δ`, where `Δ` starts at 0.
    pub fn averaging(learning_rate: f64, alpha: f64) -> Self {
        Momentum {
            form: Form::Averaging,
            ..Momentum::new(learning_rate, alpha)
        }
    }

    /// Nesterov's form, `v ← μ v + ∇`, `w ← w - η (∇ + μ v)`.
    pub fn nesterov(learning_rate: f64, momentum: f64) -> Self {
        Momentum {
            form: Form::Nesterov,
            ..Momentum::new(learning_rate, momentum)
        }
    }

    /// Sets the weight decay `λ`: the gradient of `λ/2 · ‖w‖²` over **all** parameters with a gradient is
    /// added.
    #[must_use]
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// The velocity, laid out as the parameters are; empty before the first step.
    pub fn velocity(&self) -> &[T] {
        self.velocity.as_deref().unwrap_or_default()
    }

    /// Forgets the velocity.
    pub fn reset(&mut self) {
        self.velocity = None;
    }

    fn rule(&self) -> MomentumRule<T> {
        let momentum = T::literal(self.momentum);
        let classical = MomentumRule {
            factor: momentum,
            share: T::ONE,
            along: T::ONE,
            ahead: T::ZERO,
            rate: T::literal(self.learning_rate),
            decay: T::literal(self.weight_decay),
        };
        match self.form {
            Form::Classical => classical,
            Form::Averaging => MomentumRule {
                share: T::literal(1.0 - self.momentum),
                ..classical
            },
            Form::Nesterov => MomentumRule {
                along: momentum,
                ahead: T::ONE,
                ..classical
            },
        }
    }
}

impl<T: Real> Optimizer<T> for Momentum<T> {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn begin(&mut self, len: usize) -> Result<(), Error> {
        demand_rate("Momentum", self.learning_rate)?;
        demand_factor("Momentum", "momentum", self.momentum)?;
        demand_decay("Momentum", self.weight_decay)?;
        ready("Momentum", &mut self.velocity, len)
    }

    fn state(&self) -> OptimizerState<'_, T> {
        OptimizerState {
            optimizer: "Momentum",
            steps: u64::from(self.velocity.is_some()),
            moments: moments(MOMENTS, [&self.velocity]),
        }
    }

    fn moments(&self) -> &'static [&'static str] {
        MOMENTS
    }

    fn restore(&mut self, _: u64, moments: &[&[T]]) -> Result<(), Error> {
        restore("Momentum", [&mut self.velocity], moments)
    }

    fn update(&mut self, range: Range<usize>, parameters: &mut [T], gradient: &[T]) {
        assert!(
            parameters.len() == range.len() && gradient.len() == range.len(),
            "slices as long as the range"
        );
        T::momentum(self.rule(), part(&mut self.velocity, range), parameters, gradient);
    }

    fn update_on(&mut self, team: &mut Team, range: Range<usize>, parameters: &mut [T], gradient: &[T]) {
        let rule = self.rule();
        let velocity = part(&mut self.velocity, range);
        shared::update(
            team,
            [parameters, velocity],
            gradient,
            |[parameters, velocity], gradient| {
                T::momentum(rule, velocity, parameters, gradient);
            },
        );
    }
}
