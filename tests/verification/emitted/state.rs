//! Buffers and modes.

use super::network_case;

network_case! {
    batch_norms: Norms {
        codes(reals reals) / codes_in_training
        loss(reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Norms;

    /// One layer, applied twice: its statistics are updated twice.
    pub fn codes(&self, left: Tensor<3, 4>, right: Tensor<3, 4>) -> (Tensor<3, 4>, Tensor<3, 4>) {
        let norm = batch_norm(momentum = 0.4);
        (norm(left), norm(right))
    }

    #[gradient(evaluation)]
    pub fn loss(&self, left: Tensor<3, 4>, right: Tensor<3, 4>) -> (Scalar, Tensor<5>) {
        let (a, b) = self.codes(left, right);
        let mixed = (a * b).reshape([2, 3, 2]).batch_norm(affine = false).flatten().dense(5, bias = false).batch_norm();
        (mixed.tanh().squared_error(left.reshape([12]).slice(0, 0, 5)), mixed)
    }
}

network_case! {
    buffers_of_every_shape: Shapes {
        loss(reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
        moving(reals) / moving_in_training
    }
    pub struct Shapes;

    #[gradient(evaluation)]
    pub fn loss(&self, x: Tensor<2, 3>, y: Tensor<3>) -> Scalar {
        let count = buffer([], zeros());
        let centre = buffer([2, 3], normal(0.5));
        let column = buffer([2, 1], uniform(0.0, 1.0));
        count.update(count + batch_size());
        count.update(2.0 * count);
        centre.update(0.5 * centre + x.batch_sum());
        column.update(column + param([2, 1], zeros()) * count);
        let x = (x - centre) * column.exp() + centre.t().matmul(x).sum() / (count + 4.0);
        let y = if training() { 0.5 * y } else { y };
        // The update of a value that is a result, too.
        x.flatten().dense(3).squared_error(y)
    }

    /// Another set of updates than that of `loss`; a buffer that is not read.
    pub fn moving(&self, x: Tensor<2>) -> (Tensor<2>, Shared<2>) {
        let last = buffer([2], zeros());
        let mean = x.batch_sum() / batch_size();
        last.update(mean);
        (x - mean, mean)
    }
}

network_case! {
    dropouts: Drops {
        loss(reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
        sample(reals)
    }
    pub struct Drops;

    #[gradient(evaluation)]
    pub fn loss(&self, x: Tensor<2, 9>, class: Index<3>) -> (Scalar, Tensor<70>) {
        let drop = dropout(0.4);
        let h = drop(drop(x).flatten().dense(70).tanh());
        (h.dense(3).dropout(0.0).softmax_cross_entropy(class), h)
    }

    /// Noise whatever the mode, as it is drawn and through a loop over time.
    pub fn sample(&self, mean: Tensor<3>) -> (Tensor<3>, Tensor<5>, Tensor<4, 3>, Tensor<3>) {
        let mut x = mean;
        for _ in 0..4 {
            x = 0.5 * x + noise([3], normal(0.5, mean = 0.1));
        }
        let shared = noise([3], uniform(-1.0, 1.0)).batch_sum();
        (x, noise([5], normal(1.0)), noise([4, 3], uniform(0.0, 1.0)), shared + mean)
    }
}

network_case! {
    // Equal blocks become one routine, each with draws of its own.
    blocks_with_noise: Deep {
        loss(reals indices) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
    }
    pub struct Deep;

    fn block(x: Tensor<8>) -> Tensor<8> {
        let h = x.layer_norm().dense(12).gelu().dropout(0.3).dense(8, bias = false).batch_norm();
        (x + h.dropout(0.2)).tanh()
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x: Tensor<8>, class: Index<3>) -> Scalar {
        x.block().block().block().dense(3).softmax_cross_entropy(class)
    }
}
