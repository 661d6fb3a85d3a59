//! The area under the curve of true against false positives.

use super::{Measure, Metric, check_labels, classified, refused};
use crate::error::MetricProblem;
use crate::{Error, Real};

/// The area under the receiver operating characteristic: the probability that a random example of a class has a higher
/// score for it than a random example of the others, where equal scores count half (Mann–Whitney's `U`, by midranks).
///
/// * **Binary**: one score for each example, that of class 1 rather than 0.
/// * **One against the rest**: a row of two or more scores for each example; the area of each class by its own column, and
///   their unweighted mean. Columns are compared from example to example, so these should be probabilities rather than
///   scores before the softmax.
///
/// It keeps every score that it takes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RocAuc {
    /// The number of scores for each example; 0 before the first.
    width: usize,
    /// Row by row.
    scores: Vec<f64>,
    labels: Vec<u32>,
}

impl RocAuc {
    /// Of nothing yet.
    pub fn new() -> RocAuc {
        RocAuc::default()
    }

    /// The binary area, or the unweighted mean of those of all classes. `None` of nothing, if a class or all others have
    /// no example, or if a score is NaN, which is neither above nor below any.
    pub fn value(&self) -> Option<f64> {
        match self.width {
            0 => None,
            1 => self.area(0, 1),
            width => {
                let areas: Option<Vec<f64>> = (0..width).map(|class| self.of_class(class)).collect();
                areas.map(|areas| areas.iter().sum::<f64>() / width as f64)
            }
        }
    }

    /// The area of one class against the rest, under the same conditions as [`value`](RocAuc::value); of binary scores that
    /// of class 1.
    pub fn of_class(&self, class: usize) -> Option<f64> {
        match self.width {
            1 if class == 1 => self.area(0, 1),
            width if width > 1 && class < width => self.area(class, class as u32),
            _ => None,
        }
    }

    /// The area by one column of scores, of one class against the rest.
    fn area(&self, column: usize, class: u32) -> Option<f64> {
        let column = self.scores.iter().skip(column).step_by(self.width);
        let mut ranked: Vec<(f64, bool)> = column
            .copied()
            .zip(self.labels.iter().map(|&label| label == class))
            .collect();
        if ranked.iter().any(|(score, _)| score.is_nan()) {
            return None;
        }
        ranked.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
        let count = ranked.len() as u128;
        let positives = ranked.iter().filter(|(_, positive)| *positive).count() as u128;
        if positives == 0 || positives == count {
            return None;
        }
        // Twice the sum of the positives' ranks, which are whole numbers or lie halfway between two.
        let (mut doubled, mut before) = (0u128, 0u128);
        for equal in ranked.chunk_by(|(one, _), (other, _)| one == other) {
            let size = equal.len() as u128;
            let positive = equal.iter().filter(|(_, positive)| *positive).count() as u128;
            doubled += positive * (2 * before + size + 1);
            before += size;
        }
        let pairs = positives * (count - positives);
        Some((doubled - positives * (positives + 1)) as f64 / (2 * pairs) as f64)
    }
}

impl<T: Real> Metric<T> for RocAuc {
    type Targets = [u32];

    fn observe(&mut self, scores: &[T], labels: &[u32]) -> Result<(), Error> {
        const NAME: &str = "ROC AUC";
        let found = scores.len().checked_div(labels.len()).unwrap_or(self.width);
        match found {
            // Of one score an example has two classes.
            1 if scores.len() == labels.len() => check_labels(NAME, labels, 2)?,
            _ => drop(classified(NAME, scores, labels)?),
        }
        if self.width != 0 && found != self.width {
            let expected = self.width;
            return Err(refused(NAME, MetricProblem::Classes { found, expected }));
        }
        self.width = found;
        self.scores.extend(scores.iter().map(|score| score.to_f64()));
        self.labels.extend(labels);
        Ok(())
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure::new("ROC AUC", self.value())]
    }

    fn reset(&mut self) {
        *self = RocAuc::new();
    }
}
