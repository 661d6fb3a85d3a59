network! {
    /// Strided convolution and mean pooling on an image that neither divides.
    pub struct ConvStrided;

    /// Three numbers in (0, 1) about a 2-channel, 10×11 image.
    pub fn prediction(&self, image: Tensor<2, 10, 11>) -> Tensor<3> {
        let features = image.conv(3, 3, stride = 2, pad = 1).tanh().mean_pool(2);
        features.flatten().dense(3).sigmoid()
    }

    /// `‖t - y‖²` of one image.
    pub fn loss(&self, image: Tensor<2, 10, 11>, target: Tensor<3>) -> Scalar {
        self.prediction(image).squared_error(target)
    }
}
