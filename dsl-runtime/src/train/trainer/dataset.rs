//! Trainings on data sets of labelled examples.

use std::thread;

use super::Trainer;
use super::ahead::Ahead;
use super::network::Part;
use super::prepared::{Classes, Labels, Preparation, Prepared, Shares};
use crate::data::{Dataset, class_weights};
use crate::metrics::{Measure, Metric};
use crate::train::evaluate::count_right;
use crate::train::{Evaluation, Fit, Judgement, Learnt, Scores};
use crate::{Classifier, Error, Network, Optimizer, Real, SoftClassifier, Train, Workspace};

/// The metrics of a trainer: of scores in either element type, which are exact in `f64`.
pub(super) type Metrics<'a> = Box<dyn Metric<f64, Targets = [u32]> + 'a>;

/// A function of a network that gives the mean loss of a batch and one score per class for each example, such as a `loss` whose
/// results are a `Scalar` and a `Tensor`.
///
/// Every function of that form implements it automatically; as a bound, `impl LossAndScores<N>` is short for it.
pub trait LossAndScores<N: Network>:
    for<'w> Fn(&N, &'w mut Workspace<N>, &[N::Element], &[u32]) -> Result<(N::Element, &'w [N::Element]), Error>
{
}

impl<N: Network, F> LossAndScores<N> for F where
    F: for<'w> Fn(
        &N,
        &'w mut Workspace<N>,
        &[N::Element],
        &[u32],
    ) -> Result<(N::Element, &'w [N::Element]), Error>
{
}

impl Trainer<'_> {
    /// [`fit`](Trainer::fit) by a `loss` that yields the scores beside the loss, so that an evaluation takes one forward pass
    /// for both and for all [metrics](Trainer::metrics), and not two.
    ///
    /// ```
    /// use dsl_runtime::metrics::{ConfusionMatrix, TopK};
    /// use dsl_runtime::prelude::*;
    ///
    /// network! {
    ///     pub struct Points;
    ///
    ///     pub fn loss(&self, point: Tensor<2>, class: Index<3>) -> (Scalar, Tensor<3>) {
    ///         let scores = point.dense(8).tanh().dense(3);
    ///         (scores.softmax_cross_entropy(class), scores)
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Error> {
    /// # let points = (0..60).flat_map(|example| [(example % 3) as f32, 0.1]).collect();
    /// # let data = Dataset::new(points, 2, (0..60).map(|example| example % 3).collect(), 3)?;
    /// # let (train, test) = (data.clone(), data);
    /// let fit = Trainer::new(5)
    ///     .threads(1)
    ///     .metrics((ConfusionMatrix::new(3), TopK::new(2)))
    ///     .fit_scored(&mut Points::new(1), &mut Adam::new(0.05), &train, &test, Points::loss)?;
    /// println!("{}", fit.history[4]);
    /// # assert!(fit.history[4].measure("top-2 accuracy").is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Trainer::fit).
    pub fn fit_scored<N: Classifier>(
        &mut self,
        model: &mut N,
        optimizer: &mut impl Optimizer<N::Element>,
        train: &Dataset<N::Element>,
        test: &Dataset<N::Element>,
        loss: impl LossAndScores<N>,
    ) -> Result<Fit, Error> {
        self.refuse_mixup()?;
        self.fit_dataset(model, optimizer, (train, test), Classes, &Together(loss))
    }

    /// [`fit`](Trainer::fit) of a network whose loss takes for each example a share of every class, as
    /// `softmax_cross_entropy` of scores and a tensor does. Shares are those of the [mixtures](Trainer::mixup) that the trainer
    /// makes; of an example itself, as in an evaluation, that of its class is 1.
    ///
    /// ```
    /// use dsl_runtime::data::Mixup;
    /// use dsl_runtime::prelude::*;
    ///
    /// network! {
    ///     pub struct Points;
    ///
    ///     pub fn scores(&self, point: Tensor<2>) -> Tensor<3> {
    ///         point.dense(8).tanh().dense(3)
    ///     }
    ///
    ///     pub fn loss(&self, point: Tensor<2>, shares: Tensor<3>) -> Scalar {
    ///         self.scores(point).softmax_cross_entropy(shares)
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Error> {
    /// # let points = (0..60).flat_map(|example| [(example % 3) as f32, 0.1]).collect();
    /// # let data = Dataset::new(points, 2, (0..60).map(|example| example % 3).collect(), 3)?;
    /// # let (train, test) = (data.clone(), data);
    /// let fit = Trainer::new(5)
    ///     .threads(1)
    ///     .mixup(Mixup::new(0.2, 7)?)
    ///     .fit_shares(&mut Points::new(1), &mut Adam::new(0.05), &train, &test, Points::scores)?;
    /// # assert!(fit.history[4].test_loss() < fit.history[0].test_loss());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Trainer::fit).
    pub fn fit_shares<N: SoftClassifier>(
        &mut self,
        model: &mut N,
        optimizer: &mut impl Optimizer<N::Element>,
        train: &Dataset<N::Element>,
        test: &Dataset<N::Element>,
        scores: impl Scores<N>,
    ) -> Result<Fit, Error> {
        self.fit_dataset(model, optimizer, (train, test), Shares, &Apart(Shares, scores))
    }

    /// The training behind them.
    pub(super) fn fit_dataset<N: Train, L: Labels<N>>(
        &mut self,
        model: &mut N,
        optimizer: &mut impl Optimizer<N::Element>,
        (train, test): (&Dataset<N::Element>, &Dataset<N::Element>),
        labels: L,
        forward: &impl Forward<N>,
    ) -> Result<Fit, Error> {
        if self.balances && self.weights.is_none() {
            self.drawn = Some(class_weights(train.labels())?);
        }
        let ahead = self.prefetches.then(|| self.order(train.len())).transpose()?;
        let mut metrics = self.metrics.take();
        let judge_train = self.judge_train;
        let of_training = Preparation {
            data: train,
            augment: self.augment,
            mixup: self.mixup,
            shares: L::SHARES,
        };
        let batch = self.batch;
        let fit = thread::scope(|scope| {
            let mut ahead = ahead.map(|order| Ahead::new(scope, of_training, order, batch));
            let mut own = Prepared::default();
            self.fit_network(
                model,
                optimizer,
                train.len(),
                |learner, part: Part<'_>| {
                    let prepared = match &mut ahead {
                        Some(ahead) => ahead.take(&part)?,
                        None => {
                            of_training.prepare(part.epoch, part.examples, &mut own)?;
                            &own
                        }
                    };
                    let loss = learner.take(labels.inputs(prepared))?;
                    Ok(Learnt::from(loss.to_f64()))
                },
                |model, work| {
                    let mut judge = |data, metrics: Option<&mut Metrics<'_>>| {
                        let plain = Preparation {
                            data,
                            augment: None,
                            mixup: None,
                            shares: L::SHARES,
                        };
                        judged(model, work, plain, forward, metrics)
                    };
                    let train = judge_train.then(|| judge(train, None)).transpose()?;
                    let (test, measures) = judge(test, metrics.as_mut())?;
                    Ok(Judgement {
                        train: train.map(|(train, _)| train),
                        test: Some(test),
                        measures,
                    })
                },
            )
        });
        self.metrics = metrics;
        self.drawn = None;
        fit
    }

    /// Mixtures need a loss that takes shares of classes.
    pub(super) fn refuse_mixup(&self) -> Result<(), Error> {
        match self.mixup {
            Some(_) => Err(Error::MixedClasses),
            None => Ok(()),
        }
    }
}

/// The loss of a batch and the scores of its examples.
pub(super) trait Forward<N: Network> {
    /// The mean loss, and the scores, row after row.
    fn run<'w>(
        &self,
        model: &N,
        work: &'w mut Workspace<N>,
        batch: &Prepared<N::Element>,
    ) -> Result<(f64, &'w [N::Element]), Error>;
}

/// A pass for the loss, and one for the scores.
pub(super) struct Apart<L, S>(pub L, pub S);

impl<N: Train, L: Labels<N>, S: Scores<N>> Forward<N> for Apart<L, S> {
    fn run<'w>(
        &self,
        model: &N,
        work: &'w mut Workspace<N>,
        batch: &Prepared<N::Element>,
    ) -> Result<(f64, &'w [N::Element]), Error> {
        let loss = model.loss(work, self.0.inputs(batch))?.to_f64();
        Ok((loss, (self.1)(model, work, &batch.inputs)?))
    }
}

/// One pass for both.
struct Together<S>(S);

impl<N: Network, S: LossAndScores<N>> Forward<N> for Together<S> {
    fn run<'w>(
        &self,
        model: &N,
        work: &'w mut Workspace<N>,
        batch: &Prepared<N::Element>,
    ) -> Result<(f64, &'w [N::Element]), Error> {
        let (loss, scores) = (self.0)(model, work, &batch.inputs, &batch.labels)?;
        Ok((loss.to_f64(), scores))
    }
}

/// The evaluation of a network on all of the data, in order, and what metrics say of them.
fn judged<N: Network>(
    model: &N,
    work: &mut Workspace<N>,
    data: Preparation<'_, N::Element>,
    forward: &impl Forward<N>,
    mut metrics: Option<&mut Metrics<'_>>,
) -> Result<(Evaluation, Vec<Measure>), Error> {
    if let Some(metrics) = &mut metrics {
        metrics.reset();
    }
    let (mut batch, mut exact) = (Prepared::default(), Vec::new());
    let (mut loss, mut right) = (0.0, 0);
    let order: Vec<usize> = (0..data.data.len()).collect();
    for examples in order.chunks(work.capacity()) {
        data.prepare(0, examples, &mut batch)?;
        let (own, scores) = forward.run(model, work, &batch)?;
        loss += own * examples.len() as f64;
        right += count_right(scores, &batch.labels);
        if let Some(metrics) = &mut metrics {
            exact.clear();
            exact.extend(scores.iter().map(|score| score.to_f64()));
            metrics.observe(&exact, &batch.labels)?;
        }
    }
    let examples = order.len();
    let evaluation = Evaluation {
        loss: loss / examples as f64,
        accuracy: Some(right as f64 / examples as f64),
        examples,
    };
    let measures = metrics.map_or_else(Vec::new, |metrics| metrics.measures());
    Ok((evaluation, measures))
}
