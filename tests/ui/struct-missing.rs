use dsl_runtime::prelude::*;

network! {
    pub fn logits(&self, x: Tensor<6>) -> Tensor<4> {
        x.dense(4)
    }
}

fn main() {}
