//! A generator and its critic.

use dsl_runtime::prelude::*;

network! {
    /// Both networks of a WGAN-GP, and a loss for each.
    pub struct Wgan;

    const PENALTY: f64 = 0.1;
    const WIDTH: usize = 128;

    /// A point made of random numbers.
    pub fn sample(&self, z: Tensor<2>) -> Tensor<2> {
        z.dense(WIDTH).relu().dense(WIDTH).relu().dense(2)
    }

    /// How real a point looks.
    pub fn score(&self, point: Tensor<2>) -> Tensor<1> {
        point
            .dense(WIDTH)
            .relu()
            .dense(WIDTH)
            .relu()
            .dense(1, bias = false)
    }

    /// What the critic minimises: it tells real from made with a slope held near 1 between them.
    pub fn critic(&self, real: Tensor<2>, z: Tensor<2>, place: Scalar) -> Scalar {
        let made = self.sample(z).stop_gradient();
        let between = real + place * (made - real);
        let slope = self.score(between).at(0).grad(between);
        self.score(made).at(0) - self.score(real).at(0) + PENALTY * (slope.norm() - 1.0).square()
    }

    /// What the generator minimises: the gradient is that of minus the score, but it reaches no parameter of the critic.
    pub fn generator(&self, z: Tensor<2>) -> Scalar {
        let point = self.sample(z);
        let push = self.score(point).at(0).grad(point).stop_gradient();
        -(push * point).sum()
    }
}
