//! Schedule-free AdamW.

use dsl_compute::update::{Scalar, ScheduleFreeStep};

use super::{demand_epsilon, pair};
use crate::optim::{Decay, Descent, Rule, Step, demand, demand_factor};
use crate::{Error, Real};

/// Schedule-free AdamW, Defazio et al. 2024, *The road less scheduled* (their algorithm 1): an average of all
/// steps takes the place of a learning rate that falls.
///
/// In step `t` (from 1), with `ηₜ` the rate and `cₜ = ηₜ² / Σ ηᵢ²` by the largest rates so far:
/// `v ← β₂ v + (1-β₂) ∇²`, `u = ∇ / (√(v / (1-β₂ᵗ)) + ε) + λ y`, `z ← z - η u`, `x ← (1-c) x + c z`,
/// `y = (1-β₁) z + β₁ x`. The parameters that are trained are `y`; those to evaluate, and to use afterwards, are
/// `x`: see [`with_average`](crate::Optimizer::with_average). [`weight_decay`](Descent::weight_decay) is this `λ`. The
/// rate may warm up, and stays then.
pub type ScheduleFree<T = f32> = Descent<T, ScheduleFreeRule, 2>;

/// The rule of [`ScheduleFree`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScheduleFreeRule {
    betas: [f64; 2],
    epsilon: f64,
    /// The largest learning rate so far.
    largest: f64,
    /// The sum of the weights of all steps.
    sum: f64,
    /// The weight of this step among them.
    share: f64,
    /// `1 - β₂ᵗ` in this step.
    correction: f64,
}

impl<T: Real> Descent<T, ScheduleFreeRule, 2> {
    /// Schedule-free AdamW with the authors' `β₁ = 0.9`, `β₂ = 0.999` and `ε = 1e-8`.
    pub fn new(learning_rate: f64) -> Self {
        let rule = ScheduleFreeRule {
            betas: [0.9, 0.999],
            epsilon: 1e-8,
            largest: 0.0,
            sum: 0.0,
            share: 0.0,
            correction: 1.0,
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets the share of the average in what is trained, and the factor of the second moment.
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.rule.betas = [beta1, beta2];
        self
    }

    /// Sets `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.epsilon = epsilon;
        self
    }
}

impl<T: Real> Rule<T, 2> for ScheduleFreeRule {
    const NAME: &'static str = "ScheduleFree";
    const MOMENTS: [&'static str; 2] = ["base", "second"];
    const DECAY: Decay = Decay::ByRule;
    const SCALARS: &'static [&'static str] = &["largest_rate", "sum_of_weights"];

    fn check(&self) -> Result<(), Error> {
        let [beta1, beta2] = self.betas;
        demand(
            beta1 > 0.0 && beta1 < 1.0,
            "ScheduleFree",
            "first beta",
            beta1,
            "between 0 and 1",
        )?;
        demand_factor("ScheduleFree", "second beta", beta2)?;
        demand_epsilon::<T>("ScheduleFree", self.epsilon)
    }

    fn start(&self, parameters: &[T], [base, _]: [&mut [T]; 2]) {
        base.copy_from_slice(parameters);
    }

    fn begin(&mut self, number: u64, rate: f64) {
        self.correction = 1.0 - self.betas[1].powf(number as f64);
        self.largest = self.largest.max(rate);
        let weight = self.largest * self.largest;
        self.sum += weight;
        // Steps at a rate of 0, before all others, count for nothing.
        self.share = if self.sum > 0.0 { weight / self.sum } else { 0.0 };
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [base, second]: [&mut [T]; 2]) {
        let coefficients = ScheduleFreeStep {
            second: pair(self.betas[1]),
            scale: T::literal(1.0 / self.correction.sqrt()),
            epsilon: T::literal(self.epsilon),
            decay: T::literal(step.decay),
            share: T::literal(self.share),
            rate: T::literal(step.rate * (1.0 - self.betas[0] * (1.0 - self.share))),
            base_rate: T::literal(step.rate),
        };
        T::schedule_free(coefficients, [parameters, base, second], gradient);
    }

    fn scalars(&self) -> Vec<f64> {
        vec![self.largest, self.sum]
    }

    fn restore(&mut self, scalars: &[f64]) {
        [self.largest, self.sum] = scalars.try_into().unwrap_or([0.0; 2]);
    }

    fn evaluate(&self, parameters: &mut [T], [base, _]: [&[T]; 2]) -> bool {
        // `y = (1-β₁) z + β₁ x`, solved for `x`.
        let weight = Scalar(T::literal(1.0 - 1.0 / self.betas[0]));
        T::approach(weight, [parameters], base);
        true
    }
}
