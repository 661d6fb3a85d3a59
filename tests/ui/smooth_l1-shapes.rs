use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3>, t: Tensor<4>) -> Scalar {
        x.smooth_l1(t)
    }
}

fn main() {}
