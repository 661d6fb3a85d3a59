use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3, 4>) -> Tensor<6> {
        let cell = lstm_cell(6);
        let (h, c) = cell(x, zeros([6]), zeros([6]));
        h + c
    }
}

fn main() {}
