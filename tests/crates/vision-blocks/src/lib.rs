//! Blocks of one crate, made from those of a third.

#![forbid(unsafe_code)]

pub use norm_blocks::{centred as normalised, steepness};

/// Blocks in a module, so that their path has several names.
pub mod dense {
    use dsl_runtime::blocks;

    blocks! {
        use norm_blocks::centred as norm;

        const SLOPE: f64 = 0.2;
        const SMALL: f64 = 3.0;

        fn scaled(x: Tensor<_>, width: usize) -> Tensor<_> {
            x.dense(width).leaky_relu(SLOPE) / SMALL
        }

        /// `x + f(x)` with two layers in `f` and a norm before them; what `f` has inside is as wide as `width`.
        pub fn residual(x: Tensor<_>, width: usize) -> Tensor<_> {
            x + x.norm().scaled(width).dense(x.size(0))
        }

        /// `x + body(x)`, with the layer of whoever calls it.
        pub fn around(x: Tensor<_>, body: Layer) -> Tensor<_> {
            x + body(x)
        }

        /// `depth` times `residual`.
        pub fn stage(x: Tensor<_>, width: usize, depth: usize) -> Tensor<_> {
            let mut x = x;
            for _ in 0..depth {
                x = x.residual(width);
            }
            x
        }
    }
}
