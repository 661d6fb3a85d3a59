use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<7>) -> Tensor<3> {
        x.glu()
    }
}

fn main() {}
