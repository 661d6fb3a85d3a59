//! Training: epochs of shuffled mini-batches, and evaluation on data the network has not seen.

mod evaluate;
mod progress;
mod report;
mod sample;
mod trainer;

pub use evaluate::{Evaluation, Scores, accuracy, argmax, evaluate};
pub use report::EpochReport;
pub use sample::sample;
pub use trainer::{Judgement, Step, Trainer};
