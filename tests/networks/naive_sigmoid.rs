network! {
    /// Logistic regression on probabilities, written without care for overflow: the compiler makes it stable.
    pub struct NaiveSigmoid;

    /// The probability of label 1.
    pub fn probability(&self, input: Tensor<6>) -> Tensor<1> {
        input.dense(1).sigmoid()
    }

    /// Binary cross-entropy of one example.
    pub fn loss(&self, input: Tensor<6>, label: Tensor<1>) -> Scalar {
        self.probability(input).binary_cross_entropy(label)
    }

    /// The same number from the formula itself.
    pub fn written_out(&self, input: Tensor<6>, label: Tensor<1>) -> Scalar {
        let y = self.probability(input);
        -(label * y.log() + (1.0 - label) * (1.0 - y).log()).sum()
    }
}
