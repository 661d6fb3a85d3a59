network! {
    /// Images whose channels lie last in results: steps of two, single channels, single pixels, a shortcut, branches that are joined and
    /// pooled, kernels that are not square, and a sequence.
    pub struct ChannelsLast;

    pub fn logits(&self, image: Tensor<3, 11, 9>) -> Tensor<4> {
        let stem = image.conv(8, 3, stride = 2, pad = 1).tanh();
        let own = stem.depthwise_conv(3, pad = 1, bias = false).batch_norm().tanh();
        let wide = own.conv(24, 1).tanh();
        let joined = (wide.conv(24, 1, bias = false).batch_norm() + wide).tanh();
        let most = joined.max_pool(3, stride = 2, pad = 1);
        let mean = joined.mean_pool(2, stride = 2, pad = [0, 1]);
        let both = concat([most, mean], axis = 0);
        let far = both.conv(17, [3, 2], dilation = [1, 2], pad = [1, 1]).tanh();
        let line = far.flatten().reshape([17, 9]).conv1d(9, 3, pad = 1).tanh();
        line.mean(axis = 1).dense(4)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, image: Tensor<3, 11, 9>, class: Index<4>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
