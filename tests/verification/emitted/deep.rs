//! Networks so deep that their phases are compiled in parts: the numbers are right, and in a debug build neither the
//! caller's stack, which is a test's of 2 MiB, nor a worker's overflows.

use super::network_case;

network_case! { 35; deep: Deep { loss(reals reals indices number) + loss_and_grad }
    pub struct Deep;

    fn block(x: Tensor<4>, shift: Tensor<4>, beta: Shared) -> Tensor<4> {
        x + beta * (x.layer_norm().dense(6).gelu().dense(4) + shift)
    }

    pub fn loss(&self, x: Tensor<4>, shift: Tensor<4>, class: Index<4>, beta: Shared) -> Scalar {
        let mut y = x;
        for _ in 0..100 {
            y = y.block(shift, beta);
        }
        y.softmax_cross_entropy(class)
    }
}

// Statistics of the batch, random numbers and a regulariser of many parameters: phases of every kind are long.
network_case! { 18; deep_of_every_kind: DeepOfEveryKind {
        loss(reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct DeepOfEveryKind;

    #[gradient(evaluation)]
    pub fn loss(&self, x: Tensor<3>, y: Tensor<3>) -> Scalar {
        let mut h = x.dense(3).batch_norm();
        let mut sum = y;
        for _ in 0..100 {
            h = h + 0.1 * h.dense(3).tanh();
            sum = sum + h * param([3], normal(0.5)) * 0.1;
        }
        (sum - y).square().sum() + 0.01 * parameters("*").l2()
    }
}
