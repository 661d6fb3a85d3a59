//! One network, with more or less dropout.

use dsl_runtime::prelude::*;

network! {
    /// A hidden layer of which `DROPPED` per cent are left out at random while it is trained (Srivastava et al., 2014).
    #[instantiate(DROPPED = [0, 10, 25, 50, 75, 90])]
    pub struct Digits<const DROPPED: usize>;

    const HIDDEN: usize = 128;

    /// One score for each digit.
    pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
        let hidden = image.dense(HIDDEN).relu();
        let kept = if DROPPED == 0 { hidden } else { hidden.dropout(DROPPED * 0.01) };
        kept.dense(10)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.scores(image).softmax_cross_entropy(digit)
    }
}
