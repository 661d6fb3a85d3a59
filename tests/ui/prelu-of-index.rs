use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Index<8>) -> Tensor<8> {
        x.prelu()
    }
}

fn main() {}
