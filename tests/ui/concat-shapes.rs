use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, x: Tensor<2, 3>, y: Tensor<2, 4>) -> Tensor<4, 3> {
        concat([x, y], axis = 0)
    }
}

fn main() {}
