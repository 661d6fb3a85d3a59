use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 10>) -> Tensor<5, 10> {
        x.dense(10).multi_head_attention(4)
    }
}

fn main() {}
