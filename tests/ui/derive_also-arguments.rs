use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[derive_also(hvp(scores))]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }

    #[derive_also(gnvp)]
    pub fn second(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }

    #[derive_also(gnvp(a, b))]
    pub fn third(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }

    #[derive_also(grad())]
    pub fn fourth(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }
}

fn main() {
    Net::new(1);
}
