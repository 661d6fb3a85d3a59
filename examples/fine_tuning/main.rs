//! Fine-tuning: what a network has learnt of many digits helps another one to learn a task of few examples.
//!
//! The body of the first network is loaded into the second, whose head is new. At first the head alone is trained, since its
//! gradients would spoil the body; then all of it, the body at a smaller rate (Howard and Ruder, 2018, *Universal Language Model
//! Fine-tuning for Text Classification*).

mod cloth;
mod network;
#[path = "../shared/options.rs"]
mod options;

use std::process::ExitCode;

use clap::Parser;
use dsl_runtime::checkpoint::Import;
use dsl_runtime::prelude::*;
use dsl_runtime::train::Scores;
use network::{Cloth, Digits};
use options::{Common, at_least_one};

/// Trains on digits, and goes on with digits on cloth.
#[derive(Parser)]
#[command(name = "fine_tuning")]
struct Arguments {
    /// Examples of the second task
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = at_least_one)]
    examples: usize,

    /// How often to go through them with the body frozen
    #[arg(long, value_name = "N", default_value_t = 20)]
    frozen: u64,

    /// How often to go through them after that
    #[arg(long, value_name = "N", default_value_t = 30)]
    thawed: u64,

    /// The learning rate of the body, as a share of that of the head
    #[arg(long, value_name = "SHARE", default_value_t = 0.3)]
    share: f64,

    #[command(flatten)]
    common: Common,
}

/// Examples of a step.
const BATCH: usize = 32;
/// The learning rate of Adam.
const RATE: f64 = 2e-3;

fn main() -> ExitCode {
    options::exit(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let seed = arguments.common.seed;
    let Mnist { train, test } = Mnist::load(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"))?;
    let few = cloth::printed(&train, 0, arguments.examples)?;
    let unseen = cloth::printed(&test, 0, test.len())?;

    let mut digits = Digits::new(seed);
    fit(&mut digits, &mut Adam::new(RATE), &train, 5, arguments)?;
    println!(
        "digits:               {}",
        judge(&digits, &test, Digits::logits, arguments)?
    );

    let whole = arguments.frozen + arguments.thawed;
    let mut anew = Cloth::new(seed);
    fit(&mut anew, &mut Adam::new(RATE), &few, whole, arguments)?;
    println!(
        "cloth, from scratch:  {}",
        judge(&anew, &unseen, Cloth::logits, arguments)?
    );

    let mut model = Cloth::new(seed);
    let bytes = checkpoint::encode(&digits).map_err(|problem| Error::Checkpoint {
        path: "the network of digits".into(),
        problem,
    })?;
    let loaded = Import::new()
        .ignore("head.*")
        .allow_missing("head.*")
        .decode(&mut model, &bytes);
    let report = loaded.map_err(|problem| Error::Checkpoint {
        path: "the network of digits".into(),
        problem,
    })?;
    println!("                      {report}");
    let mut head_alone = Adam::new(RATE).freeze("body.*");
    fit(&mut model, &mut head_alone, &few, arguments.frozen, arguments)?;
    println!(
        "cloth, body frozen:   {}",
        judge(&model, &unseen, Cloth::logits, arguments)?
    );
    let mut all = Adam::new(RATE).group("body.*", |body| body.rate(arguments.share));
    fit(&mut model, &mut all, &few, arguments.thawed, arguments)?;
    println!(
        "cloth, all of it:     {}",
        judge(&model, &unseen, Cloth::logits, arguments)?
    );
    Ok(())
}

/// Goes through the examples so many times.
fn fit<N: Classifier<Element = f32>>(
    model: &mut N,
    optimizer: &mut impl Optimizer<f32>,
    data: &Dataset<f32>,
    epochs: u64,
    arguments: &Arguments,
) -> Result<(), Error> {
    let mut work = workspace::<N>(arguments);
    let mut batches = data.batches(BATCH, arguments.common.seed);
    for _ in 0..epochs {
        while let Some(batch) = batches.next() {
            model.train_step(&mut work, (batch.inputs, batch.labels), optimizer)?;
        }
    }
    Ok(())
}

/// The share of examples that are read rightly, and the mean loss.
fn judge<N: Classifier<Element = f32>>(
    model: &N,
    data: &Dataset<f32>,
    logits: impl Scores<N>,
    arguments: &Arguments,
) -> Result<String, Error> {
    let result = evaluate(model, &mut workspace::<N>(arguments), data, logits)?;
    Ok(result.to_string())
}

fn workspace<N: Network>(arguments: &Arguments) -> Workspace<N> {
    let work = N::workspace().batch(BATCH);
    match arguments.common.threads {
        Some(threads) => work.threads(threads).build(),
        None => work.build(),
    }
}
