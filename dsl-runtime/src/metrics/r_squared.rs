//! The part of the targets' variance that predictions explain.

use super::{Measure, Metric, paired, refused};
use crate::error::MetricProblem;
use crate::{Error, Real};

/// The coefficient of determination, `R² = 1 - Σ (t - p)² / Σ (t - mean)²`: of each output by itself, and their unweighted
/// mean.
#[derive(Debug, Clone, PartialEq)]
pub struct RSquared {
    outputs: Vec<Output>,
    examples: u64,
}

/// The sums of one output.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Output {
    /// `Σ (t - p)²`
    residual: f64,
    mean: f64,
    /// `Σ (t - mean)²` of the targets so far (Welford 1962).
    total: f64,
}

impl RSquared {
    /// Of examples with so many values each; 0 is taken as 1.
    pub fn new(outputs: usize) -> RSquared {
        RSquared {
            outputs: vec![Output::default(); outputs.max(1)],
            examples: 0,
        }
    }

    /// The mean over the outputs; `None` if one of them is undefined.
    pub fn value(&self) -> Option<f64> {
        let each: Option<Vec<f64>> = (0..self.outputs.len())
            .map(|output| self.of_output(output))
            .collect();
        each.map(|each| each.iter().sum::<f64>() / each.len() as f64)
    }

    /// That of one output; `None` if there are fewer than two examples, or all their targets are equal. A NaN among the
    /// values makes it NaN.
    pub fn of_output(&self, output: usize) -> Option<f64> {
        let Output { residual, total, .. } = self.outputs.get(output)?;
        (self.examples > 1 && *total != 0.0).then(|| 1.0 - residual / total)
    }
}

impl<T: Real> Metric<T> for RSquared {
    type Targets = [T];

    fn observe(&mut self, predictions: &[T], targets: &[T]) -> Result<(), Error> {
        const NAME: &str = "R²";
        let pairs = paired(NAME, predictions, targets)?;
        let outputs = self.outputs.len();
        if !targets.len().is_multiple_of(outputs) {
            let (predictions, targets) = (targets.len(), outputs);
            return Err(refused(NAME, MetricProblem::Ragged { predictions, targets }));
        }
        for (place, (prediction, target)) in pairs.enumerate() {
            let place = place % outputs;
            self.examples += u64::from(place == 0);
            let Output {
                residual,
                mean,
                total,
            } = &mut self.outputs[place];
            *residual += (target - prediction).powi(2);
            let distance = target - *mean;
            *mean += distance / self.examples as f64;
            *total += distance * (target - *mean);
        }
        Ok(())
    }

    fn measures(&self) -> Vec<Measure> {
        vec![Measure::new("R²", self.value())]
    }

    fn reset(&mut self) {
        *self = RSquared::new(self.outputs.len());
    }
}
