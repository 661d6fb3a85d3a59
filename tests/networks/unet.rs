network! {
    /// A U-Net (Ronneberger, Fischer and Brox, 2015) as the example of this name, of two resolutions and few channels.
    pub struct UNet;

    fn convolved(x: Tensor<_, _, _>, channels: usize) -> Tensor<_, _, _> {
        x.conv(channels, 3, pad = 1)
            .relu()
            .conv(channels, 3, pad = 1)
            .relu()
    }

    fn joined(coarse: Tensor<_, _, _>, fine: Tensor<_, _, _>, channels: usize) -> Tensor<_, _, _> {
        concat([coarse.conv_transpose(channels, 2, stride = 2), fine], axis = 0).convolved(channels)
    }

    /// A score for each pixel.
    pub fn logits(&self, scene: Tensor<1, 8, 8>) -> Tensor<1, 8, 8> {
        let fine = scene.convolved(2);
        let coarse = fine.max_pool(2).convolved(4);
        coarse.joined(fine, 2).conv(1, 1)
    }

    /// Mean cross-entropy of the pixels.
    pub fn loss(&self, scene: Tensor<1, 8, 8>, mask: Tensor<1, 8, 8>) -> Scalar {
        self.logits(scene).binary_cross_entropy_with_logits(mask)
    }
}
