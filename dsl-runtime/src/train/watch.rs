//! What tells good epochs from bad ones.

use super::EpochReport;
use crate::Error;

/// The number by which epochs are compared: the best is kept, and the training stops early when none gets better.
///
/// It is the test loss, or the training loss where none is measured, unless told otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    name: String,
    highest: bool,
    gain: f64,
}

impl Default for Watch {
    fn default() -> Watch {
        Watch::lowest("loss")
    }
}

impl Watch {
    /// The lower the number of this name, the better: `loss`, `accuracy`, or what a metric is called.
    pub fn lowest(name: impl Into<String>) -> Watch {
        Watch {
            name: name.into(),
            highest: false,
            gain: 0.0,
        }
    }

    /// The higher, the better.
    pub fn highest(name: impl Into<String>) -> Watch {
        Watch {
            highest: true,
            ..Watch::lowest(name)
        }
    }

    /// Sets by how much an epoch must be better than the best to be the new one; 0 by default.
    #[must_use]
    pub fn least_gain(mut self, gain: f64) -> Watch {
        self.gain = gain;
        self
    }
}

/// What has been seen so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Watching {
    watch: Watch,
    /// The best number so far.
    pub best: Option<f64>,
    /// The number of epochs in a row that were no better.
    pub worse: u64,
}

impl Watching {
    pub fn new(watch: Watch) -> Watching {
        Watching {
            watch,
            best: None,
            worse: 0,
        }
    }

    /// Takes an epoch. Returns true if it is the best so far; a number that is undefined or NaN is better than none.
    pub fn observe(&mut self, report: &EpochReport) -> Result<bool, Error> {
        let Watch { name, highest, gain } = &self.watch;
        let numbers = report.numbers();
        let Some((_, found)) = numbers.iter().find(|(known, _)| known == name) else {
            return Err(Error::NothingToWatch {
                name: name.clone(),
                known: numbers.into_iter().map(|(known, _)| known).collect(),
            });
        };
        let found = found.filter(|found| found.is_finite());
        let is_better = match (found, self.best) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(found), Some(best)) if *highest => found > best + gain,
            (Some(found), Some(best)) => found < best - gain,
        };
        if is_better {
            (self.best, self.worse) = (found, 0);
        } else {
            self.worse += 1;
        }
        Ok(is_better)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Measure;
    use crate::train::Evaluation;

    fn report(loss: f64, auc: Option<f64>) -> EpochReport {
        EpochReport {
            train_loss: loss,
            measures: vec![Measure::new("ROC AUC", auc)],
            ..EpochReport::default()
        }
    }

    #[test]
    fn better_is_what_is_asked_for_and_nan_never_is() {
        let mut losses = Watching::new(Watch::default().least_gain(0.25));
        let seen = [1.0, f64::NAN, 0.8, 0.7, 0.9].map(|loss| losses.observe(&report(loss, None)).unwrap());
        assert_eq!(seen, [true, false, false, true, false]);
        assert_eq!((losses.best, losses.worse), (Some(0.7), 1));
        let mut areas = Watching::new(Watch::highest("ROC AUC"));
        let seen =
            [None, Some(0.5), Some(0.5), Some(0.6)].map(|auc| areas.observe(&report(1.0, auc)).unwrap());
        assert_eq!(seen, [false, true, false, true]);
    }

    #[test]
    fn the_test_loss_goes_first_and_a_wrong_name_is_told() {
        let mut both = report(0.1, None);
        both.test = Some(Evaluation {
            loss: 0.5,
            accuracy: None,
            examples: 1,
        });
        let mut losses = Watching::new(Watch::default());
        losses.observe(&both).unwrap();
        assert_eq!(losses.best, Some(0.5));
        let error = Watching::new(Watch::highest("accuracy"))
            .observe(&both)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "nothing called `accuracy` is measured at the end of an epoch; there are `loss`, `ROC AUC`"
        );
    }
}
