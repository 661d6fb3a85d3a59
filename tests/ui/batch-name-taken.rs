use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }
}

struct NetBatch;

fn main() {
    Net::new(1);
}
