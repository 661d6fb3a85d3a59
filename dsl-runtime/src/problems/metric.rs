//! The reasons why predictions cannot be compared with targets.

/// The reason why a metric cannot compare predictions with their targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricProblem {
    /// The predictions cannot be divided evenly among the targets.
    #[error("{predictions} values cannot be divided evenly into {targets} rows")]
    Ragged {
        /// The number of predicted values.
        predictions: usize,
        /// The number of rows.
        targets: usize,
    },
    /// There is not one prediction for each target.
    #[error("{predictions} predictions for {targets} targets")]
    Lengths {
        /// The number of predicted values.
        predictions: usize,
        /// The number of targets.
        targets: usize,
    },
    /// A class is too large.
    #[error("class {position} is {label}, but must be below {classes}")]
    Label {
        /// Its position among the classes of the batch.
        position: usize,
        /// The class.
        label: u32,
        /// The number of classes.
        classes: usize,
    },
    /// Rows of another number of scores than before.
    #[error("rows of {found} scores, where it is of {expected}")]
    Classes {
        /// The number of scores in a row.
        found: usize,
        /// The number there must be.
        expected: usize,
    },
}
