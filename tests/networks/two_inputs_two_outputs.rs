network! {
    /// Two inputs through one shared encoder: held layers are applied twice and own one set of parameters.
    pub struct TwoInputs;

    fn encoder(x: Tensor<_>, width: usize) -> Tensor<_> {
        x.dense(width).tanh()
    }

    /// The code of either side.
    pub fn codes(&self, left: Tensor<9>, right: Tensor<9>) -> (Tensor<4>, Tensor<4>) {
        let encode = encoder(6);
        let project = dense(4);
        (project(encode(left)), project(encode(right)))
    }

    /// Binary cross-entropy of "the same", scored by the inner product; the codes are returned beside it.
    pub fn loss(&self, left: Tensor<9>, right: Tensor<9>, same: Scalar) -> (Scalar, Tensor<4>, Tensor<4>) {
        let (a, b) = self.codes(left, right);
        let score = (a * b).sum();
        (score.binary_cross_entropy_with_logits(same), a, b)
    }
}
