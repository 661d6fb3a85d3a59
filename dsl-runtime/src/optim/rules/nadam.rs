//! NAdam.

use dsl_compute::update::NadamStep;

use super::Averaging;
use crate::optim::{Descent, Rule, Step, demand};
use crate::{Error, Real};

/// NAdam, Dozat 2016, *Incorporating Nesterov momentum into Adam*.
///
/// With `μₜ = β₁ (1 - ½ 0.96^(ψ t))` in step `t` (from 1): `m ← β₁ m + (1-β₁) ∇`, `v ← β₂ v + (1-β₂) ∇²`,
/// `w ← w - η · ((1-μₜ) ∇ / (1 - μ₁⋯μₜ) + μₜ₊₁ m / (1 - μ₁⋯μₜ₊₁)) / (√(v / (1-β₂ᵗ)) + ε)`, as PyTorch writes it.
/// [`weight_decay`](Descent::weight_decay) is [`decoupled_decay`](Descent::decoupled_decay).
pub type Nadam<T = f32> = Descent<T, NadamRule, 2>;

/// The rule of [`Nadam`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NadamRule {
    averaging: Averaging,
    momentum_decay: f64,
    /// `μ₁⋯μₜ` after the steps so far.
    product: f64,
    /// The weights of gradient and first moment in the update of this step.
    shares: [f64; 2],
}

impl<T: Real> Descent<T, NadamRule, 2> {
    /// NAdam with `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8` and the paper's `ψ = 0.004`.
    pub fn new(learning_rate: f64) -> Self {
        let rule = NadamRule {
            averaging: Averaging::new([0.9, 0.999], 1e-8),
            momentum_decay: 0.004,
            product: 1.0,
            shares: [0.0; 2],
        };
        Descent::by(rule, learning_rate)
    }

    /// Sets the factors of the two averages.
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.rule.averaging.betas = [beta1, beta2];
        self
    }

    /// Sets `ε`.
    #[must_use]
    pub fn epsilon(mut self, epsilon: f64) -> Self {
        self.rule.averaging.epsilon = epsilon;
        self
    }

    /// Sets `ψ`, by which the momentum approaches `β₁`.
    #[must_use]
    pub fn momentum_decay(mut self, decay: f64) -> Self {
        self.rule.momentum_decay = decay;
        self
    }
}

impl NadamRule {
    /// The momentum `μₜ` of a step.
    fn momentum(&self, number: u64) -> f64 {
        self.averaging.betas[0] * (1.0 - 0.5 * 0.96_f64.powf(self.momentum_decay * number as f64))
    }
}

impl<T: Real> Rule<T, 2> for NadamRule {
    const NAME: &'static str = "Nadam";
    const MOMENTS: [&'static str; 2] = ["first", "second"];
    const SCALARS: &'static [&'static str] = &["momentum_product"];

    fn check(&self) -> Result<(), Error> {
        let decay = self.momentum_decay;
        demand(
            decay.is_finite() && decay >= 0.0,
            "Nadam",
            "momentum decay",
            decay,
            "finite and not negative",
        )?;
        self.averaging.check::<T>("Nadam")
    }

    fn begin(&mut self, number: u64, _: f64) {
        self.averaging.begin(number);
        let [now, next] = [number, number + 1].map(|number| self.momentum(number));
        self.product *= now;
        self.shares = [
            (1.0 - now) / (1.0 - self.product),
            next / (1.0 - self.product * next),
        ];
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [first, second]: [&mut [T]; 2]) {
        let [_, corrected] = self.averaging.corrections;
        let [keep1, keep2] = self.averaging.pairs();
        let step = NadamStep {
            first: keep1,
            second: keep2,
            rates: self.shares.map(|share| T::literal(step.rate * share)),
            scale: T::literal(1.0 / corrected.sqrt()),
            epsilon: T::literal(self.averaging.epsilon),
        };
        T::nadam(step, [parameters, first, second], gradient);
    }

    fn scalars(&self) -> Vec<f64> {
        vec![self.product]
    }

    fn restore(&mut self, scalars: &[f64]) {
        self.product = scalars.first().copied().unwrap_or(1.0);
    }
}
