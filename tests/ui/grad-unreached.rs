use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[derive_also(grad(mask))]
    pub fn through_a_choice(&self, x: Tensor<4>, mask: Tensor<4>) -> Scalar {
        mask.greater(0.5).select(x, 0.0).dense(1).sum()
    }

    #[derive_also(grad(x, unused))]
    pub fn beside(&self, x: Tensor<4>, unused: Tensor<4>) -> Scalar {
        let _ = unused;
        x.dense(1).sum()
    }

    #[derive_also(grad(x))]
    pub fn stopped(&self, x: Tensor<4>) -> Scalar {
        x.stop_gradient().dense(1).sum()
    }
}

fn main() {
    Net::new(1);
}
