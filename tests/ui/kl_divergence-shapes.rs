use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3>, t: Tensor<1, 3>) -> Scalar {
        x.softmax().kl_divergence(t)
    }
}

fn main() {}
