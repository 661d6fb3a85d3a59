//! How often each class is taken for each.

use std::fmt;

use super::{Measure, Metric, check_labels, classified, fraction, refused};
use crate::error::MetricProblem;
use crate::train::argmax;
use crate::{Error, Real};

/// The number of examples of each class that are classified as each. Displays as a table, a row for each class that the
/// examples have, a column for each that they are taken for.
///
/// The predicted class is that of the largest score, the first of equal ones. A row that holds a NaN has none: it is
/// [undecided](ConfusionMatrix::undecided), which counts against the recall of its class and against no precision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// Row by row.
    counts: Vec<u64>,
    undecided: Vec<u64>,
}

impl ConfusionMatrix {
    /// Of so many classes, and of nothing yet.
    pub fn new(classes: usize) -> ConfusionMatrix {
        ConfusionMatrix {
            classes,
            counts: vec![0; classes * classes],
            undecided: vec![0; classes],
        }
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The number of examples of class `label` that are classified as `predicted`.
    ///
    /// # Panics
    ///
    /// If one of them is not below the number of classes.
    pub fn count(&self, label: usize, predicted: usize) -> u64 {
        assert!(predicted < self.classes, "a class of {}", self.classes);
        self.counts[label * self.classes + predicted]
    }

    /// The number of examples of class `label` whose scores give no class, since one is NaN.
    ///
    /// # Panics
    ///
    /// If it is not below the number of classes.
    pub fn undecided(&self, label: usize) -> u64 {
        self.undecided[label]
    }

    /// The number of examples.
    pub fn examples(&self) -> u64 {
        self.counts.iter().chain(&self.undecided).sum()
    }

    /// The number of examples of a class.
    pub(super) fn labelled(&self, class: usize) -> u64 {
        let row = &self.counts[class * self.classes..][..self.classes];
        row.iter().sum::<u64>() + self.undecided[class]
    }

    /// The number of examples that are taken for a class.
    pub(super) fn predicted(&self, class: usize) -> u64 {
        self.counts.iter().skip(class).step_by(self.classes).sum()
    }

    /// The number of examples that are classified correctly.
    pub(super) fn right(&self) -> u64 {
        (0..self.classes).map(|class| self.count(class, class)).sum()
    }

    /// The fraction of examples that are classified correctly; `None` of nothing.
    pub fn accuracy(&self) -> Option<f64> {
        fraction(self.right(), self.examples())
    }
}

impl<T: Real> Metric<T> for ConfusionMatrix {
    type Targets = [u32];

    fn observe(&mut self, scores: &[T], labels: &[u32]) -> Result<(), Error> {
        const NAME: &str = "confusion matrix";
        let rows = classified(NAME, scores, labels)?;
        check_labels(NAME, labels, self.classes)?;
        let found = scores.len().checked_div(labels.len()).unwrap_or(self.classes);
        if found != self.classes {
            let expected = self.classes;
            return Err(refused(NAME, MetricProblem::Classes { found, expected }));
        }
        for (row, label) in rows {
            match argmax(row) {
                Some(predicted) => self.counts[label * self.classes + predicted] += 1,
                None => self.undecided[label] += 1,
            }
        }
        Ok(())
    }

    /// Accuracy, and the unweighted means of precision, recall and F1 over the classes.
    fn measures(&self) -> Vec<Measure> {
        let average = self.macro_average();
        vec![
            Measure::new("accuracy", self.accuracy()),
            Measure::new("macro precision", average.precision),
            Measure::new("macro recall", average.recall),
            Measure::new("macro F1", average.f1),
        ]
    }

    fn reset(&mut self) {
        *self = ConfusionMatrix::new(self.classes);
    }
}

impl fmt::Display for ConfusionMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts.iter().chain(&self.undecided);
        let largest = counts.max().copied().unwrap_or(0).max(self.classes as u64);
        let width = largest.to_string().len() + 2;
        let has_undecided = self.undecided.iter().any(|&count| count > 0);
        let undecided = if has_undecided { "  undecided" } else { "" };
        write!(f, "{:>7}", "")?;
        for class in 0..self.classes {
            write!(f, "{class:>width$}")?;
        }
        write!(f, "{undecided}")?;
        for label in 0..self.classes {
            write!(f, "\n{label:>7}")?;
            for predicted in 0..self.classes {
                write!(f, "{:>width$}", self.count(label, predicted))?;
            }
            if has_undecided {
                write!(f, "{:>11}", self.undecided[label])?;
            }
        }
        Ok(())
    }
}
