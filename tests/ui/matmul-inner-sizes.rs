use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, left: Tensor<4, 5>, right: Tensor<6, 7>) -> Tensor<4, 7> {
        left.matmul(right)
    }
}

fn main() {}
