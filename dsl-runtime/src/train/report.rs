//! The reports of steps and epochs of training.

use std::fmt;

use super::Evaluation;
use crate::metrics::Measure;

/// A step of training, as [`on_step`](super::Trainer::on_step) is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct StepReport<'r> {
    /// Its number, from 1, counted through all epochs.
    pub step: u64,
    /// The number of its epoch, from 1.
    pub epoch: u64,
    /// Mean loss over its examples, before the update.
    pub loss: f64,
    /// Other results of the loss, by name.
    pub results: &'r [(&'static str, f64)],
    /// The number of examples.
    pub examples: usize,
    /// The learning rate, if the trainer knows it.
    pub learning_rate: Option<f64>,
    /// The Euclidean norm of the loss' gradient by all parameters, before any clipping; of a network that the trainer knows.
    pub gradient_norm: Option<f64>,
    /// Wall-clock time of the step, in seconds.
    pub seconds: f64,
}

impl StepReport<'_> {
    /// Examples per second.
    pub fn examples_per_second(&self) -> f64 {
        self.examples as f64 / self.seconds
    }
}

/// The results of one epoch. Displays as one line, a row of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EpochReport {
    /// Its number, from 1.
    pub epoch: usize,
    /// The number of steps up to its end, counted through all epochs.
    pub steps: u64,
    /// Mean loss per example over the epoch's steps, each taken before its update.
    pub train_loss: f64,
    /// The means of other results of the loss, over the same steps.
    pub results: Vec<Measure>,
    /// The network at the end of the epoch, evaluated on the training data, if asked for.
    pub train: Option<Evaluation>,
    /// The network at the end of the epoch, evaluated on the test data, if there is some.
    pub test: Option<Evaluation>,
    /// What metrics say of it on the test data.
    pub measures: Vec<Measure>,
    /// The number of examples learnt from in `seconds`: fewer than the epoch's if it was resumed.
    pub examples: usize,
    /// Wall-clock time of the epoch's steps, in seconds, without evaluation.
    pub seconds: f64,
    /// The learning rate of the last step, if the trainer knows it and has taken it in this run.
    pub learning_rate: Option<f64>,
    /// The norm of the gradient in the last step, as in [`StepReport`].
    pub gradient_norm: Option<f64>,
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

    /// Examples learnt from per second, without evaluation.
    pub fn examples_per_second(&self) -> f64 {
        self.examples as f64 / self.seconds
    }

    /// What a metric of this name says; `None` if there is none, or it is undefined.
    pub fn measure(&self, name: &str) -> Option<f64> {
        self.measures.iter().find(|measure| measure.name == name)?.value
    }

    /// Everything that epochs can be compared by: loss and accuracy on test data, or the training loss where there are none,
    /// then what metrics say, then the other results.
    pub(super) fn numbers(&self) -> Vec<(String, Option<f64>)> {
        let loss = self.test_loss().unwrap_or(self.train_loss);
        let mut numbers = vec![("loss".to_owned(), Some(loss))];
        if let Some(accuracy) = self.test_accuracy() {
            numbers.push(("accuracy".to_owned(), Some(accuracy)));
        }
        let named = self.measures.iter().chain(&self.results);
        numbers.extend(named.map(|measure| (measure.name.clone(), measure.value)));
        numbers
    }
}

impl fmt::Display for EpochReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "epoch {:3}   train loss {:.4}", self.epoch, self.train_loss)?;
        self.results
            .iter()
            .try_for_each(|result| write!(f, "  {result}"))?;
        if let Some(accuracy) = self.train_accuracy() {
            write!(f, "  accuracy {accuracy:.4}")?;
        }
        if let Some(loss) = self.test_loss() {
            write!(f, "   test loss {loss:.4}")?;
        }
        if let Some(accuracy) = self.test_accuracy() {
            write!(f, "  accuracy {accuracy:.4}")?;
        }
        self.measures
            .iter()
            .try_for_each(|measure| write!(f, "  {measure}"))?;
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
            test: Some(test),
            seconds: 1.5,
            examples: 30,
            ..EpochReport::default()
        };
        assert_eq!(report.examples_per_second(), 20.0);
        assert_eq!(
            report.to_string(),
            "epoch   3   train loss 0.1250   test loss 0.2000  accuracy 0.9512   1.50 s"
        );
        report.test = None;
        assert_eq!(report.to_string(), "epoch   3   train loss 0.1250   1.50 s");
        report.results = vec![Measure::new("divergence", 2.0)];
        report.measures = vec![Measure::new("ROC AUC", None)];
        assert_eq!(
            report.to_string(),
            "epoch   3   train loss 0.1250  divergence 2.0000  ROC AUC undefined   1.50 s"
        );
        assert_eq!(report.measure("ROC AUC"), None);
    }
}
