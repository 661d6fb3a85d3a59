use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, left: Tensor<6>, right: Tensor<7>) -> Tensor<4> {
        let encode = dense(4);
        encode(left) + encode(right)
    }
}

fn main() {}
