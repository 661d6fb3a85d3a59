//! Mean errors of predicted values.

use super::{Measure, Metric, paired};
use crate::{Error, Real};

/// The mean of `(prediction - target)²` over all values. A NaN among them makes it NaN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MeanSquaredError {
    sum: f64,
    values: u64,
}

/// The mean of `|prediction - target|` over all values. A NaN among them makes it NaN.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MeanAbsoluteError {
    sum: f64,
    values: u64,
}

impl MeanSquaredError {
    /// Of nothing yet.
    pub fn new() -> MeanSquaredError {
        MeanSquaredError::default()
    }

    /// The mean; `None` of nothing.
    pub fn value(&self) -> Option<f64> {
        (self.values > 0).then(|| self.sum / self.values as f64)
    }

    /// Its root, in the unit of the values; `None` of nothing.
    pub fn root(&self) -> Option<f64> {
        self.value().map(f64::sqrt)
    }
}

impl MeanAbsoluteError {
    /// Of nothing yet.
    pub fn new() -> MeanAbsoluteError {
        MeanAbsoluteError::default()
    }

    /// The mean; `None` of nothing.
    pub fn value(&self) -> Option<f64> {
        (self.values > 0).then(|| self.sum / self.values as f64)
    }
}

impl<T: Real> Metric<T> for MeanSquaredError {
    type Targets = [T];

    fn observe(&mut self, predictions: &[T], targets: &[T]) -> Result<(), Error> {
        for (prediction, target) in paired("mean squared error", predictions, targets)? {
            self.sum += (prediction - target).powi(2);
            self.values += 1;
        }
        Ok(())
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure::new("mean squared error", self.value())]
    }

    fn reset(&mut self) {
        *self = MeanSquaredError::new();
    }
}

impl<T: Real> Metric<T> for MeanAbsoluteError {
    type Targets = [T];

    fn observe(&mut self, predictions: &[T], targets: &[T]) -> Result<(), Error> {
        for (prediction, target) in paired("mean absolute error", predictions, targets)? {
            self.sum += (prediction - target).abs();
            self.values += 1;
        }
        Ok(())
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure::new("mean absolute error", self.value())]
    }

    fn reset(&mut self) {
        *self = MeanAbsoluteError::new();
    }
}
