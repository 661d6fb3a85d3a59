//! The judgement of a network whose loss takes inputs and targets, in one line.

use super::{Evaluation, Judgement, Scores, measure};
use crate::data::Examples;
use crate::metrics::Metric;
use crate::{Error, Network, Real, Train, Workspace};

/// Mean loss and `metrics` of `model` over all of `data`, in batches of the workspace's capacity.
///
/// `predict` gives what the metrics hold against the targets, such as `Mlp::logits`. It is for networks whose loss takes inputs
/// and targets, [`Dataset`](crate::data::Dataset) and [`RegressionDataset`](crate::data::RegressionDataset) among the data; any
/// other network [`measure`] takes, which also needs one pass instead of two where the loss has the predictions as a second
/// result.
///
/// ```
/// use dsl_runtime::metrics::{ConfusionMatrix, TopK};
/// use dsl_runtime::prelude::*;
/// use dsl_runtime::train::judge;
///
/// network! {
///     pub struct Points;
///
///     pub fn scores(&self, point: Tensor<2>) -> Tensor<4> {
///         point.dense(4)
///     }
///
///     pub fn loss(&self, point: Tensor<2>, class: Index<4>) -> Scalar {
///         self.scores(point).softmax_cross_entropy(class)
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// # let (points, classes) = (vec![0.5; 20], (0..10).map(|example| example % 4).collect());
/// # let test = Dataset::new(points, 2, classes, 4)?;
/// # let (model, mut work) = (Points::new(1), Points::workspace().batch(4).build());
/// let mut metrics = (ConfusionMatrix::new(4), TopK::new(3));
/// let judged = judge(&model, &mut work, &test, Points::scores, &mut metrics)?;
/// println!("{}", metrics.0);
/// assert_eq!(judged.measures[4].name, "top-3 accuracy");
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of the loss, of `predict` and of the metrics.
pub fn judge<T, Y, N, D, M>(
    model: &N,
    work: &mut Workspace<N>,
    data: &D,
    predict: impl Scores<N>,
    metrics: &mut M,
) -> Result<Judgement, Error>
where
    T: Real,
    Y: ?Sized + 'static,
    N: Network<Element = T> + for<'b> Train<Inputs<'b> = (&'b [T], &'b Y)>,
    D: for<'b> Examples<Batch<'b>: Into<(&'b [T], &'b Y)>>,
    M: Metric<T, Targets = Y>,
{
    measure(model, work, data, metrics, |model, work, batch, metrics| {
        let (inputs, targets) = batch.into();
        metrics.observe(predict(model, work, inputs)?, targets)?;
        Train::loss(model, work, (inputs, targets))
    })
}

/// Mean loss of `model` over all of `data`, in batches of the workspace's capacity: for data whose batches are the arguments of
/// the loss, such as a [`RegressionDataset`](crate::data::RegressionDataset).
///
/// # Errors
///
/// Those of the loss.
pub fn mean_loss<N, D>(model: &N, work: &mut Workspace<N>, data: &D) -> Result<Evaluation, Error>
where
    N: Train,
    D: for<'b> Examples<Batch<'b>: Into<N::Inputs<'b>>>,
{
    let count = data.count();
    let batch = work.capacity().min(count.max(1));
    let mut memory = data.memory(batch);
    let order: Vec<usize> = (0..count).collect();
    let mut loss = 0.0;
    for examples in order.chunks(batch) {
        let inputs = data.gather(examples, &mut memory).into();
        loss += Train::loss(model, work, inputs)?.to_f64() * examples.len() as f64;
    }
    Ok(Evaluation {
        loss: loss / count as f64,
        accuracy: None,
        examples: count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;
    use crate::metrics::{Accuracy, TopK};
    use crate::testing::{Points, points};
    use crate::train::evaluate;

    #[test]
    fn a_judgement_is_what_an_evaluation_is_with_metrics() {
        let (inputs, labels) = points::<f64>(50, 2);
        let data = Dataset::new(inputs, 2, labels, 3).unwrap();
        let model = Points::<f64>::new(1);
        for batch in [1, 7, 50, 64] {
            let mut work = Points::workspace().batch(batch).inference().build();
            let evaluation = evaluate(&model, &mut work, &data, Points::logits).unwrap();
            let mut metrics = (Accuracy::new(), TopK::new(3));
            let judged = judge(&model, &mut work, &data, Points::logits, &mut metrics).unwrap();
            assert_eq!(metrics.0.value(), evaluation.accuracy);
            assert_eq!(metrics.1.value(), Some(1.0));
            let alone = mean_loss(&model, &mut work, &data).unwrap();
            assert_eq!(judged.test, Some(alone));
            assert!((alone.loss - evaluation.loss).abs() < 1e-12 && alone.examples == 50);
        }
    }
}
