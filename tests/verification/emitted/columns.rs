//! Products of one column, and what is added to, gates or normalises them: by the last axis, whatever its size.

use super::network_case;

network_case! { one_column: OneColumn { loss(reals) + loss_and_grad scores(reals) }
    pub struct OneColumn;

    pub fn scores(&self, x: Tensor<7, 4>) -> (Tensor<7, 1>, Tensor<4, 1>, Tensor<7, 1>) {
        let (weight, bias) = (param([4, 1], constant(1.0)), param([1], constant(1.0)));
        (x.dense(1), x.transpose(0, 1).dense(1).relu(), x.matmul(weight) + bias)
    }

    pub fn loss(&self, x: Tensor<7, 4>) -> Scalar {
        let (a, b, c) = self.scores(x);
        a.sum() + b.l2() + c.tanh().sum() + x.feed_forward(1).sum() + x.dense(1).relu().dense(3).tanh().sum()
    }
}

network_case! { recurrent: Recurrent { loss(reals) + loss_and_grad }
    pub struct Recurrent;

    pub fn loss(&self, x: Tensor<5, 4>) -> Scalar {
        let score = dense(1);
        let mut h = x.rnn(1);
        for _ in 0..5 {
            h = score(h);
        }
        x.lstm(3).dense(1).sum() + x.rnn(1).sum() + h.sum() + x.dense(1).multi_head_attention(1).l2()
    }
}

// A gate lies as the product does, in one piece or not.
network_case! { gates: Gates { loss(reals) + loss_and_grad }
    pub struct Gates;

    pub fn loss(&self, x: Tensor<4, 7, 3>) -> Scalar {
        let y = x.dense(5).relu().dense(2).transpose(0, 1).exp();
        let single = x.dense(1).relu().dense(2).tanh();
        y.sum() + single.sum() + x.dense(5).relu().dense(1).sigmoid().sum() + x.transpose(0, 2).dense(4).relu().dense(1).tanh().sum()
    }
}

network_case! {
    normalised: Normalised {
        loss(reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
        features(reals) / features_in_training
    }
    pub struct Normalised;

    pub fn features(&self, x: Tensor<7, 4>) -> (Tensor<1>, Tensor<5>) {
        (x.flatten().dense(1, bias = false).batch_norm().relu(), x.at(0).dense(5, bias = false).batch_norm().relu())
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x: Tensor<7, 4>) -> Scalar {
        let (a, b) = self.features(x);
        (a * x.at(0).slice(0, 0, 1)).sum() + b.dense(2).tanh().sum() + (x.dense(1, bias = false).batch_norm() * x).sum()
    }
}
