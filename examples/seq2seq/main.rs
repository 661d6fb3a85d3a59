//! Numbers from words: the encoder and decoder of *Attention is all you need* (Vaswani et al., 2017) learn to write "three
//! hundred and five thousand and twelve" as 305012.

mod greedy;
mod numbers;
#[path = "../shared/options.rs"]
mod options;
#[path = "../shared/schedule.rs"]
mod schedule;

use std::process::ExitCode;

use clap::Parser;
use dsl_runtime::data::SequenceBatch;
use dsl_runtime::prelude::*;
use dsl_runtime::train::Evaluation;
use numbers::{DIGITS, MARKS, TOKENS, WORDS};
use options::{Common, at_least_one};

network! {
    /// Encoder and decoder of two layers each.
    pub struct Transformer;

    /// Marks, digits and words.
    const TOKENS: usize = 44;
    const WORDS: usize = 11;
    /// Digits and the end.
    const TIME: usize = 7;
    const WIDTH: usize = 64;
    const HEADS: usize = 4;
    const HIDDEN: usize = 128;
    const LAYERS: usize = 2;
    /// The token that does not count.
    const PAD: f64 = 0.0;

    fn embedded(&self, tokens: Index<TOKENS, _>) -> Tensor<_, WIDTH> {
        let x = tokens.embedding(WIDTH, init = normal(1.0 / sqrt(WIDTH))) * sqrt(WIDTH);
        x + sinusoidal_positions(x.size(0), WIDTH)
    }

    /// A score per token at every place of the answer, given the tokens before it.
    pub fn logits(
        &self,
        words: Index<TOKENS, WORDS>,
        said: Tensor<WORDS>,
        given: Index<TOKENS, TIME>,
    ) -> Tensor<TIME, TOKENS> {
        let mut memory = self.embedded(words);
        for _ in 0..LAYERS {
            memory = memory.encoder_layer(said, HEADS, HIDDEN);
        }
        let mut x = self.embedded(given);
        for _ in 0..LAYERS {
            x = x.decoder_layer(memory, memory_mask = said, heads = HEADS, hidden = HIDDEN);
        }
        x.dense(TOKENS)
    }

    /// Mean cross-entropy of the answer's tokens, padding left out.
    pub fn loss(
        &self,
        words: Index<TOKENS, WORDS>,
        said: Tensor<WORDS>,
        given: Index<TOKENS, TIME>,
        answer: Index<TOKENS, TIME>,
    ) -> Scalar {
        self.logits(words, said, given).softmax_cross_entropy(answer, ignore = PAD)
    }
}

/// Tokens of an answer: digits and the end.
const TIME: usize = DIGITS + 1;
/// Answers that are decoded together.
const BATCH: usize = 250;

/// Learns to write numbers in digits that are given in words.
#[derive(Parser)]
#[command(name = "seq2seq")]
struct Arguments {
    /// Different numbers to learn from
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = at_least_one)]
    numbers: usize,

    /// Other numbers to be judged by
    #[arg(long, value_name = "N", default_value_t = 2_000, value_parser = at_least_one)]
    held_out: usize,

    /// How often to go through the numbers
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one)]
    epochs: usize,

    /// Numbers per step
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = at_least_one)]
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
    let seed = arguments.common.seed;
    // All different, so that none that is held out was learnt.
    let mut numbers = numbers::draw(arguments.numbers.saturating_add(arguments.held_out), seed);
    let held_out = numbers.split_off(arguments.numbers.min(numbers.len()));
    let (train, test) = (pairs(&numbers)?, pairs(&held_out)?);
    let mut model = Transformer::new(seed);
    println!(
        "{}: {} parameters, {} numbers to learn from, {} others to be judged by",
        Transformer::<f32>::NAME,
        Transformer::<f32>::LAYOUT.count(),
        numbers.len(),
        held_out.len()
    );
    println!("accuracy is the share of numbers with every digit right\n");

    let mut trainer = Trainer::new(arguments.epochs)
        .batch(arguments.batch)
        .seed(seed)
        .schedule(schedule::rise_and_fall(
            arguments.learning_rate,
            arguments.epochs,
            numbers.len(),
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
        |learner, batch| learner.step((batch.source, batch.source_mask, batch.given, batch.target)),
        |model, _| judge(model, &test, &held_out),
    )?;

    show(&model, &held_out[..held_out.len().min(8)])?;
    let judged = judge(&model, &test, &held_out)?;
    println!(
        "\nexact match on held-out numbers {:.4}",
        judged.accuracy.unwrap_or_default()
    );
    Ok(())
}

/// The words and the digits of some numbers.
fn pairs(numbers: &[u32]) -> Result<SequencePairs<f32>, Error> {
    let pairs: Vec<_> = numbers
        .iter()
        .map(|&number| (numbers::source(number), numbers::target(number)))
        .collect();
    SequencePairs::new(&pairs, [WORDS, TIME], TOKENS, MARKS)
}

/// Loss, and the share of numbers that are written rightly by decoding.
fn judge(model: &Transformer, pairs: &SequencePairs<f32>, numbers: &[u32]) -> Result<Evaluation, Error> {
    let mut work = Transformer::workspace().batch(BATCH).inference().build();
    let (mut loss, mut right, mut left) = (0.0, 0, numbers);
    for batch in pairs.in_order(BATCH) {
        let answers = answers(model, &mut work, &batch)?;
        let SequenceBatch {
            source,
            source_mask,
            given,
            target,
            ..
        } = batch;
        loss += f64::from(model.loss(&mut work, source, source_mask, given, target)?) * answers.len() as f64;
        let truths;
        (truths, left) = left.split_at(answers.len());
        right += answers
            .iter()
            .zip(truths)
            .filter(|(answer, truth)| **answer == truth.to_string())
            .count();
    }
    let examples = numbers.len();
    Ok(Evaluation {
        loss: loss / examples as f64,
        accuracy: Some(right as f64 / examples as f64),
        examples,
    })
}

/// The digits written for each of some numbers.
fn answers(
    model: &Transformer,
    work: &mut Workspace<Transformer>,
    batch: &SequenceBatch<'_, f32>,
) -> Result<Vec<String>, Error> {
    let examples = batch.source.len() / WORDS;
    let tokens = greedy::decode(examples, TIME, MARKS, |given, scores| {
        scores.clear();
        scores.extend_from_slice(model.logits(work, batch.source, batch.source_mask, given)?);
        Ok(())
    })?;
    Ok(tokens.iter().map(|tokens| numbers::digits(tokens)).collect())
}

/// Prints some numbers with what is written for them.
fn show(model: &Transformer, held_out: &[u32]) -> Result<(), Error> {
    let mut work = Transformer::workspace().batch(held_out.len()).inference().build();
    println!();
    for batch in pairs(held_out)?.in_order(held_out.len()) {
        for (answer, &number) in answers(model, &mut work, &batch)?.iter().zip(held_out) {
            let verdict = if *answer == number.to_string() {
                ""
            } else {
                "   wrong"
            };
            println!("{:>6}   {}{verdict}", answer, numbers::words(number).join(" "));
        }
    }
    Ok(())
}
