//! The graphs of whole networks, printed.

use super::{show, sound};

/// Two-layer perceptron and its loss.
pub const MLP: &str = "
    pub struct Mlp;

    const HIDDEN: usize = 128;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(HIDDEN).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
";

/// LeNet-5 (LeCun et al., 1998) with rectifiers and maxima.
pub const LENET: &str = "
    pub struct LeNet;

    fn stage(x: Tensor<_, _, _>, channels: usize, kernel: usize, pad: usize) -> Tensor<_, _, _> {
        x.conv(channels, kernel, pad = pad).relu().max_pool(2)
    }

    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let features = image.stage(6, 5, pad = 2).stage(16, 5, pad = 0).flatten();
        features.dense(120).relu().dense(84).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
";

#[test]
fn a_perceptron() {
    insta::assert_snapshot!(show(&sound(MLP)));
}

#[test]
fn lenet() {
    insta::assert_snapshot!(show(&sound(LENET)));
}
