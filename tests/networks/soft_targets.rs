network! {
    /// Cross-entropy of a distribution, on probabilities.
    pub struct SoftTargets;

    /// One probability per class.
    pub fn probabilities(&self, input: Tensor<6>) -> Tensor<4> {
        input.dense(4).softmax(-1)
    }

    /// `-Σ t log y` of one example.
    pub fn loss(&self, input: Tensor<6>, target: Tensor<4>) -> Scalar {
        self.probabilities(input).cross_entropy(target)
    }
}
