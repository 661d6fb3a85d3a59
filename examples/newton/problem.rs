//! The problem to be minimised: a small network is to fit a wave. Its second derivatives are derived, too.

use std::cell::Cell;

use dsl_runtime::minimise::{GaussNewtonProduct, HessianProduct, Objective};
use dsl_runtime::prelude::*;

network! {
    /// One number in, one out.
    pub struct Wave;

    const HIDDEN: usize = 12;
    const COUNT: usize = 3 * HIDDEN + 1;

    /// What the network is off by, its derivatives by all parameters, and the Hessian of half its square times `v`.
    fn derivatives(
        &self,
        x: Tensor<1>,
        y: Tensor<1>,
        v: Shared<COUNT>,
    ) -> (Scalar, Tensor<COUNT>, Tensor<COUNT>) {
        let hidden = dense(HIDDEN);
        let last = dense(1);
        let residual = last(hidden(x).tanh()).at(0) - y.at(0);
        let (a, b, c, d) = residual.per_example_grad((hidden.weight, hidden.bias, last.weight, last.bias));
        let slope = concat([a.flatten(), b, c.flatten(), d], axis = 0);
        let direction = (
            v.slice(0, 0, HIDDEN).reshape([HIDDEN, 1]),
            v.slice(0, HIDDEN, 2 * HIDDEN),
            v.slice(0, 2 * HIDDEN, 3 * HIDDEN).reshape([1, HIDDEN]),
            v.slice(0, 3 * HIDDEN, COUNT),
        );
        let product = (residual * slope).jvp((hidden.weight, hidden.bias, last.weight, last.bias), direction);
        (residual, slope, product)
    }

    /// Half the square of what it is off by.
    pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar {
        let (residual, _slope, _product) = self.derivatives(x, y, zeros([COUNT]));
        0.5 * residual.square()
    }

    /// A row of the Jacobian for each example.
    pub fn row(&self, x: Tensor<1>, y: Tensor<1>) -> Tensor<COUNT> {
        let (_residual, slope, _product) = self.derivatives(x, y, zeros([COUNT]));
        slope
    }

    /// The Hessian of each example times a vector.
    pub fn product(&self, x: Tensor<1>, y: Tensor<1>, v: Shared<COUNT>) -> Tensor<COUNT> {
        let (_residual, _slope, product) = self.derivatives(x, y, v);
        product
    }
}

/// The number of parameters.
pub const COUNT: usize = 37;

/// The number of examples.
pub const EXAMPLES: usize = 64;

/// The loss of a network on all examples as a function of its parameters, one after the other.
pub struct Problem<'c> {
    model: Wave<f64>,
    work: Workspace<Wave<f64>>,
    x: Vec<f64>,
    y: Vec<f64>,
    /// The Jacobian at the point of the last product.
    rows: (Vec<f64>, Vec<f64>),
    /// How often the derivatives of all examples were computed.
    passes: &'c Cell<u64>,
}

impl<'c> Problem<'c> {
    /// A wave of three half periods, in `[-1, 1]`.
    pub fn new(passes: &'c Cell<u64>) -> Problem<'c> {
        let x = (0..EXAMPLES).map(|place| 2.0 * place as f64 / (EXAMPLES - 1) as f64 - 1.0);
        let x: Vec<f64> = x.collect();
        Problem {
            model: <Wave<f64> as Network>::new(1),
            work: Wave::<f64>::workspace().batch(EXAMPLES).threads(1).build(),
            y: x.iter()
                .map(|x| (1.5 * std::f64::consts::PI * x).sin() * (1.0 + 0.5 * x))
                .collect(),
            x,
            rows: Default::default(),
            passes,
        }
    }

    /// The parameters to start from.
    pub fn start(&self) -> Vec<f64> {
        packed(self.model.parameters())
    }

    /// A step of an optimizer; returns the loss before it.
    pub fn step(&mut self, optimizer: &mut impl Optimizer<f64>) -> Result<f64, Error> {
        self.passes.set(self.passes.get() + 1);
        self.model
            .train_step(&mut self.work, (&self.x, &self.y), optimizer)
    }

    fn set(&mut self, at: &[f64]) {
        let mut left = at;
        for parameter in Wave::<f64>::LAYOUT.parameters {
            let (values, rest) = left.split_at(parameter.range.len());
            self.model.parameters_mut()[parameter.range.clone()].copy_from_slice(values);
            left = rest;
        }
    }
}

/// The values of all parameters without what lies between them.
fn packed(values: &[f64]) -> Vec<f64> {
    let parameters = Wave::<f64>::LAYOUT.parameters.iter();
    parameters
        .flat_map(|parameter| &values[parameter.range.clone()])
        .copied()
        .collect()
}

/// The mean of rows of `COUNT` numbers, each weighted.
fn mean(rows: &[f64], weight: impl Fn(&[f64]) -> f64, mean: &mut [f64]) {
    mean.fill(0.0);
    for row in rows.chunks_exact(COUNT) {
        let weight = weight(row) / EXAMPLES as f64;
        for (sum, value) in mean.iter_mut().zip(row) {
            *sum += weight * value;
        }
    }
}

impl Objective<f64> for Problem<'_> {
    fn value(&mut self, at: &[f64]) -> Result<f64, Error> {
        self.passes.set(self.passes.get() + 1);
        self.set(at);
        self.model.loss(&mut self.work, &self.x, &self.y)
    }

    fn gradient(&mut self, at: &[f64], gradient: &mut [f64]) -> Result<(), Error> {
        self.value_and_gradient(at, gradient).map(|_| ())
    }

    fn value_and_gradient(&mut self, at: &[f64], gradient: &mut [f64]) -> Result<f64, Error> {
        self.passes.set(self.passes.get() + 1);
        self.set(at);
        let (loss, found) = self.model.loss_and_grad(&mut self.work, &self.x, &self.y)?;
        gradient.copy_from_slice(&packed(found));
        Ok(loss)
    }
}

impl HessianProduct<f64> for Problem<'_> {
    fn hessian_product(&mut self, at: &[f64], direction: &[f64], product: &mut [f64]) -> Result<(), Error> {
        self.passes.set(self.passes.get() + 1);
        self.set(at);
        let rows = self.model.product(&mut self.work, &self.x, &self.y, direction)?;
        mean(rows, |_| 1.0, product);
        Ok(())
    }
}

impl Problem<'_> {
    /// The Jacobian at a point.
    fn rows(&mut self, at: &[f64]) -> Result<&[f64], Error> {
        if self.rows.0 != at {
            self.passes.set(self.passes.get() + 1);
            self.set(at);
            let rows = self.model.row(&mut self.work, &self.x, &self.y)?.to_vec();
            self.rows = (at.to_vec(), rows);
        }
        Ok(&self.rows.1)
    }
}

impl GaussNewtonProduct<f64> for Problem<'_> {
    fn gauss_newton_product(
        &mut self,
        at: &[f64],
        direction: &[f64],
        product: &mut [f64],
    ) -> Result<(), Error> {
        let along = |row: &[f64]| row.iter().zip(direction).map(|(row, v)| row * v).sum();
        mean(self.rows(at)?, along, product);
        Ok(())
    }

    fn scale(&mut self, at: &[f64], scale: &mut [f64]) -> Result<(), Error> {
        let squares: Vec<f64> = self.rows(at)?.iter().map(|entry| entry * entry).collect();
        mean(&squares, |_| 1.0, scale);
        Ok(())
    }
}
