//! Sequences read one step at a time by a recurrent network (Hochreiter and Schmidhuber, 1997, *Long short-term memory*):
//! digits row by row, or a text letter by letter.

mod letters;
#[path = "../shared/options.rs"]
mod options;
mod rows;
#[path = "../shared/schedule.rs"]
mod schedule;
#[path = "../shared/text.rs"]
mod text;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use options::{Common, at_least_one};

/// Trains a recurrent network on sequences.
#[derive(Parser)]
#[command(name = "lstm")]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,

    #[command(flatten)]
    training: Training,
}

#[derive(Subcommand, Clone)]
enum Task {
    /// Digits from their rows, read from top to bottom (the default)
    Rows {
        /// The folder of the four MNIST files; without it, the digits that come with the repository
        #[arg(long, value_name = "DIR", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small"), hide_default_value = true)]
        data: PathBuf,
    },
    /// The next letter of a text; ends with a text of its own
    Letters {
        /// A text of at most 70 different characters; without it, the book that comes with the repository
        #[arg(long, value_name = "FILE", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/data/alice.txt"), hide_default_value = true)]
        text: PathBuf,
    },
}

#[derive(clap::Args)]
struct Training {
    /// How often to go through what there is to learn from; without it, 12 times for rows and 6 for letters
    #[arg(long, value_name = "N", value_parser = at_least_one, global = true)]
    epochs: Option<usize>,

    /// Sequences per step
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one, global = true)]
    batch: usize,

    /// The highest learning rate of Adam
    #[arg(long, value_name = "RATE", default_value_t = 0.004, global = true)]
    learning_rate: f64,

    #[command(flatten)]
    common: Common,
}

fn main() -> ExitCode {
    let Arguments { task, training } = Arguments::parse();
    options::exit(match task {
        Some(Task::Rows { data }) => rows::run(&data, &training),
        Some(Task::Letters { text }) => letters::run(&text, &training),
        None => rows::run(
            &PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data/mnist-small")),
            &training,
        ),
    })
}
