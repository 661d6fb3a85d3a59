//! AMSGrad.

use super::Averaging;
use crate::optim::{Descent, Rule, Step};
use crate::{Error, Real};

/// AMSGrad, Reddi, Kale & Kumar 2018, *On the convergence of Adam and beyond*: Adam whose steps along a
/// coordinate never grow back.
///
/// `m ← β₁ m + (1-β₁) ∇`, `v ← β₂ v + (1-β₂) ∇²`, `u ← max(u, v)`, and in step `t` (from 1)
/// `w ← w - η · (m / (1-β₁ᵗ)) / (√(u / (1-β₂ᵗ)) + ε)`, as PyTorch writes it: the paper corrects neither moment.
/// [`weight_decay`](Descent::weight_decay) is [`decoupled_decay`](Descent::decoupled_decay).
pub type AmsGrad<T = f32> = Descent<T, AmsGradRule, 3>;

/// The rule of [`AmsGrad`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmsGradRule {
    averaging: Averaging,
}

impl<T: Real> Descent<T, AmsGradRule, 3> {
    /// AMSGrad with `β₁ = 0.9`, `β₂ = 0.999`, `ε = 1e-8`.
    pub fn new(learning_rate: f64) -> Self {
        let averaging = Averaging::new([0.9, 0.999], 1e-8);
        Descent::by(AmsGradRule { averaging }, learning_rate)
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

impl<T: Real> Rule<T, 3> for AmsGradRule {
    const NAME: &'static str = "AmsGrad";
    const MOMENTS: [&'static str; 3] = ["first", "second", "largest"];

    fn check(&self) -> Result<(), Error> {
        self.averaging.check::<T>("AmsGrad")
    }

    fn begin(&mut self, number: u64, _: f64) {
        self.averaging.begin(number);
    }

    fn update(
        &self,
        step: &Step,
        parameters: &mut [T],
        gradient: &[T],
        [first, second, largest]: [&mut [T]; 3],
    ) {
        T::amsgrad(
            self.averaging.adam(step),
            [parameters, first, second, largest],
            gradient,
        );
    }
}
