use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<5, 7>) -> Tensor<5, 7> {
        x + sinusoidal_positions(5, 7)
    }
}

fn main() {}
