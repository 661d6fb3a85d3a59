//! Evaluation of a network.

use std::fmt;

use crate::data::Dataset;
use crate::span::span;
use crate::{Classifier, Error, Network, Real, Workspace};

/// The performance of a network on some data. Displays as `loss 0.2139, accuracy 0.9345`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    /// Mean loss per example.
    pub loss: f64,
    /// Fraction of examples classified correctly, `0..=1`; `None` for networks that do not classify.
    pub accuracy: Option<f64>,
    /// The number of evaluated examples.
    pub examples: usize,
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loss {:.4}", self.loss)?;
        match self.accuracy {
            Some(accuracy) => write!(f, ", accuracy {accuracy:.4}"),
            None => Ok(()),
        }
    }
}

/// A function of a network that gives one score per class for each example, such as `Mlp::logits`.
///
/// Every function of that form implements it automatically; as a bound, `impl Scores<N>` is short for it.
pub trait Scores<N: Network>:
    for<'w> Fn(&N, &'w mut Workspace<N>, &[N::Element]) -> Result<&'w [N::Element], Error>
{
}

impl<N: Network, F> Scores<N> for F where
    F: for<'w> Fn(&N, &'w mut Workspace<N>, &[N::Element]) -> Result<&'w [N::Element], Error>
{
}

/// Mean loss and accuracy of `model` on all of `data`, in batches of the workspace's capacity.
///
/// `scores` gives one score per class for each example, such as `Mlp::logits`.
///
/// # Errors
///
/// Those of `scores` and of the network's loss.
pub fn evaluate<N: Classifier>(
    model: &N,
    work: &mut Workspace<N>,
    data: &Dataset<N::Element>,
    scores: impl Scores<N>,
) -> Result<Evaluation, Error> {
    span!(INFO, "evaluation", examples = data.len());
    let (mut loss, mut right) = (0.0, 0);
    for batch in data.in_order(work.capacity()) {
        let examples = batch.labels.len();
        loss += model.loss(work, (batch.inputs, batch.labels))?.to_f64() * examples as f64;
        right += count_right(scores(model, work, batch.inputs)?, batch.labels);
    }
    let examples = data.len();
    let accuracy = Some(right as f64 / examples as f64);
    Ok(Evaluation {
        loss: loss / examples as f64,
        accuracy,
        examples,
    })
}

/// The fraction of rows of `scores` whose largest score is that of the row's label; 0 if there are no labels.
///
/// `scores` holds one row of equal length per label. Among equal scores the first counts as the largest; a
/// row that holds a NaN is never right, nor is one whose label has no score.
pub fn accuracy<T: Real>(scores: &[T], labels: &[u32]) -> f64 {
    if labels.is_empty() {
        0.0
    } else {
        count_right(scores, labels) as f64 / labels.len() as f64
    }
}

pub(super) fn count_right<T: Real>(scores: &[T], labels: &[u32]) -> usize {
    let classes = scores.len().checked_div(labels.len()).unwrap_or(0);
    if classes == 0 {
        return 0;
    }
    let rows = scores.chunks_exact(classes).zip(labels);
    rows.filter(|(row, label)| argmax(row) == Some(**label as usize))
        .count()
}

/// The index of the largest score, the first of equal ones: the predicted class. `None` if there is no score,
/// or one is NaN.
pub fn argmax<T: Real>(row: &[T]) -> Option<usize> {
    let mut largest = 0;
    if row.is_empty() {
        return None;
    }
    for (at, value) in row.iter().enumerate() {
        if value.to_f64().is_nan() {
            return None;
        }
        if *value > row[largest] {
            largest = at;
        }
    }
    Some(largest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Points, points};

    #[test]
    fn ties_go_to_the_first_and_nan_is_never_right() {
        let scores = [
            1.0,
            3.0,
            2.0,
            /**/ 5.0,
            5.0,
            5.0,
            /**/ 0.0,
            f32::NAN,
            1.0,
        ];
        assert_eq!(accuracy(&scores, &[1, 0, 2]), 2.0 / 3.0);
        assert_eq!(accuracy(&scores, &[1, 1, 1]), 1.0 / 3.0);
        assert_eq!((argmax(&scores[..3]), argmax(&scores[3..6])), (Some(1), Some(0)));
        assert_eq!((argmax(&scores[6..]), argmax::<f32>(&[])), (None, None));
        assert_eq!(accuracy(&[f32::NEG_INFINITY; 2], &[0]), 1.0);
        assert_eq!(
            (
                accuracy::<f32>(&[], &[]),
                accuracy::<f32>(&[], &[0]),
                accuracy(&[1.0], &[7])
            ),
            (0.0, 0.0, 0.0)
        );
    }

    #[test]
    fn batches_of_any_size_give_the_same_judgement() {
        let (inputs, labels) = points::<f64>(50, 2);
        let data = Dataset::new(inputs, 2, labels, 3).unwrap();
        let model = Points::<f64>::new(1);
        let judge = |batch| {
            let mut work = Points::workspace().batch(batch).inference().build();
            evaluate(&model, &mut work, &data, Points::logits).unwrap()
        };
        let (whole, parts) = (judge(50), judge(7));
        assert!((whole.loss - parts.loss).abs() < 1e-12);
        assert_eq!((whole.accuracy, whole.examples), (parts.accuracy, 50));
        let shown = format!("loss {:.4}, accuracy {:.4}", whole.loss, whole.accuracy.unwrap());
        assert_eq!(whole.to_string(), shown);
    }
}
