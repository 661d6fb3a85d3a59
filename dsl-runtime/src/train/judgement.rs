//! What is found of a network at the end of an epoch.

use std::fmt;

use super::Evaluation;
use crate::metrics::Measure;

/// What is found of a network at the end of an epoch. An [`Evaluation`] is one on test data; `()` is none.
/// Displays as `loss 0.2139, accuracy 0.9345, top-3 accuracy 0.9912`.
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

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let train = self
            .train
            .iter()
            .map(|train| format!("on the training data {train}"));
        let test = self.test.iter().map(Evaluation::to_string);
        let measures = self.measures.iter().map(Measure::to_string);
        let parts: Vec<String> = train.chain(test).chain(measures).collect();
        write!(f, "{}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_displayed() {
        let test = Evaluation {
            loss: 0.5,
            accuracy: None,
            examples: 2,
        };
        let mut judgement = Judgement::from(test);
        judgement.measures = vec![Measure::new("R²", 0.25), Measure::new("ROC AUC", None)];
        assert_eq!(judgement.to_string(), "loss 0.5000, R² 0.2500, ROC AUC undefined");
        judgement.train = Some(test);
        assert!(
            judgement
                .to_string()
                .starts_with("on the training data loss 0.5000, loss")
        );
        assert_eq!(Judgement::default().to_string(), "");
    }
}
