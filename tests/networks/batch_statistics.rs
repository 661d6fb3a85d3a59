network! {
    /// A convolution normalised by the statistics of the batch, written out.
    pub struct BatchStatistics;

    /// Zero mean and unit variance of each channel over examples and pixels (Ioffe and Szegedy, 2015).
    fn normalise(x: Tensor<_, _, _>) -> Tensor<_, _, _> {
        let channels = x.size(0);
        let count = batch_size() * (x.size(1) * x.size(2));
        let mean = x.sum(axis = [1, 2]).batch_sum() / count;
        let centred = x - mean.reshape([channels, 1, 1]);
        let variance = centred.square().sum(axis = [1, 2]).batch_sum() / count;
        let scale = param([channels], constant(1.0));
        let shift = param([channels], zeros());
        let factor = scale / (variance + 0.00001).sqrt();
        centred * factor.reshape([channels, 1, 1]) + shift.reshape([channels, 1, 1])
    }

    pub fn logits(&self, image: Tensor<2, 6, 6>) -> Tensor<3> {
        let features = image
            .conv(4, 3, pad = 1, bias = false)
            .normalise()
            .relu()
            .max_pool(2);
        features.flatten().dense(3)
    }

    pub fn loss(&self, image: Tensor<2, 6, 6>, class: Index<3>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
