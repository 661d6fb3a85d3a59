network! {
    /// ResNet-20 for CIFAR-10 (He et al., 2016).
    pub struct ResNet20;

    fn conv_bn(
        x: Tensor<_, _, _>,
        channels: usize,
        kernel: usize,
        stride: usize,
        pad: usize,
    ) -> Tensor<_, _, _> {
        x.conv(channels, kernel, stride = stride, pad = pad, bias = false).batch_norm()
    }

    fn residual(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let body = x.conv_bn(channels, 3, stride, 1).relu().conv_bn(channels, 3, 1, 1);
        let skip = if stride == 1 { x } else { x.conv_bn(channels, 1, stride, 0) };
        (body + skip).relu()
    }

    fn stage(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let mut x = x.residual(channels, stride);
        for _ in 1..3 {
            x = x.residual(channels, 1);
        }
        x
    }

    pub fn logits(&self, image: Tensor<3, 32, 32>) -> Tensor<10> {
        let stem = image.conv_bn(16, 3, 1, 1).relu();
        let features = stem.stage(16, 1).stage(32, 2).stage(64, 2);
        features.global_mean_pool().dense(10)
    }

    pub fn loss(&self, image: Tensor<3, 32, 32>, class: Index<10>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
