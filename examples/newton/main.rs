//! One problem by methods of first and second order: gradient descent, momentum (Polyak, 1964), Adam (Kingma and Ba,
//! 2015), L-BFGS (Liu and Nocedal, 1989), Newton's method with conjugate gradients (Steihaug, 1983) and
//! Levenberg–Marquardt (Marquardt, 1963).
//!
//! A pass is one computation of value, gradient, Jacobian or Hessian times a vector for all examples. The latter two are
//! derivatives in the declaration, which cost about as much as a gradient.

#[path = "../shared/chart.rs"]
mod chart;
mod problem;

use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::Instant;

use chart::{Series, chart};
use dsl_runtime::minimise::{Lbfgs, LevenbergMarquardt, Minimiser, NewtonCg};
use dsl_runtime::prelude::*;
use problem::Problem;

/// The most passes of a method.
const PASSES: u64 = 20_000;
/// A method that chooses its own steps ends where no derivative is larger.
const TOLERANCE: f64 = 1e-9;

/// The way of one method: passes and loss, after each of its steps.
struct Way {
    name: &'static str,
    mark: char,
    points: Vec<(f64, f64)>,
    seconds: f64,
}

fn main() -> Result<(), Error> {
    let lbfgs = Lbfgs::new().gradient_tolerance(TOLERANCE).decrease_tolerance(0.0);
    let newton = NewtonCg::new()
        .gradient_tolerance(TOLERANCE)
        .decrease_tolerance(0.0);
    let marquardt = LevenbergMarquardt::new()
        .gradient_tolerance(TOLERANCE)
        .decrease_tolerance(0.0);
    let ways = [
        descend("gradient descent", 'g', Sgd::new(0.3))?,
        descend("momentum", 'm', Momentum::new(0.1, 0.9))?,
        descend("Adam", 'a', Adam::new(0.01))?,
        minimise("L-BFGS", 'L', &lbfgs.iterations(PASSES))?,
        minimise("Newton-CG", 'N', &newton.iterations(PASSES))?,
        minimise("Levenberg–Marquardt", 'M', &marquardt.iterations(PASSES))?,
    ];
    println!("                        passes until the loss is below");
    println!("                            1e-3     1e-5     1e-7    passes    seconds    loss");
    for way in &ways {
        let (passes, loss) = way.points.last().copied().unwrap_or_default();
        let until = [1e-3, 1e-5, 1e-7].map(|loss| way.until(loss));
        println!(
            "{} {:20}  {}  {passes:8}    {:7.2}    {loss:.1e}",
            way.mark,
            way.name,
            until.concat(),
            way.seconds
        );
    }
    let series: Vec<Series> = ways
        .into_iter()
        .rev()
        .map(|way| Series {
            mark: way.mark,
            points: way.points,
        })
        .collect();
    println!("\nThe loss, by passes:\n\n{}", chart(&series, 72, 24));
    Ok(())
}

impl Way {
    /// The number of passes until the loss is below this one, in a column of the table.
    fn until(&self, loss: f64) -> String {
        match self.points.iter().find(|point| point.1 < loss) {
            Some((passes, _)) => format!("{passes:9}"),
            None => format!("{:>9}", "–"),
        }
    }
}

/// Takes steps by an optimizer.
fn descend(name: &'static str, mark: char, mut optimizer: impl Optimizer<f64>) -> Result<Way, Error> {
    let (begin, passes) = (Instant::now(), Cell::new(0));
    let mut problem = Problem::new(&passes);
    let mut points = Vec::new();
    while passes.get() < PASSES {
        let loss = problem.step(&mut optimizer)?;
        points.push((passes.get() as f64, loss));
    }
    let seconds = begin.elapsed().as_secs_f64();
    Ok(Way {
        name,
        mark,
        points,
        seconds,
    })
}

/// Minimises by a method that chooses its own steps.
fn minimise<M>(name: &'static str, mark: char, method: &M) -> Result<Way, Error>
where
    M: for<'c> Minimiser<f64, Problem<'c>>,
{
    let (begin, passes) = (Instant::now(), Cell::new(0));
    let mut problem = Problem::new(&passes);
    let mut parameters = problem.start();
    let mut points = Vec::new();
    method.resume(
        &mut problem,
        &mut parameters,
        &mut Default::default(),
        &mut |iteration| {
            points.push((passes.get() as f64, iteration.value));
            match passes.get() < PASSES {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        },
    )?;
    let seconds = begin.elapsed().as_secs_f64();
    Ok(Way {
        name,
        mark,
        points,
        seconds,
    })
}
