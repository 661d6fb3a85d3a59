use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5>) -> Tensor<5> {
        x.causal_mask().softmax()
    }
}

fn main() {}
