//! What a step of training works with, and what it yields.

use crate::{Error, Network, Optimizer, Train, Workspace};

/// What a step of training works with, as [`Trainer::fit_examples`](super::Trainer::fit_examples) lends it.
///
/// [`step`](Learner::step) is the step that most networks take. Any other is written out with the parts: another entry point, a
/// changed gradient, a second optimizer of one's own.
#[derive(Debug)]
pub struct Learner<'l, N: Network, O> {
    /// The network.
    pub model: &'l mut N,
    /// Its workspace, with room for the trainer's batch.
    pub work: &'l mut Workspace<N>,
    /// The optimizer; its learning rate is that of the step.
    pub optimizer: &'l mut O,
    /// The batch is one of several by which the step is taken.
    pub(super) accumulates: bool,
}

impl<N: Train, O: Optimizer<N::Element>> Learner<'_, N, O> {
    /// Learns from a batch, given as the tuple of the loss' arguments or by their names, as `MlpBatch { image, digit }`.
    /// Returns its loss.
    ///
    /// Where the trainer [accumulates](super::Trainer::accumulate), the trainer itself takes the step when all batches are
    /// there.
    ///
    /// # Errors
    ///
    /// Those of [`train_step`](Train::train_step) or [`accumulate`](Train::accumulate).
    pub fn step<'i>(&mut self, inputs: impl Into<N::Inputs<'i>>) -> Result<N::Element, Error> {
        self.take(inputs.into())
    }

    /// The same of the tuple.
    pub(super) fn take(&mut self, inputs: N::Inputs<'_>) -> Result<N::Element, Error> {
        let Learner {
            model,
            work,
            optimizer,
            accumulates,
        } = self;
        match accumulates {
            true => model.accumulate(work, inputs),
            false => model.train_step(work, inputs, *optimizer),
        }
    }
}

/// What a step has yielded: the loss before its update, and other results of the loss by name, which the reports then show.
/// A number alone is a loss.
#[derive(Debug, Clone, PartialEq)]
pub struct Learnt {
    /// The mean loss over the examples.
    pub loss: f64,
    /// Other results.
    pub results: Vec<(&'static str, f64)>,
}

impl Learnt {
    /// The same with another result, a mean over the examples.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<f64>) -> Learnt {
        self.results.push((name, value.into()));
        self
    }
}

impl From<f64> for Learnt {
    fn from(loss: f64) -> Learnt {
        Learnt {
            loss,
            results: Vec::new(),
        }
    }
}

impl From<f32> for Learnt {
    fn from(loss: f32) -> Learnt {
        Learnt::from(f64::from(loss))
    }
}

/// Sums over examples, of which the means are reported.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sums {
    pub loss: f64,
    pub results: Vec<(String, f64)>,
}

impl Sums {
    /// Adds the means over so many examples.
    pub fn add(&mut self, learnt: &Learnt, examples: usize) {
        let weight = examples as f64;
        self.loss += learnt.loss * weight;
        for &(name, value) in &learnt.results {
            match self.results.iter_mut().find(|(known, _)| known == name) {
                Some((_, sum)) => *sum += value * weight,
                None => self.results.push((name.to_owned(), value * weight)),
            }
        }
    }

    /// The means over so many examples, with the names that a batch had.
    pub fn mean(&self, named: &Learnt, examples: usize) -> Learnt {
        let mean = |sum: f64| sum / examples as f64;
        let sum_of = |name: &str| {
            let found = self.results.iter().find(|(known, _)| known == name);
            found.map_or(0.0, |(_, sum)| *sum)
        };
        let results = named.results.iter();
        Learnt {
            loss: mean(self.loss),
            results: results.map(|&(name, _)| (name, mean(sum_of(name)))).collect(),
        }
    }
}
