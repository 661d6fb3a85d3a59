//! Metrics: what is measured of a network's predictions on some data, batch by batch.
//!
//! A [`Metric`] takes the predictions of a batch and what they are held against. Several of them in a tuple share one
//! forward pass:
//!
//! ```
//! use dsl_runtime::metrics::{Accuracy, ConfusionMatrix, Metric, TopK};
//! # fn main() -> Result<(), dsl_runtime::Error> {
//!
//! let mut metrics = (Accuracy::new(), TopK::new(2), ConfusionMatrix::new(3));
//! // Two batches: three scores a row, and the class of each row.
//! metrics.observe(&[0.1, 0.7, 0.2, 0.5, 0.3, 0.2], &[1, 1])?;
//! metrics.observe(&[0.2, 0.2, 0.6], &[2])?;
//! let (accuracy, top_2, matrix) = &metrics;
//! assert_eq!(accuracy.value(), Some(2.0 / 3.0));
//! assert_eq!(top_2.value(), Some(1.0));
//! assert_eq!((matrix.count(1, 0), matrix.class(2).recall), (1, Some(1.0)));
//! println!("{matrix}");
//! # Ok(())
//! # }
//! ```
//!
//! [`measure`](crate::train::measure) takes them over a whole data set, and a [`Trainer`](crate::train::Trainer) reports and
//! watches what they say.
//!
//! Every metric goes from example to example in `f64` or in whole numbers, so **the bits do not depend on how the data are
//! cut into batches**. What is not defined, such as the mean of nothing, is `None`.

mod accuracy;
mod confusion_matrix;
mod mean_error;
mod perplexity;
mod precision_recall;
mod r_squared;
mod roc_auc;
mod top_k;

use std::fmt;

pub use accuracy::Accuracy;
pub use confusion_matrix::ConfusionMatrix;
pub use mean_error::{MeanAbsoluteError, MeanSquaredError};
pub use perplexity::Perplexity;
pub use precision_recall::ClassScores;
pub use r_squared::RSquared;
pub use roc_auc::RocAuc;
pub use top_k::TopK;

use crate::error::MetricProblem;
use crate::{Error, Real};

/// A measure of predictions, taken batch by batch. One's own is a type with these three methods.
pub trait Metric<T: Real> {
    /// What a batch's predictions are held against: classes, `[u32]`, or values, `[T]`.
    type Targets: ?Sized;

    /// Takes the predictions of a batch, row after row, and the targets of these rows.
    ///
    /// # Errors
    ///
    /// [`Error::Metric`] if the lengths do not fit each other, or a class is out of range; nothing of the batch
    /// counts then.
    fn observe(&mut self, predictions: &[T], targets: &Self::Targets) -> Result<(), Error>;

    /// What it has measured so far, by name.
    fn measures(&self) -> Vec<Measure>;

    /// Forgets everything that it has taken.
    fn reset(&mut self);
}

/// A number that was measured. Displays as `accuracy 0.9345`.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What it is, such as `accuracy`.
    pub name: String,
    /// The number; `None` where it is not defined.
    pub value: Option<f64>,
}

impl Measure {
    /// A number by its name.
    pub fn new(name: impl Into<String>, value: impl Into<Option<f64>>) -> Measure {
        Measure {
            name: name.into(),
            value: value.into(),
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Some(value) => write!(f, "{} {value:.4}", self.name),
            None => write!(f, "{} undefined", self.name),
        }
    }
}

/// Several metrics of the same predictions.
macro_rules! together {
    ($first:ident $(, $more:ident)*) => {
        impl<T: Real, $first: Metric<T> $(, $more: Metric<T, Targets = $first::Targets>)*> Metric<T>
            for ($first, $($more,)*)
        {
            type Targets = $first::Targets;

            fn observe(&mut self, predictions: &[T], targets: &Self::Targets) -> Result<(), Error> {
                #[expect(non_snake_case, reason = "the names of the types")]
                let ($first, $($more,)*) = self;
                $first.observe(predictions, targets)?;
                $($more.observe(predictions, targets)?;)*
                Ok(())
            }

            fn measures(&self) -> Vec<Measure> {
                #[expect(non_snake_case, reason = "the names of the types")]
                let ($first, $($more,)*) = self;
                [$first.measures() $(, $more.measures())*].concat()
            }

            fn reset(&mut self) {
                #[expect(non_snake_case, reason = "the names of the types")]
                let ($first, $($more,)*) = self;
                $first.reset();
                $($more.reset();)*
            }
        }
    };
}

together!(A);
together!(A, B);
together!(A, B, C);
together!(A, B, C, D);
together!(A, B, C, D, E);
together!(A, B, C, D, E, F);

/// The rows of scores and the class of each; checks that the classes are among the scores.
fn classified<'s, T: Real>(
    metric: &'static str,
    scores: &'s [T],
    labels: &'s [u32],
) -> Result<impl Iterator<Item = (&'s [T], usize)>, Error> {
    let ragged = || {
        refused(
            metric,
            MetricProblem::Ragged {
                predictions: scores.len(),
                targets: labels.len(),
            },
        )
    };
    let classes = match (scores.len(), labels.len()) {
        (0, 0) => 1,
        (scores, labels) if labels > 0 && scores > 0 && scores % labels == 0 => scores / labels,
        _ => return Err(ragged()),
    };
    check_labels(metric, labels, classes)?;
    let labels = labels.iter().map(|&label| label as usize);
    Ok(scores.chunks_exact(classes).zip(labels))
}

/// Checks that every class is below the number of classes.
fn check_labels(metric: &'static str, labels: &[u32], classes: usize) -> Result<(), Error> {
    match labels.iter().position(|&label| label as usize >= classes) {
        None => Ok(()),
        Some(position) => Err(refused(
            metric,
            MetricProblem::Label {
                position,
                label: labels[position],
                classes,
            },
        )),
    }
}

/// The predicted values and their targets, one for one.
fn paired<'s, T: Real>(
    metric: &'static str,
    predictions: &'s [T],
    targets: &'s [T],
) -> Result<impl Iterator<Item = (f64, f64)> + use<'s, T>, Error> {
    if predictions.len() != targets.len() {
        return Err(refused(
            metric,
            MetricProblem::Lengths {
                predictions: predictions.len(),
                targets: targets.len(),
            },
        ));
    }
    let pairs = predictions.iter().zip(targets);
    Ok(pairs.map(|(prediction, target)| (prediction.to_f64(), target.to_f64())))
}

fn refused(metric: &'static str, problem: MetricProblem) -> Error {
    Error::Metric { metric, problem }
}

/// `part / whole`, `None` if the whole is nothing.
fn fraction(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests;
