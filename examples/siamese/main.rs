//! Are these two digits the same? One encoder reads both; its codes of equal digits are drawn together, those of
//! different ones pushed apart (Hadsell, Chopra and LeCun, 2006, *Dimensionality reduction by learning an invariant
//! mapping*).

#[path = "../shared/options.rs"]
mod options;
mod pairs;
#[path = "../shared/pictures.rs"]
mod pictures;
mod reference;
#[path = "../shared/workspace.rs"]
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use dsl_runtime::prelude::*;
use options::{Common, at_least_one};
use pairs::{PairBatch, Pairs};
use pictures::{beside, picture};

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

    /// How often to go through the digits, each time with other partners
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = at_least_one)]
    epochs: usize,

    /// Pairs per step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    batch: usize,

    /// The learning rate of Adam at the first step; it falls evenly to 0 at the last
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
    let mut model = Siamese::new(arguments.common.seed);
    println!(
        "{}: {} parameters, {} pairs to learn from, {} to be judged by",
        Siamese::<f32>::NAME,
        Siamese::<f32>::LAYOUT.count(),
        train.len(),
        test.len()
    );
    fit(&mut model, arguments, &train, &test)?;
    show(&model, &Pairs::draw(&test, arguments.common.seed))?;
    let judged = judge(&model, &train, &test, arguments.common.seed)?;
    println!("share of test pairs told rightly {:.4}", judged.pairs);
    println!(
        "test accuracy by the nearest of ten mean codes {:.4}",
        judged.digits
    );
    Ok(())
}

fn fit(
    model: &mut Siamese,
    arguments: &Arguments,
    train: &Dataset<f32>,
    test: &Dataset<f32>,
) -> Result<(), Error> {
    let (seed, batch) = (arguments.common.seed, arguments.batch);
    let steps = (arguments.epochs * train.len().div_ceil(batch)) as f64;
    let mut work = workspace::training(batch.min(train.len()), arguments.common.threads);
    let mut optimizer = Adam::new(arguments.learning_rate);
    let mut step = 0.0;
    println!("\nepoch   loss      pairs     digits    seconds");
    for epoch in 0..arguments.epochs {
        let begun = Instant::now();
        // Other pairs in every epoch.
        let pairs = Pairs::draw(train, seed.wrapping_add(1 + epoch as u64));
        let mut batches = Batches::new(&pairs, batch, seed);
        batches.start_epoch(epoch as u64);
        let mut total = 0.0;
        while let Some(PairBatch { left, right, same }) = batches.next() {
            optimizer.set_learning_rate(arguments.learning_rate * (1.0 - step / steps));
            let loss = model.train_step(&mut work, (left, right, same), &mut optimizer)?;
            total += f64::from(loss) * same.len() as f64;
            step += 1.0;
        }
        let seconds = begun.elapsed().as_secs_f64();
        let Judgement { pairs, digits } = judge(model, train, test, seed)?;
        let loss = total / train.len() as f64;
        println!(
            "{:5}   {loss:<8.4}  {pairs:<8.4}  {digits:<8.4}  {seconds:7.2}",
            epoch + 1
        );
    }
    Ok(())
}

struct Judgement {
    /// The share of test pairs told rightly.
    pairs: f64,
    /// The share of test digits whose nearest mean code is that of their class.
    digits: f64,
}

fn judge(model: &Siamese, train: &Dataset<f32>, test: &Dataset<f32>, seed: u64) -> Result<Judgement, Error> {
    let mut work = Siamese::workspace().batch(256).inference().build();
    let pairs = Pairs::draw(test, seed);
    let mut batches = Batches::new(&pairs, 256, seed);
    let mut right = 0.0;
    while let Some(batch) = batches.next() {
        let distances = distances(model, &mut work, &batch)?;
        right += reference::rightly_told(&distances, batch.same, THRESHOLD) * batch.same.len() as f64;
    }
    let mut codes = |data: &Dataset<f32>| {
        let mut all = Vec::with_capacity(data.len() * CODE);
        for batch in data.in_order(256) {
            all.extend_from_slice(model.code(&mut work, batch.inputs)?);
        }
        Ok::<_, Error>(all)
    };
    let means = reference::means(&codes(train)?, CODE, train.labels(), train.classes());
    let codes = codes(test)?;
    let near = |(code, label): &(&[f32], &u32)| reference::nearest(&means, code) == Some(**label as usize);
    let near = codes.chunks_exact(CODE).zip(test.labels()).filter(near).count();
    Ok(Judgement {
        pairs: right / test.len() as f64,
        digits: near as f64 / test.len() as f64,
    })
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
