//! The network whose confidence is to be judged.

use dsl_runtime::prelude::*;

network! {
    /// Reads digits, as LeNet does (LeCun et al., 1998).
    pub struct Digits;

    /// One score for each digit.
    pub fn scores(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let edges = image.conv(6, 5, pad = 2).relu().max_pool(2);
        let parts = edges.conv(16, 5).relu().max_pool(2).flatten();
        parts.dense(64).relu().dense(10)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.scores(image).softmax_cross_entropy(digit)
    }
}
