//! Training: epochs of shuffled mini-batches, and evaluation on data the network has not seen.

mod callback;
mod evaluate;
mod fit;
#[cfg(feature = "ctrlc")]
mod interrupt;
mod judge;
mod judgement;
mod learner;
mod measure;
mod progress;
mod report;
mod sample;
mod trainer;
mod watch;

pub use callback::Verdict;
pub use evaluate::{Evaluation, Scores, accuracy, argmax, evaluate};
pub use fit::{Change, Fit, Resumed, Stopped};
pub use judge::{judge, mean_loss};
pub use judgement::Judgement;
pub use learner::{Learner, Learnt};
pub use measure::measure;
pub use report::{EpochReport, StepReport};
pub use sample::sample;
pub use trainer::{LossAndScores, Step, Trainer};
pub use watch::Watch;
