//! What a trainer is told before it trains.

#[cfg(feature = "checkpoint")]
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::saved::Saved;
use super::{Limit, Normalise, Trainer};
use crate::data::{Augment, Mixup, Normalisation};
use crate::metrics::Metric;
#[cfg(feature = "run")]
use crate::run::RunFolder;
use crate::schedule::Plateau;
#[cfg(doc)]
use crate::train::Change;
use crate::train::{EpochReport, Resumed, StepReport, Verdict, Watch};

impl<'a> Trainer<'a> {
    /// A trainer for so many epochs, in batches of 32, with seed 0, as many threads as the machine runs at
    /// once and a progress bar.
    pub fn new(epochs: usize) -> Self {
        Trainer::until(Limit::Epochs(epochs as u64))
    }

    /// The same for so many steps, whatever number of epochs they are: the last may end, and is judged, before its end.
    pub fn steps(steps: u64) -> Self {
        Trainer::until(Limit::Steps(steps))
    }

    fn until(limit: Limit) -> Self {
        Trainer {
            limit,
            batch: 32,
            accumulate: 1,
            threads: None,
            seed: 0,
            progress: true,
            judge_train: true,
            augment: None,
            mixup: None,
            weights: None,
            drawn: None,
            balances: false,
            prefetches: false,
            metrics: None,
            normalise: None,
            saved: Saved::default(),
            run: None,
            schedule: None,
            plateau: None,
            watch: None,
            patience: None,
            interrupt: None,
            ctrl_c: false,
            on_step: None,
            on_epoch: None,
            on_resume: None,
            history: Vec::new(),
        }
    }

    /// The number of examples in a step; the last step of an epoch may have fewer. 0 is taken as 1.
    #[must_use]
    pub fn batch(mut self, examples: usize) -> Self {
        self.batch = examples.max(1);
        self
    }

    /// Takes each step by so many batches, whose gradients are [accumulated](crate::Train::accumulate): for steps by more examples
    /// than memory has room for. The last step of an epoch may have fewer. 0 is taken as 1.
    #[must_use]
    pub fn accumulate(mut self, batches: usize) -> Self {
        self.accumulate = batches.max(1);
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

    /// Makes trainings on a [`Dataset`](crate::data::Dataset) learn from randomly changed images; they are
    /// evaluated on the original ones.
    #[must_use]
    pub fn augment(mut self, augment: Augment) -> Self {
        self.augment = Some(augment);
        self
    }

    /// Makes [`fit_shares`](Trainer::fit_shares) train on mixtures of two examples each; it evaluates on the original ones.
    #[must_use]
    pub fn mixup(mut self, mixup: Mixup) -> Self {
        self.mixup = Some(mixup);
        self
    }

    /// Draws the examples of an epoch by these weights, one for each example, with replacement: as many draws as there are
    /// examples. Without it an epoch takes each example once. By [`class_weights`](crate::data::class_weights) all classes are
    /// learnt from alike, however rare one is.
    #[must_use]
    pub fn draw_by(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.weights = Some(weights.into());
        self
    }

    /// Makes trainings on a [`Dataset`](crate::data::Dataset) draw all classes equally often, by their
    /// [`class_weights`](crate::data::class_weights), unless there are [weights](Trainer::draw_by).
    #[must_use]
    pub fn balance_classes(mut self) -> Self {
        self.balances = true;
        self
    }

    /// Makes trainings on a [`Dataset`](crate::data::Dataset) prepare the next batches, gathered, mixed and changed, on a thread
    /// of its own while a step runs. Results do not depend on it.
    #[must_use]
    pub fn prefetch(mut self) -> Self {
        self.prefetches = true;
        self
    }

    /// Sets what is measured of the scores on the test data of a [`Dataset`](crate::data::Dataset) at the end of an epoch, in the
    /// pass that evaluates them: a [metric](crate::metrics) of classes, or several in a tuple. Reports
    /// [have it](EpochReport::measure), and it can be [watched](Trainer::watch).
    #[must_use]
    pub fn metrics(mut self, metrics: impl Metric<f64, Targets = [u32]> + 'a) -> Self {
        self.metrics = Some(Box::new(metrics));
        self
    }

    /// Sets two buffers of the network to the shifts and scales of a normalisation before the training begins, by
    /// [`Normalisation::write_to`]: it then normalises its inputs by itself, and so does whoever loads its checkpoints. The
    /// data are left as they are.
    ///
    /// A training that is resumed keeps what its file holds; if that is another normalisation, that is
    /// [said](Change::Normalisation).
    #[must_use]
    pub fn normalise(
        mut self,
        normalisation: Normalisation,
        shift: impl Into<String>,
        scale: impl Into<String>,
    ) -> Self {
        self.normalise = Some(Normalise {
            normalisation,
            shift: shift.into(),
            scale: scale.into(),
        });
        self
    }

    /// Saves the training to a file after every epoch, and first resumes the training that the file already holds: one that
    /// was interrupted, wherever it was, ends with the bits of one that was not.
    ///
    /// The file holds parameters, buffers, optimizer, the state of a plateau and of early stopping, the state of the random
    /// numbers, and the position in the data; learning rates come from the program, so an optimizer whose rate no schedule
    /// sets keeps the rate it is given. What the program has changed since, such as the size of a batch, is said to
    /// [`on_resume`](Trainer::on_resume).
    #[cfg(feature = "checkpoint")]
    #[must_use]
    pub fn checkpoint(mut self, path: impl Into<PathBuf>) -> Self {
        self.saved.path = Some(path.into());
        self
    }

    /// Makes [`checkpoint`](Trainer::checkpoint) save within epochs too, whenever so many steps more are done. 0 is taken as 1.
    #[cfg(feature = "checkpoint")]
    #[must_use]
    pub fn checkpoint_every(mut self, steps: u64) -> Self {
        self.saved.every = Some(steps.max(1));
        self
    }

    /// Makes [`checkpoint`](Trainer::checkpoint) keep the last few saves besides, each under the file's name and its number of
    /// steps: `mlp.step-1200.training` beside `mlp.training`. To go back to one, copy it over the latter.
    #[cfg(feature = "checkpoint")]
    #[must_use]
    pub fn keep_last(mut self, saves: usize) -> Self {
        self.saved.keep = saves;
        self
    }

    /// Saves the network of the best epoch so far to a file, by [`checkpoint::save`](crate::checkpoint::save), whenever an
    /// epoch is better than those before by what is [watched](Trainer::watch): as evaluated, by the average of its parameters
    /// if the optimizer keeps one.
    #[cfg(feature = "checkpoint")]
    #[must_use]
    pub fn best(mut self, path: impl Into<PathBuf>) -> Self {
        self.saved.best = Some(path.into());
        self
    }

    /// Ends the training when more than `patience` epochs in a row are no better than the best before them, and gives the
    /// network the parameters and buffers of the best epoch; it does the latter at the end of the last epoch too.
    #[must_use]
    pub fn early_stopping(mut self, patience: u64) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Keeps in a folder what is to be seen of the training: its configuration, what steps and epochs come to, histograms of
    /// the parameters, with the feature `report` the page that shows them; of a network that the trainer knows also the checkpoints
    /// `last.training`, from which it is resumed, and `best.safetensors`, unless [`checkpoint`](Trainer::checkpoint) or
    /// [`best`](Trainer::best) name others. See the module [`run`](crate::run).
    ///
    /// The norm of the gradient takes a pass over it, in each step.
    #[cfg(feature = "run")]
    #[must_use]
    pub fn run(mut self, folder: &'a RunFolder) -> Self {
        self.run = Some(folder);
        self
    }

    /// Sets which number tells good epochs from bad ones, for [`early_stopping`](Trainer::early_stopping) and the best file.
    #[must_use]
    pub fn watch(mut self, watch: Watch) -> Self {
        self.watch = Some(watch);
        self
    }

    /// Makes the training end, after the step it is in, when the flag is true; it is saved then. The flag becomes false.
    #[must_use]
    pub fn interrupt(mut self, flag: &'a AtomicBool) -> Self {
        self.interrupt = Some(flag);
        self
    }

    /// Makes the training end when Ctrl-C is pressed, after the step it is in: it is saved, and standard error says how to go
    /// on. Pressed a second time, it ends the program at once.
    ///
    /// The handler is the process' own from the first training on, in place of one that it may have had. A program that has
    /// installed one by the crate `ctrlc` itself gets [`Error::CtrlC`](crate::Error::CtrlC): its handler may set a flag for
    /// [`interrupt`](Trainer::interrupt).
    #[cfg(feature = "ctrlc")]
    #[must_use]
    pub fn stop_on_ctrl_c(mut self) -> Self {
        self.ctrl_c = true;
        self
    }

    /// Sets the learning rate of each step, by the number of the step from 0. A [`Schedule`](crate::schedule::Schedule) becomes one by its method `of`.
    #[must_use]
    pub fn schedule(mut self, rate: impl FnMut(u64) -> f64 + 'a) -> Self {
        self.schedule = Some(Box::new(rate));
        self
    }

    /// Reduces the learning rate, that of the [schedule](Trainer::schedule) or the
    /// optimizer's own, when the loss of epochs no longer falls: the loss on test data, or where none are
    /// judged that on training data. A [checkpoint](Trainer::checkpoint) holds its state.
    #[must_use]
    pub fn reduce_on_plateau(mut self, plateau: Plateau) -> Self {
        self.plateau = Some(plateau);
        self
    }

    /// Sets a function to call after each step. It returns nothing, or a [`ControlFlow`](std::ops::ControlFlow) that may stop the
    /// training, which is saved then.
    ///
    /// The norm of the gradient takes a pass over it, in each step.
    #[must_use]
    pub fn on_step<V: Verdict>(mut self, mut report: impl FnMut(&StepReport<'_>) -> V + 'a) -> Self {
        self.on_step = Some(Box::new(move |step| report(step).flow()));
        self
    }

    /// Sets a function to call at the end of each epoch, when it is saved, for example to print the report. It returns nothing,
    /// or a [`ControlFlow`](std::ops::ControlFlow) that may stop the training.
    #[must_use]
    pub fn on_epoch<V: Verdict>(mut self, mut report: impl FnMut(&EpochReport) -> V + 'a) -> Self {
        self.on_epoch = Some(Box::new(move |epoch| report(epoch).flow()));
        self
    }

    /// Sets a function to call when a training is resumed. Without it, what has [changed](Resumed::changes) is said on
    /// standard error.
    #[must_use]
    pub fn on_resume(mut self, report: impl FnMut(&Resumed) + 'a) -> Self {
        self.on_resume = Some(Box::new(report));
        self
    }

    /// The reports of the epochs of the last training, also of one that failed.
    pub fn history(&self) -> &[EpochReport] {
        &self.history
    }
}
