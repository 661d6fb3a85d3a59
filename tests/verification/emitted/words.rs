//! Every element-wise word, alone, in chains, on shared values and across kinds.

use super::network_case;

network_case! { words: Words { loss(reals) + loss_and_grad all(reals) masks(reals reals) }
    pub struct Words;

    pub fn all(&self, x: Tensor<6>) -> Tensor<22, 6> {
        let p = x.square() + 0.5;
        stack([
            x.exp(), p.log(), p.sqrt(), x.sin(), x.cos(), x.tanh(), x.sigmoid(), x.softplus(), x.erf(), x.relu(), x.abs(),
            x.sign(), max(x, 0.25), min(x, p), -x, x / p, p.pow(1.5), p.pow(-2), x.clamp(-0.5, 0.5), x.leaky_relu(0.1),
            x.gelu(), x.silu(),
        ])
    }

    pub fn masks(&self, x: Tensor<6>, y: Tensor<6>) -> (Tensor<6>, Tensor<6>, Tensor<6>, Tensor<6>) {
        (greater(x, y) + 2.0 * less_equal(x, y), greater_equal(x, 0.0) * x, equal(x, x) - less(y, 0.5), x.greater(0.0).select(x.log(), y))
    }

    pub fn loss(&self, x: Tensor<6>) -> Scalar {
        let scale = param([6], constant(1.0));
        let shift = param([6], zeros());
        let chain = (x * scale + shift).tanh().exp().log().square().sqrt().softplus() * (x - shift).cos() / (1.0 + scale.square());
        (self.all(chain) + self.all(x * scale) * self.all(scale)).mean() + self.all(shift).l2() + chain.greater(0.2).select(scale, x * shift).sum()
    }
}

network_case! { held_back: HeldBack { loss(reals) + loss_and_grad }
    pub struct HeldBack;

    pub fn loss(&self, x: Tensor<4>) -> Scalar {
        let scale = param([4], constant(1.0));
        let y = x * scale;
        (y * y.stop_gradient()).sum() + (scale.stop_gradient() * x).l2() + scale.pow(3).sum()
    }
}

network_case! { losses: Losses { loss(reals reals) + loss_and_grad }
    pub struct Losses;

    pub fn loss(&self, x: Tensor<5>, t: Tensor<3>) -> Scalar {
        let y = x.dense(3);
        let p = y.sigmoid();
        y.huber(t, 0.3) + y.absolute_error(t) + y.mean_absolute_error(t) + p.binary_cross_entropy(t.square())
            + y.softmax().cross_entropy(t.softmax()) + y.softmax_cross_entropy(t.softmax()) + y.hinge(t.sign())
            + (1.0 + y.exp()).log().sum() - (1.0 - p).log().mean()
    }
}

network_case! { places: Places { loss(reals) + loss_and_grad outlook(reals) }
    pub struct Places;

    pub fn outlook(&self, x: Tensor<3, 5>) -> (Tensor<3, 5>, Tensor<5>, Tensor<3>, Tensor<3, 5>) {
        let places = arange(5);
        (x * places + places.slice(0, 2, 3), places / 2.0, x.matmul(places), (arange(15).reshape([3, 5]) * x + arange(3).reshape([3, 1])).sin())
    }

    pub fn loss(&self, x: Tensor<3, 5>) -> Scalar {
        let scale = param([5], constant(1.0));
        (x * (scale * arange(5)).cos() + arange(1) + arange(9).at(7)).l2() + arange(5).matmul(scale).square()
    }
}
