//! Parts of values that all examples share, as arguments of kernels: exactly their elements are handed over.

use super::network_case;

network_case! { critic: Critic { loss(reals reals) + loss_and_grad values(reals reals) }
    pub struct Critic;

    pub fn values(&self, image: Tensor<1, 5, 5>, action: Tensor<3>) -> (Tensor<1>, Tensor<1>) {
        let seen = image.conv(2, 3).flatten();
        (concat([seen, action], axis = 0).dense(1), concat([action, seen], axis = 0).dense(1))
    }

    pub fn loss(&self, image: Tensor<1, 5, 5>, action: Tensor<3>) -> Scalar {
        let (first, last) = self.values(image, action);
        first.sum() - last.sum()
    }
}

// Losses that are linear in what is pooled: their gradients are shared.
network_case! { linear: Linear { loss(reals) + loss_and_grad }
    pub struct Linear;

    pub fn loss(&self, image: Tensor<1, 4, 4>) -> Scalar {
        let maps = image.conv(2, 1);
        let joined = concat([maps.max_pool(4), maps.mean_pool(4)], axis = 0);
        image.conv(1, 1).adaptive_mean_pool(2).flatten().dense(1).sum() + joined.flatten().dense(1).sum()
            + image.max_pool(2).flatten().dense(1).sum() + maps.softmax().mean_pool(2).flatten().dense(1).sum()
    }
}

network_case! { slices: Slices { loss(reals reals) + loss_and_grad }
    pub struct Slices;

    pub fn loss(&self, x: Tensor<1, 4, 4>, given: Shared<12>) -> Scalar {
        let kernels = param([20], constant(0.5));
        let first = given.slice(0, 0, 4).reshape([1, 1, 4]).max_pool([1, 2]);
        let next = given.slice(0, 4, 8).reshape([1, 1, 4]).max_pool([1, 2]);
        let rates = kernels.slice(0, 0, 4).softmax();
        let state = buffer([3, 4], constant(1.0)).at(0).log_softmax();
        (first * x.sum() + next).sum() + x.matmul(rates).sum() + state.matmul(x.at(0)).l2() + (x.at(0).dense(4) + kernels.slice(0, 0, 4)).sum()
    }
}

// The same steps on the whole of one parameter and on a part of another are not the same code.
network_case! { blocks: Blocks { loss(reals) + loss_and_grad }
    pub struct Blocks;

    fn shifted(x: Tensor<4>, size: usize) -> Tensor<4> {
        let rates = param([size], constant(0.5)).slice(0, 0, 4);
        (x * rates.softmax() + rates.log_softmax().exp()).dense(4).tanh()
    }

    pub fn loss(&self, x: Tensor<4>) -> Scalar {
        x.shifted(4).shifted(8).shifted(4).shifted(6).l2()
    }
}
