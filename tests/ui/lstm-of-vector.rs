use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<12>) -> Tensor<4> {
        x.lstm(4).at(-1)
    }
}

fn main() {}
