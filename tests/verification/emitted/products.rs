//! Matrix products: leading axes, two per-example factors, vectors, shared factors on either side.

use super::network_case;

network_case! { products: Products { loss(reals reals) + loss_and_grad all(reals reals) }
    pub struct Products;

    pub fn all(&self, a: Tensor<2, 3, 4>, b: Tensor<2, 4, 5>) -> (Tensor<2, 3, 5>, Tensor<2, 5, 3>, Tensor<3>, Tensor<3, 4>) {
        let shared = param([4, 4], constant(1.0));
        (a.matmul(b), b.t().matmul(a.t()), a.at(0).matmul(b.at(1).at(2, axis = 1)), shared.matmul(a.at(1).t()).t())
    }

    pub fn loss(&self, a: Tensor<2, 3, 4>, b: Tensor<2, 4, 5>) -> Scalar {
        let (c, d, e, f) = self.all(a.dense(4), b);
        let column = param([3, 1], constant(1.0));
        let batch = param([2, 5, 3], constant(1.0));
        c.l2() + (d * batch).tanh().sum() + e.exp().sum() + f.matmul(b.at(0)).mean() + (c.matmul(batch)).l2()
            + (column.matmul(e.reshape([1, 3]))).l2() + (batch.matmul(column)).l2()
    }
}

network_case! { attention: Attention { loss(reals) + loss_and_grad attend(reals) }
    pub struct Attention;

    pub fn attend(&self, x: Tensor<4, 6>) -> Tensor<4, 6> {
        let [q, k, v] = x.dense(18).split(3);
        let heads = layer_heads(q).matmul(layer_heads(k).t()) * 0.5;
        let y = heads.softmax().matmul(layer_heads(v));
        y.transpose(0, 1).reshape([4, 6]).dense(6)
    }

    fn layer_heads(x: Tensor<4, 6>) -> Tensor<2, 4, 3> {
        x.reshape([4, 2, 3]).transpose(0, 1)
    }

    pub fn loss(&self, x: Tensor<4, 6>) -> Scalar {
        (x + self.attend(x)).square().mean()
    }
}

network_case! { outer_and_inner: OuterAndInner { loss(reals reals) + loss_and_grad }
    pub struct OuterAndInner;

    pub fn loss(&self, x: Tensor<3>, y: Tensor<4>) -> (Scalar, Tensor<3, 4>, Tensor<3>) {
        let form = param([3, 4], constant(1.0));
        let outer = x.reshape([3, 1]).matmul(y.reshape([1, 4]));
        let bilinear = x.matmul(form).matmul(y);
        (bilinear.tanh() + (outer * form).l2() + x.matmul(x) + form.matmul(form.t()).sum(), outer, form.matmul(y))
    }
}

network_case! { broadcast_products: BroadcastProducts { loss(reals reals) + loss_and_grad }
    pub struct BroadcastProducts;

    pub fn loss(&self, a: Tensor<2, 1, 3, 2>, b: Tensor<3, 2, 4>) -> (Scalar, Tensor<2, 3, 3, 4>) {
        let weight = param([3, 2, 2], constant(1.0));
        let c = a.matmul(b);
        (c.l2() + a.matmul(weight).tanh().sum() + weight.matmul(b).l2(), c)
    }
}

// The same weight in several products: one gradient out of several.
network_case! { tied: Tied { loss(reals reals) + loss_and_grad }
    pub struct Tied;

    pub fn loss(&self, x: Tensor<5>, y: Tensor<2, 3>) -> Scalar {
        let weight = param([3, 5], constant(1.0));
        let code = weight.matmul(x).tanh();
        let back = code.matmul(weight);
        (back - x).l2() + y.matmul(weight).sigmoid().sum() + weight.t().dense(2).l2()
    }
}

network_case! { deep_dense: DeepDense { loss(reals) + loss_and_grad }
    pub struct DeepDense;

    pub fn loss(&self, x: Tensor<2, 3, 4>) -> Scalar {
        let hidden = x.dense(5).relu().dense(3, bias = false).relu();
        let wide = x.transpose(0, 2).dense(2).relu();
        hidden.transpose(1, 2).dense(2).l2() + wide.slice(0, 1, 3).dense(3).relu().sum() + x.slice(2, 1, 4).dense(2).tanh().sum()
    }
}
