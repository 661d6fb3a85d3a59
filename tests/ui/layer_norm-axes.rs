use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<8>) -> Tensor<8> {
        x.layer_norm(axes = 2)
    }
}

fn main() {}
