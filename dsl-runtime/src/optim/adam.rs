//! Adam.

use std::ops::Range;

use dsl_compute::AdamRule;

use super::{
    Optimizer, OptimizerState, demand, demand_decay, demand_factor, demand_rate, moments, part, ready,
    restore, shared,
};
use crate::parallel::Team;
use crate::{AlignedBuffer, Error, Real};

/// Adam, Kingma & Ba 2015, *Adam: a method for stochastic optimization* (their algorithm 1).
///
/// `m ← β₁ m + (1-β₁) ∇`, `v ← β₂ v + (1-β₂) ∇²`, and in step `t` (from 1)
/// `w ← w - η · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε)`.
///
/// With [`weight_decay`](Adam::weight_decay) it is AdamW: Loshchilov & Hutter 2019, *Decoupled weight decay
/// regularization*.
#[derive(Debug, Clone)]
pub struct Adam<T: Real> {
    learning_rate: f64,
    betas: [f64; 2],
    epsilon: f64,
    weight_decay: f64,
    steps: u64,
    first: Option<AlignedBuffer<T>>,
    second: Option<AlignedBuffer<T>>,
}

const MOMENTS: &[&str; 2] = &["first", "second"];

impl<T: Real> Adam<T> {
    /// Adam with the paper's `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`, and without weight decay.
    pub fn new(learning_rate: f64) -> Self {
        Adam {
            learning_rate,
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            weight_decay: 0.0,
            steps: 0,
            first: None,
            second: None,
        }
    }

    /// Sets the factors of the two averages.
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.betas = [beta1, beta2];
        self
    }

    /// Sets `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.epsilon = epsilon;
        self
    }

    /// Sets the decoupled weight decay `λ` (AdamW): each step first takes `w ← w - η λ w`, over **all**
    /// parameters with a gradient.
    #[must_use]
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.weight_decay = weight_decay;
        self
    }

    /// The number of steps begun.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The averages of gradient and squared gradient, laid out as the parameters are; empty before the first
    /// step.
    pub fn moments(&self) -> [&[T]; 2] {
        [&self.first, &self.second].map(|moment| moment.as_deref().unwrap_or_default())
    }

    /// Forgets averages and steps.
    pub fn reset(&mut self) {
        (self.steps, self.first, self.second) = (0, None, None);
    }

    fn rule(&self) -> AdamRule<T> {
        let step = self.steps as f64;
        let [corrected1, corrected2] = self.betas.map(|beta| 1.0 - beta.powf(step));
        AdamRule {
            first: [T::literal(self.betas[0]), T::literal(1.0 - self.betas[0])],
            second: [T::literal(self.betas[1]), T::literal(1.0 - self.betas[1])],
            rate: T::literal(self.learning_rate / corrected1),
            scale: T::literal(1.0 / corrected2.sqrt()),
            epsilon: T::literal(self.epsilon),
            keep: T::literal(1.0 - self.learning_rate * self.weight_decay),
        }
    }
}

impl<T: Real> Optimizer<T> for Adam<T> {
    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.learning_rate = learning_rate;
    }

    fn begin(&mut self, len: usize) -> Result<(), Error> {
        demand_rate("Adam", self.learning_rate)?;
        demand_factor("Adam", "first beta", self.betas[0])?;
        demand_factor("Adam", "second beta", self.betas[1])?;
        demand(
            self.epsilon.is_finite() && T::literal(self.epsilon) > T::ZERO,
            "Adam",
            "epsilon",
            self.epsilon,
            "finite and positive in the element type",
        )?;
        demand_decay("Adam", self.weight_decay)?;
        ready("Adam", &mut self.first, len)?;
        ready("Adam", &mut self.second, len)?;
        self.steps += 1;
        Ok(())
    }

    fn state(&self) -> OptimizerState<'_, T> {
        OptimizerState {
            optimizer: "Adam",
            steps: self.steps,
            moments: moments(MOMENTS, [&self.first, &self.second]),
        }
    }

    fn moments(&self) -> &'static [&'static str] {
        MOMENTS
    }

    fn restore(&mut self, steps: u64, moments: &[&[T]]) -> Result<(), Error> {
        restore("Adam", [&mut self.first, &mut self.second], moments)?;
        self.steps = steps;
        Ok(())
    }

    fn update(&mut self, range: Range<usize>, parameters: &mut [T], gradient: &[T]) {
        assert!(
            parameters.len() == range.len() && gradient.len() == range.len(),
            "slices as long as the range"
        );
        let rule = self.rule();
        let state = [
            part(&mut self.first, range.clone()),
            part(&mut self.second, range),
        ];
        T::adam(rule, state, parameters, gradient);
    }

    fn update_on(&mut self, team: &mut Team, range: Range<usize>, parameters: &mut [T], gradient: &[T]) {
        let rule = self.rule();
        let first = part(&mut self.first, range.clone());
        let second = part(&mut self.second, range);
        shared::update(
            team,
            [parameters, first, second],
            gradient,
            |[parameters, first, second], gradient| T::adam(rule, [first, second], parameters, gradient),
        );
    }
}
