//! Stochastic gradient descent.

use dsl_compute::update::SgdStep;

use crate::Real;
use crate::optim::{Decay, Descent, Rule, Step};

/// Stochastic gradient descent, `w ← w - η ∇`.
///
/// Robbins & Monro 1951, *A stochastic approximation method*. [`weight_decay`](Descent::weight_decay) is
/// [`l2`](Descent::l2), `w ← w - η (∇ + λ w)`. It keeps no moments.
pub type Sgd<T = f32> = Descent<T, SgdRule, 0>;

/// The rule of [`Sgd`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SgdRule;

impl<T: Real> Descent<T, SgdRule, 0> {
    /// Gradient descent at this learning rate.
    pub fn new(learning_rate: f64) -> Self {
        Descent::by(SgdRule, learning_rate)
    }
}

impl<T: Real> Rule<T, 0> for SgdRule {
    const NAME: &'static str = "Sgd";
    const MOMENTS: [&'static str; 0] = [];
    const DECAY: Decay = Decay::L2;

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], []: [&mut [T]; 0]) {
        let rate = T::literal(step.rate);
        T::sgd(SgdStep { rate }, [parameters], gradient);
    }
}
