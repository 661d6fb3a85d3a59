//! Precision, recall and F1, of a class and averaged over classes.

use super::{ConfusionMatrix, fraction};

/// How well a class is found. What is not defined is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassScores {
    /// The fraction of right ones among the examples that are taken for the class; undefined if none is.
    pub precision: Option<f64>,
    /// The fraction of the examples of the class that are taken for it; undefined if there are none.
    pub recall: Option<f64>,
    /// Their harmonic mean, `2 tp / (2 tp + fp + fn)`; undefined if the class occurs neither among the examples nor among
    /// the predictions.
    pub f1: Option<f64>,
    /// The number of examples of the class.
    pub support: u64,
}

impl ConfusionMatrix {
    /// Precision, recall and F1 of one class.
    ///
    /// # Panics
    ///
    /// If it is not below the number of classes.
    pub fn class(&self, class: usize) -> ClassScores {
        let right = self.count(class, class);
        let (predicted, support) = (self.predicted(class), self.labelled(class));
        ClassScores {
            precision: fraction(right, predicted),
            recall: fraction(right, support),
            f1: fraction(2 * right, predicted + support),
            support,
        }
    }

    /// The unweighted means over the classes that occur, among the examples or among the predictions.
    ///
    /// What is undefined of one of these counts as 0, as in scikit-learn unless told otherwise.
    pub fn macro_average(&self) -> ClassScores {
        self.averaged(|_| 1)
    }

    /// The means over the classes, weighted by the number of examples of each; what is undefined counts as 0.
    pub fn weighted_average(&self) -> ClassScores {
        self.averaged(|scores| scores.support)
    }

    /// Precision, recall and F1 of all decisions together, whatever their class. All three are the accuracy, unless some
    /// examples are [undecided](ConfusionMatrix::undecided).
    pub fn micro_average(&self) -> ClassScores {
        let (right, support) = (self.right(), self.examples());
        let predicted: u64 = (0..self.classes()).map(|class| self.predicted(class)).sum();
        ClassScores {
            precision: fraction(right, predicted),
            recall: fraction(right, support),
            f1: fraction(2 * right, predicted + support),
            support,
        }
    }

    fn averaged(&self, weight: impl Fn(&ClassScores) -> u64) -> ClassScores {
        let classes = (0..self.classes()).map(|class| self.class(class));
        let occurring: Vec<ClassScores> = classes.filter(|scores| scores.f1.is_some()).collect();
        let total: u64 = occurring.iter().map(&weight).sum();
        let mean = |part: fn(&ClassScores) -> Option<f64>| {
            let terms = occurring
                .iter()
                .map(|scores| weight(scores) as f64 * part(scores).unwrap_or(0.0));
            let sum: f64 = terms.sum();
            (total > 0).then(|| sum / total as f64)
        };
        ClassScores {
            precision: mean(|scores| scores.precision),
            recall: mean(|scores| scores.recall),
            f1: mean(|scores| scores.f1),
            support: self.examples(),
        }
    }
}
