//! A network that tells small digits from large ones, with a weight for each example.

use dsl_runtime::prelude::*;

network! {
    /// Reads images in two colours.
    pub struct Halves;

    const HIDDEN: usize = 64;

    /// A score for the digits 0 to 4, and one for 5 to 9.
    pub fn scores(&self, image: Tensor<1568>) -> Tensor<2> {
        image.dense(HIDDEN).relu().dense(2)
    }

    /// Cross-entropy of one digit, times its weight.
    pub fn loss(&self, image: Tensor<1568>, class: Index<2>, weight: Tensor<1>) -> Scalar {
        weight.at(0) * self.scores(image).softmax_cross_entropy(class)
    }
}
