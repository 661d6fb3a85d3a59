//! LAMB.

use dsl_compute::update::{LambStep, SgdStep};

use super::Averaging;
use crate::kernels::nrm2;
use crate::optim::{Decay, Descent, Rule, Scope, Step};
use crate::{Error, Real};

/// LAMB, You et al. 2020, *Large batch optimization for deep learning: training BERT in 76 minutes* (their
/// algorithm 2).
///
/// `m ← β₁ m + (1-β₁) ∇`, `v ← β₂ v + (1-β₂) ∇²`, and in step `t` (from 1), for each tensor,
/// `u = (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε) + λ w` and `w ← w - η (‖w‖ / ‖u‖) u`, where the quotient is 1 if
/// either norm is 0. [`weight_decay`](Descent::weight_decay) is this `λ`.
pub type Lamb<T = f32> = Descent<T, LambRule, 2>;

/// The rule of [`Lamb`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LambRule {
    averaging: Averaging,
}

/// The number of elements whose direction is formed at a time.
const BLOCK: usize = 1024;

impl<T: Real> Descent<T, LambRule, 2> {
    /// LAMB with the paper's `β₁ = 0.9`, `β₂ = 0.999` and `ε = 1e-6`.
    pub fn new(learning_rate: f64) -> Self {
        let averaging = Averaging::new([0.9, 0.999], 1e-6);
        Descent::by(LambRule { averaging }, learning_rate)
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

impl<T: Real> Rule<T, 2> for LambRule {
    const NAME: &'static str = "Lamb";
    const MOMENTS: [&'static str; 2] = ["first", "second"];
    const SCOPE: Scope = Scope::Tensors;
    const DECAY: Decay = Decay::ByRule;

    fn check(&self) -> Result<(), Error> {
        self.averaging.check::<T>("Lamb")
    }

    fn begin(&mut self, number: u64, _: f64) {
        self.averaging.begin(number);
    }

    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [first, second]: [&mut [T]; 2]) {
        let [keep1, keep2] = self.averaging.pairs();
        let [corrected1, corrected2] = self.averaging.corrections;
        let moving = LambStep {
            first: keep1,
            second: keep2,
            correction: T::literal(1.0 / corrected1),
            scale: T::literal(1.0 / corrected2.sqrt()),
            epsilon: T::literal(self.averaging.epsilon),
            decay: T::literal(step.decay),
        };
        let still = [T::ONE, T::ZERO];
        let standing = LambStep {
            first: still,
            second: still,
            ..moving
        };
        let mut direction = [T::ZERO; BLOCK];
        let blocks = || {
            (0..gradient.len())
                .step_by(BLOCK)
                .map(|at| at..gradient.len().min(at + BLOCK))
        };
        // The norm of the direction, block by block in their order.
        let mut square = 0.0;
        for block in blocks() {
            let direction = &mut direction[..block.len()];
            let own = [
                &mut parameters[block.clone()],
                &mut first[block.clone()],
                &mut second[block.clone()],
            ];
            let [w, m, v] = own;
            T::lamb_direction(moving, [&mut *direction, w, m, v], &gradient[block]);
            square += nrm2(direction).to_f64().powi(2);
        }
        let (of_weights, of_direction) = (nrm2(parameters).to_f64(), square.sqrt());
        let trust = match of_weights > 0.0 && of_direction > 0.0 {
            true => of_weights / of_direction,
            false => 1.0,
        };
        let rate = T::literal(step.rate * trust);
        // The direction again, by moments that stand still.
        for block in blocks() {
            let direction = &mut direction[..block.len()];
            let w = &mut parameters[block.clone()];
            let (m, v) = (&mut first[block.clone()], &mut second[block.clone()]);
            T::lamb_direction(standing, [&mut *direction, &mut *w, m, v], &gradient[block]);
            T::sgd(SgdStep { rate }, [w], direction);
        }
    }
}
