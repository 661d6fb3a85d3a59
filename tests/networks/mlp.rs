network! {
    /// Two-layer perceptron for 28×28 digits.
    pub struct Mlp;

    const HIDDEN: usize = 128;

    /// One example in, one score per class out.
    pub fn logits(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(HIDDEN).relu().dense(10)
    }

    /// `L(y, f(x))` of one example; training minimises its mean over the batch.
    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}
