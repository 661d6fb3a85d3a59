//! What the folder of a run is told of a training.

use super::course::{Course, Position};
use super::{Limit, Trainer};
use crate::Error;
use crate::error::RunProblem;
use crate::metrics::Measure;
use crate::train::{EpochReport, Resumed, StepReport, Stopped};

/// The entry of the configuration that says how the training stands.
const STATUS: &str = "status";

impl Trainer<'_> {
    /// Tells the folder what the training is given, and where it goes on.
    pub(super) fn begin_run(
        &self,
        course: &impl Course,
        examples: usize,
        resumed: Option<&Resumed>,
    ) -> Result<(), Error> {
        let Some(run) = self.run else {
            return Ok(());
        };
        match (resumed, run.last_step()) {
            (Some(resumed), _) => run.resume_after(resumed.steps)?,
            (None, None) => {}
            (None, Some(last)) => {
                return Err(Error::Run {
                    path: run.path().to_owned(),
                    problem: RunProblem::Begun { last },
                });
            }
        }
        course.describe(run)?;
        match self.limit {
            Limit::Epochs(epochs) => run.set("epochs", epochs)?,
            Limit::Steps(steps) => run.set("steps", steps)?,
        }
        run.set("training examples", examples)?;
        run.set("batch", self.batch)?;
        if self.accumulate > 1 {
            run.set("accumulate", self.accumulate)?;
        }
        run.set("seed", self.seed)?;
        if let Some(patience) = self.patience {
            run.set("early stopping", patience)?;
        }
        if let Some(plateau) = &self.plateau {
            run.set("reduce on plateau", format!("{plateau:?}"))?;
        }
        if let Some(augment) = &self.augment {
            run.set("augment", format!("{augment:?}"))?;
        }
        run.set(STATUS, "under way")
    }

    /// Logs a step.
    pub(super) fn record_step(&self, report: Option<&StepReport<'_>>) -> Result<(), Error> {
        let (Some(run), Some(report)) = (self.run, report) else {
            return Ok(());
        };
        let results = report.results.iter();
        let named: Vec<(String, f64)> = results
            .map(|(name, value)| (format!("{name}/step"), *value))
            .collect();
        let mut values = vec![("loss/step", report.loss)];
        values.extend(report.learning_rate.map(|rate| ("learning rate", rate)));
        values.extend(report.gradient_norm.map(|norm| ("gradient norm", norm)));
        values.extend(named.iter().map(|(name, value)| (&**name, *value)));
        run.log(report.step, &values)
    }

    /// Logs an epoch.
    pub(super) fn record_epoch(
        &self,
        course: &impl Course,
        report: &EpochReport,
        at: &Position,
    ) -> Result<(), Error> {
        let Some(run) = self.run else {
            return Ok(());
        };
        let mut values = vec![("epoch", report.epoch as f64), ("loss/epoch", report.train_loss)];
        for (evaluation, loss, accuracy) in [
            (report.train, "loss/train", "accuracy/train"),
            (report.test, "loss/test", "accuracy/test"),
        ] {
            let Some(evaluation) = evaluation else { continue };
            values.push((loss, evaluation.loss));
            values.extend(evaluation.accuracy.map(|value| (accuracy, value)));
        }
        let named = |measures: &[Measure], of: &str| {
            let defined = measures
                .iter()
                .filter_map(|measure| Some((&*measure.name, measure.value?)));
            let named = defined.map(|(name, value)| (format!("{name}/{of}"), value));
            named.collect::<Vec<(String, f64)>>()
        };
        let (results, measures) = (named(&report.results, "epoch"), named(&report.measures, "test"));
        let both = results.iter().chain(&measures);
        values.extend(both.map(|(name, value)| (&**name, *value)));
        // An epoch that was resumed at its end has taken no time.
        if report.examples > 0 {
            values.push(("examples per second", report.examples_per_second()));
            values.push(("seconds per epoch", report.seconds));
        }
        run.log(at.steps, &values)?;
        course.record(run, at)
    }

    /// Tells the folder how the training ended, and shows it. An error of the training goes before one of the folder.
    pub(super) fn end_run(&self, stopped: Result<Stopped, Error>, at: &Position) -> Result<Stopped, Error> {
        let Some(run) = self.run else {
            return stopped;
        };
        let why = match &stopped {
            Ok(stopped) => stopped.to_string(),
            Err(error) => format!("failed: {error}"),
        };
        let told = run.set(STATUS, format!("{why} after {} steps", at.steps));
        #[cfg(feature = "report")]
        let told = told.and_then(|()| run.report().map(drop));
        stopped.and_then(|stopped| told.map(|()| stopped))
    }
}
