//! Every element-wise word, alone, in chains, on shared values and across kinds.

use super::network_case;

network_case! { words: Words { loss(reals) + loss_and_grad all(reals) activations(reals) masks(reals reals) }
    pub struct Words;

    pub fn activations(&self, x: Tensor<6>) -> Tensor<15, 6> {
        stack([
            x.elu(0.5), x.selu(), x.gelu_tanh(), x.mish(), x.log_sigmoid(), x.softsign(), hard_sigmoid(3.0 * x), hard_swish(4.0 * x),
            x.hard_tanh(), (5.0 * x).relu6(), x.prelu(), glu(concat([x, x * x], axis = 0)), softmax(x, temperature = 0.5), x.log_softmax(), x.sigmoid(),
        ])
    }

    pub fn all(&self, x: Tensor<6>) -> Tensor<23, 6> {
        let p = x.square() + 0.5;
        stack([
            x.exp(), p.log(), p.sqrt(), x.sin(), x.cos(), x.tanh(), x.sigmoid(), x.softplus(), x.erf(), x.relu(), x.abs(),
            x.sign(), max(x, 0.25), min(x, p), -x, x / p, p.pow(1.5), p.pow(-2), x.clamp(-0.5, 0.5), x.leaky_relu(0.1),
            x.gelu(), x.silu(), erfinv(0.7 * x.sin()),
        ])
    }

    pub fn masks(&self, x: Tensor<6>, y: Tensor<6>) -> (Tensor<6>, Tensor<6>, Tensor<6>, Tensor<6>) {
        (greater(x, y) + 2.0 * less_equal(x, y), greater_equal(x, 0.0) * x, equal(x, x) - less(y, 0.5), x.greater(0.0).select(x.log(), y))
    }

    pub fn loss(&self, x: Tensor<6>) -> Scalar {
        let scale = param([6], constant(1.0));
        let shift = param([6], zeros());
        let chain = (x * scale + shift).tanh().exp().log().square().sqrt().softplus() * (x - shift).cos() / (1.0 + scale.square());
        (self.all(chain) + self.all(x * scale) * self.all(scale)).mean() + (self.activations(chain) * self.activations(x * scale)).sum() + self.all(shift).l2() + chain.greater(0.2).select(scale, x * shift).sum()
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

network_case! { class_losses: ClassLosses { loss(reals indices) + loss_and_grad }
    pub struct ClassLosses;

    pub fn loss(&self, x: Tensor<2, 5>, class: Index<3, 2>) -> Scalar {
        let y = x.dense(3);
        y.softmax_cross_entropy(class, label_smoothing = 0.2) + y.softmax_cross_entropy(class, ignore = 1)
            + y.log_softmax().negative_log_likelihood(class) + y.hinge(class, margin = 0.5)
            + (class.number() * y.at(0, axis = 1)).sum()
    }
}

network_case! { losses: Losses { loss(reals reals) + loss_and_grad }
    pub struct Losses;

    pub fn loss(&self, x: Tensor<5>, t: Tensor<3>) -> Scalar {
        let y = x.dense(3);
        let p = y.sigmoid();
        y.huber(t, 0.3) + y.absolute_error(t) + y.mean_absolute_error(t) + p.binary_cross_entropy(t.square())
            + y.softmax().cross_entropy(t.softmax()) + y.softmax_cross_entropy(t.softmax()) + y.hinge(t.sign())
            + (1.0 + y.exp()).log().sum() - (1.0 - p).log().mean() + y.smooth_l1(t, beta = 0.4)
            + y.softmax().kl_divergence(t.softmax()) + y.gaussian_kl_divergence(t) + t.gaussian_negative_log_likelihood(y, y.sigmoid())
            + y.softmax_cross_entropy(t.softmax(), label_smoothing = 0.1)
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
