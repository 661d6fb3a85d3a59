//! The fraction of examples whose class is among the likeliest few.

use super::{Measure, Metric, classified, fraction};
use crate::{Error, Real};

/// The fraction of rows where the score of the row's class is among the `k` largest.
///
/// Of equal scores the first counts as the larger, as for [`Accuracy`](super::Accuracy), which is that of `k = 1`; a row
/// that holds a NaN is never right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopK {
    k: usize,
    right: u64,
    rows: u64,
}

impl TopK {
    /// Among the `k` largest; 0 is taken as 1.
    pub fn new(k: usize) -> TopK {
        let k = k.max(1);
        TopK { k, right: 0, rows: 0 }
    }

    /// The fraction, `0..=1`; `None` of nothing.
    pub fn value(&self) -> Option<f64> {
        fraction(self.right, self.rows)
    }
}

/// The number of scores that count as larger than that of a class; `None` if one is NaN.
fn rank<T: Real>(row: &[T], class: usize) -> Option<usize> {
    if row.iter().any(|score| score.to_f64().is_nan()) {
        return None;
    }
    let own = row[class];
    let larger = |&(place, score): &(usize, &T)| *score > own || (*score == own && place < class);
    Some(row.iter().enumerate().filter(larger).count())
}

impl<T: Real> Metric<T> for TopK {
    type Targets = [u32];

    fn observe(&mut self, scores: &[T], labels: &[u32]) -> Result<(), Error> {
        for (row, label) in classified("top-k accuracy", scores, labels)? {
            self.right += u64::from(rank(row, label).is_some_and(|rank| rank < self.k));
            self.rows += 1;
        }
        Ok(())
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure::new(format!("top-{} accuracy", self.k), self.value())]
    }

    fn reset(&mut self) {
        *self = TopK::new(self.k);
    }
}
