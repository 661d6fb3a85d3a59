//! A teacher, and students of growing width.

use dsl_runtime::prelude::*;

network! {
    /// What is to be learnt: a function of six numbers, whose weights are random and stay as they are.
    #[initialize("*.dense1.weight" = normal(0.7), "*.dense2.weight" = normal(0.25), "*.dense3.weight" = normal(0.2))]
    pub struct Teacher;

    pub fn value(&self, x: Tensor<6>) -> Tensor<1> {
        x.dense(64).tanh().dense(64).tanh().dense(1)
    }
}

network! {
    /// What learns it: two hidden layers; each member has another width.
    #[instantiate(WIDTH = [3, 6, 12, 24, 48, 96, 192])]
    pub struct Student<const WIDTH: usize>;

    pub fn value(&self, x: Tensor<6>) -> Tensor<1> {
        x.dense(WIDTH).relu().dense(WIDTH).relu().dense(1)
    }

    /// The squared error of one example.
    pub fn loss(&self, x: Tensor<6>, y: Tensor<1>) -> Scalar {
        self.value(x).squared_error(y)
    }
}
