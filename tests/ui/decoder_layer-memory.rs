use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 8>) -> Tensor<5, 8> {
        let decode = decoder_layer(2, 16);
        decode(x, x.dense(6))
    }
}

fn main() {}
