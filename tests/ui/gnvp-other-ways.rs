use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    // Its last layer lies behind `hidden`.
    #[derive_also(gnvp(hidden))]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        let hidden = x.dense(5).tanh();
        hidden.dense(3).softmax_cross_entropy(class)
    }

    #[derive_also(gnvp(total))]
    pub fn linear(&self, x: Tensor<4>) -> Scalar {
        let total = x.dense(5).tanh().sum();
        2.0 * total
    }

    #[derive_also(gnvp(input))]
    pub fn of_an_input(&self, x: Tensor<4>) -> Scalar {
        let input = x.square();
        input.dense(1).square().sum()
    }

    #[derive_also(gnvp(aside))]
    pub fn beside(&self, x: Tensor<4>, class: Index<3>) -> (Scalar, Tensor<3>) {
        let aside = x.dense(3);
        (x.dense(3).softmax_cross_entropy(class), aside)
    }
}

fn main() {
    Net::new(1);
}
