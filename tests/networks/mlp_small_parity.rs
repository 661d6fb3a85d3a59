network! {
    /// The shape of a perceptron at sizes that divide nothing.
    pub struct MlpSmall;

    /// One score per class.
    pub fn logits(&self, input: Tensor<12>) -> Tensor<5> {
        input.dense(7).relu().dense(5)
    }

    /// Cross-entropy of one example.
    pub fn loss(&self, input: Tensor<12>, label: Index<5>) -> Scalar {
        self.logits(input).softmax_cross_entropy(label)
    }
}
