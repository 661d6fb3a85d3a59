network! {
    /// Every way to a larger image: transposed convolution, shuffled channels, interpolation.
    pub struct Upsampling;

    pub fn picture(&self, image: Tensor<2, 3, 4>) -> Tensor<2, 5, 4> {
        let grown = image
            .conv_transpose(
                4,
                [3, 2],
                stride = 2,
                pad = [1, 0],
                output_pad = [1, 0],
                groups = 2,
            )
            .tanh();
        let deep = grown.conv(8, [2, 3], pad = [[1, 0], [1, 1]]).tanh();
        let sum = deep.pixel_shuffle(2) + image.upsample_bilinear(4) + image.upsample_nearest(4);
        sum.adaptive_mean_pool([5, 4]) + sum.max_pool(3, stride = 2, pad = 1).adaptive_max_pool([5, 4])
    }

    pub fn loss(&self, image: Tensor<2, 3, 4>, target: Tensor<2, 5, 4>) -> Scalar {
        self.picture(image).squared_error(target)
    }
}
