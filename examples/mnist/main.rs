//! Handwritten digits: trains a network, saves it, and shows what it makes of some digits it has never seen; in the terminal, and
//! on a page beside the log of the training.

#[path = "../shared/beside.rs"]
mod beside;
mod drawing;
mod networks;
#[path = "../shared/options.rs"]
mod options;
#[path = "../shared/pictures.rs"]
mod pictures;
mod report;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use dsl_runtime::prelude::*;
use dsl_runtime::run::RunFolder;
use dsl_runtime::train::Scores;
use networks::{LeNet, Mlp};
use options::{Common, at_least_one};

/// By how much AdamW shrinks the parameters, in units of the learning rate: few digits are soon learnt by heart.
const WEIGHT_DECAY: f64 = 0.3;

/// Trains a network on handwritten digits, saves it, and shows what it makes of digits it has never seen.
#[derive(Parser)]
#[command(name = "mnist")]
struct Arguments {
    /// Which network to train
    #[arg(long, value_enum, default_value_t = Model::Lenet)]
    model: Model,

    /// The folder of the four MNIST files; without it, the digits that come with the repository
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"), hide_default_value = true)]
    data: PathBuf,

    /// How often to go through the training digits
    #[arg(long, value_name = "N", default_value_t = 15, value_parser = at_least_one)]
    epochs: usize,

    /// Digits per step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    batch: usize,

    /// The learning rate of AdamW at the first step; it falls evenly to 0 at the last
    #[arg(
        long,
        value_name = "RATE",
        default_value_t = 0.003,
        allow_negative_numbers = true
    )]
    learning_rate: f64,

    #[command(flatten)]
    common: Common,

    /// Where to save the trained network; without it, target/mnist-MODEL.safetensors in the repository
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,

    /// Where to keep the log and the report of the training; without it, a new folder runs/mnist-MODEL in the repository
    #[arg(long, value_name = "DIR")]
    run: Option<PathBuf>,

    /// Load the checkpoint and judge it, instead of training
    #[arg(long)]
    evaluate: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Model {
    /// Two dense layers
    Mlp,
    /// Two convolutions and three dense layers
    Lenet,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.model {
        Model::Mlp => run(&arguments, "mlp", networks::MLP_SVG, Mlp::logits),
        Model::Lenet => run(&arguments, "lenet", networks::LENET_SVG, LeNet::logits),
    };
    options::exit(done)
}

/// Trains or loads a network of any kind, judges it and draws.
fn run<N>(
    arguments: &Arguments,
    name: &str,
    picture: &str,
    logits: impl Scores<N> + Copy,
) -> Result<(), Error>
where
    N: Classifier<Element = f32>,
{
    let checkpoint = match &arguments.checkpoint {
        Some(path) => path.clone(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("target/mnist-{name}.safetensors")),
    };
    let mut model = N::new(arguments.common.seed);
    if arguments.evaluate {
        checkpoint::load(&mut model, &checkpoint)?;
    }
    let data = Mnist::load(&arguments.data)?;
    println!(
        "{}: {} parameters, {} training and {} test digits",
        N::NAME,
        N::LAYOUT.count(),
        data.train.len(),
        data.test.len()
    );
    if !arguments.evaluate {
        // Found out now rather than after the training.
        make_folder_of(&checkpoint)?;
        let run = match &arguments.run {
            Some(folder) => RunFolder::create(folder)?,
            None => {
                let runs = Path::new(env!("CARGO_MANIFEST_DIR")).join("runs");
                RunFolder::numbered(runs.join(format!("mnist-{name}")))?
            }
        };
        run.picture(picture)?;
        fit(&mut model, arguments, &data, logits, &run)?;
        checkpoint::save(&model, &checkpoint)?;
        println!("\nsaved {}", checkpoint.display());
        let report = report::write(&run, &model, &data.test, logits)?;
        println!("report {}", report.display());
    }

    let mut work = N::workspace().batch(256).inference().build();
    let judged = evaluate(&model, &mut work, &data.test, logits)?;
    drawing::show(&data.test, |image| Ok(argmax(logits(&model, &mut work, image)?)))?;
    println!("test accuracy {:.4}", judged.accuracy.unwrap_or_default());
    Ok(())
}

/// Trains with AdamW and a falling learning rate, and prints a table.
fn fit<N>(
    model: &mut N,
    arguments: &Arguments,
    data: &Mnist<f32>,
    logits: impl Scores<N>,
    run: &RunFolder,
) -> Result<(), Error>
where
    N: Classifier<Element = f32>,
{
    run.set("data", arguments.data.display())?;
    run.set("highest learning rate", arguments.learning_rate)?;
    run.set("weight decay", WEIGHT_DECAY)?;
    let steps = arguments.epochs as f64 * data.train.len().div_ceil(arguments.batch) as f64;
    let mut trainer = Trainer::new(arguments.epochs)
        .batch(arguments.batch)
        .seed(arguments.common.seed)
        .schedule(|step| arguments.learning_rate * (1.0 - step as f64 / steps))
        .run(run)
        .on_epoch(table::row);
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    let mut optimizer = Adam::new(arguments.learning_rate).weight_decay(WEIGHT_DECAY);
    table::head();
    trainer.fit(model, &mut optimizer, &data.train, &data.test, logits)?;
    Ok(())
}

fn make_folder_of(file: &Path) -> Result<(), Error> {
    let folder = file.parent().unwrap_or(Path::new(""));
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|source| Error::File {
        action: "make the folder",
        path: folder.to_owned(),
        source,
    })
}
