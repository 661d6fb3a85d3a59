network! {
    /// Kernels of 3×3 over so many channels that results compute them by tiles: of images with an odd number of rows, with
    /// padding and without, before a normalisation with a shortcut and before a bias.
    pub struct Filters;

    pub fn logits(&self, image: Tensor<3, 9, 8>) -> Tensor<4> {
        let wide = image.conv(8, 3, pad = 1).relu();
        let body = wide.conv(8, 3, pad = 1, bias = false).batch_norm();
        let joined = (body + wide).relu();
        joined.conv(18, 3).relu().global_mean_pool().dense(4)
    }

    #[gradient(evaluation)]
    pub fn loss(&self, image: Tensor<3, 9, 8>, class: Index<4>) -> Scalar {
        self.logits(image).softmax_cross_entropy(class)
    }
}
