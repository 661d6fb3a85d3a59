network! {
    /// A variational autoencoder (Kingma and Welling, 2014) whose noise is an argument.
    pub struct Vae;

    const PIXELS: usize = 16;
    const HIDDEN: usize = 7;
    const CODE: usize = 3;

    /// Mean and logarithm of the variance of an image's code.
    pub fn encode(&self, image: Tensor<PIXELS>) -> (Tensor<CODE>, Tensor<CODE>) {
        let hidden = image.dense(HIDDEN).relu();
        (hidden.dense(CODE), hidden.dense(CODE))
    }

    fn scores(&self, code: Tensor<CODE>) -> Tensor<PIXELS> {
        code.dense(HIDDEN).relu().dense(PIXELS)
    }

    pub fn decode(&self, noise: Tensor<CODE>) -> Tensor<PIXELS> {
        self.scores(noise).sigmoid()
    }

    /// How little the decoder says of the image, and how much the code says.
    pub fn loss(&self, image: Tensor<PIXELS>, noise: Tensor<CODE>) -> Scalar {
        let (mean, log_variance) = self.encode(image);
        let code = mean + noise * (0.5 * log_variance).exp();
        let unsaid = PIXELS * self.scores(code).binary_cross_entropy_with_logits(image);
        unsaid + mean.gaussian_kl_divergence(log_variance)
    }
}
