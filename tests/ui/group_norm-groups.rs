use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, image: Tensor<6, 5, 5>) -> Tensor<6, 5, 5> {
        image.group_norm(4)
    }
}

fn main() {}
