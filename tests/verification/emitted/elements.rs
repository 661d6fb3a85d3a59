//! Element-wise steps so long that the workers a single example leaves idle share them.

use super::network_case;

network_case! { 1; long_steps: LongSteps { rise(reals) gate(reals) loss(reals) + loss_and_grad }
    pub struct LongSteps;

    pub fn rise(&self, x: Tensor<80, 4>) -> Tensor<80, 2> {
        x.dense(128).gelu_tanh().dense(2)
    }

    pub fn gate(&self, x: Tensor<80, 4>) -> Tensor<80, 2> {
        let (a, b) = (x.dense(128), x.dense(128));
        let open = (a * b + a.square() - b.square()).sigmoid();
        (a.tanh() * open + b * (1.0 - open) + 0.1 * a * b).dense(2)
    }

    pub fn loss(&self, x: Tensor<80, 4>) -> Scalar {
        (self.rise(x) - self.gate(x)).square().mean()
    }
}
