//! What is found of a network at the end of an epoch.

use super::Evaluation;
use crate::metrics::Measure;

/// What is found of a network at the end of an epoch. An [`Evaluation`] is one on test data; `()` is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Judgement {
    /// The evaluation on the training data, if wanted.
    pub train: Option<Evaluation>,
    /// The evaluation on the test data, if wanted.
    pub test: Option<Evaluation>,
    /// What metrics say of the test data.
    pub measures: Vec<Measure>,
}

impl From<()> for Judgement {
    fn from((): ()) -> Judgement {
        Judgement::default()
    }
}

impl From<Evaluation> for Judgement {
    fn from(test: Evaluation) -> Judgement {
        Judgement {
            test: Some(test),
            ..Judgement::default()
        }
    }
}
