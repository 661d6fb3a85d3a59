//! Learning from digits without giving any single one away: DP-SGD (Abadi et al., 2016).
//!
//! No example may pull on a step by more than `CLIP`: the loss is weighted, in the declaration, by the norm of the
//! gradient of each example. Noise of that size then hides whether an example took part. `ε` says how well; the smaller,
//! the more private.

mod accountant;
mod network;

use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use network::Private;

/// The `CLIP` of the declaration.
const CLIP: f64 = 1.0;
/// Examples of a step in the mean; each takes part by chance of its own.
const LOT: usize = 250;
/// The most that a step has room for.
const CAPACITY: usize = 400;
const STEPS: usize = 1200;
const LEARNING_RATE: f64 = 1.0;
/// The chance that `ε` does not hold.
const DELTA: f64 = 1e-5;

fn main() -> Result<(), Error> {
    let Mnist { train, test } = Mnist::load(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"))?;
    println!(
        "{} digits, {STEPS} steps of {LOT} of them; δ = {DELTA:.0e}\n",
        train.len()
    );
    println!("noise    ε        test accuracy    seconds");
    for multiplier in [0.0, 0.5, 0.7, 1.0, 2.0, 4.0] {
        let begin = std::time::Instant::now();
        let model = fit(&train, multiplier)?;
        let mut work = Private::workspace().batch(CAPACITY).inference().build();
        let judged = evaluate(&model, &mut work, &test, Private::scores)?;
        let rate = LOT as f64 / train.len() as f64;
        let epsilon = match multiplier > 0.0 {
            true => format!("{:.2}", accountant::epsilon(rate, multiplier, STEPS, DELTA)),
            false => "∞".to_string(),
        };
        println!(
            "{multiplier:<5}    {epsilon:<6}   {:<13.3}    {:.1}",
            judged.accuracy.unwrap_or_default(),
            begin.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

/// Trains with noise of `multiplier` times the bound of an example's gradient.
fn fit(train: &Dataset<f32>, multiplier: f64) -> Result<Private, Error> {
    let mut model = Private::new(1);
    let mut work = Private::workspace().batch(CAPACITY).build();
    let mut optimizer = Sgd::new(LEARNING_RATE);
    let mut stream = Stream::new(1, "privacy");
    let rate = LOT as f64 / train.len() as f64;
    for step in 0..STEPS {
        optimizer.set_learning_rate(LEARNING_RATE * (1.0 - step as f64 / STEPS as f64));
        let mut lot: Vec<usize> = (0..train.len()).filter(|_| stream.uniform() < rate).collect();
        lot.truncate(CAPACITY);
        let images: Vec<f32> = lot
            .iter()
            .flat_map(|&at| train.example(at).unwrap_or_default())
            .copied()
            .collect();
        let digits: Vec<u32> = lot.iter().map(|&at| train.labels()[at]).collect();
        let (_, gradient) = model.loss_and_grad(&mut work, &images, &digits)?;
        // The sum of the clipped gradients with noise, over a number that tells nothing of who took part.
        let mut noisy = gradient.clone();
        let share = lot.len() as f64 / LOT as f64;
        let deviation = multiplier * CLIP / LOT as f64;
        for parameter in Private::<f32>::LAYOUT.parameters {
            for value in &mut noisy[parameter.range.clone()] {
                *value = (f64::from(*value) * share + deviation * stream.normal()) as f32;
            }
        }
        optimizer.step(model.parameters_mut(), &noisy)?;
        model.commit(&mut work)?;
    }
    Ok(model)
}
