network! {
    /// Convolution and pooling along time: strided, causal, grouped.
    pub struct SequenceConv;

    pub fn prediction(&self, signal: Tensor<3, 17>) -> Tensor<3> {
        let slow = signal.conv1d(4, 5, stride = 2, pad = "same").tanh();
        let causal = slow.conv1d(4, 3, dilation = 2, pad = [4, 0], groups = 2).tanh();
        let pooled = causal.mean_pool1d(3, stride = 2, pad = 1, count_pad = false)
            + causal.max_pool1d(2, pad = [0, 1]);
        pooled.flatten().dense(3)
    }

    pub fn loss(&self, signal: Tensor<3, 17>, target: Tensor<3>) -> Scalar {
        self.prediction(signal).squared_error(target)
    }
}
