//! A network whose loss has bounded gradients.

use dsl_runtime::prelude::*;

network! {
    /// A two-layer perceptron for 28×28 digits.
    pub struct Private;

    const CLIP: f64 = 1.0;

    /// One score for each digit.
    pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(64).relu().dense(10)
    }

    /// The cross-entropy of an example, weighted so that its gradient is no longer than `CLIP`.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        let loss = self.scores(image).softmax_cross_entropy(digit);
        let norm = loss.per_example_grad(parameters("*")).norm();
        loss * (CLIP / norm).min(1.0).stop_gradient()
    }
}
