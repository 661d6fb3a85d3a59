use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    #[derive_also(hvp, grad(x))]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        x.dense(3).softmax_cross_entropy(class)
    }

    pub fn loss_hvp(&self, x: Tensor<4>) -> Tensor<4> {
        x
    }

    pub fn loss_grad_in_training(&self, x: Tensor<4>) -> Tensor<4> {
        x
    }

    // Nobody asks for this one.
    pub fn loss_jvp(&self, x: Tensor<4>) -> Tensor<4> {
        x
    }
}

fn main() {
    Net::new(1);
}
