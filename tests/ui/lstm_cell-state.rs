use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3, 4>) -> Tensor<6> {
        let cell = lstm_cell(6);
        let (h, c) = cell(x.at(0), zeros([6]), zeros([5]));
        h + c
    }
}

fn main() {}
