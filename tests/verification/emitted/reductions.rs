//! Sums, means and largest elements over any axes; running sums and softmax along any axis.

use super::network_case;

network_case! { folds: Folds { loss(reals) + loss_and_grad all(reals) }
    pub struct Folds;

    pub fn all(&self, x: Tensor<3, 4, 5>) -> (Tensor<4, 5>, Tensor<3, 5>, (Tensor<3, 4>, Tensor<4>), Tensor<3, 1, 5>) {
        (x.sum(axis = 0), x.max_over(axis = 1), (x.mean(axis = -1), x.min_over(axis = [0, 2])), x.sum(axis = 1, keep = true))
    }

    pub fn loss(&self, x: Tensor<3, 4, 5>) -> Scalar {
        let weight = param([3, 4, 5], constant(1.0));
        let y = x * weight;
        let (a, b, (c, d), e) = self.all(y);
        a.l2() + b.l2() + c.exp().sum() + d.norm() + (y - e).square().mean() + y.max_over() * y.min_over() + weight.max_over(axis = 0).l2()
    }
}

network_case! { long_sums: LongSums { loss(reals) + loss_and_grad sums(reals) }
    pub struct LongSums;

    pub fn sums(&self, x: Tensor<2, 75>) -> (Tensor<2>, Tensor<75>, Tensor<2>, Scalar) {
        (x.sum(axis = 1), x.sum(axis = 0), x.reshape([75, 2]).max_over(axis = 0), x.square().sum())
    }

    pub fn loss(&self, x: Tensor<2, 75>) -> Scalar {
        let weight = param([75], constant(1.0));
        let (a, b, c, d) = self.sums(x * weight);
        a.l2() + b.l2() + c.sum() + d.sqrt() + (weight * weight.exp()).sum() + weight.norm()
    }
}

network_case! { running_sums: RunningSums { loss(reals) + loss_and_grad all(reals) }
    pub struct RunningSums;

    pub fn all(&self, x: Tensor<3, 4, 5>) -> (Tensor<3, 4, 5>, Tensor<3, 4, 5>, Tensor<3, 4, 5>) {
        (x.cumsum(), x.cumsum(axis = 0), x.cumsum(axis = -2))
    }

    pub fn loss(&self, x: Tensor<3, 4, 5>) -> Scalar {
        let weight = param([3, 4, 5], constant(1.0));
        let (a, b, c) = self.all(x * weight);
        (a * b).mean() + c.l2() + (x * weight.cumsum(axis = 1)).sum() + x.flatten().cumsum().dense(2).l2()
    }
}

network_case! { softmaxes: Softmaxes { loss(reals) + loss_and_grad all(reals) }
    pub struct Softmaxes;

    pub fn all(&self, x: Tensor<3, 4, 2>) -> (Tensor<3, 4, 2>, Tensor<3, 4, 2>, Tensor<3, 4, 2>) {
        (x.softmax(axis = 1), x.log_softmax(axis = 0), (3.0 * x).softmax())
    }

    pub fn loss(&self, x: Tensor<3, 4, 2>) -> Scalar {
        let weight = param([4, 2], constant(1.0));
        let (a, b, c) = self.all(x + weight);
        let p = weight.softmax(axis = 0);
        (a * b).sum() + (a - c).l2() - (p * (weight.log_softmax(axis = 0))).sum() + (x * p).sum()
    }
}

network_case! { equal_elements_share: EqualElementsShare { loss(reals) + loss_and_grad }
    pub struct EqualElementsShare;

    pub fn loss(&self, x: Tensor<4>) -> Scalar {
        let scale = param([4], constant(1.0));
        let twice = concat([x * scale, x * scale], axis = 0);
        twice.max_over() + max(x * scale, scale * x).l2() + min(scale, scale).sum()
    }
}

network_case! { normalisation: Normalisation { loss(reals) + loss_and_grad centred(reals) }
    pub struct Normalisation;

    pub fn centred(&self, x: Tensor<2, 5>) -> Tensor<2, 5> {
        let gain = param([5], constant(1.0));
        let shift = param([5], zeros());
        let x = x - x.mean(axis = -1, keep = true);
        x / (x.square().mean(axis = -1, keep = true) + 1e-5).sqrt() * gain + shift
    }

    pub fn loss(&self, x: Tensor<2, 5>) -> Scalar {
        let y = self.centred(x.dense(5));
        let mean = y.batch_sum() / batch_size();
        let spread = (y - mean).square().batch_sum() / batch_size();
        self.centred(y).tanh().sum() + ((y - mean) / (spread + 0.1).sqrt()).dense(2).sigmoid().sum() + spread.l2()
    }
}
