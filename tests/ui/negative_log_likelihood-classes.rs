use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn result(&self, x: Tensor<3, 7>, class: Index<7, 4>) -> Scalar {
        x.log_softmax().negative_log_likelihood(class)
    }
}

fn main() {}
