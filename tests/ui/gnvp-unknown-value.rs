use dsl_runtime::prelude::*;

network! {
    pub struct Net;

    pub fn logits(&self, x: Tensor<4>) -> Tensor<3> {
        x.dense(3)
    }

    #[derive_also(gnvp(logist))]
    pub fn loss(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        self.logits(x).softmax_cross_entropy(class)
    }

    #[derive_also(gnvp(h))]
    pub fn in_a_loop(&self, x: Tensor<4>, class: Index<3>) -> Scalar {
        let mut h = x;
        for _ in 0..3 {
            h = h.tanh();
        }
        h.dense(3).softmax_cross_entropy(class)
    }

    #[derive_also(gnvp(logits))]
    pub fn of_pairs(&self, x: Tensor<4>, y: Tensor<4>, class: Index<3>) -> Scalar {
        (self.logits(x) - self.logits(y)).softmax_cross_entropy(class)
    }
}

fn main() {
    Net::new(1);
}
