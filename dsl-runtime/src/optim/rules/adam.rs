//! Adam.

use dsl_compute::update::AdamStep;

use super::Averaging;
use crate::optim::{Descent, Rule, Step};
use crate::{Error, Real};

/// Adam, Kingma & Ba 2015, *Adam: a method for stochastic optimization* (their algorithm 1).
///
/// `m ← β₁ m + (1-β₁) ∇`, `v ← β₂ v + (1-β₂) ∇²`, and in step `t` (from 1)
/// `w ← w - η · (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε)`.
///
/// With [`weight_decay`](Descent::weight_decay), which is [`decoupled_decay`](Descent::decoupled_decay), it is
/// AdamW: Loshchilov & Hutter 2019, *Decoupled weight decay regularization*. With [`l2`](Descent::l2) it is what
/// that paper compares AdamW with.
pub type Adam<T = f32> = Descent<T, AdamRule, 2>;

/// The rule of [`Adam`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamRule {
    averaging: Averaging,
}

impl<T: Real> Descent<T, AdamRule, 2> {
    /// Adam with the paper's `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`.
    pub fn new(learning_rate: f64) -> Self {
        Descent::by(AdamRule::new([0.9, 0.999], 1e-8), learning_rate)
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
}

impl AdamRule {
    /// The rule with these factors.
    pub(super) fn new(betas: [f64; 2], epsilon: f64) -> Self {
        AdamRule {
            averaging: Averaging::new(betas, epsilon),
        }
    }
}

impl Averaging {
    /// The coefficients of a step of Adam.
    pub(super) fn adam<T: Real>(&self, step: &Step) -> AdamStep<T> {
        let [first, second] = self.pairs();
        let [corrected1, corrected2] = self.corrections;
        AdamStep {
            first,
            second,
            rate: T::literal(step.rate / corrected1),
            scale: T::literal(1.0 / corrected2.sqrt()),
            epsilon: T::literal(self.epsilon),
        }
    }
}

impl<T: Real> Rule<T, 2> for AdamRule {
    const NAME: &'static str = "Adam";
    const MOMENTS: [&'static str; 2] = ["first", "second"];

    fn check(&self) -> Result<(), Error> {
        self.averaging.check::<T>("Adam")
    }

    fn begin(&mut self, number: u64, _: f64) {
        self.averaging.begin(number);
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [first, second]: [&mut [T]; 2]) {
        T::adam(self.averaging.adam(step), [parameters, first, second], gradient);
    }
}
