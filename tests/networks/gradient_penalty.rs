network! {
    /// A critic whose gradient is held near length 1 between true and false images: WGAN-GP (Gulrajani et al., 2017).
    pub struct Critic;

    const PENALTY: f64 = 10.0;

    fn score(&self, image: Tensor<1, 6, 6>) -> Scalar {
        image
            .conv(4, 3, pad = 1)
            .softplus()
            .mean_pool(2)
            .flatten()
            .dense(5)
            .tanh()
            .dense(1, bias = false)
            .at(0)
    }

    /// What the score says of each pixel of an image.
    pub fn saliency(&self, real: Tensor<1, 6, 6>) -> Tensor<1, 6, 6> {
        self.score(real).grad(real)
    }

    /// The difference of the scores, and the penalty at a place between the images.
    pub fn loss(&self, real: Tensor<1, 6, 6>, fake: Tensor<1, 6, 6>, place: Tensor<1>) -> Scalar {
        let between = real + (fake - real) * place.at(0);
        let slope = self.score(between).grad(between);
        self.score(fake) - self.score(real) + PENALTY * (slope.norm() - 1.0).square()
    }
}
