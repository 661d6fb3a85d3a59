//! Networks that solve differential equations: they are trained on what the equation says of their own derivatives, and
//! never see a solution (Lagaris, Likas and Fotiadis, 1998; Raissi, Perdikaris and Karniadakis, 2019).
//!
//! The initial and boundary values are built into the form of the solution, so the loss is the equation alone.

mod burgers;
mod oscillator;

use dsl_runtime::prelude::*;

/// The number of steps of training.
const STEPS: u64 = 12_000;
/// Places in a step.
const BATCH: usize = 256;

/// The learning rate: half a period of a cosine, from `highest` to 0.
fn cosine(highest: f64, step: u64) -> f64 {
    highest * 0.5 * (1.0 + (std::f64::consts::PI * step as f64 / STEPS as f64).cos())
}

fn main() -> Result<(), Error> {
    oscillator::solve()?;
    burgers::solve()
}
