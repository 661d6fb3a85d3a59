use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3, 7>, class: Index<7, 3>) -> Scalar {
        x.softmax_cross_entropy(class, ignore = 7)
    }
}

fn main() {}
