//! Optimizers: loops over the flat buffers of parameters and gradient.

mod adam;
mod momentum;
mod sgd;
pub(crate) mod shared;

use std::ops::Range;

pub use adam::Adam;
pub use momentum::Momentum;
pub use sgd::Sgd;

use crate::parallel::Team;
use crate::{AlignedBuffer, Error, Gradient, Real};

/// A rule that turns gradients into updates of parameters.
///
/// One step is [`begin`](Optimizer::begin), then [`update`](Optimizer::update) for ranges that cover all
/// parameters with a gradient, each once, in any order; [`step`](Optimizer::step) does both at once. Ranges
/// let a training step update one block of parameters while the gradient of the next is still being computed.
///
/// A parameter that [no gradient reaches](Gradient::reached) stays as it is: neither weight decay nor an
/// average of earlier gradients moves it, and its averages do not change. A rule that counts its steps counts
/// them for all parameters together.
pub trait Optimizer<T: Real> {
    /// True if the rule depends on the gradient as a whole (for example its norm), so that no block may be
    /// updated before the whole gradient is known.
    fn needs_whole_gradient(&self) -> bool {
        false
    }

    /// The learning rate, the factor of the update.
    fn learning_rate(&self) -> f64;

    /// Changes the learning rate, from the next step on.
    fn set_learning_rate(&mut self, learning_rate: f64);

    /// Begins a step over `len` parameters. The first call allocates the rule's state; no later one
    /// allocates.
    ///
    /// # Errors
    ///
    /// A hyper-parameter is outside its range, or `len` is not that of the first call.
    fn begin(&mut self, len: usize) -> Result<(), Error>;

    /// Updates the parameters of `range`, given as a slice of their own, by their gradient.
    ///
    /// # Panics
    ///
    /// If the slices are not as long as `range`, or `range` is outside the length given to
    /// [`begin`](Optimizer::begin).
    fn update(&mut self, range: Range<usize>, parameters: &mut [T], gradient: &[T]);

    /// [`update`](Optimizer::update), which may divide the work among the workers of `team`: the bits are the
    /// same. By default the calling thread does all of it.
    fn update_on(&mut self, team: &mut Team, range: Range<usize>, parameters: &mut [T], gradient: &[T]) {
        let _ = team;
        self.update(range, parameters, gradient);
    }

    /// The state of the optimizer after the steps so far, for saving.
    fn state(&self) -> OptimizerState<'_, T>;

    /// The names of the averages it keeps.
    fn moments(&self) -> &'static [&'static str];

    /// Restores the result of [`state`](Optimizer::state): the count of steps and the averages in their
    /// order, laid out as the parameters are; no averages before the first step.
    ///
    /// # Errors
    ///
    /// [`Error::OptimizerState`] if their lengths differ from those of averages it holds already.
    fn restore(&mut self, steps: u64, moments: &[&[T]]) -> Result<(), Error>;

    /// One whole step over all parameters that the gradient reaches.
    ///
    /// # Errors
    ///
    /// As [`begin`](Optimizer::begin); or parameters and gradient differ in length; or a value of the
    /// gradient is infinite or NaN. Nothing has been updated then.
    fn step(&mut self, parameters: &mut [T], gradient: &Gradient<T>) -> Result<(), Error> {
        same_length(parameters, gradient)?;
        gradient.check_finite()?;
        self.begin(parameters.len())?;
        for range in gradient.reached() {
            let parameters = &mut parameters[range.clone()];
            self.update(range.clone(), parameters, &gradient[range.clone()]);
        }
        Ok(())
    }

    /// One whole step over all parameters that the gradient reaches, with the help of `team`.
    ///
    /// # Errors
    ///
    /// As [`step`](Optimizer::step).
    fn step_on(
        &mut self,
        team: &mut Team,
        parameters: &mut [T],
        gradient: &Gradient<T>,
    ) -> Result<(), Error> {
        same_length(parameters, gradient)?;
        gradient.check_finite_on(team)?;
        self.begin(parameters.len())?;
        for range in gradient.reached() {
            let parameters = &mut parameters[range.clone()];
            self.update_on(team, range.clone(), parameters, &gradient[range.clone()]);
        }
        Ok(())
    }
}

/// The state of an optimizer after the steps so far.
#[derive(Debug, Clone)]
pub struct OptimizerState<'a, T> {
    /// The name of the optimizer.
    pub optimizer: &'static str,
    /// The number of steps begun, if it counts them, else 1 as soon as it has averages.
    pub steps: u64,
    /// Its averages by name, laid out as the parameters are; none before the first step.
    pub moments: Vec<(&'static str, &'a [T])>,
}

/// The averages with their names, if there are any yet.
fn moments<'a, T: Real, const K: usize>(
    names: &'static [&'static str; K],
    values: [&'a Option<AlignedBuffer<T>>; K],
) -> Vec<(&'static str, &'a [T])> {
    let held = names.iter().zip(values);
    held.filter_map(|(&name, values)| Some((name, &**values.as_ref()?)))
        .collect()
}

/// Sets averages to saved values; there are as many, or none.
fn restore<T: Real, const K: usize>(
    optimizer: &'static str,
    held: [&mut Option<AlignedBuffer<T>>; K],
    saved: &[&[T]],
) -> Result<(), Error> {
    for (held, saved) in held.into_iter().zip(saved) {
        ready(optimizer, held, saved.len())?;
        if let Some(held) = held {
            held.copy_from_slice(saved);
        }
    }
    Ok(())
}

fn same_length<T>(parameters: &[T], gradient: &[T]) -> Result<(), Error> {
    if gradient.len() == parameters.len() {
        Ok(())
    } else {
        Err(Error::GradientLength {
            parameters: parameters.len(),
            gradient: gradient.len(),
        })
    }
}

/// Ensures that `state` holds `len` elements: zeros at the first call, its old contents after.
fn ready<T: Real>(
    optimizer: &'static str,
    state: &mut Option<AlignedBuffer<T>>,
    len: usize,
) -> Result<(), Error> {
    match state {
        Some(held) if held.len() != len => Err(Error::OptimizerState {
            optimizer,
            held: held.len(),
            asked: len,
        }),
        Some(_) => Ok(()),
        None => {
            *state = Some(AlignedBuffer::zeros(len));
            Ok(())
        }
    }
}

/// The part of `state` that belongs to the parameters of `range`.
fn part<T: Real>(state: &mut Option<AlignedBuffer<T>>, range: Range<usize>) -> &mut [T] {
    &mut state.as_mut().expect("`begin` comes before `update`")[range]
}

/// Checks one hyper-parameter.
pub(crate) fn demand(
    holds: bool,
    owner: &'static str,
    name: &'static str,
    value: f64,
    expected: &'static str,
) -> Result<(), Error> {
    if holds {
        Ok(())
    } else {
        Err(Error::Hyperparameter {
            owner,
            name,
            value,
            expected,
        })
    }
}

/// Checks a learning rate: 0 is allowed (schedules warm up from it).
fn demand_rate(owner: &'static str, rate: f64) -> Result<(), Error> {
    demand(
        rate.is_finite() && rate >= 0.0,
        owner,
        "learning rate",
        rate,
        "finite and not negative",
    )
}

/// Checks a factor of exponential averaging.
fn demand_factor(owner: &'static str, name: &'static str, factor: f64) -> Result<(), Error> {
    demand(
        (0.0..1.0).contains(&factor),
        owner,
        name,
        factor,
        "at least 0 and below 1",
    )
}

/// Checks a weight decay.
fn demand_decay(owner: &'static str, decay: f64) -> Result<(), Error> {
    demand(
        decay.is_finite() && decay >= 0.0,
        owner,
        "weight decay",
        decay,
        "finite and not negative",
    )
}

#[cfg(test)]
mod tests;
