network! {
    /// Convolutions, a sequence and a vector, each normalised by the statistics of the batch.
    pub struct BatchNorm;

    pub fn logits(&self, image: Tensor<2, 6, 6>) -> Tensor<3> {
        let rows = image.reshape([2, 36]).batch_norm(affine = false);
        let x = rows
            .reshape([2, 6, 6])
            .conv(4, 3, pad = 1, bias = false)
            .batch_norm()
            .relu();
        let x = x
            .conv(4, 3, pad = 1, bias = false)
            .batch_norm(momentum = 0.3, epsilon = 0.001);
        x.relu()
            .mean_pool(2)
            .flatten()
            .dense(5, bias = false)
            .batch_norm()
            .tanh()
            .dense(3)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, image: Tensor<2, 6, 6>, class: Index<3>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
