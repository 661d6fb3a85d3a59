//! Normalisation, for the blocks of another crate.

#![forbid(unsafe_code)]

use dsl_runtime::blocks;

blocks! {
    /// What keeps a variance of 0 from being divided by.
    const SMALL: f64 = 1e-5;

    fn scaled(x: Tensor<_>, start: f64) -> Tensor<_> {
        let scale = param([x.size(0)], constant(start));
        scale * x
    }

    /// `scale · (x − mean) / √(variance + 1e-5)` over the features, with a trained scale (Ba, Kiros and Hinton, 2016).
    pub fn centred(x: Tensor<_>) -> Tensor<_> {
        let centred = x - x.mean();
        (centred / sqrt(centred.square().mean() + SMALL)).scaled(1.0)
    }

    /// `‖∂ Σ body(x) / ∂x‖²`, how steep a layer is (Drucker and Le Cun, 1992), with what it computes again for its gradient.
    #[recompute]
    pub fn steepness(x: Tensor<_>, body: Layer) -> Scalar {
        body(x.centred()).sum().grad(x).square().sum()
    }
}
