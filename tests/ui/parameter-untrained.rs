#![deny(deprecated)]

use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn scores(&self, x: Tensor<3>) -> (Tensor<2>, Tensor<2>) {
        let _meant = dense(2);
        (x.dense(2), x.dense(2).relu() + x._meant())
    }

    pub fn loss(&self, x: Tensor<3>, class: Index<2>) -> Scalar {
        let (scores, _) = self.scores(x);
        scores.softmax_cross_entropy(class)
    }
}

fn main() {
    let _ = Net::new(1);
}
