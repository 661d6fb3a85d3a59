use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, x: Tensor<6>, width: usize) -> Tensor<_> {
        x.dense(width)
    }
}

fn main() {}
