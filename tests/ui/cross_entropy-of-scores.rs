use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn raw(&self, x: Tensor<3>, class: Index<4>) -> Scalar {
        x.dense(4).cross_entropy(class)
    }

    pub fn twice(&self, x: Tensor<3>, class: Index<4>) -> Scalar {
        x.dense(4).softmax().softmax_cross_entropy(class)
    }

    pub fn likely(&self, x: Tensor<3>, class: Index<4>) -> Scalar {
        x.dense(4).softmax().negative_log_likelihood(class)
    }

    pub fn logarithms(&self, x: Tensor<3>, class: Index<4>) -> Scalar {
        x.dense(4).log_softmax().cross_entropy(class)
    }

    pub fn binary(&self, x: Tensor<3>, t: Tensor<1>) -> Scalar {
        x.dense(1).binary_cross_entropy(t)
    }

    pub fn binary_twice(&self, x: Tensor<3>, t: Tensor<1>) -> Scalar {
        x.dense(1).sigmoid().binary_cross_entropy_with_logits(t)
    }
}

fn main() {
    let _ = Net::new(1);
}
