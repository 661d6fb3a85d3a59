//! Terms of parameters alone, and gradients made of several terms.

use super::network_case;

network_case! { regularisers: Regularisers { loss(reals reals) + loss_and_grad penalty() + penalty_and_grad }
    pub struct Regularisers;

    const LAMBDA: f64 = 1e-2;

    pub fn penalty(&self) -> Scalar {
        LAMBDA * parameters("*.weight").l2() + parameters("*").l1() + parameters("*.bias").norm()
    }

    pub fn loss(&self, x: Tensor<3>, t: Tensor<2>) -> Scalar {
        x.dense(4).relu().dense(2).mean_squared_error(t) + self.penalty()
    }
}

network_case! {
    distances: Distances {
        loss(reals reals) / loss_in_training + loss_and_grad_in_evaluation / loss_and_grad_in_training
        penalty() / penalty_in_training + penalty_and_grad_in_evaluation / penalty_and_grad_in_training
    }
    /// How far parameters are from where they began, in each measure.
    pub struct Distances;

    #[gradient(evaluation)]
    pub fn penalty(&self) -> Scalar {
        0.5 * parameters("*.weight").from_start().l2() + parameters("*.bias").from_start().norm()
    }

    #[gradient(evaluation)]
    pub fn loss(&self, x: Tensor<3>, t: Tensor<2>) -> Scalar {
        let first = dense(4);
        let y = first(x).relu().dense(2);
        y.mean_squared_error(t) + self.penalty() + first.weight.from_start().l1()
    }
}

// One parameter in a kernel, in a sum over the batch and in a loop of its own; another in none.
network_case! { many_terms: ManyTerms { loss(reals) + loss_and_grad other(reals) + other_and_grad }
    pub struct ManyTerms;

    pub fn loss(&self, x: Tensor<4>) -> Scalar {
        let weight = param([4, 4], constant(1.0));
        let bias = param([4], zeros());
        let y = (x.matmul(weight) + bias).relu();
        y.matmul(weight.t()).l2() + (weight * bias).l2() + (y * bias).sum() + bias.exp().sum() + weight.at(1).l2()
    }

    pub fn other(&self, x: Tensor<4>) -> Scalar {
        x.dense(1).tanh().sum()
    }
}
