use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 8>, memory: Tensor<3, 6>) -> Tensor<5, 8> {
        x.cross_attention(memory, 2)
    }
}

fn main() {}
