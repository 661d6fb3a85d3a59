//! What is differentiated: a graph of the blackboard, and functions of many shapes.

use dsl_runtime::prelude::*;

network! {
    /// `x, y, z → f = x y, g = sin(y) + z → L = f g`.
    pub struct Blackboard;

    pub fn loss(&self, weight: Shared) -> Scalar {
        let x = param([], constant(1.0));
        let y = param([], constant(2.0));
        let z = param([], constant(3.0));
        let f = x * y;
        let g = y.sin() + z;
        weight * (f * g)
    }
}

network! {
    /// A function of `IN` numbers with `OUT` results, and its Jacobian in both modes and as the compiler chooses.
    #[instantiate(IN = [64], OUT = [1, 4, 16, 64])]
    #[instantiate(IN = [1, 4, 16], OUT = [64])]
    pub struct Map<const IN: usize, const OUT: usize>;

    fn value(&self, x: Tensor<IN>) -> Tensor<OUT> {
        x.dense(64).tanh().dense(64).tanh().dense(OUT)
    }

    /// The transposed Jacobian in forward mode: a turn for each input.
    pub fn by_columns(&self, x: Tensor<IN>) -> Tensor<IN, OUT> {
        let y = self.value(x);
        let places = arange(IN);
        let mut columns = zeros([IN, OUT]);
        for i in 0..IN {
            columns[i] = y.jvp(x, places.equal(places.at(i)));
        }
        columns
    }

    /// The Jacobian in reverse mode: a turn for each output.
    pub fn by_rows(&self, x: Tensor<IN>) -> Tensor<OUT, IN> {
        let y = self.value(x);
        let places = arange(OUT);
        let mut rows = zeros([OUT, IN]);
        for i in 0..OUT {
            rows[i] = y.vjp(x, places.equal(places.at(i)));
        }
        rows
    }

    /// The Jacobian.
    pub fn jacobian(&self, x: Tensor<IN>) -> Tensor<OUT, IN> {
        let y = self.value(x);
        y.jacobian(x)
    }
}
