use dsl_runtime::prelude::*;

mod library {
    use dsl_runtime::prelude::*;

    blocks! {
        const SLOPE: f64 = SLOP;

        fn inner(x: Tensor<_>) -> Tensor<_> {
            x.leaky_rellu(SLOPE)
        }

        /// Broken, so what imports it is left alone.
        pub fn outer(x: Tensor<_>, width: usize, y: Tensor<_>) -> Tensor<_> {
            x.iner() + y
        }
    }

    blocks! {
        pub struct Net;

        pub fn selfish(&self, x: Tensor<_>) -> Tensor<_> {
            x
        }
    }

    blocks! {
        fn private(x: Tensor<_>) -> Tensor<_> {
            x
        }
    }
}

network! {
    use library::outer;

    pub struct Net;

    pub fn logits(&self, x: Tensor<6>) -> Tensor<6> {
        x.outer(2, x)
    }
}

fn main() {
    let _ = Net::new(1);
    vision_blocks::dense::residual!(3);
}
