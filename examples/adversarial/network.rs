//! A network that reads digits, and the attacks on it.

use dsl_runtime::prelude::*;

network! {
    /// Two convolutions and two dense layers; the attacks are part of the declaration.
    pub struct Digits;

    /// Steps of a projected gradient attack.
    const STEPS: usize = 7;

    /// One score for each digit.
    pub fn scores(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let edges = image.conv(8, 5, stride = 2, pad = 2).relu();
        let shapes = edges.conv(16, 5, stride = 2, pad = 2).relu();
        shapes.flatten().dense(64).relu().dense(10)
    }

    /// What each pixel does for the score of a digit.
    pub fn saliency(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Tensor<1, 28, 28> {
        self.scores(image).gather(digit).grad(image)
    }

    /// The fast gradient sign method: every pixel goes `size` to where the loss rises.
    pub fn fast_gradient_sign(
        &self,
        image: Tensor<1, 28, 28>,
        digit: Index<10>,
        size: Shared,
    ) -> Tensor<1, 28, 28> {
        let slope = self.scores(image).softmax_cross_entropy(digit).grad(image);
        (image + size * slope.sign()).clamp(0.0, 1.0)
    }

    /// Projected gradient ascent: the same in small steps, each from where the last one led, and never further than `size`
    /// from the image.
    pub fn projected_gradient(
        &self,
        image: Tensor<1, 28, 28>,
        digit: Index<10>,
        size: Shared,
    ) -> Tensor<1, 28, 28> {
        let mut attacked = image;
        for _ in 0..STEPS {
            let here = attacked;
            let slope = self.scores(here).softmax_cross_entropy(digit).grad(here);
            let moved = here + 0.3 * size * slope.sign();
            attacked = moved.max(image - size).min(image + size).clamp(0.0, 1.0);
        }
        attacked
    }

    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.scores(image).softmax_cross_entropy(digit)
    }

    /// The loss of the attacked image, which is an image like any other: the attack is not differentiated.
    pub fn robust_loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>, size: Shared) -> Scalar {
        let attacked = self.projected_gradient(image, digit, size).stop_gradient();
        self.scores(attacked).softmax_cross_entropy(digit)
    }
}
