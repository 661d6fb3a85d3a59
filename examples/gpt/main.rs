//! A decoder-only Transformer (Vaswani et al., 2017; Radford et al., 2019, *Language models are unsupervised multitask
//! learners*) learns the letters of a book, and writes on.

mod network;
#[path = "../shared/options.rs"]
mod options;
#[path = "../shared/schedule.rs"]
mod schedule;
#[path = "../shared/text.rs"]
mod text;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dsl_runtime::prelude::*;
use dsl_runtime::train::Evaluation;
use network::{Gpt, GptBatch, LETTERS, TIME};
use options::{Common, at_least_one};
use text::Text;

/// Learns to foretell the letters of a text, and writes one.
#[derive(Parser)]
#[command(name = "gpt")]
struct Arguments {
    /// A text of at most 70 different characters; without it, the book that comes with the repository
    #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/alice.txt"), hide_default_value = true)]
    text: PathBuf,

    /// How often to go through the text
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = at_least_one)]
    epochs: usize,

    /// Windows of the text per step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    batch: usize,

    /// Letters from one window's beginning to the next one's
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_one)]
    stride: usize,

    /// The highest learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 0.003)]
    learning_rate: f64,

    /// What the text that is written begins with
    #[arg(long, value_name = "TEXT", default_value = "Alice ")]
    prompt: String,

    /// Letters to write
    #[arg(long, value_name = "N", default_value_t = 600)]
    letters: usize,

    /// How much is left to chance in writing: 0 takes the likeliest letter, 1 draws as the network says
    #[arg(long, value_name = "T", default_value_t = 0.6)]
    temperature: f64,

    #[command(flatten)]
    common: Common,
}

fn main() -> ExitCode {
    options::exit(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let text = Text::load(&arguments.text)?;
    let prompt = text.vocabulary.encode(&arguments.prompt)?;
    let mut model = Gpt::new(arguments.common.seed);
    println!(
        "{}: {} parameters, {LETTERS} letters at most",
        Gpt::<f32>::NAME,
        Gpt::<f32>::LAYOUT.count()
    );
    println!("{}\n", text.describe());
    fit(&mut model, arguments, &text)?;

    let letters = write::write(
        &model,
        &prompt,
        text.vocabulary.len(),
        arguments.letters,
        arguments.temperature,
        arguments.common.seed,
    )?;
    println!("\n{}", text.vocabulary.decode(&letters)?);
    println!(
        "\nheld-out loss {:.3} nats per letter; by how often pairs of letters occur {:.3}",
        judge(&model, &text.held_out)?.loss,
        text::bigram(&text.train, &text.held_out)
    );
    Ok(())
}

fn fit(model: &mut Gpt, arguments: &Arguments, text: &Text) -> Result<(), Error> {
    let windows = text.train.windows(TIME)?.every(arguments.stride);
    let mut trainer = Trainer::new(arguments.epochs)
        .batch(arguments.batch)
        .seed(arguments.common.seed)
        .schedule(schedule::rise_and_fall(
            arguments.learning_rate,
            arguments.epochs,
            windows.count(),
            arguments.batch,
        ))
        .on_epoch(|report| println!("{report}"));
    if let Some(threads) = arguments.common.threads {
        trainer = trainer.threads(threads);
    }
    trainer.fit_examples(
        model,
        &mut Adam::new(arguments.learning_rate).weight_decay(0.1),
        &windows,
        |learner, batch| {
            learner.step(GptBatch {
                letters: batch.tokens,
                next: batch.next,
            })
        },
        |model, _| judge(model, &text.held_out),
    )?;
    Ok(())
}

/// Mean loss per letter on all windows of a text.
fn judge(model: &Gpt, text: &Tokens) -> Result<Evaluation, Error> {
    let mut work = Gpt::workspace().batch(64).inference().build();
    let (mut loss, mut examples) = (0.0, 0);
    for batch in text.in_order(TIME, 64)? {
        let windows = batch.tokens.len() / TIME;
        loss += f64::from(model.loss(&mut work, batch.tokens, batch.next)?) * windows as f64;
        examples += windows;
    }
    let loss = loss / examples as f64;
    Ok(Evaluation {
        loss,
        accuracy: None,
        examples,
    })
}
