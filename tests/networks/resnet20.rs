network! {
    /// ResNet-20 (He et al., 2015, section 4.2) with an eighth of its channels, for small images.
    pub struct ResNet20;

    const CHANNELS: usize = 2;

    fn conv_bn(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        x.conv(channels, 3, stride = stride, pad = 1, bias = false)
            .batch_norm()
    }

    fn residual(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let body = x.conv_bn(channels, stride).relu().conv_bn(channels, 1);
        let skip = if stride == 1 {
            x
        } else {
            x.conv(channels, 1, stride = stride, bias = false).batch_norm()
        };
        (body + skip).relu()
    }

    fn stage(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let mut x = x.residual(channels, stride);
        for _ in 1..3 {
            x = x.residual(channels, 1);
        }
        x
    }

    pub fn logits(&self, image: Tensor<3, 12, 12>) -> Tensor<5> {
        let stem = image.conv_bn(CHANNELS, 1).relu();
        let stages = stem
            .stage(CHANNELS, 1)
            .stage(2 * CHANNELS, 2)
            .stage(4 * CHANNELS, 2);
        stages.global_mean_pool().dense(5)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, image: Tensor<3, 12, 12>, class: Index<5>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
