//! Sizes of 1, outputs that are inputs, constants or parameters, what is not used, no parameters at all.

use dsl_runtime::prelude::*;

use super::network_case;

network_case! { ones: Ones { loss(reals reals) + loss_and_grad out(reals) }
    pub struct Ones;

    pub fn out(&self, x: Tensor<1>) -> (Tensor<1>, Tensor<1, 1>, Tensor<1, 1, 1>) {
        let y = x.dense(1).relu().dense(1);
        (y, y.reshape([1, 1]).matmul(x.reshape([1, 1])), x.reshape([1, 1, 1]).conv(1, 1).max_pool(1))
    }

    pub fn loss(&self, x: Tensor<1>, t: Scalar) -> Scalar {
        let (a, b, c) = self.out(x);
        let d = x.softmax() + a.max_over(axis = 0);
        (a.sum() - t).square() + b.sum() * c.sum() + d.l2() + x.at(0).exp()
    }
}

network_case! { passed_on: PassedOn { all(reals reals number) shares(reals) }
    pub struct PassedOn;

    const HALF: f64 = 0.5;

    pub fn all(&self, x: Tensor<3>, z: Scalar, beta: Shared) -> ((Tensor<3>, Tensor<3>), (Scalar, Scalar), Tensor<2>, Tensor<1, 3>) {
        let weight = param([3], constant(1.0));
        ((x, x), (z, beta), full([2], HALF), x.reshape([1, 3]) * weight)
    }

    pub fn shares(&self, x: Tensor<3>) -> (Tensor<2, 2>, Tensor<2>, Tensor<3>, Scalar) {
        let weight = param([2, 2], constant(1.0));
        (weight.t(), weight.sum(axis = 0), x.sum() * ones([3]), HALF)
    }
}

network_case! { unused: Unused { loss(reals reals) + loss_and_grad features(reals) }
    pub struct Unused;

    pub fn features(&self, x: Tensor<4>) -> Tensor<3> {
        let ignored = param([7], constant(1.0));
        let also = x.dense(5);
        x.dense(3).tanh()
    }

    pub fn loss(&self, x: Tensor<4>, nothing: Tensor<2>) -> Scalar {
        self.features(x).l2()
    }
}

network_case! { no_parameters: NoParameters { loss(reals) + loss_and_grad energy(reals) + energy_and_grad constant() + constant_and_grad }
    pub struct NoParameters;

    pub fn loss(&self, x: Tensor<4>) -> Scalar {
        (x.softmax() * x).sum()
    }

    pub fn energy(&self, x: Tensor<4>) -> (Scalar, Tensor<4>) {
        (x.l2(), x.square())
    }

    pub fn constant(&self) -> Scalar {
        0.25
    }
}

network_case! { reused: Reused { loss(reals) + loss_and_grad }
    pub struct Reused;

    fn unit(x: Tensor<_>) -> Tensor<_> {
        let y = x.dense(x.size(0)).relu();
        x + y.dense(x.size(0))
    }

    pub fn loss(&self, x: Tensor<5>) -> Scalar {
        let twice = unit();
        let mut y = x;
        for _ in 0..3 {
            y = twice(y).unit();
        }
        (y * x).sum()
    }
}

#[test]
fn networks_may_stand_in_functions() {
    network! {
        struct Local;

        fn halve(x: Tensor<_>) -> Tensor<_> {
            0.5 * x
        }

        pub fn loss(&self, x: Tensor<2>) -> Scalar {
            let weight = param([2], constant(3.0));
            (x.halve() * weight).sum()
        }
    }
    let model = Local::new(0);
    let mut work = Local::workspace().batch(2).threads(1).build();
    let (loss, gradient) = model
        .loss_and_grad(&mut work, &[1.0, 2.0, 3.0, 4.0])
        .expect("two examples");
    assert_eq!((loss, &gradient[..2]), (7.5, &[1.0, 1.5][..]));
}
