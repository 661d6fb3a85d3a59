//! The fraction of examples that are classified correctly.

use super::{Measure, Metric, classified, fraction};
use crate::train::argmax;
use crate::{Error, Real};

/// The fraction of rows whose largest score is that of the row's class.
///
/// Among equal scores the first counts as the largest; a row that holds a NaN is never right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accuracy {
    right: u64,
    rows: u64,
}

impl Accuracy {
    /// Of nothing yet.
    pub fn new() -> Accuracy {
        Accuracy::default()
    }

    /// The fraction, `0..=1`; `None` of nothing.
    pub fn value(&self) -> Option<f64> {
        fraction(self.right, self.rows)
    }
}

impl<T: Real> Metric<T> for Accuracy {
    type Targets = [u32];

    fn observe(&mut self, scores: &[T], labels: &[u32]) -> Result<(), Error> {
        for (row, label) in classified("accuracy", scores, labels)? {
            self.right += u64::from(argmax(row) == Some(label));
            self.rows += 1;
        }
        Ok(())
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure::new("accuracy", self.value())]
    }

    fn reset(&mut self) {
        *self = Accuracy::new();
    }
}
