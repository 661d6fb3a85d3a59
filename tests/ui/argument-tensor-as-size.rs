use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, x: Tensor<6>, width: Scalar) -> Tensor<4> {
        x.dense(width)
    }
}

fn main() {}
