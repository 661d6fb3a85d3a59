use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3, 2>, h: Tensor<5>) -> Tensor<3, 4> {
        x.gru(h, 4)
    }
}

fn main() {}
