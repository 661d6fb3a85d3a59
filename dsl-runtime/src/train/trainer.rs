//! The training loop.

mod ahead;
mod course;
mod dataset;
mod network;
mod own;
mod prepared;
mod recorded;
mod saved;
mod settings;

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use self::course::Position;
pub use self::dataset::LossAndScores;
use self::dataset::{Apart, Metrics};
use self::network::{Part, Run};
use self::own::Own;
use self::prepared::Classes;
use self::saved::Saved;
#[cfg(any(doc, test))]
use super::evaluate;
use super::{EpochReport, Fit, Judgement, Learner, Learnt, Resumed, Scores, StepReport, Watch};
use crate::data::{Augment, Dataset, Examples, Mixup, Normalisation, Order};
use crate::error::DatasetProblem;
use crate::run::RunFolder;
use crate::schedule::Plateau;
use crate::span::span;
use crate::{Classifier, Error, Network, Optimizer, Train, Workspace};

/// Trains networks by epochs of shuffled mini-batches.
///
/// ```no_run
/// # use dsl_runtime::{Classifier, Error, train::Scores};
/// # fn example<N: Classifier<Element = f32>>(model: &mut N, logits: impl Scores<N>) -> Result<(), Error> {
/// use dsl_runtime::prelude::*;
///
/// let Mnist { train, test } = Mnist::load("data/mnist-small")?;
/// let mut optimizer = Adam::new(1e-3);
/// let mut trainer = Trainer::new(50)
///     .batch(64)
///     .early_stopping(5)
///     .checkpoint("mlp.training")
///     .on_epoch(|report| println!("{report}"));
/// let fit = trainer.fit(model, &mut optimizer, &train, &test, logits)?;
/// println!("{fit}");
/// # Ok(())
/// # }
/// ```
///
/// A training that fails keeps what it has come to: the model its progress, the trainer its [history](Trainer::history), the
/// [checkpoint](Trainer::checkpoint) the last good state.
pub struct Trainer<'a> {
    limit: Limit,
    batch: usize,
    accumulate: usize,
    threads: Option<usize>,
    seed: u64,
    progress: bool,
    judge_train: bool,
    augment: Option<Augment>,
    mixup: Option<Mixup>,
    /// The weights that examples are drawn by, and those that a data set's classes have.
    weights: Option<Vec<f64>>,
    drawn: Option<Vec<f64>>,
    balances: bool,
    prefetches: bool,
    metrics: Option<Metrics<'a>>,
    normalise: Option<Normalise>,
    saved: Saved,
    run: Option<&'a RunFolder>,
    schedule: Option<Schedule<'a>>,
    plateau: Option<Plateau>,
    watch: Option<Watch>,
    patience: Option<u64>,
    interrupt: Option<&'a AtomicBool>,
    ctrl_c: bool,
    on_step: Option<OnStep<'a>>,
    on_epoch: Option<OnEpoch<'a>>,
    on_resume: Option<OnResume<'a>>,
    history: Vec<EpochReport>,
}

/// Where a training ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Epochs(u64),
    Steps(u64),
}

/// A normalisation, and the buffers that hold it.
#[derive(Debug, Clone)]
struct Normalise {
    normalisation: Normalisation,
    shift: String,
    scale: String,
}

type Schedule<'a> = Box<dyn FnMut(u64) -> f64 + 'a>;
type OnStep<'a> = Box<dyn FnMut(&StepReport<'_>) -> ControlFlow<()> + 'a>;
type OnEpoch<'a> = Box<dyn FnMut(&EpochReport) -> ControlFlow<()> + 'a>;
type OnResume<'a> = Box<dyn FnMut(&Resumed) + 'a>;

/// One step of training, as [`Trainer::fit_with`] asks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step<'a> {
    /// Its number, from 0, counted through all epochs.
    pub number: u64,
    /// The number of its epoch, from 0.
    pub epoch: u64,
    /// The indices of the examples to learn from.
    pub examples: &'a [usize],
    /// The learning rate that the trainer's schedule has for it, if there is one.
    pub rate: Option<f64>,
    /// The number of examples in a batch.
    batch: usize,
    /// The number of examples of the epoch in the steps before it.
    visited: u64,
}

impl<'a> Step<'a> {
    /// The same examples in batches of the trainer's size: one, unless it [accumulates](Trainer::accumulate).
    pub fn batches(&self) -> impl Iterator<Item = &'a [usize]> + use<'a> {
        self.examples.chunks(self.batch)
    }
}

impl<'a> Trainer<'a> {
    /// Trains `model` on `train` and evaluates it on `test` after every epoch, by the average of its parameters if
    /// the optimizer keeps one ([`with_average`](Optimizer::with_average)).
    ///
    /// `scores` gives one score per class for each example, such as `Mlp::logits`. An evaluation takes two passes, one for the
    /// loss and one for the scores; [`fit_scored`](Trainer::fit_scored) takes both in one.
    ///
    /// # Errors
    ///
    /// Those of [`train_step`](crate::Train::train_step) and [`evaluate`], and of a checkpoint's file; there are not as many
    /// [weights](Trainer::draw_by) as examples; the trainer is to [mix](Trainer::mixup) classes that the loss takes whole. The
    /// model keeps the progress made so far.
    pub fn fit<N: Classifier>(
        &mut self,
        model: &mut N,
        optimizer: &mut impl Optimizer<N::Element>,
        train: &Dataset<N::Element>,
        test: &Dataset<N::Element>,
        scores: impl Scores<N>,
    ) -> Result<Fit, Error> {
        self.refuse_mixup()?;
        self.fit_dataset(model, optimizer, (train, test), Classes, &Apart(Classes, scores))
    }

    /// Trains `model` on examples of any form: several tensors, indices, masks, values that change.
    ///
    /// `learn` makes the arguments of the network's loss from a batch, and takes the step. What it returns is the loss, or a
    /// [`Learnt`] with other results of the loss. `judge` is called at the end of each epoch, with the average of the
    /// parameters if the optimizer keeps one, and returns a [`Judgement`], an [`Evaluation`](super::Evaluation) on test data, or
    /// nothing; [`measure`](super::measure) makes one by metrics.
    ///
    /// ```
    /// use dsl_runtime::prelude::*;
    ///
    /// network! {
    ///     pub struct Reader;
    ///
    ///     pub fn loss(&self, tokens: Index<7, 8>, next: Index<7, 8>) -> Scalar {
    ///         tokens.embedding(4).dense(7).softmax_cross_entropy(next)
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Error> {
    /// let text = Tokens::new((0..100).map(|place| place % 7).collect(), 7)?;
    /// let windows = text.windows(8)?;
    /// let fit = Trainer::new(3).threads(1).fit_examples(
    ///     &mut Reader::new(1),
    ///     &mut Adam::new(1e-2),
    ///     &windows,
    ///     // By name: swapped, they would not compile.
    ///     |learner, batch| {
    ///         learner.step(ReaderBatch {
    ///             tokens: batch.tokens,
    ///             next: batch.next,
    ///         })
    ///     },
    ///     |_, _| Ok(()),
    /// )?;
    /// assert!(fit.history[2].train_loss < fit.history[0].train_loss);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `learn` and `judge`, and of a checkpoint's file; there are no examples. The model keeps the progress made so
    /// far.
    pub fn fit_examples<
        N: Train,
        D: Examples,
        O: Optimizer<N::Element>,
        L: Into<Learnt>,
        J: Into<Judgement>,
    >(
        &mut self,
        model: &mut N,
        optimizer: &mut O,
        data: &D,
        mut learn: impl FnMut(&mut Learner<'_, N, O>, D::Batch<'_>) -> Result<L, Error>,
        mut judge: impl FnMut(&N, &mut Workspace<N>) -> Result<J, Error>,
    ) -> Result<Fit, Error> {
        let mut memory = data.memory(self.batch.min(data.count()));
        self.fit_network(
            model,
            optimizer,
            data.count(),
            |learner, part| Ok(learn(learner, data.gather(part.examples, &mut memory))?.into()),
            |model, work| Ok(judge(model, work)?.into()),
        )
    }

    /// The loop behind [`fit`](Trainer::fit), for networks and data of any form, several networks and optimizers among them:
    /// `step` learns from some of `examples` examples and returns their mean loss, `judge` is called at the end of each epoch.
    /// Both work on `state`, which holds models, workspaces, optimizers and anything else they need.
    ///
    /// # Errors
    ///
    /// Those of `step` and `judge`; there are no examples; or the trainer is to do what needs a network that it knows
    /// ([`Error::NoNetwork`]): save, keep the best, reduce a rate that no schedule gives.
    pub fn fit_with<S, L: Into<Learnt>, J: Into<Judgement>>(
        &mut self,
        state: &mut S,
        examples: usize,
        step: impl FnMut(&mut S, Step<'_>) -> Result<L, Error>,
        judge: impl FnMut(&mut S) -> Result<J, Error>,
    ) -> Result<Fit, Error> {
        demand_examples(examples)?;
        if self.saved.asks() {
            return Err(Error::NoNetwork { setting: "save one" });
        }
        if self.normalise.is_some() {
            let setting = "set the buffers by which one normalises";
            return Err(Error::NoNetwork { setting });
        }
        if self.plateau.is_some() && self.schedule.is_none() {
            let setting = "reduce a learning rate that no schedule gives";
            return Err(Error::NoNetwork { setting });
        }
        span!(INFO, "training", examples);
        let mut own = Own::new(self, state, step, judge);
        let fit = self.go(&mut own, examples, Position::default(), None);
        self.schedule = own.into_schedule();
        fit
    }

    fn fit_network<N: Train, O: Optimizer<N::Element>>(
        &mut self,
        model: &mut N,
        optimizer: &mut O,
        examples: usize,
        learn: impl FnMut(&mut Learner<'_, N, O>, Part<'_>) -> Result<Learnt, Error>,
        judge: impl FnMut(&N, &mut Workspace<N>) -> Result<Judgement, Error>,
    ) -> Result<Fit, Error> {
        demand_examples(examples)?;
        span!(INFO, "training", network = N::NAME, examples);
        let mut run = Run::new(self, model, optimizer, examples, learn, judge);
        let begun = run.resume();
        let fit = begun.and_then(|(at, resumed)| self.go(&mut run, examples, at, resumed));
        if let Ok(fit) = &fit {
            run.end(fit.stopped);
        }
        self.schedule = run.into_schedule();
        fit
    }

    /// A workspace for a batch of so many examples.
    fn workspace<N: Network>(&self, examples: usize) -> Workspace<N> {
        let builder = N::workspace().batch(self.batch.min(examples)).seed(self.seed);
        match self.threads {
            Some(threads) => builder.threads(threads).build(),
            None => builder.build(),
        }
    }

    /// The order of so many examples.
    fn order(&self, examples: usize) -> Result<Order, Error> {
        let Some(weights) = self.weights.as_ref().or(self.drawn.as_ref()) else {
            return Ok(Order::new(examples, self.per_step(), self.seed));
        };
        if weights.len() != examples {
            let weights = weights.len();
            return Err(Error::Dataset(DatasetProblem::Weights { weights, examples }));
        }
        Order::weighted(weights, examples, self.per_step(), self.seed)
    }

    /// The number of examples in a step.
    fn per_step(&self) -> usize {
        self.batch.saturating_mul(self.accumulate)
    }
}

fn demand_examples(examples: usize) -> Result<(), Error> {
    match examples {
        0 => Err(Error::Dataset(DatasetProblem::Empty)),
        _ => Ok(()),
    }
}

impl std::fmt::Debug for Trainer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainer")
            .field("limit", &self.limit)
            .field("batch", &self.batch)
            .field("accumulate", &self.accumulate)
            .field("threads", &self.threads)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
