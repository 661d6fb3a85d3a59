use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 8>) -> Tensor<5, 8> {
        x.encoder_layer(3, 16)
    }
}

fn main() {}
