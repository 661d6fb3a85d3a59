use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 8>, present: Tensor<4>) -> Tensor<5, 8> {
        x.multi_head_attention(present, 4)
    }
}

fn main() {}
