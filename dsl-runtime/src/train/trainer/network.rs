//! The training of a network.

use std::path::PathBuf;

use super::course::{Course, Position};
use super::saved::{Loaded, Saved, State};
use super::{Normalise, Schedule, Step, Trainer};
use crate::run::RunFolder;
use crate::schedule::Plateau;
use crate::train::learner::Sums;
use crate::train::watch::Watching;
use crate::train::{Change, EpochReport, Judgement, Learner, Learnt, Resumed, Stopped};
use crate::{Error, Network, NonFinite, Optimizer, Real, Train, Workspace};

/// The examples of a step, or some of them.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    /// The number of the epoch, from 0.
    pub epoch: u64,
    /// The number of examples of the epoch before the step that it belongs to.
    pub visited: u64,
    pub examples: &'p [usize],
}

/// A training under way.
pub(super) struct Run<'a, 'm, N: Network, O, L, J> {
    model: &'m mut N,
    work: Workspace<N>,
    optimizer: &'m mut O,
    learn: L,
    judge: J,
    schedule: Option<Schedule<'a>>,
    /// The learning rate without a schedule.
    rate: f64,
    plateau: Option<Plateau>,
    watching: Option<Watching>,
    patience: Option<u64>,
    /// Parameters and buffers of the best epoch, if the network is to have them at the end.
    best: Option<[Vec<N::Element>; 2]>,
    saved: Saved,
    /// What a file says of the data.
    batch: u64,
    examples: u64,
    seed: u64,
    weights: u64,
    normalise: Option<Normalise>,
}

impl<'a, 'm, N: Train, O: Optimizer<N::Element>, L, J> Run<'a, 'm, N, O, L, J> {
    pub fn new(
        trainer: &mut Trainer<'a>,
        model: &'m mut N,
        optimizer: &'m mut O,
        examples: usize,
        learn: L,
        judge: J,
    ) -> Self {
        let saved = trainer.saved.clone().or_in(trainer.run);
        let watches = trainer.watch.is_some() || trainer.patience.is_some() || saved.keeps_best();
        let watch = trainer.watch.clone().unwrap_or_default();
        Run {
            work: trainer.workspace(examples),
            rate: optimizer.learning_rate(),
            model,
            optimizer,
            learn,
            judge,
            schedule: trainer.schedule.take(),
            plateau: trainer.plateau.clone(),
            watching: watches.then(|| Watching::new(watch)),
            patience: trainer.patience,
            best: None,
            saved,
            batch: trainer.per_step() as u64,
            examples: examples as u64,
            seed: trainer.seed,
            weights: trainer.digest_of_weights(),
            normalise: trainer.normalise.clone(),
        }
    }

    /// Sets the buffers by which the network normalises. Returns their numbers.
    fn normalise(&mut self) -> Result<Vec<N::Element>, Error> {
        if let Some(own) = &self.normalise {
            own.normalisation.write_to(self.model, &own.shift, &own.scale)?;
        }
        Ok(self.normalised())
    }

    /// The numbers in the buffers by which the network normalises.
    fn normalised(&self) -> Vec<N::Element> {
        let names = self.normalise.iter().flat_map(|own| [&own.shift, &own.scale]);
        let buffers = names.filter_map(|name| N::BUFFERS.find(name));
        let values = buffers.flat_map(|buffer| &self.model.buffers()[buffer.range.clone()]);
        values.copied().collect()
    }

    /// Takes the training up from its file, if there is one.
    pub fn resume(&mut self) -> Result<(Position, Option<Resumed>), Error> {
        let normalised = self.normalise()?;
        let wants = (self.plateau.is_some(), self.patience.is_some());
        let loaded = self
            .saved
            .load(self.model, self.optimizer, &mut self.work, wants)?;
        let Some((loaded, path)) = loaded.zip(self.saved.path().map(PathBuf::from)) else {
            return Ok((Position::default(), None));
        };
        let Loaded {
            mut at,
            batch,
            examples,
            seed,
            weights,
            plateau,
            watched,
            best,
        } = loaded;
        if let (Some(own), Some(state)) = (&mut self.plateau, plateau) {
            own.restore(state);
        }
        if let (Some(watching), Some((best, worse))) = (&mut self.watching, watched) {
            (watching.best, watching.worse) = (best, worse);
        }
        self.best = best;
        let mut changes = Vec::new();
        let mut compare = |before: Option<u64>, now: u64, change: fn(u64, u64) -> Change| {
            let before = before.filter(|&before| before != now);
            changes.extend(before.map(|before| change(before, now)));
            before.is_some()
        };
        compare(batch, self.batch, |before, now| Change::Batch { before, now });
        let other_data = compare(examples, self.examples, |before, now| Change::Examples {
            before,
            now,
        });
        let other_order = compare(seed, self.seed, |before, now| Change::Seed { before, now });
        let other_weights = compare(weights, self.weights, |_, _| Change::Weights);
        if self.normalised() != normalised {
            changes.push(Change::Normalisation);
        }
        if other_data || other_order || other_weights {
            (at.examples, at.sums) = (0, Sums::default());
        }
        // A file of `save_training` counts epochs alone.
        if at.steps == 0 {
            at.steps = at
                .epochs
                .saturating_mul(self.examples.div_ceil(self.batch.max(1)));
        }
        let resumed = Resumed {
            path,
            epochs: at.epochs,
            steps: at.steps,
            examples: at.examples,
            changes,
        };
        Ok((at, Some(resumed)))
    }

    /// Ends the training: the network has what the best epoch gave it, the optimizer the rate it came with.
    pub fn end(&mut self, stopped: Stopped) {
        if let (Some([parameters, buffers]), Stopped::Finished | Stopped::Early) = (&self.best, stopped) {
            self.model.parameters_mut().copy_from_slice(parameters);
            self.model.buffers_mut().copy_from_slice(buffers);
        }
    }

    pub fn into_schedule(self) -> Option<Schedule<'a>> {
        if self.schedule.is_none() && self.plateau.is_some() {
            self.optimizer.set_learning_rate(self.rate);
        }
        self.schedule
    }

    /// Sets the learning rate of the step of this number.
    fn set_rate(&mut self, number: u64) {
        if self.schedule.is_none() && self.plateau.is_none() {
            return;
        }
        let rate = self
            .schedule
            .as_mut()
            .map_or(self.rate, |schedule| schedule(number));
        let share = self.plateau.as_ref().map_or(1.0, Plateau::rate);
        self.optimizer.set_learning_rate(rate * share);
    }

    /// Keeps the network as it was judged, as the best so far.
    fn keep_best(&mut self) -> Result<(), Error> {
        let (saved, keeps) = (&self.saved, self.patience.is_some());
        let best = self.optimizer.with_average(self.model, |model| {
            saved.save_best(model)?;
            Ok(keeps.then(|| [model.parameters().to_vec(), model.buffers().to_vec()]))
        });
        self.best = best?;
        Ok(())
    }

    /// Checks that the network and the state of the optimizer are finite: the last update shows in no loss yet.
    fn check_finite(&self) -> Result<(), Error> {
        let refuse = |at, average| {
            Err(Error::NonFiniteTraining {
                network: N::NAME,
                at,
                average,
            })
        };
        let own = [
            (&N::LAYOUT, &**self.model.parameters()),
            (&N::BUFFERS, self.model.buffers()),
        ];
        if let Some(at) = own
            .into_iter()
            .find_map(|(layout, values)| NonFinite::first(layout, values))
        {
            return refuse(at, None);
        }
        for (average, values) in self.optimizer.state().moments {
            if let Some(at) = NonFinite::first(&N::LAYOUT, values) {
                return refuse(at, Some(average));
            }
        }
        Ok(())
    }
}

impl<N, O, L, J> Run<'_, '_, N, O, L, J>
where
    N: Train,
    O: Optimizer<N::Element>,
    L: FnMut(&mut Learner<'_, N, O>, Part<'_>) -> Result<Learnt, Error>,
{
    /// Learns from all examples of a step, or from some of several that it accumulates.
    fn learn_from(&mut self, part: Part<'_>, accumulates: bool) -> Result<Learnt, Error> {
        let mut learner = Learner {
            model: self.model,
            work: &mut self.work,
            optimizer: self.optimizer,
            accumulates,
        };
        (self.learn)(&mut learner, part)
    }
}

impl<N, O, L, J> Course for Run<'_, '_, N, O, L, J>
where
    N: Train,
    O: Optimizer<N::Element>,
    L: FnMut(&mut Learner<'_, N, O>, Part<'_>) -> Result<Learnt, Error>,
    J: FnMut(&N, &mut Workspace<N>) -> Result<Judgement, Error>,
{
    fn step(&mut self, step: Step<'_>) -> Result<Learnt, Error> {
        self.set_rate(step.number);
        let accumulates = step.batches().nth(1).is_some();
        let part_of = |examples| Part {
            epoch: step.epoch,
            visited: step.visited,
            examples,
        };
        if !accumulates {
            return self.learn_from(part_of(step.examples), false);
        }
        let mut sums = Sums::default();
        let mut last = Learnt::from(0.0);
        for examples in step.batches() {
            let learnt = self.learn_from(part_of(examples), true);
            last = learnt.inspect_err(|_| self.work.discard_accumulated())?;
            sums.add(&last, examples.len());
        }
        // A step of the program's own has accumulated nothing.
        if self.work.accumulated() > 0 {
            self.model.apply(&mut self.work, self.optimizer)?;
        }
        Ok(sums.mean(&last, step.examples.len()))
    }

    fn judge(&mut self) -> Result<Judgement, Error> {
        self.check_finite()?;
        let (work, judge) = (&mut self.work, &mut self.judge);
        self.optimizer
            .with_average(self.model, |model| judge(model, work))
    }

    fn conclude(&mut self, report: &EpochReport, at: &Position, whole: bool) -> Result<(), Error> {
        let is_best = match &mut self.watching {
            Some(watching) => watching.observe(report)?,
            None => false,
        };
        if is_best {
            self.keep_best()?;
        }
        if !whole {
            return Ok(());
        }
        if let Some(plateau) = &mut self.plateau {
            plateau.observe(report.test_loss().unwrap_or(report.train_loss));
        }
        self.save(at)
    }

    fn is_due(&self, steps: u64) -> bool {
        self.saved.is_due(steps)
    }

    fn save(&mut self, at: &Position) -> Result<(), Error> {
        if self.saved.path().is_none() {
            return Ok(());
        }
        self.check_finite()?;
        let state = State {
            at,
            batch: self.batch,
            examples: self.examples,
            seed: self.seed,
            weights: self.weights,
            plateau: self.plateau.as_ref(),
            watching: self.watching.as_ref(),
            best: self
                .best
                .as_ref()
                .map(|[parameters, buffers]| [&**parameters, &**buffers]),
        };
        self.saved.save(self.model, self.optimizer, &self.work, &state)
    }

    fn path(&self) -> Option<PathBuf> {
        self.saved.path().map(PathBuf::from)
    }

    fn stops_early(&self) -> bool {
        let worse = self.watching.as_ref().map_or(0, |watching| watching.worse);
        self.patience.is_some_and(|patience| worse > patience)
    }

    fn learning_rate(&self) -> Option<f64> {
        Some(self.optimizer.learning_rate())
    }

    fn describe(&self, run: &RunFolder) -> Result<(), Error> {
        run.network::<N>()?;
        run.set("optimizer", self.optimizer.state().optimizer)?;
        match &self.schedule {
            Some(_) => run.set("learning rate", "of a schedule")?,
            None => run.set("learning rate", self.rate)?,
        }
        run.set("threads", self.work.threads())
    }

    fn record(&self, run: &RunFolder, at: &Position) -> Result<(), Error> {
        run.histograms_of(at.steps, self.model)
    }

    fn gradient_norm(&self) -> Option<f64> {
        let squares = self.work.gradient().iter().map(|slope| slope.to_f64().powi(2));
        Some(squares.sum::<f64>().sqrt())
    }
}
