use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<8>) -> Scalar {
        x.dense(4).gaussian_kl_divergence(x.dense(5))
    }
}

fn main() {}
