network! {
    /// LeNet-5 (LeCun et al., 1998) with rectifiers and max pooling, for 28×28 digits.
    pub struct LeNet;

    fn stage(x: Tensor<_, _, _>, channels: usize, kernel: usize, pad: usize) -> Tensor<_, _, _> {
        x.conv(channels, kernel, pad = pad).relu().max_pool(2)
    }

    /// One digit in, one score per class out.
    pub fn logits(&self, image: Tensor<1, 28, 28>) -> Tensor<10> {
        let features = image.stage(6, 5, pad = 2).stage(16, 5, pad = 0).flatten();
        features.dense(120).relu().dense(84).relu().dense(10)
    }

    /// Cross-entropy of one digit.
    pub fn loss(&self, image: Tensor<1, 28, 28>, digit: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(digit)
    }
}
