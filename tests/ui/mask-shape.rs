use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 8>, mask: Tensor<5>) -> Tensor<5, 8> {
        x.mask(mask).softmax()
    }
}

fn main() {}
