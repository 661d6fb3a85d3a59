//! Parts shared by the batch that are joined with parts of each example: every example has them all.

use super::network_case;

network_case! { class_token: ClassToken { loss(reals) + loss_and_grad tokens(reals) stacked(reals) }
    pub struct ClassToken;

    pub fn tokens(&self, x: Tensor<2, 3>) -> Tensor<4, 3> {
        let token = param([1, 3], constant(7.0));
        concat([token, x, full([1, 3], 0.5)], axis = 0)
    }

    pub fn stacked(&self, x: Tensor<2, 3>) -> Tensor<2, 2, 3> {
        stack([x, param([2, 3], constant(7.0))])
    }

    pub fn loss(&self, x: Tensor<2, 3>) -> Scalar {
        self.tokens(x).dense(4).l2() + self.stacked(x).dense(2).sum()
    }
}

network_case! { coordinates: Coordinates { loss(reals) + loss_and_grad }
    pub struct Coordinates;

    pub fn loss(&self, image: Tensor<2, 3, 3>) -> Scalar {
        let places = arange(9).reshape([1, 3, 3]);
        let before = concat([places, image], axis = 0).conv(2, 2).l2();
        before + concat([image, places], axis = 0).conv(2, 3, pad = 1).relu().max_pool(3).sum()
    }
}

network_case! { padded: Padded { loss(reals reals number) + loss_and_grad joined(reals reals number) }
    pub struct Padded;

    pub fn joined(&self, x: Tensor<2, 3>, given: Shared<1, 3>, scale: Shared) -> Tensor<7, 3> {
        let prefix = param([2, 3], constant(7.0));
        let state = buffer([1, 3], constant(2.0));
        let sum = prefix.pad(0, 0, 3) + x.pad(0, 3, 0) + full([1, 3], 0.5).pad(0, 2, 2) * scale;
        concat([state, sum, given], axis = 0)
    }

    pub fn loss(&self, x: Tensor<2, 3>, given: Shared<1, 3>, scale: Shared) -> Scalar {
        self.joined(x, given, scale).dense(4).sum() + concat([scale.reshape([1]), x.at(0)], axis = 0).dense(2).l2()
    }
}

network_case! { rows: Rows { loss(reals) + loss_and_grad all(reals) }
    pub struct Rows;

    pub fn all(&self, x: Tensor<4, 3>) -> (Tensor<5, 3>, Tensor<4, 5>) {
        let first = param([3], constant(7.0));
        let weight = param([3, 3], constant(0.5));
        let mut shifted = zeros([5, 3]);
        shifted[0] = first;
        for t in 0..4 {
            shifted[t + 1] = x.at(t);
        }
        let mut wider = zeros([4, 5]);
        let mut h = first;
        for t in 0..4 {
            h = (h.matmul(weight) + x.at(t)).tanh();
            wider[t] = h.pad(0, 1, 1);
        }
        (shifted, wider)
    }

    pub fn loss(&self, x: Tensor<4, 3>) -> Scalar {
        let (shifted, wider) = self.all(x);
        shifted.dense(4).sum() + wider.dense(2).tanh().sum()
    }
}

// What a loop over time carries is the same for all examples in one value and not in the other.
network_case! { carried: Carried { loss(reals) + loss_and_grad }
    pub struct Carried;

    pub fn loss(&self, x: Tensor<2, 3>) -> Scalar {
        let weight = param([3, 3], constant(0.5));
        let mut code = param([3], constant(0.5));
        let mut y = x;
        for _ in 0..6 {
            code = code.matmul(weight).tanh();
            y = (y.matmul(weight) + code * 0.5).tanh();
        }
        y.l2() + code.sum()
    }
}
