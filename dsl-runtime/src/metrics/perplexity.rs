//! How many equally likely choices a network's uncertainty is worth.

use super::{Measure, Metric, classified};
use crate::{Error, Real};

/// `exp` of the mean cross-entropy in nats, `-log softmax(scores)[label]`, of rows of scores before the softmax.
///
/// Of sequences a row is a token. A row that holds a NaN or `+∞` makes it NaN; a label of probability 0 makes it infinite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Perplexity {
    nats: f64,
    rows: u64,
}

impl Perplexity {
    /// Of nothing yet.
    pub fn new() -> Perplexity {
        Perplexity::default()
    }

    /// The mean cross-entropy, in nats; `None` of nothing.
    pub fn cross_entropy(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.nats / self.rows as f64)
    }

    /// The perplexity, at least 1; `None` of nothing.
    pub fn value(&self) -> Option<f64> {
        self.cross_entropy().map(f64::exp)
    }
}

/// `-log softmax(row)[class]`.
fn cross_entropy<T: Real>(row: &[T], class: usize) -> f64 {
    let largest = row
        .iter()
        .fold(f64::NEG_INFINITY, |most, score| most.max(score.to_f64()));
    let sum: f64 = row.iter().map(|score| (score.to_f64() - largest).exp()).sum();
    sum.ln() + (largest - row[class].to_f64())
}

impl<T: Real> Metric<T> for Perplexity {
    type Targets = [u32];

    fn observe(&mut self, scores: &[T], labels: &[u32]) -> Result<(), Error> {
        for (row, label) in classified("perplexity", scores, labels)? {
            self.nats += cross_entropy(row, label);
            self.rows += 1;
        }
        Ok(())
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure::new("perplexity", self.value())]
    }

    fn reset(&mut self) {
        *self = Perplexity::new();
    }
}
