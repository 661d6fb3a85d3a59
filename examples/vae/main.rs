//! A variational autoencoder (Kingma and Welling, 2014, *Auto-encoding variational Bayes*): digits from a code of a few
//! numbers, and digits nobody wrote.

#[path = "../shared/beside.rs"]
mod beside;
#[path = "../shared/options.rs"]
mod options;
#[path = "../shared/pgm.rs"]
mod pgm;
#[path = "../shared/pictures.rs"]
mod pictures;
#[path = "../shared/schedule.rs"]
mod schedule;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use beside::beside;
use clap::Parser;
use dsl_runtime::prelude::*;
use dsl_runtime::random::Stream;
use dsl_runtime::train::Evaluation;
use options::{Common, at_least_one};
use pictures::picture;

network! {
    /// Encoder and decoder, with a code of 16 numbers between them.
    pub struct Vae;

    const PIXELS: usize = 784;
    const HIDDEN: usize = 256;
    const CODE: usize = 16;

    /// Mean and logarithm of the variance of a digit's code.
    pub fn encode(&self, image: Tensor<PIXELS>) -> (Tensor<CODE>, Tensor<CODE>) {
        let hidden = image.dense(HIDDEN).relu();
        (hidden.dense(CODE), hidden.dense(CODE))
    }

    fn scores(&self, code: Tensor<CODE>) -> Tensor<PIXELS> {
        code.dense(HIDDEN).relu().dense(PIXELS)
    }

    /// How bright each pixel of a code's digit is.
    pub fn decode(&self, code: Tensor<CODE>) -> Tensor<PIXELS> {
        self.scores(code).sigmoid()
    }

    /// What is to be made small, in nats: how little the decoder says of the image, and how much the code says; together
    /// no less than `−log p(image)`. The code is drawn by way of noise, through which no gradient need pass.
    pub fn loss(&self, image: Tensor<PIXELS>) -> Scalar {
        let (mean, log_variance) = self.encode(image);
        let code = mean + noise([CODE], normal(1.0)) * (0.5 * log_variance).exp();
        let unsaid = PIXELS * self.scores(code).binary_cross_entropy_with_logits(image);
        unsaid + mean.gaussian_kl_divergence(log_variance)
    }
}

const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;
const CODE: usize = 16;
/// Examples in a batch when judging.
const BATCH: usize = 200;
/// Digits beside each other, in the terminal and in the file.
const ACROSS: usize = 5;
const DRAWN: usize = 10;

/// Learns to write handwritten digits.
#[derive(Parser)]
#[command(name = "vae")]
struct Arguments {
    /// The folder of the four MNIST files; without it, the digits that come with the repository
    #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"), hide_default_value = true)]
    data: PathBuf,

    /// How often to go through the digits
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = at_least_one)]
    epochs: usize,

    /// Digits per step
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = at_least_one)]
    batch: usize,

    /// The highest learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 0.002)]
    learning_rate: f64,

    /// Where to draw the digits nobody wrote; without it, target/vae.pgm in the repository
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

fn main() -> ExitCode {
    options::exit(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let Mnist { train, test } = Mnist::<f32>::load(&arguments.data)?;
    let seed = arguments.common.seed;
    let mut model = Vae::new(seed);
    println!(
        "{}: {} parameters, {} digits to learn from, {} to be judged by",
        Vae::<f32>::NAME,
        Vae::<f32>::LAYOUT.count(),
        train.len(),
        test.len()
    );
    println!("the loss is a bound on −log p of a digit, in nats\n");
    let mut trainer = Trainer::new(arguments.epochs)
        .batch(arguments.batch)
        .seed(seed)
        .schedule(schedule::rise_and_fall(
            arguments.learning_rate,
            arguments.epochs,
            train.len(),
            arguments.batch,
        ))
        .on_epoch(|report| println!("{report}"));
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    trainer.fit_examples(
        &mut model,
        &mut Adam::new(arguments.learning_rate),
        &train,
        |learner, batch| learner.step(batch.inputs),
        |model, _| judge(model, &test),
    )?;
    show_again(&model, &test)?;
    let file = match &arguments.picture {
        Some(path) => path.clone(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("target/vae.pgm"),
    };
    show_new(&model, seed, &file)?;
    println!("drew them in {}", file.display());
    println!("test loss {:.2} nats per digit", judge(&model, &test)?.loss);
    Ok(())
}

/// The mean loss on all digits, under one draw of the noise.
fn judge(model: &Vae, digits: &Dataset<f32>) -> Result<Evaluation, Error> {
    let mut work = Vae::workspace().batch(BATCH).inference().build();
    let mut loss = 0.0;
    for batch in digits.in_order(BATCH) {
        loss += f64::from(model.loss(&mut work, batch.inputs)?) * batch.labels.len() as f64;
    }
    let examples = digits.len();
    Ok(Evaluation {
        loss: loss / examples as f64,
        accuracy: None,
        examples,
    })
}

/// Draws the first test digits above what is left of them after passing through their codes.
fn show_again(model: &Vae, digits: &Dataset<f32>) -> Result<(), Error> {
    let mut work = Vae::workspace().batch(ACROSS).inference().build();
    let first = digits.clone().first(ACROSS);
    let codes = model.encode(&mut work, first.inputs())?.0.to_vec();
    let again = model.decode(&mut work, &codes)?;
    println!("\nDigits, and what their codes of {CODE} numbers say of them:\n");
    println!("{}", row(first.inputs()));
    println!("{}", row(again));
    Ok(())
}

/// Draws digits of random codes, in the terminal and in a file.
fn show_new(model: &Vae, seed: u64, file: &Path) -> Result<(), Error> {
    let mut work = Vae::workspace().batch(DRAWN).inference().build();
    let mut stream = Stream::new(seed, "codes");
    let codes: Vec<f32> = (0..DRAWN * CODE).map(|_| stream.normal() as f32).collect();
    let digits = model.decode(&mut work, &codes)?;
    println!("Digits nobody wrote, of random codes:\n");
    for digits in digits.chunks(ACROSS * PIXELS) {
        println!("{}", row(digits));
    }
    pgm::write(file, digits, SIDE, ACROSS)
}

fn row(images: &[f32]) -> String {
    let drawn = images
        .chunks_exact(PIXELS)
        .map(|image| (picture(image, SIDE, 0.5), String::new()));
    beside(&drawn.collect::<Vec<_>>())
}
