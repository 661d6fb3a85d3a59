//! How the learning rate changes while a network learns.

/// The learning rate of each step: it rises evenly to `highest` over the first twentieth of the steps, then falls evenly
/// to 0 at the last.
pub fn rise_and_fall(highest: f64, epochs: usize, examples: usize, batch: usize) -> impl Fn(u64) -> f64 {
    let steps = (epochs * examples.div_ceil(batch)) as f64;
    let rise = (steps / 20.0).max(1.0);
    move |step| {
        let done = step as f64 + 1.0;
        highest
            * (done / rise)
                .min((steps - step as f64) / (steps - rise).max(1.0))
                .min(1.0)
    }
}
