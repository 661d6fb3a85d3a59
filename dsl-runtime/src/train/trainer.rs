//! The training loop.

#[cfg(feature = "checkpoint")]
use std::path::PathBuf;
use std::time::Instant;

use self::saved::Saved;
use super::progress::Progress;
use super::{EpochReport, Evaluation, Scores, evaluate};
use crate::data::{Augment, Dataset, Examples, Order};
use crate::error::DatasetProblem;
use crate::schedule::Plateau;
use crate::{Classifier, Error, Network, NonFinite, Optimizer, Real, Train, Workspace};

/// Trains networks for a number of epochs of shuffled mini-batches.
///
/// ```no_run
/// # use dsl_runtime::{Classifier, Error, train::Scores};
/// # fn example<N: Classifier<Element = f32>>(model: &mut N, logits: impl Scores<N>) -> Result<(), Error> {
/// use dsl_runtime::prelude::*;
///
/// let Mnist { train, test } = Mnist::load("data/mnist-small")?;
/// let mut optimizer = Adam::new(1e-3);
/// let mut trainer = Trainer::new(5).batch(64).seed(1).on_epoch(|report| println!("{report}"));
/// let history = trainer.fit(model, &mut optimizer, &train, &test, logits)?;
/// # Ok(())
/// # }
/// ```
pub struct Trainer<'a> {
    epochs: usize,
    batch: usize,
    threads: Option<usize>,
    seed: u64,
    progress: bool,
    judge_train: bool,
    augment: Option<Augment>,
    saved: Saved,
    schedule: Option<Schedule<'a>>,
    plateau: Option<Plateau>,
    on_epoch: Option<OnEpoch<'a>>,
}

type Schedule<'a> = Box<dyn FnMut(u64) -> f64 + 'a>;
type OnEpoch<'a> = Box<dyn FnMut(&EpochReport) + 'a>;

/// One step of training, as [`Trainer::fit_with`] asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// Its number, from 0, counted through all epochs.
    pub number: u64,
    /// The number of its epoch, from 0.
    pub epoch: u64,
    /// The indices of the examples to learn from.
    pub examples: &'a [usize],
}

/// A training under way.
struct Run<'m, N: Network, O> {
    model: &'m mut N,
    work: Workspace<N>,
    optimizer: &'m mut O,
    /// The learning rate without a schedule.
    rate: f64,
    plateau: Option<Plateau>,
    /// The number of finished epochs.
    epochs: u64,
    saved: Saved,
}

impl<'m, N: Network, O: Optimizer<N::Element>> Run<'m, N, O> {
    /// Starts a training at its beginning, or at the state in the checkpoint's file.
    fn new(
        trainer: &Trainer<'_>,
        model: &'m mut N,
        optimizer: &'m mut O,
        examples: usize,
    ) -> Result<Self, Error> {
        let mut work = trainer.workspace::<N>(examples);
        let saved = trainer.saved.clone();
        let mut plateau = trainer.plateau.clone();
        let epochs = saved.resume(model, optimizer, &mut work, &mut plateau)?;
        Ok(Run {
            rate: optimizer.learning_rate(),
            model,
            work,
            optimizer,
            plateau,
            epochs,
            saved,
        })
    }

    /// Sets the learning rate of the step of this number.
    fn set_rate(&mut self, schedule: &mut Option<Schedule<'_>>, number: u64) {
        if schedule.is_none() && self.plateau.is_none() {
            return;
        }
        let rate = schedule.as_mut().map_or(self.rate, |rate| rate(number));
        let share = self.plateau.as_ref().map_or(1.0, Plateau::rate);
        self.optimizer.set_learning_rate(rate * share);
    }

    /// Gives the optimizer the rate back that a plateau has reduced.
    fn restore_rate(&mut self, schedule: &Option<Schedule<'_>>) {
        if schedule.is_none() && self.plateau.is_some() {
            self.optimizer.set_learning_rate(self.rate);
        }
    }

    /// Calls `judge` with the network at the end of an epoch, which has the average of its parameters if the
    /// optimizer keeps one. If an update has overflowed, that is an error: that of the epoch's last step shows
    /// in no loss yet.
    fn judge<Seen>(
        &mut self,
        judge: impl FnOnce(&N, &mut Workspace<N>) -> Result<Seen, Error>,
    ) -> Result<Seen, Error> {
        check_finite(self.model, self.optimizer)?;
        let work = &mut self.work;
        self.optimizer
            .with_average(self.model, |model| judge(model, work))
    }

    /// Takes the loss of an epoch, counts it, and saves its result.
    fn conclude(&mut self, report: &EpochReport) -> Result<(), Error> {
        if let Some(plateau) = &mut self.plateau {
            plateau.observe(report.test_loss().unwrap_or(report.train_loss));
        }
        self.epochs += 1;
        let plateau = self.plateau.as_ref();
        self.saved
            .save(self.model, self.optimizer, &self.work, self.epochs, plateau)
    }
}

/// Checks that a network and the state of its optimizer are finite.
fn check_finite<N: Network>(model: &N, optimizer: &impl Optimizer<N::Element>) -> Result<(), Error> {
    let refuse = |at, average| {
        Err(Error::NonFiniteTraining {
            network: N::NAME,
            at,
            average,
        })
    };
    let own = [
        (&N::LAYOUT, &**model.parameters()),
        (&N::BUFFERS, model.buffers()),
    ];
    if let Some(at) = own
        .into_iter()
        .find_map(|(layout, values)| NonFinite::first(layout, values))
    {
        return refuse(at, None);
    }
    for (average, values) in optimizer.state().moments {
        if let Some(at) = NonFinite::first(&N::LAYOUT, values) {
            return refuse(at, Some(average));
        }
    }
    Ok(())
}

/// The evaluation of a network at the end of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Judgement {
    /// The evaluation on the training data, if wanted.
    pub train: Option<Evaluation>,
    /// The evaluation on the test data, if wanted.
    pub test: Option<Evaluation>,
}

impl<'a> Trainer<'a> {
    /// A trainer for so many epochs, in batches of 32, with seed 0, as many threads as the machine runs at
    /// once and a progress bar.
    pub fn new(epochs: usize) -> Self {
        Trainer {
            epochs,
            batch: 32,
            threads: None,
            seed: 0,
            progress: true,
            judge_train: true,
            augment: None,
            saved: Saved::default(),
            schedule: None,
            plateau: None,
            on_epoch: None,
        }
    }

    /// The number of examples in a step; the last step of an epoch may have fewer. 0 is taken as 1.
    #[must_use]
    pub fn batch(mut self, examples: usize) -> Self {
        self.batch = examples.max(1);
        self
    }

    /// The largest number of threads to use; results do not depend on it. 0 is taken as 1.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets the seed of the order of examples and of the random numbers drawn in the network (dropout).
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Turns the progress bar on standard error on or off; it is never drawn if that is no terminal, nor
    /// without the feature `progress`.
    #[must_use]
    pub fn progress(mut self, progress: bool) -> Self {
        self.progress = progress;
        self
    }

    /// Sets if [`fit`](Trainer::fit) evaluates the network on the training data too at the end of an epoch,
    /// which takes a pass over them; it does by default.
    #[must_use]
    pub fn judge_train(mut self, judge: bool) -> Self {
        self.judge_train = judge;
        self
    }

    /// Makes [`fit`](Trainer::fit) train on randomly changed images; it evaluates on the original ones.
    #[must_use]
    pub fn augment(mut self, augment: Augment) -> Self {
        self.augment = Some(augment);
        self
    }

    /// Makes [`fit`](Trainer::fit) save the training to a file after every epoch, and resume the training
    /// that the file already holds: a training that was interrupted ends with the bits of one that was not.
    /// An optimizer whose rate no schedule sets keeps the rate it is given.
    #[cfg(feature = "checkpoint")]
    #[must_use]
    pub fn checkpoint(mut self, path: impl Into<PathBuf>) -> Self {
        self.saved.path = Some(path.into());
        self
    }

    /// Sets the learning rate of each step, by the number of the step from 0; [`fit`](Trainer::fit) applies
    /// it. A [`Schedule`](crate::schedule::Schedule) becomes one by its method `of`.
    #[must_use]
    pub fn schedule(mut self, rate: impl FnMut(u64) -> f64 + 'a) -> Self {
        self.schedule = Some(Box::new(rate));
        self
    }

    /// Makes [`fit`](Trainer::fit) reduce the learning rate, that of the [schedule](Trainer::schedule) or the
    /// optimizer's own, when the loss of epochs no longer falls: the loss on test data, or where none are
    /// judged that on training data. A [checkpoint](Trainer::checkpoint) holds its state.
    #[must_use]
    pub fn reduce_on_plateau(mut self, plateau: Plateau) -> Self {
        self.plateau = Some(plateau);
        self
    }

    /// Sets a function to call at the end of each epoch, for example to print the report.
    #[must_use]
    pub fn on_epoch(mut self, report: impl FnMut(&EpochReport) + 'a) -> Self {
        self.on_epoch = Some(Box::new(report));
        self
    }

    /// Trains `model` on `train` and evaluates it on `test` after every epoch, by the average of its parameters if
    /// the optimizer keeps one ([`with_average`](Optimizer::with_average)). Returns the reports of all epochs.
    ///
    /// `scores` gives one score per class for each example, such as `Mlp::logits`.
    ///
    /// # Errors
    ///
    /// Those of [`train_step`](crate::Train::train_step) and [`evaluate`], and of a checkpoint's file. The
    /// model keeps the progress made so far.
    pub fn fit<N: Classifier>(
        &mut self,
        model: &mut N,
        optimizer: &mut impl Optimizer<N::Element>,
        train: &Dataset<N::Element>,
        test: &Dataset<N::Element>,
        scores: impl Scores<N>,
    ) -> Result<Vec<EpochReport>, Error> {
        let mut run = Run::new(self, model, optimizer, train.len())?;
        let begin = run.epochs;
        let (judge_train, augment, mut schedule) = (self.judge_train, self.augment, self.schedule.take());
        let (mut inputs, mut labels) = (Vec::new(), Vec::new());
        let history = self.fit_from(
            begin,
            &mut run,
            train.len(),
            |run, step| {
                run.set_rate(&mut schedule, step.number);
                let Run {
                    model,
                    work,
                    optimizer,
                    ..
                } = run;
                train.gather(step.examples, &mut inputs, &mut labels)?;
                if let Some(augment) = &augment {
                    augment.apply(step.epoch, step.examples, &mut inputs)?;
                }
                Ok(model.train_step(work, (&inputs, &labels), *optimizer)?.to_f64())
            },
            |run| {
                run.judge(|model, work| {
                    let mut judge = |data| evaluate(model, work, data, &scores);
                    let train = if judge_train { Some(judge(train)?) } else { None };
                    Ok(Judgement {
                        train,
                        test: Some(judge(test)?),
                    })
                })
            },
            Run::conclude,
        );
        run.restore_rate(&schedule);
        self.schedule = schedule;
        history
    }

    /// Trains `model` on examples of any form; `judge` is called at the end of each epoch, as
    /// [`fit`](Trainer::fit) evaluates. Returns the reports of all epochs.
    ///
    /// `learn` makes the arguments of the network's loss from a batch, and takes the step:
    ///
    /// ```no_run
    /// # use dsl_runtime::{Error, Network, Train};
    /// # fn example<N>(model: &mut N) -> Result<(), Error>
    /// # where N: Network<Element = f32> + for<'a> Train<Inputs<'a> = (&'a [u32], &'a [u32])> {
    /// use dsl_runtime::prelude::*;
    /// use dsl_runtime::train::Judgement;
    ///
    /// let text = Tokens::new((0..1000).map(|place| place % 7).collect(), 7)?;
    /// let windows = text.windows(8)?;
    /// Trainer::new(3).fit_examples(
    ///     model,
    ///     &mut Adam::new(1e-3),
    ///     &windows,
    ///     |model, work, batch, optimizer| model.train_step(work, (batch.tokens, batch.next), optimizer),
    ///     |_| Ok(Judgement::default()),
    /// )?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of `learn` and `judge`; there are no examples. The model keeps the progress made so far.
    pub fn fit_examples<N: Train, D: Examples, O: Optimizer<N::Element>>(
        &mut self,
        model: &mut N,
        optimizer: &mut O,
        data: &D,
        mut learn: impl FnMut(&mut N, &mut Workspace<N>, D::Batch<'_>, &mut O) -> Result<N::Element, Error>,
        mut judge: impl FnMut(&N) -> Result<Judgement, Error>,
    ) -> Result<Vec<EpochReport>, Error> {
        let mut memory = data.memory(self.batch.min(data.count()));
        let mut run = Run::new(self, model, optimizer, data.count())?;
        let begin = run.epochs;
        let mut schedule = self.schedule.take();
        let history = self.fit_from(
            begin,
            &mut run,
            data.count(),
            |run, step| {
                run.set_rate(&mut schedule, step.number);
                let Run {
                    model,
                    work,
                    optimizer,
                    ..
                } = run;
                let batch = data.gather(step.examples, &mut memory);
                Ok(learn(model, work, batch, optimizer)?.to_f64())
            },
            |run| run.judge(|model, _| judge(model)),
            Run::conclude,
        );
        run.restore_rate(&schedule);
        self.schedule = schedule;
        history
    }

    /// The loop behind [`fit`](Trainer::fit), for networks and data of any form: `step` learns from some of
    /// `examples` examples and returns their mean loss, `judge` is called at the end of each epoch. Both work
    /// on `state`, which holds model, workspace and anything else they need.
    ///
    /// # Errors
    ///
    /// Those of `step` and `judge`; there are no examples.
    pub fn fit_with<S>(
        &mut self,
        state: &mut S,
        examples: usize,
        step: impl FnMut(&mut S, Step<'_>) -> Result<f64, Error>,
        judge: impl FnMut(&mut S) -> Result<Judgement, Error>,
    ) -> Result<Vec<EpochReport>, Error> {
        self.fit_from(0, state, examples, step, judge, |_, _| Ok(()))
    }

    /// The same loop after so many epochs; `conclude` is called with the report of each.
    fn fit_from<S>(
        &mut self,
        done: u64,
        state: &mut S,
        examples: usize,
        mut step: impl FnMut(&mut S, Step<'_>) -> Result<f64, Error>,
        mut judge: impl FnMut(&mut S) -> Result<Judgement, Error>,
        mut conclude: impl FnMut(&mut S, &EpochReport) -> Result<(), Error>,
    ) -> Result<Vec<EpochReport>, Error> {
        if examples == 0 {
            return Err(Error::Dataset(DatasetProblem::Empty));
        }
        let mut order = Order::new(examples, self.batch, self.seed);
        let mut history = Vec::with_capacity(self.epochs.min(1024));
        order.start_epoch(done);
        let mut number = done * order.batches_per_epoch() as u64;
        let done = usize::try_from(done).unwrap_or(usize::MAX);
        for epoch in done.saturating_add(1)..=self.epochs {
            let from_zero = order.epoch();
            let progress = Progress::new(self.progress, epoch, self.epochs, order.batches_per_epoch());
            let begun = Instant::now();
            let mut total = 0.0;
            while let Some(batch) = order.next() {
                let loss = step(
                    state,
                    Step {
                        number,
                        epoch: from_zero,
                        examples: batch,
                    },
                )?;
                total += loss * batch.len() as f64;
                number += 1;
                progress.advance(number, loss);
            }
            let seconds = begun.elapsed().as_secs_f64();
            progress.finish();
            let Judgement { train, test } = judge(state)?;
            let report = EpochReport {
                epoch,
                train_loss: total / examples as f64,
                train,
                test,
                seconds,
            };
            conclude(state, &report)?;
            if let Some(on_epoch) = &mut self.on_epoch {
                on_epoch(&report);
            }
            history.push(report);
        }
        Ok(history)
    }

    /// A workspace for a batch of so many examples.
    fn workspace<N: Network>(&self, examples: usize) -> Workspace<N> {
        let builder = N::workspace().batch(self.batch.min(examples)).seed(self.seed);
        match self.threads {
            Some(threads) => builder.threads(threads).build(),
            None => builder.build(),
        }
    }
}

impl std::fmt::Debug for Trainer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainer")
            .field("epochs", &self.epochs)
            .field("batch", &self.batch)
            .field("threads", &self.threads)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

mod saved;
#[cfg(test)]
mod tests;
