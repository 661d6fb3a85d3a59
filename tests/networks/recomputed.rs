network! {
    /// Blocks whose insides are computed again for the gradient: convolutions with statistics of the batch and noise,
    /// attention, and a loop over time.
    pub struct Recomputed;

    const CHANNELS: usize = 4;

    #[recompute]
    fn convolved(x: Tensor<CHANNELS, _, _>) -> Tensor<CHANNELS, _, _> {
        let inner = x.conv(CHANNELS, 3, pad = 1, bias = false).batch_norm().silu();
        (x + inner.conv(CHANNELS, 3, pad = 1).tanh()).dropout(0.125)
    }

    #[recompute]
    fn attended(x: Tensor<_, _>) -> Tensor<_, _> {
        x.encoder_layer(heads = 2, hidden = 10, norm_first = true)
    }

    #[recompute]
    fn read(x: Tensor<_, _>) -> Tensor<_> {
        x.lstm(5).at(-1)
    }

    pub fn logits(&self, image: Tensor<2, 6, 6>) -> Tensor<3> {
        let mut x = image.conv(CHANNELS, 1);
        for _ in 0..3 {
            x = x.convolved();
        }
        let rows = x.reshape([CHANNELS, 36]).t().slice(0, 0, 8);
        rows.attended().attended().read().dense(3)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, image: Tensor<2, 6, 6>, label: Index<3>) -> Scalar {
        self.logits(image).softmax_cross_entropy(label)
    }
}
