//! Averages of the parameters themselves, over the steps of a training.

use dsl_compute::update::Scalar;

use super::{demand, demand_factor, shared};
use crate::parallel::{Executor, Team};
use crate::{AlignedBuffer, Error, Network, Optimizer, Real};

/// An average of the parameters over the steps of a training, to be evaluated and used in their place; see
/// [`Descent::average`](super::Descent::average).
///
/// | form          | average after a step                    |
/// |---------------|-----------------------------------------|
/// | `exponential` | `a ← a + (1 - decay) (w - a)`           |
/// | `uniform`     | `a ← a + (w - a) / n`, the `n`th to be averaged |
///
/// and `a = w` after the first step that is averaged. The first is Polyak & Juditsky 1992, *Acceleration of
/// stochastic approximation by averaging*, with exponential weights, as Tarvainen & Valpola 2017, *Mean teachers
/// are better role models*, use it; the second is stochastic weight averaging, Izmailov et al. 2018, *Averaging
/// weights leads to wider optima and better generalization*.
///
/// Buffers, such as the running statistics of a batch normalisation, are not averaged: they are those of the
/// parameters that were trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightAverage {
    form: Form,
    after: u64,
    every: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Exponential { decay: f64 },
    Uniform,
}

impl WeightAverage {
    /// The exponential average, of which a step keeps the fraction `decay`.
    pub fn exponential(decay: f64) -> Self {
        WeightAverage {
            form: Form::Exponential { decay },
            after: 0,
            every: 1,
        }
    }

    /// The uniform average.
    pub fn uniform() -> Self {
        WeightAverage {
            form: Form::Uniform,
            after: 0,
            every: 1,
        }
    }

    /// Begins only after so many steps. Until then the average is the parameters.
    #[must_use]
    pub fn after(mut self, steps: u64) -> Self {
        self.after = steps;
        self
    }

    /// Averages one step of so many, for example that at the end of each cycle of the learning rate.
    #[must_use]
    pub fn every(mut self, steps: u64) -> Self {
        self.every = steps;
        self
    }

    /// Checks the settings.
    pub(super) fn check(&self, owner: &'static str) -> Result<(), Error> {
        if let Form::Exponential { decay } = self.form {
            demand_factor(owner, "decay of the average", decay)?;
        }
        demand(
            self.every > 0,
            owner,
            "number of steps between two that are averaged",
            self.every as f64,
            "at least 1",
        )
    }

    /// The weight of the parameters after the step of this number, from 1; 0 if it is not averaged.
    fn weight(&self, number: u64) -> f64 {
        let Some(done) = number.checked_sub(self.after.saturating_add(self.every)) else {
            return 1.0;
        };
        match self.form {
            _ if done % self.every != 0 => 0.0,
            _ if done == 0 => 1.0,
            Form::Exponential { decay } => 1.0 - decay,
            Form::Uniform => 1.0 / (done / self.every + 1) as f64,
        }
    }

    /// Takes the parameters after the step of this number into `average`.
    pub(super) fn take<T: Real, E: Executor>(
        &self,
        team: &mut Team<E>,
        number: u64,
        average: &mut AlignedBuffer<T>,
        parameters: &[T],
    ) {
        let weight = self.weight(number);
        if weight == 1.0 {
            // Exactly the parameters, which a rounded difference is not.
            average.copy_from_slice(parameters);
        } else if weight > 0.0 {
            let weight = Scalar(T::literal(weight));
            shared::update(team, [average], parameters, |[average], parameters| {
                T::approach(weight, [average], parameters);
            });
        }
    }
}

/// A network whose parameters are exchanged for their average until this is dropped.
pub(super) struct Exchanged<'a, N: Network, O: Optimizer<N::Element>> {
    model: &'a mut N,
    optimizer: &'a mut O,
}

impl<'a, N: Network, O: Optimizer<N::Element>> Exchanged<'a, N, O> {
    /// Exchanges them.
    pub fn new(model: &'a mut N, optimizer: &'a mut O) -> Self {
        optimizer.exchange(model.parameters_mut());
        Exchanged { model, optimizer }
    }

    /// The network with the average.
    pub fn model(&self) -> &N {
        self.model
    }
}

impl<N: Network, O: Optimizer<N::Element>> Drop for Exchanged<'_, N, O> {
    fn drop(&mut self) {
        self.optimizer.exchange(self.model.parameters_mut());
    }
}
