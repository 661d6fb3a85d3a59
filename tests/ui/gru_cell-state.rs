use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<4>, h: Tensor<5>) -> Tensor<6> {
        x.gru_cell(h, 6)
    }
}

fn main() {}
