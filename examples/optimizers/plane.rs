//! The ways of optimizers through a plane.

use std::ops::ControlFlow;

use dsl_runtime::minimise::{Lbfgs, Minimiser, NetworkObjective};
use dsl_runtime::optim::RmsProp;
use dsl_runtime::prelude::*;

use super::problems::{Beale, Ravine, Rosenbrock};

/// How a first-order method is made from its rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    GradientDescent,
    /// With a momentum of 0.9.
    Momentum,
    RmsProp,
    Adam,
    /// Chooses its steps itself.
    Lbfgs,
}

impl Method {
    /// Those that need a rate, then the one that does not.
    pub const ALL: [Method; 5] = [
        Method::GradientDescent,
        Method::Momentum,
        Method::RmsProp,
        Method::Adam,
        Method::Lbfgs,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Method::GradientDescent => "gradient descent",
            Method::Momentum => "momentum",
            Method::RmsProp => "RMSProp",
            Method::Adam => "Adam",
            Method::Lbfgs => "L-BFGS",
        }
    }

    /// Its character in the terminal.
    pub fn mark(self) -> char {
        match self {
            Method::GradientDescent => 'g',
            Method::Momentum => 'm',
            Method::RmsProp => 'r',
            Method::Adam => 'a',
            Method::Lbfgs => 'L',
        }
    }
}

/// Rates to choose from: 1, 2 and 5 times each power of ten, from 0.0001 to 1.
pub fn rates() -> Vec<f64> {
    let powers = (-4..=0).flat_map(|power| [1.0, 2.0, 5.0].map(|factor| factor * 10f64.powi(power)));
    powers.filter(|rate| *rate <= 1.0).collect()
}

/// A function of two numbers.
pub trait Plane: for<'a> Train<Element = f64, Inputs<'a> = f64> {
    const TITLE: &'static str;
    /// Where the function is least.
    const LEAST: [f64; 2];
    /// The part of the plane that is drawn: first and last `x`, first and last `y`.
    const WINDOW: [f64; 4];
}

impl Plane for Rosenbrock<f64> {
    const TITLE: &'static str = "Rosenbrock's valley";
    const LEAST: [f64; 2] = [1.0, 1.0];
    const WINDOW: [f64; 4] = [-1.8, 1.8, -0.8, 2.2];
}

impl Plane for Beale<f64> {
    const TITLE: &'static str = "Beale's function";
    const LEAST: [f64; 2] = [3.0, 0.5];
    const WINDOW: [f64; 4] = [-0.5, 4.0, -1.0, 2.0];
}

impl Plane for Ravine<f64> {
    const TITLE: &'static str = "A ravine";
    const LEAST: [f64; 2] = [0.0, 0.0];
    const WINDOW: [f64; 4] = [-2.4, 1.2, -1.8, 1.2];
}

/// The way of one method.
pub struct Path {
    pub method: Method,
    /// The rate by which it got lowest; `None` of a method that has none.
    pub rate: Option<f64>,
    /// From the start on.
    pub points: Vec<[f64; 2]>,
    /// The function at each of them.
    pub values: Vec<f64>,
}

impl Path {
    /// Steps until the function is below a value, if it gets there.
    pub fn steps_until(&self, value: f64) -> Option<usize> {
        self.values.iter().position(|found| *found < value)
    }

    /// The way by the rate with the least last value. A way that leaves the finite numbers is none.
    pub fn best<N: Plane>(method: Method, steps: usize) -> Result<Path, Error> {
        if method == Method::Lbfgs {
            return minimised::<N>(steps);
        }
        let paths = rates().into_iter().filter_map(|rate| {
            let (points, values) = match method {
                Method::GradientDescent => walked::<N>(steps, Sgd::new(rate)),
                Method::Momentum => walked::<N>(steps, Momentum::new(rate, 0.9)),
                Method::RmsProp => walked::<N>(steps, RmsProp::new(rate)),
                _ => walked::<N>(steps, Adam::new(rate)),
            }?;
            let rate = Some(rate);
            Some(Path {
                method,
                rate,
                points,
                values,
            })
        });
        let last = |path: &Path| path.values.last().copied().unwrap_or(f64::INFINITY);
        let best = paths.min_by(|one, other| last(one).total_cmp(&last(other)));
        Ok(best.expect("the smallest rate stays finite"))
    }
}

/// Where a network stands.
fn place<N: Plane>(model: &N) -> [f64; 2] {
    let parameters = N::LAYOUT.parameters;
    [0, 1].map(|number: usize| model.parameters()[parameters[number].range.start])
}

/// Steps of an optimizer: each place and its value. `None` if it leaves the finite numbers.
fn walked<N: Plane>(steps: usize, mut optimizer: impl Optimizer<f64>) -> Option<(Vec<[f64; 2]>, Vec<f64>)> {
    let mut model = N::new(1);
    let mut work = N::workspace().threads(1).build();
    let (mut points, mut values) = (vec![place(&model)], Vec::new());
    for _ in 0..steps {
        values.push(model.train_step(&mut work, 1.0, &mut optimizer).ok()?);
        points.push(place(&model));
    }
    values.push(model.loss(&mut work, 1.0).ok()?);
    Some((points, values))
}

/// Iterations of L-BFGS.
fn minimised<N: Plane>(steps: usize) -> Result<Path, Error> {
    let mut model = N::new(1);
    let mut work = N::workspace().threads(1).build();
    let (mut points, mut values) = (vec![place(&model)], vec![model.loss(&mut work, 1.0)?]);
    let parameters = N::LAYOUT.parameters;
    NetworkObjective::new(&mut model, &mut work, Mode::Train, 1.0).minimise(|loss, at| {
        let method = Lbfgs::new().iterations(steps as u64);
        method.resume(loss, at, &mut Default::default(), &mut |iteration| {
            points.push([0, 1].map(|number: usize| iteration.parameters[parameters[number].range.start]));
            values.push(iteration.value);
            ControlFlow::Continue(())
        })
    })?;
    Ok(Path {
        method: Method::Lbfgs,
        rate: None,
        points,
        values,
    })
}

/// The function at any place.
pub fn surface<N: Plane>() -> impl FnMut([f64; 2]) -> Result<f64, Error> {
    let mut model = N::new(1);
    let mut work = N::workspace().threads(1).inference().build();
    move |at| {
        for (parameter, value) in N::LAYOUT.parameters.iter().zip(at) {
            model.parameters_mut()[parameter.range.start] = value;
        }
        model.loss(&mut work, 1.0)
    }
}
