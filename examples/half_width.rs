//! What half width costs and saves: one perceptron, its matrix products as they are and of numbers rounded to bf16,
//! trained from the same weights on the same batches. Prints the accuracy on test digits and the time of each.
//!
//! `cargo run --release --example half_width -- [FOLDER]`; the folder holds MNIST or what has its form.

use std::time::Instant;

use dsl_runtime::parallel::instruction_set;
use dsl_runtime::prelude::*;
use dsl_runtime::train::Scores;

/// The same network twice, the second time with factors of half width.
macro_rules! in_both_widths {
    ($($items:tt)*) => {
        network! {
            /// Numbers as they are.
            pub struct Full;
            $($items)*
        }

        network! {
            /// Matrix products of numbers rounded to bf16.
            #[products(bf16)]
            pub struct Half;
            $($items)*
        }
    };
}

in_both_widths! {
    /// One score for each digit.
    pub fn scores(&self, image: Tensor<784>) -> Tensor<10> {
        image.dense(512).relu().dense(256).relu().dense(10)
    }

    pub fn loss(&self, image: Tensor<784>, digit: Index<10>) -> Scalar {
        self.scores(image).softmax_cross_entropy(digit)
    }
}

const BATCH: usize = 128;
const EPOCHS: usize = 10;
const SEEDS: u64 = 5;

/// Trains from one seed: the accuracy on the test digits, and the seconds that took.
fn study<N: Classifier<Element = f32>>(
    digits: &Mnist<f32>,
    seed: u64,
    scores: impl Scores<N>,
) -> Result<(f64, f64), Error> {
    let mut model = N::new(seed);
    let mut work = N::workspace().batch(BATCH).build();
    let mut optimizer = Adam::new(1e-3);
    let mut batches = digits.train.batches(BATCH, seed);
    let begin = Instant::now();
    for epoch in 0..EPOCHS {
        // Smaller steps in the end, so that what is compared is not the noise of the last of them.
        optimizer.set_learning_rate(1e-3 * (1.0 - epoch as f64 / EPOCHS as f64));
        while let Some(batch) = batches.next() {
            model.train_step(&mut work, (batch.inputs, batch.labels), &mut optimizer)?;
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let accuracy = evaluate(&model, &mut work, &digits.test, scores)?.accuracy;
    Ok((accuracy.unwrap_or_default(), seconds))
}

fn main() -> Result<(), Error> {
    let folder = std::env::args().nth(1);
    let digits = Mnist::load(folder.as_deref().unwrap_or("data/mnist-small"))?;
    println!(
        "on {}: accuracy on {} test digits",
        instruction_set(),
        digits.test.len()
    );
    println!("seed    f32   bf16   seconds  seconds");
    let mut sums = [0.0; 4];
    for seed in 1..=SEEDS {
        let (full, slow) = study::<Full>(&digits, seed, Full::scores)?;
        let (half, fast) = study::<Half>(&digits, seed, Half::scores)?;
        println!("{seed:4} {full:.4} {half:.4} {slow:9.2} {fast:8.2}");
        for (sum, x) in sums.iter_mut().zip([full, half, slow, fast]) {
            *sum += x / SEEDS as f64;
        }
    }
    let [full, half, slow, fast] = sums;
    println!("mean {full:.4} {half:.4} {slow:9.2} {fast:8.2}");
    println!(
        "{:+.2} points, {:.2} times as fast",
        100.0 * (half - full),
        slow / fast
    );
    Ok(())
}
