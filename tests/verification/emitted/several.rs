//! Several inputs, several outputs, entry points that call one another, run-time numbers.

use super::network_case;

network_case! { several: Several {
    codes(reals reals)
    loss(reals reals reals number) + loss_and_grad
    scores(reals reals) + scores_and_grad
}
    pub struct Several;

    pub fn codes(&self, left: Tensor<5>, right: Tensor<3>) -> (Tensor<4>, Tensor<2, 2>, Tensor<4>) {
        let a = left.dense(4).tanh();
        let b = right.dense(4).sigmoid();
        (a, (a * b).reshape([2, 2]), b)
    }

    pub fn loss(&self, left: Tensor<5>, right: Tensor<3>, target: Tensor<4>, beta: Shared) -> (Scalar, Tensor<4>, Scalar) {
        let (a, m, b) = self.codes(left, right);
        let error = a.squared_error(target);
        (error + beta * (m.flatten() - b).l2() + beta * beta, a + b, error)
    }

    pub fn scores(&self, left: Tensor<5>, right: Tensor<3>) -> Scalar {
        let (a, _, b) = self.codes(left, right);
        (a * b).sum().exp()
    }
}

network_case! { shared_tensors: SharedTensors { loss(reals reals reals number) + loss_and_grad }
    pub struct SharedTensors;

    pub fn loss(&self, x: Tensor<4>, anchor: Shared<2, 4>, shift: Shared<3>, temperature: Shared) -> (Scalar, Tensor<2>) {
        let near = anchor.matmul(x) / (1.0 + temperature.square());
        let y = near.dense(3) + shift;
        (y.square().sum() + shift.l2() + anchor.dense(2).l2(), near)
    }
}

network_case! { averages_apart: AveragesApart { loss(reals) + loss_and_grad halves(reals) + halves_and_grad }
    pub struct AveragesApart;

    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        let scale = param([3], constant(1.0));
        (x * scale).l2() - 0.5 * scale.l2() + scale.sum() - x.sum()
    }

    pub fn halves(&self, x: Tensor<3>) -> Scalar {
        let y = x.dense(2);
        y.batch_sum().l2() / batch_size() + y.l2()
    }
}

// More than one block of 16 examples, and a part of one.
network_case! { 37; many_examples: ManyExamples { loss(reals reals) + loss_and_grad kernels(reals) + kernels_and_grad }
    pub struct ManyExamples;

    pub fn loss(&self, x: Tensor<3>, y: Tensor<2>) -> Scalar {
        x.dense(4).tanh().dense(2).mean_squared_error(y)
    }

    pub fn kernels(&self, x: Tensor<3>) -> Scalar {
        x.reshape([1, 1, 3]).pad(1, 0, 1).conv(2, 2).relu().sum()
    }
}

// The loss need not be the first result.
network_case! { loss_last: LossLast { loss(reals reals) + loss_and_grad }
    pub struct LossLast;

    pub fn loss(&self, x: Tensor<3>, t: Tensor<2>) -> (Tensor<2>, Scalar) {
        let y = x.dense(2).tanh();
        (y, y.squared_error(t))
    }
}
