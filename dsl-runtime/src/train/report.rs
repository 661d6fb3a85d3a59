//! The report of an epoch of training.

use std::fmt;

use super::Evaluation;

/// The results of one epoch. Displays as one line, a row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct EpochReport {
    /// Its number, from 1.
    pub epoch: usize,
    /// Mean loss per example over the epoch's steps, each taken before its update.
    pub train_loss: f64,
    /// The network at the end of the epoch, evaluated on the training data, if asked for.
    pub train: Option<Evaluation>,
    /// The network at the end of the epoch, evaluated on the test data, if there is some.
    pub test: Option<Evaluation>,
    /// Wall-clock time of the epoch's steps, in seconds, without evaluation.
    pub seconds: f64,
}

impl EpochReport {
    /// Accuracy on the training data, `0..=1`.
    pub fn train_accuracy(&self) -> Option<f64> {
        self.train?.accuracy
    }

    /// Mean loss on the test data.
    pub fn test_loss(&self) -> Option<f64> {
        Some(self.test?.loss)
    }

    /// Accuracy on the test data, `0..=1`.
    pub fn test_accuracy(&self) -> Option<f64> {
        self.test?.accuracy
    }
}

impl fmt::Display for EpochReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {:3}   train loss {:.4}", self.epoch, self.train_loss)?;
        if let Some(accuracy) = self.train_accuracy() {
            write!(f, "  accuracy {accuracy:.4}")?;
        }
        if let Some(loss) = self.test_loss() {
            write!(f, "   test loss {loss:.4}")?;
        }
        if let Some(accuracy) = self.test_accuracy() {
            write!(f, "  accuracy {accuracy:.4}")?;
        }
        write!(f, "   {:.2} s", self.seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_one_line_of_what_is_known() {
        let test = Evaluation {
            loss: 0.2,
            accuracy: Some(0.9512),
            examples: 10,
        };
        let mut report = EpochReport {
            epoch: 3,
            train_loss: 0.125,
            train: None,
            test: Some(test),
            seconds: 1.5,
        };
        assert_eq!(
            report.to_string(),
            "epoch   3   train loss 0.1250   test loss 0.2000  accuracy 0.9512   1.50 s"
        );
        report.test = None;
        assert_eq!(report.to_string(), "epoch   3   train loss 0.1250   1.50 s");
    }
}
