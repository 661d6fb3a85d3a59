//! Are these two digits the same? One encoder reads both; its codes of equal digits are drawn together, those of
//! different ones pushed apart (Hadsell, Chopra and LeCun, 2006, *Dimensionality reduction by learning an invariant
//! mapping*).

#[path = "../shared/beside.rs"]
mod beside;
#[path = "../shared/options.rs"]
mod options;
mod pairs;
#[path = "../shared/pictures.rs"]
mod pictures;
mod reference;
#[path = "../shared/schedule.rs"]
mod schedule;

use std::path::PathBuf;
use std::process::ExitCode;

use beside::beside;
use clap::Parser;
use dsl_runtime::prelude::*;
use dsl_runtime::train::Evaluation;
use options::{Common, at_least_one};
use pairs::{PairBatch, Pairs};
use pictures::picture;

network! {
    /// Two digits through one encoder.
    pub struct Siamese;

    const CODE: usize = 16;
    const MARGIN: f64 = 2.0;

    /// A digit's place in the space of codes.
    pub fn code(&self, image: Tensor<1, 28, 28>) -> Tensor<CODE> {
        let edges = image.conv(8, 5, pad = 2).relu().max_pool(2);
        let shapes = edges.conv(16, 5).relu().max_pool(2);
        shapes.flatten().dense(64).relu().dense(CODE)
    }

    /// `d²` where the two are of one class, `max(0, MARGIN − d)²` where they are not, for the distance `d` of their
    /// codes.
    pub fn loss(&self, left: Tensor<1, 28, 28>, right: Tensor<1, 28, 28>, same: Scalar) -> Scalar {
        let square = (self.code(left) - self.code(right)).square().sum();
        // A distance has no slope at 0.
        let missing = (MARGIN - (square + 1e-6).sqrt()).relu();
        same * square + (1.0 - same) * missing.square()
    }
}

/// Partners for each digit, among those of its own class and those of others.
const PARTNERS: usize = 5;
/// Examples in a batch when judging.
const BATCH: usize = 256;
/// Values of a code.
const CODE: usize = 16;
/// Digits nearer than this are taken to be the same: half of the margin.
const THRESHOLD: f32 = 1.0;
const SIDE: usize = 28;

/// Learns to tell whether two handwritten digits are the same, without being told which they are.
#[derive(Parser)]
#[command(name = "siamese")]
struct Arguments {
    /// The folder of the four MNIST files; without it, the digits that come with the repository
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"), hide_default_value = true)]
    data: PathBuf,

    /// How often to go through the pairs
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = at_least_one)]
    epochs: usize,

    /// Pairs per step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    batch: usize,

    /// The highest learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 0.002)]
    learning_rate: f64,

    #[command(flatten)]
    common: Common,
}

fn main() -> ExitCode {
    options::exit(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Mnist { train, test } = Mnist::load(&arguments.data)?;
    let seed = arguments.common.seed;
    let mut model = Siamese::new(seed);
    let test_pairs = Pairs::draw(&test, 1, seed.wrapping_add(1));
    println!(
        "{}: {} parameters, {} digits to learn from, {} to be judged by",
        Siamese::<f32>::NAME,
        Siamese::<f32>::LAYOUT.count(),
        train.len(),
        test.len()
    );
    println!("accuracy is the share of pairs told rightly\n");
    let pairs = Pairs::draw(&train, PARTNERS, seed);
    let mut trainer = Trainer::new(arguments.epochs)
        .batch(arguments.batch)
        .seed(seed)
        .schedule(schedule::rise_and_fall(
            arguments.learning_rate,
            arguments.epochs,
            pairs.count(),
            arguments.batch,
        ))
        .on_epoch(|report| println!("{report}"));
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    trainer.fit_examples(
        &mut model,
        &mut Adam::new(arguments.learning_rate),
        &pairs,
        |learner, PairBatch { left, right, same }| learner.step(SiameseBatch { left, right, same }),
        |model, _| judge(model, &test_pairs),
    )?;
    show(&model, &test_pairs)?;
    let pairs = judge(&model, &test_pairs)?.accuracy.unwrap_or_default();
    println!("share of test pairs told rightly {pairs:.4}");
    println!(
        "test accuracy by the nearest of ten mean codes {:.4}",
        by_nearest(&model, &train, &test)?
    );
    Ok(())
}

/// Loss, and the share of pairs told rightly.
fn judge(model: &Siamese, pairs: &Pairs<'_>) -> Result<Evaluation, Error> {
    let mut work = Siamese::workspace().batch(BATCH).inference().build();
    let mut batches = Batches::new(pairs, BATCH, 0);
    let (mut loss, mut right) = (0.0, 0.0);
    while let Some(batch) = batches.next() {
        let examples = batch.same.len() as f64;
        loss += f64::from(model.loss(&mut work, batch.left, batch.right, batch.same)?) * examples;
        let distances = distances(model, &mut work, &batch)?;
        right += reference::rightly_told(&distances, batch.same, THRESHOLD) * examples;
    }
    let examples = pairs.count();
    Ok(Evaluation {
        loss: loss / examples as f64,
        accuracy: Some(right / examples as f64),
        examples,
    })
}

/// The share of test digits whose nearest mean code is that of their class: the network was never told the classes.
fn by_nearest(model: &Siamese, train: &Dataset<f32>, test: &Dataset<f32>) -> Result<f64, Error> {
    let mut work = Siamese::workspace().batch(BATCH).inference().build();
    let mut codes = |data: &Dataset<f32>| {
        let mut all = Vec::with_capacity(data.len() * CODE);
        for batch in data.in_order(BATCH) {
            all.extend_from_slice(model.code(&mut work, batch.inputs)?);
        }
        Ok::<_, Error>(all)
    };
    let means = reference::means(&codes(train)?, CODE, train.labels(), train.classes());
    let codes = codes(test)?;
    let near = |(code, label): &(&[f32], &u32)| reference::nearest(&means, code) == Some(**label as usize);
    let near = codes.chunks_exact(CODE).zip(test.labels()).filter(near).count();
    Ok(near as f64 / test.len() as f64)
}

/// How far the codes of each pair are apart.
fn distances(
    model: &Siamese,
    work: &mut Workspace<Siamese>,
    batch: &PairBatch<'_>,
) -> Result<Vec<f32>, Error> {
    let left = model.code(work, batch.left)?.to_vec();
    let right = model.code(work, batch.right)?;
    let both = left.chunks_exact(CODE).zip(right.chunks_exact(CODE));
    Ok(both
        .map(|(left, right)| reference::distance(left, right))
        .collect())
}

/// Draws the first pairs, with the distance of their codes.
fn show(model: &Siamese, pairs: &Pairs<'_>) -> Result<(), Error> {
    let mut work = Siamese::workspace().batch(4).inference().build();
    let mut memory = pairs.memory(4);
    let batch = pairs.gather(&[0, 1, 2, 3], &mut memory);
    let distances = distances(model, &mut work, &batch)?;
    let both = batch
        .left
        .chunks_exact(SIDE * SIDE)
        .zip(batch.right.chunks_exact(SIDE * SIDE));
    println!("\nThe first test pairs, and how far apart their codes are (the same, if below {THRESHOLD}):\n");
    let drawn: Vec<_> = both
        .zip(&distances)
        .map(|((left, right), distance)| {
            let lines = [left, right]
                .into_iter()
                .flat_map(|image| picture(image, SIDE, 0.4));
            (lines.collect(), format!("{distance:^SIDE$.2}"))
        })
        .collect();
    println!("{}", beside(&drawn));
    Ok(())
}
