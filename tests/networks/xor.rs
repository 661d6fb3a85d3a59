network! {
    /// The smallest problem a linear model cannot solve.
    pub struct Xor;

    /// Above zero where exactly one input is set.
    pub fn logit(&self, bits: Tensor<2>) -> Tensor<1> {
        bits.dense(8).tanh().dense(1)
    }

    /// Binary cross-entropy of one pair of bits.
    pub fn loss(&self, bits: Tensor<2>, odd: Tensor<1>) -> Scalar {
        self.logit(bits).binary_cross_entropy_with_logits(odd)
    }
}
