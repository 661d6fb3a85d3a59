//! Networks that solve differential equations: they are trained on what the equation says of their own derivatives, and
//! never see a solution (Lagaris, Likas and Fotiadis, 1998; Raissi, Perdikaris and Karniadakis, 2019).
//!
//! The initial and boundary values are built into the form of the solution, so the loss is the equation alone. Adam with a
//! falling rate comes near, then L-BFGS with all places at once finishes.

mod burgers;
mod exact;
mod oscillator;

use dsl_runtime::minimise::{Lbfgs, Minimiser, NetworkObjective};
use dsl_runtime::prelude::*;

fn main() -> Result<(), Error> {
    oscillator::solve()?;
    burgers::solve()
}

/// Trains a network whose loss takes places alone: so many steps of Adam, then so many iterations of L-BFGS.
fn train<N>(
    model: &mut N,
    work: &mut Workspace<N>,
    places: &[f64],
    steps: u64,
    iterations: u64,
) -> Result<(), Error>
where
    N: for<'a> Train<Element = f64, Inputs<'a> = &'a [f64]>,
{
    println!("loss {:.1e} before training", model.loss(work, places)?);
    let mut optimizer = Adam::new(1e-3);
    for step in 0..steps {
        let part = std::f64::consts::PI * step as f64 / steps as f64;
        optimizer.set_learning_rate(5e-3 * 0.5 * (1.0 + part.cos()));
        model.train_step(work, places, &mut optimizer)?;
    }
    println!(
        "loss {:.1e} after {steps} steps of Adam",
        model.loss(work, places)?
    );
    let lbfgs = Lbfgs::new()
        .memory(20)
        .iterations(iterations)
        .decrease_tolerance(0.0);
    let report = NetworkObjective::new(model, work, Mode::Train, places)
        .minimise(|loss, parameters| lbfgs.minimise(loss, parameters))?;
    println!(
        "loss {:.1e} after {} gradients by L-BFGS\n",
        report.value, report.gradients
    );
    Ok(())
}
