use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3, 8>) -> Tensor<3, 8> {
        x.rms_norm(axes = 0)
    }
}

fn main() {}
