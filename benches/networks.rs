//! The networks that the benchmarks train: the same work as the peers' scripts, weight for weight.

use dsl_runtime::prelude::*;

network! {
    /// Exclusive or: 2-8-1.
    pub struct Xor;

    pub fn logit(&self, input: Tensor<2>) -> Tensor<1> {
        input.dense(8).tanh().dense(1)
    }

    pub fn loss(&self, input: Tensor<2>, target: Tensor<1>) -> Scalar {
        self.logit(input).binary_cross_entropy_with_logits(target)
    }
}

network! {
    /// A small perceptron for digits: 784-128-10.
    pub struct MlpSmall;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(128).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    /// A larger perceptron: 784-512-256-10.
    pub struct Mlp;

    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(512).relu().dense(256).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}

network! {
    /// LeNet-5 with rectifiers and max pooling.
    pub struct LeNet5;

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
}

// The peers count the same parameters; another number would mean another network.
const _: () = {
    assert!(<Xor as Network>::LAYOUT.count() == 33);
    assert!(<MlpSmall as Network>::LAYOUT.count() == 101_770);
    assert!(<Mlp as Network>::LAYOUT.count() == 535_818);
    assert!(<LeNet5 as Network>::LAYOUT.count() == 61_706);
};
