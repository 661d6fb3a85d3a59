network! {
    /// The beginning of a residual network (He et al., 2015): its stem and a block that halves the resolution.
    pub struct ResNetSmall;

    const CHANNELS: usize = 2;

    fn conv_bn(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        x.conv(channels, 3, stride = stride, pad = 1, bias = false)
            .batch_norm()
    }

    fn residual(x: Tensor<_, _, _>, channels: usize, stride: usize) -> Tensor<_, _, _> {
        let body = x.conv_bn(channels, stride).relu().conv_bn(channels, 1);
        let skip = x.conv(channels, 1, stride = stride, bias = false).batch_norm();
        (body + skip).relu()
    }

    pub fn logits(&self, image: Tensor<1, 8, 8>) -> Tensor<3> {
        let stem = image.conv_bn(CHANNELS, 1).relu();
        stem.residual(2 * CHANNELS, 2).global_mean_pool().dense(3)
    }

    pub fn loss(&self, image: Tensor<1, 8, 8>, class: Index<3>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
