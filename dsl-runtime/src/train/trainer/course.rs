//! The loop over epochs and steps, whatever a step is.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use dsl_compute::mix;

use super::{Limit, Step, Trainer};
use crate::Error;
use crate::data::{Order, Place};
use crate::metrics::Measure;
use crate::run::RunFolder;
use crate::span::span;
use crate::train::learner::Sums;
use crate::train::progress::Progress;
use crate::train::{EpochReport, Fit, Judgement, Learnt, Resumed, StepReport, Stopped};

/// What a training does at each place of the loop.
pub(super) trait Course {
    /// Learns from the examples of a step.
    fn step(&mut self, step: Step<'_>) -> Result<Learnt, Error>;

    /// Judges what has been learnt, at the end of an epoch.
    fn judge(&mut self) -> Result<Judgement, Error>;

    /// Takes the report of an epoch, after which the training is at `at`. An epoch that the training ends within is not
    /// `whole`: it will go on if the training does.
    fn conclude(&mut self, report: &EpochReport, at: &Position, whole: bool) -> Result<(), Error>;

    /// Whether to save after so many steps.
    fn is_due(&self, steps: u64) -> bool;

    /// Saves the training.
    fn save(&mut self, at: &Position) -> Result<(), Error>;

    /// The file that it is saved in.
    fn path(&self) -> Option<PathBuf>;

    /// Whether it stops early.
    fn stops_early(&self) -> bool;

    /// The learning rate, if it is known.
    fn learning_rate(&self) -> Option<f64>;

    /// The norm of the last gradient, if it is known.
    fn gradient_norm(&self) -> Option<f64>;

    /// Tells the folder of the run what is trained.
    fn describe(&self, _: &RunFolder) -> Result<(), Error> {
        Ok(())
    }

    /// Adds to the folder of the run what an epoch has made of the parameters.
    fn record(&self, _: &RunFolder, _: &Position) -> Result<(), Error> {
        Ok(())
    }
}

/// How far a training has come.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Position {
    /// The number of finished epochs.
    pub epochs: u64,
    /// The number of steps, in all epochs.
    pub steps: u64,
    /// The number of examples of the unfinished epoch that it has learnt from.
    pub examples: u64,
    /// What the steps of the unfinished epoch have yielded.
    pub sums: Sums,
}

/// What an epoch has taken in this run.
#[derive(Default)]
struct Spent {
    seconds: f64,
    examples: usize,
}

impl<'a> Trainer<'a> {
    /// Trains from `at` to the end.
    pub(super) fn go(
        &mut self,
        course: &mut impl Course,
        examples: usize,
        mut at: Position,
        resumed: Option<Resumed>,
    ) -> Result<Fit, Error> {
        self.history.clear();
        if let Some(resumed) = &resumed {
            self.tell_resumed(resumed);
        }
        self.begin_run(course, examples, resumed.as_ref())?;
        let stopped = self.epochs(course, examples, &mut at);
        let stopped = self.end_run(stopped, &at)?;
        let fit = Fit {
            history: self.history.clone(),
            stopped,
            epochs: at.epochs,
            steps: at.steps,
            resumed,
            saved: course.path(),
        };
        if self.ctrl_c && stopped == Stopped::Interrupted {
            eprintln!("{fit}");
        }
        Ok(fit)
    }

    fn epochs(
        &mut self,
        course: &mut impl Course,
        examples: usize,
        at: &mut Position,
    ) -> Result<Stopped, Error> {
        let flags = self.flags()?;
        let mut order = self.order(examples)?;
        let place = usize::try_from(at.examples).unwrap_or(examples);
        order.resume(Place {
            epoch: at.epochs,
            visited: place,
        });
        while !self.is_over(at) {
            if course.stops_early() {
                return Ok(Stopped::Early);
            }
            span!(INFO, "epoch", number = at.epochs + 1);
            let mut spent = Spent::default();
            if let Some(stopped) = self.steps_of_epoch(course, &mut order, at, &mut spent, &flags)? {
                return Ok(stopped);
            }
            let whole = at.examples >= examples as u64;
            if !whole {
                course.save(at)?;
            }
            let report = self.report(course, at, spent)?;
            self.record_epoch(course, &report, at)?;
            if whole {
                let (epochs, steps) = (at.epochs + 1, at.steps);
                *at = Position {
                    epochs,
                    steps,
                    ..Position::default()
                };
                order.start_epoch(at.epochs);
            }
            self.history.push(report.clone());
            course.conclude(&report, at, whole)?;
            let verdict = self.on_epoch.as_mut().map(|on_epoch| on_epoch(&report));
            if verdict.is_some_and(|verdict| verdict.is_break()) {
                return Ok(Stopped::Callback);
            }
            if is_raised(&flags) && !self.is_over(at) {
                return Ok(Stopped::Interrupted);
            }
            if !whole {
                break;
            }
        }
        Ok(Stopped::Finished)
    }

    /// Takes the steps that are left of an epoch, or of the training. Returns why it is to end here, if it is.
    fn steps_of_epoch(
        &mut self,
        course: &mut impl Course,
        order: &mut Order,
        at: &mut Position,
        spent: &mut Spent,
        flags: &[&AtomicBool],
    ) -> Result<Option<Stopped>, Error> {
        let epochs = match self.limit {
            Limit::Epochs(epochs) => Some(epochs),
            Limit::Steps(_) => None,
        };
        let (all, done) = (order.batches_per_epoch(), order.place().visited / self.per_step());
        let mut progress = Progress::new(self.progress, at.epochs + 1, epochs, all, done);
        while let Some(examples) = order.next() {
            span!(DEBUG, "step", number = at.steps + 1);
            let begun = Instant::now();
            let learnt = course.step(Step {
                number: at.steps,
                epoch: at.epochs,
                examples,
                rate: None,
                batch: self.batch,
                visited: at.examples,
            })?;
            let seconds = begun.elapsed().as_secs_f64();
            at.steps += 1;
            at.examples += examples.len() as u64;
            at.sums.add(&learnt, examples.len());
            spent.seconds += seconds;
            spent.examples += examples.len();
            progress.advance(learnt.loss, examples.len());
            let is_told = self.run.is_some() || self.on_step.is_some();
            let report = is_told.then(|| StepReport {
                step: at.steps,
                epoch: at.epochs + 1,
                loss: learnt.loss,
                results: &learnt.results,
                examples: examples.len(),
                learning_rate: course.learning_rate(),
                gradient_norm: course.gradient_norm(),
                seconds,
            });
            self.record_step(report.as_ref())?;
            let verdict = self.on_step.as_mut().zip(report.as_ref());
            let verdict = verdict.map(|(on_step, report)| on_step(report));
            let stopped = match verdict.is_some_and(|verdict| verdict.is_break()) {
                true => Some(Stopped::Callback),
                false if is_raised(flags) => Some(Stopped::Interrupted),
                false => None,
            };
            if stopped.is_some() || course.is_due(at.steps) {
                course.save(at)?;
            }
            if stopped.is_some() {
                progress.finish();
                return Ok(stopped);
            }
            if self.limit == Limit::Steps(at.steps) {
                break;
            }
        }
        progress.finish();
        Ok(None)
    }

    fn report(&self, course: &mut impl Course, at: &Position, spent: Spent) -> Result<EpochReport, Error> {
        // An epoch that was resumed at its end has had its last step before this run.
        let (learning_rate, gradient_norm) = match spent.examples {
            0 => (None, None),
            _ => (course.learning_rate(), course.gradient_norm()),
        };
        let Judgement {
            train,
            test,
            measures,
        } = {
            span!(INFO, "evaluation", epoch = at.epochs + 1);
            course.judge()?
        };
        let count = at.examples as f64;
        let results = at.sums.results.iter();
        Ok(EpochReport {
            epoch: usize::try_from(at.epochs + 1).unwrap_or(usize::MAX),
            steps: at.steps,
            train_loss: at.sums.loss / count,
            results: results
                .map(|(name, sum)| Measure::new(name.clone(), sum / count))
                .collect(),
            train,
            test,
            measures,
            examples: spent.examples,
            seconds: spent.seconds,
            learning_rate,
            gradient_norm,
        })
    }

    /// A number that tells the weights that examples are drawn by from others; 0 where all are taken once.
    pub(super) fn digest_of_weights(&self) -> u64 {
        let Some(weights) = self.weights.as_ref().or(self.drawn.as_ref()) else {
            return 0;
        };
        let digest = weights
            .iter()
            .fold(1, |digest, weight| mix(digest ^ weight.to_bits()));
        digest.max(1)
    }

    /// Whether all epochs or steps are done.
    fn is_over(&self, at: &Position) -> bool {
        match self.limit {
            Limit::Epochs(epochs) => at.epochs >= epochs,
            Limit::Steps(steps) => at.steps >= steps,
        }
    }

    /// The flags that end the training.
    fn flags(&self) -> Result<Vec<&'a AtomicBool>, Error> {
        let own = self.interrupt.into_iter();
        #[cfg(feature = "ctrlc")]
        let own = own.chain(match self.ctrl_c {
            true => Some(crate::train::interrupt::on_ctrl_c()?),
            false => None,
        });
        Ok(own.collect())
    }

    fn tell_resumed(&mut self, resumed: &Resumed) {
        match &mut self.on_resume {
            Some(on_resume) => on_resume(resumed),
            None if resumed.changes.is_empty() => {}
            None => eprintln!("{resumed}"),
        }
    }
}

/// Whether one of the flags is up; takes all of them down.
fn is_raised(flags: &[&AtomicBool]) -> bool {
    let raised = flags.iter().filter(|flag| flag.swap(false, Ordering::Relaxed));
    raised.count() > 0
}
