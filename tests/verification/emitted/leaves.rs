//! Leaves where values may stand: masks that are arguments, buffers or parameters, numbers of the whole batch as factors.

use super::network_case;

network_case! { masks: Masks { loss(reals reals reals) + loss_and_grad }
    pub struct Masks;

    pub fn loss(&self, x: Tensor<4, 3>, own: Tensor<4, 3>, shared: Shared<4, 3>) -> Scalar {
        let weight = param([3, 3], constant(1.0));
        let state = buffer([4, 3], constant(1.0));
        let product = own.select(x.matmul(weight), 0.0).sum() + shared.select(x.matmul(weight.t()), 0.0).l2();
        product + state.select(x.dense(3), 0.0).sum() + x.dense(3).mask(shared).l2()
            + weight.at(0).greater(0.0).select(x.dense(3), 0.0).sum() + ones([4, 3]).select(x.dense(3).relu(), 0.0).sum()
    }
}

network_case! { rolled: Rolled { loss(reals reals) + loss_and_grad }
    pub struct Rolled;

    pub fn loss(&self, x: Tensor<4, 4>, own: Tensor<4, 4>) -> Scalar {
        let layer = encoder_layer(2, 8, causal = true);
        let mix = dense(4);
        let (mut y, mut z) = (x, x);
        for _ in 0..4 {
            y = layer(y);
            z = own.select(mix(z), 0.0);
        }
        y.l2() + z.sum()
    }
}

network_case! { numbers: Numbers { loss(reals number) + loss_and_grad }
    pub struct Numbers;

    pub fn loss(&self, x: Tensor<3>, beta: Shared) -> Scalar {
        let row = param([1, 3], constant(1.0));
        let scaled = beta.reshape([1, 1]).matmul(row).reshape([3]);
        scaled.matmul(x) + beta.reshape([1]).dense(3).matmul(x) + beta.reshape([1, 1, 1]).conv(1, 1).sum() * x.sum()
    }
}
