//! Lion.

use dsl_compute::update::LionStep;

use super::pair;
use crate::optim::{Descent, Rule, Step, demand_factor};
use crate::{Error, Real};

/// Lion, Chen et al. 2023, *Symbolic discovery of optimization algorithms* (their program 1).
///
/// `w ← w - η sign(β₁ m + (1-β₁) ∇)`, then `m ← β₂ m + (1-β₂) ∇`; `sign(0) = 0`.
/// [`weight_decay`](Descent::weight_decay) is [`decoupled_decay`](Descent::decoupled_decay). Its rate is a third to
/// a tenth of Adam's, its decay as many times Adam's.
pub type Lion<T = f32> = Descent<T, LionRule, 1>;

/// The rule of [`Lion`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LionRule {
    betas: [f64; 2],
}

impl<T: Real> Descent<T, LionRule, 1> {
    /// Lion with the paper's `β₁ = 0.9` and `β₂ = 0.99`.
    pub fn new(learning_rate: f64) -> Self {
        Descent::by(LionRule { betas: [0.9, 0.99] }, learning_rate)
    }

    /// Sets the factors of the update and of the average.
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        self.rule.betas = [beta1, beta2];
        self
    }
}

impl<T: Real> Rule<T, 1> for LionRule {
    const NAME: &'static str = "Lion";
    const MOMENTS: [&'static str; 1] = ["momentum"];

    fn check(&self) -> Result<(), Error> {
        demand_factor("Lion", "first beta", self.betas[0])?;
        demand_factor("Lion", "second beta", self.betas[1])
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [momentum]: [&mut [T]; 1]) {
        let [first, second] = self.betas.map(pair);
        let rate = T::literal(step.rate);
        T::lion(LionStep { first, second, rate }, [parameters, momentum], gradient);
    }
}
