//! Networks of one hidden layer, which differ in its width alone.

use dsl_runtime::prelude::*;

network! {
    /// One hidden layer; each member has another width.
    #[instantiate(WIDTH = [2, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512])]
    pub struct Digits<const WIDTH: usize>;

    /// One score for each digit.
    pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(WIDTH).leaky_relu(0.1).dense(10)
    }

    /// `‖y − t‖²` with the truth `t` as 0 and 1.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.scores(image).squared_error(digit.one_hot())
    }
}
