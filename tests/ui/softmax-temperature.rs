use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<7>, heat: Shared<7>) -> Tensor<7> {
        x.softmax(temperature = heat)
    }
}

fn main() {}
