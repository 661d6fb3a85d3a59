//! The two networks for digits, and their pictures.
//!
//! `#[document(svg)]` draws a network where the feature `pictures` is on. This example has to do without, so it keeps what that
//! draws of the same networks in another: `cargo run --example draw --features pictures -- lenet`.

use dsl_runtime::prelude::*;

/// How each computes its scores.
pub const MLP_SVG: &str = include_str!("mlp.svg");
pub const LENET_SVG: &str = include_str!("lenet.svg");

network! {
    /// Two-layer perceptron for 28×28 digits.
    pub struct Mlp;

    const HIDDEN: usize = 128;

    /// One digit in, one score per class out.
    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(HIDDEN).relu().dense(10)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    /// LeNet-5 (LeCun et al., 1998) with rectifiers and max pooling, for 28×28 digits.
    pub struct LeNet;

    fn stage(x: Tensor<_, _, _>, channels: usize, kernel: usize, pad: usize) -> Tensor<_, _, _> {
        x.conv(channels, kernel, pad = pad).relu().max_pool(2)
    }

    /// One digit in, one score per class out.
    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let features = image.stage(6, 5, pad = 2).stage(16, 5, pad = 0).flatten();
        features.dense(120).relu().dense(84).relu().dense(10)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}
