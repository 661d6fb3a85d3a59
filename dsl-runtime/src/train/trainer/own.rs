//! A training whose steps and state are the program's own.

use std::marker::PhantomData;
use std::path::PathBuf;

use super::course::{Course, Position};
use super::{Schedule, Step, Trainer};
use crate::Error;
use crate::schedule::Plateau;
use crate::train::watch::Watching;
use crate::train::{EpochReport, Judgement, Learnt};

/// Such a training under way.
pub(super) struct Own<'a, 's, S, A, B, L, J> {
    state: &'s mut S,
    step: A,
    judge: B,
    schedule: Option<Schedule<'a>>,
    plateau: Option<Plateau>,
    rate: Option<f64>,
    watching: Watching,
    patience: Option<u64>,
    yields: PhantomData<fn() -> (L, J)>,
}

impl<'a, 's, S, A, B, L, J> Own<'a, 's, S, A, B, L, J> {
    pub fn new(trainer: &mut Trainer<'a>, state: &'s mut S, step: A, judge: B) -> Self {
        Own {
            state,
            step,
            judge,
            schedule: trainer.schedule.take(),
            plateau: trainer.plateau.clone(),
            rate: None,
            watching: Watching::new(trainer.watch.clone().unwrap_or_default()),
            patience: trainer.patience,
            yields: PhantomData,
        }
    }

    pub fn into_schedule(self) -> Option<Schedule<'a>> {
        self.schedule
    }
}

impl<S, A, B, L, J> Course for Own<'_, '_, S, A, B, L, J>
where
    A: FnMut(&mut S, Step<'_>) -> Result<L, Error>,
    B: FnMut(&mut S) -> Result<J, Error>,
    L: Into<Learnt>,
    J: Into<Judgement>,
{
    fn step(&mut self, mut step: Step<'_>) -> Result<Learnt, Error> {
        let share = self.plateau.as_ref().map_or(1.0, Plateau::rate);
        self.rate = self
            .schedule
            .as_mut()
            .map(|schedule| schedule(step.number) * share);
        step.rate = self.rate;
        Ok((self.step)(self.state, step)?.into())
    }

    fn judge(&mut self) -> Result<Judgement, Error> {
        Ok((self.judge)(self.state)?.into())
    }

    fn conclude(&mut self, report: &EpochReport, _: &Position, whole: bool) -> Result<(), Error> {
        if self.patience.is_some() {
            self.watching.observe(report)?;
        }
        if let Some(plateau) = &mut self.plateau
            && whole
        {
            plateau.observe(report.test_loss().unwrap_or(report.train_loss));
        }
        Ok(())
    }

    fn is_due(&self, _: u64) -> bool {
        false
    }

    fn save(&mut self, _: &Position) -> Result<(), Error> {
        Ok(())
    }

    fn path(&self) -> Option<PathBuf> {
        None
    }

    fn stops_early(&self) -> bool {
        self.patience
            .is_some_and(|patience| self.watching.worse > patience)
    }

    fn learning_rate(&self) -> Option<f64> {
        self.rate
    }

    fn gradient_norm(&self) -> Option<f64> {
        None
    }
}
