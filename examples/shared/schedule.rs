//! How the learning rate changes while a network learns.

use dsl_runtime::schedule::{linear, warmup};

/// The learning rate of each step: it rises evenly to `highest` over the first twentieth of the steps, then falls evenly
/// to 0 at the last.
pub fn rise_and_fall(highest: f64, epochs: usize, examples: usize, batch: usize) -> impl Fn(u64) -> f64 {
    let steps = (epochs * examples.div_ceil(batch)) as u64;
    let rise = (steps / 20).max(1);
    warmup(rise).then(linear(steps.saturating_sub(rise))).of(highest)
}
