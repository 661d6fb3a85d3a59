network! {
    /// Separable, dilated and grouped convolution of an odd image.
    pub struct Separable;

    pub fn logits(&self, image: Tensor<3, 9, 10>) -> Tensor<4> {
        let spread = image
            .depthwise_conv(3, stride = 2, pad = 1, multiplier = 2)
            .tanh();
        let mixed = spread.conv(4, 1).tanh();
        let wide = mixed
            .conv(6, 3, pad = 2, dilation = 2, groups = 2, bias = false)
            .tanh();
        let small = wide.conv(6, [1, 3], stride = [3, 2], pad = "same").tanh();
        (wide.global_mean_pool() + small.mean_pool()).dense(4)
    }

    pub fn loss(&self, image: Tensor<3, 9, 10>, label: Index<4>) -> Scalar {
        self.logits(image).softmax_cross_entropy(label)
    }
}
