use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 7>) -> Tensor<5, 7> {
        x + learned_positions(7, 5)
    }
}

fn main() {}
