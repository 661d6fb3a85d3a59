//! Broadcasting and movements: transposes, slices, concatenation, padding, splitting, stacking.

use super::network_case;

network_case! { broadcasting: Broadcasting { loss(reals reals reals) + loss_and_grad out(reals reals) }
    pub struct Broadcasting;

    pub fn out(&self, x: Tensor<3>, y: Tensor<2, 1>) -> (Tensor<2, 3>, Tensor<4, 2, 3>, Tensor<1, 3>) {
        let columns = param([4, 1, 1], constant(1.0));
        let rows = param([3], constant(1.0));
        let one = param([1], constant(1.0));
        (x * y + rows, columns * (x - y) * one, x.reshape([1, 3]) + one)
    }

    pub fn loss(&self, x: Tensor<3>, y: Tensor<2, 1>, z: Scalar) -> Scalar {
        let (a, b, c) = self.out(x, y);
        (a.sum() * z).sin() + b.square().mean() + (c * z).exp().mean() + (a + b + c).l2()
    }
}

network_case! { transposes: Transposes { loss(reals) + loss_and_grad turned(reals) }
    pub struct Transposes;

    pub fn turned(&self, x: Tensor<2, 3, 4>) -> (Tensor<4, 3, 2>, Tensor<3, 8>, Tensor<24>, Tensor<2, 3, 4>) {
        let weight = param([4, 3], constant(1.0));
        (x.transpose(0, 2), x.transpose(0, 1).reshape([3, 8]), x.t().flatten(), x * weight.t())
    }

    pub fn loss(&self, x: Tensor<2, 3, 4>) -> Scalar {
        let (a, b, c, d) = self.turned(x);
        let table = param([6, 4], constant(1.0));
        let turned = table.reshape([2, 3, 4]).transpose(0, 2).reshape([4, 6]);
        (a * table.reshape([4, 3, 2])).l2() + (b.matmul(table.reshape([8, 3]))).tanh().sum() + (c * d.flatten()).mean()
            + (d.reshape([6, 4]) * turned.t()).l2()
    }
}

network_case! { parts: Parts { loss(reals) + loss_and_grad pieces(reals) }
    pub struct Parts;

    pub fn pieces(&self, x: Tensor<4, 6>) -> (Tensor<2, 3>, Tensor<6>, Tensor<4>, Tensor<4, 9>) {
        let inner = x.slice(0, 1, 3).slice(1, 2, 5);
        (inner, x.at(-1), x.at(2, axis = 1), concat([x, x.slice(1, 0, 3).tanh()], axis = 1))
    }

    pub fn loss(&self, x: Tensor<4, 6>) -> Scalar {
        let y = x.dense(6);
        let (inner, row, column, wide) = self.pieces(y);
        let [q, k, v] = y.split(3);
        let [top, bottom] = y.split(2, axis = 0);
        let joined = concat([top.t(), bottom.t()], axis = 0);
        let stacked = stack([q, k * v, v.sigmoid()]);
        inner.l2() + row.exp().sum() * column.sum() + (wide * wide.t().t()).mean() + joined.dense(2).l2()
            + stacked.pad(1, 2, 1).pad(0, 1, 0).dense(3).tanh().sum()
    }
}

network_case! { parts_of_parameters: PartsOfParameters { loss(reals) + loss_and_grad }
    pub struct PartsOfParameters;

    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        let table = param([4, 6], constant(1.0));
        let left = table.slice(1, 0, 3);
        let right = table.slice(1, 3, 6);
        let both = concat([table.at(0), table.at(3)], axis = 0);
        left.matmul(x).tanh().sum() + (right * x).l2() + both.slice(0, 2, 5).l2() + (both.slice(0, 4, 7) * x).sum()
            + (stack([x, x]) * table.slice(0, 1, 3).slice(1, 1, 4).pad(1, 0, 0)).sum()
    }
}

network_case! { padding_is_zero: PaddingIsZero { loss(reals) + loss_and_grad padded(reals) }
    pub struct PaddingIsZero;

    pub fn padded(&self, x: Tensor<2>) -> (Tensor<2, 5>, Tensor<7>) {
        let wide = stack([x, x.exp()]).pad(1, 1, 2);
        (wide.cos(), concat([x.pad(0, 0, 2), x.pad(0, 1, 0)], axis = 0))
    }

    pub fn loss(&self, x: Tensor<2>) -> Scalar {
        let (a, b) = self.padded(x.dense(2));
        (a.slice(1, 0, 4) + 1.0).l2() * (b * b.exp()).sum()
    }
}

network_case! { five_axes: FiveAxes { loss(reals) + loss_and_grad folded(reals) }
    pub struct FiveAxes;

    pub fn folded(&self, x: Tensor<2, 3, 1, 2, 3>) -> (Tensor<3, 3>, Tensor<2, 1, 2>, Tensor<3, 2, 3, 1, 2>) {
        let weight = param([2, 1, 4, 1, 3], constant(1.0));
        let y = (x * weight).tanh();
        (y.sum(axis = [0, 2, 3]), y.max_over(axis = [1, 2, 4]).reshape([2, 1, 2]),
         x.transpose(0, 4).transpose(1, 3).transpose(2, 4).reshape([3, 2, 3, 1, 2]))
    }

    pub fn loss(&self, x: Tensor<2, 3, 1, 2, 3>) -> Scalar {
        let (a, b, c) = self.folded(x);
        let d = c.matmul(a.reshape([3, 3]).slice(0, 0, 2));
        (a.l2() + b.sum()) * d.mean(axis = [0, 2, 4]).l2()
    }
}
