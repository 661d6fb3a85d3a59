//! Metrics of a network on a data set, in one pass.

use super::{Evaluation, Judgement};
use crate::data::Examples;
use crate::metrics::Metric;
use crate::span::span;
use crate::{Error, Network, Real, Workspace};

/// Takes `metrics` of `model` over all of `data`, in order, in batches of the workspace's capacity; what they have taken
/// before is forgotten. The result has the mean loss and what they say.
///
/// `forward` runs the network on a batch, hands what it predicts to the metrics, and returns the batch's mean loss. Where the
/// declared `loss` has the predictions as a second result, that is one forward pass:
///
/// ```
/// use dsl_runtime::metrics::{ConfusionMatrix, Metric, RocAuc};
/// use dsl_runtime::prelude::*;
/// use dsl_runtime::train::measure;
///
/// network! {
///     pub struct Points;
///
///     /// The loss, and the probability of each class.
///     pub fn loss(&self, point: Tensor<2>, class: Index<3>) -> (Scalar, Tensor<3>) {
///         let scores = point.dense(3);
///         (scores.softmax_cross_entropy(class), scores.softmax(-1))
///     }
/// }
///
/// # fn main() -> Result<(), Error> {
/// # let (points, classes) = (vec![0.5; 20], (0..10).map(|example| example % 3).collect());
/// # let test = Dataset::new(points, 2, classes, 3)?;
/// # let model = Points::new(1);
/// let mut work = Points::workspace().batch(4).inference().build();
/// let mut metrics = (ConfusionMatrix::new(3), RocAuc::new());
/// let judged = measure(&model, &mut work, &test, &mut metrics, |model, work, batch, metrics| {
///     let (loss, probabilities) = model.loss(work, batch.inputs, batch.labels)?;
///     metrics.observe(probabilities, batch.labels)?;
///     Ok(loss)
/// })?;
/// println!("{}", metrics.0);
/// # assert_eq!((judged.test.unwrap().examples, judged.measures.len()), (10, 5));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// Those of `forward`.
pub fn measure<N: Network, D: Examples, M: Metric<N::Element>>(
    model: &N,
    work: &mut Workspace<N>,
    data: &D,
    metrics: &mut M,
    mut forward: impl FnMut(&N, &mut Workspace<N>, D::Batch<'_>, &mut M) -> Result<N::Element, Error>,
) -> Result<Judgement, Error> {
    span!(INFO, "evaluation", examples = data.count());
    metrics.reset();
    let (count, batch) = (data.count(), work.capacity().min(data.count().max(1)));
    let mut memory = data.memory(batch);
    let order: Vec<usize> = (0..count).collect();
    let mut loss = 0.0;
    for examples in order.chunks(batch) {
        let batch = data.gather(examples, &mut memory);
        loss += forward(model, work, batch, metrics)?.to_f64() * examples.len() as f64;
    }
    let evaluation = Evaluation {
        loss: loss / count as f64,
        accuracy: None,
        examples: count,
    };
    Ok(Judgement {
        measures: metrics.measures(),
        ..Judgement::from(evaluation)
    })
}
