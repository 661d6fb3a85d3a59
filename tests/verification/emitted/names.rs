//! Names that emitted code uses for itself, as arguments, values, parameters, entry points and types.

use super::network_case;

network_case! { arguments: Phase { loss(reals reals reals indices number) + loss_and_grad logits(reals reals reals) gemm(reals) }
    /// A type with a name of the runtime.
    pub struct Phase;

    pub fn logits(&self, work: Tensor<3>, examples: Tensor<3>, b: Tensor<3>) -> Tensor<4> {
        let i = (work + examples).dense(4);
        let j = i.tanh() * b.sum();
        let gemm = j.dense(4).relu();
        let lanes = gemm.softmax();
        let slot1 = lanes + i;
        slot1 * lanes
    }

    pub fn loss(&self, memory: Tensor<3>, gradient: Tensor<3>, team: Tensor<3>, parameters: Index<4>, batch_size: Shared) -> Scalar {
        let scratch = self.logits(memory, gradient, team);
        let layout = param([4], constant(1.0));
        let share = (scratch * layout).softmax_cross_entropy(parameters);
        let sum = (team * batch_size).max_over() + layout.sum();
        let rows = share + sum * sum;
        rows
    }

    pub fn gemm(&self, sum: Tensor<40>) -> (Scalar, Tensor<40>) {
        let FMA = sum.sum();
        let row = sum * FMA;
        (row.max_over(), row)
    }
}

network_case! { words_of_rust: Share { conv2d(reals reals) + conv2d_and_grad steps(reals) }
    pub struct Share;

    pub fn conv2d(&self, self_: Tensor<1, 4, 4>, T: Tensor<2>) -> (Scalar, Tensor<2>) {
        let weight = self_.conv(2, 3).relu();
        let conv2d1 = weight.flatten().dense(2);
        let d_weight = conv2d1 * T;
        (d_weight.sum(), conv2d1)
    }

    pub fn steps(&self, results: Tensor<3>) -> Tensor<3> {
        let start = results.exp();
        let lane = start.sum();
        let value = start / lane;
        value
    }
}

network_case! { given: Given { loss(reals) + loss_and_grad }
    pub struct Given;

    #[name = ""]
    fn layers(&self, i: usize, x: Tensor<3>) -> Tensor<3> {
        x.dense(3, name = "fn").tanh() + x.dense(3, name = "self.0-a")
    }

    #[name = ""]
    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        let mut y = x;
        for i in 0..2 {
            y = self.layers(i, y);
        }
        let scale = param([3], constant(1.0));
        let shift = param([3], zeros(), name = "0.fn_weight");
        let z = (y * scale + shift).dense(3, name = "a_b.c").tanh().dense(3, name = "a.b_c");
        z.layer_norm(name = "LayerNorm").dense(1, name = "layernorm").sum()
    }
}

network_case! { shadowed: Shadowed { loss(reals) + loss_and_grad }
    pub struct Shadowed;

    pub fn loss(&self, x: Tensor<3>) -> Scalar {
        let x = x.dense(3);
        let x = x.tanh() + x;
        let x = x.dense(3).relu();
        let d_x = x.square();
        let x_element = d_x.sum();
        let x = x * x_element;
        x.sum()
    }
}
