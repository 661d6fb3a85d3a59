//! The search for a learning rate.

use std::fmt;
use std::ops::RangeInclusive;

use super::draw;
use crate::data::{Batches, Examples};
use crate::{Error, Optimizer, Real, Train, Workspace};

/// The weight of the losses so far in the average that smooths them.
const SMOOTHING: f64 = 0.9;

/// The multiple of the least loss at which a search ends.
const DIVERGED: f64 = 4.0;

/// Losses by learning rates; what [`find_rate`] finds. Displays as a picture of the losses.
#[derive(Debug, Clone, PartialEq)]
pub struct RateCurve {
    /// The learning rate of each step, ascending.
    pub rates: Vec<f64>,
    /// The loss before each step, smoothed by an exponential average.
    pub losses: Vec<f64>,
}

/// Trains with a learning rate that grows from step to step, until the loss diverges, and puts everything back:
/// Smith 2017, *Cyclical learning rates for training neural networks* (his range test, with rates in a geometric
/// sequence).
///
/// `step` takes the `n`th step, from 0, with the optimizer that it is given, and returns its loss. Parameters and
/// buffers of `model`, `work`'s count of steps and `optimizer` are afterwards what they were.
///
/// ```
/// use dsl_runtime::prelude::*;
/// use dsl_runtime::schedule::find_rate;
/// # network! {
/// #     pub struct Line;
/// #     pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar { x.dense(1).squared_error(y) }
/// # }
/// # fn main() -> Result<(), Error> {
/// # let (mut model, mut work) = (Line::new(1), Line::workspace().batch(2).build());
/// # let (x, y) = ([0.0, 1.0], [1.0, 3.0]);
/// let mut optimizer = Momentum::new(0.1, 0.9);
/// let curve = find_rate(&mut model, &mut work, &optimizer, 1e-5..=10.0, 100, |model, work, optimizer, _| {
///     model.train_step(work, (&x, &y), optimizer)
/// })?;
/// println!("{curve}");
/// if let Some(rate) = curve.steepest() {
///     optimizer.set_learning_rate(rate);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Error::Hyperparameter`] if the rates are not positive and ascending, and those of `step`, but for losses and
/// gradients that are not finite, which end the search.
pub fn find_rate<N: Train, O: Optimizer<N::Element> + Clone>(
    model: &mut N,
    work: &mut Workspace<N>,
    optimizer: &O,
    rates: RangeInclusive<f64>,
    steps: usize,
    step: impl FnMut(&mut N, &mut Workspace<N>, &mut O, usize) -> Result<N::Element, Error>,
) -> Result<RateCurve, Error> {
    let (&lowest, &highest) = (rates.start(), rates.end());
    let refuse = |name, value, expected| {
        Err(Error::Hyperparameter {
            owner: "find_rate",
            name,
            value,
            expected,
        })
    };
    if !(lowest.is_finite() && lowest > 0.0) {
        return refuse("lowest rate", lowest, "finite and positive");
    }
    if !(highest.is_finite() && highest > lowest) {
        return refuse("highest rate", highest, "finite and above the lowest");
    }
    let growth = (highest / lowest).powf(1.0 / steps.saturating_sub(1).max(1) as f64);
    let rate = |number: usize| lowest * growth.powf(number as f64);
    let (parameters, buffers) = (model.parameters().clone(), model.buffers().to_vec());
    let committed = work.step();
    let curve = search(model, work, &mut optimizer.clone(), steps, rate, step);
    model.parameters_mut().copy_from_slice(&parameters);
    model.buffers_mut().copy_from_slice(&buffers);
    work.set_step(committed);
    curve
}

/// [`find_rate`] on data whose batches are the arguments of the network's loss, by plain steps.
///
/// ```
/// use dsl_runtime::prelude::*;
/// use dsl_runtime::schedule::find_rate_on;
/// # network! {
/// #     pub struct Point;
/// #     pub fn loss(&self, at: Tensor<2>, class: Index<2>) -> Scalar { at.dense(2).softmax_cross_entropy(class) }
/// # }
/// # fn main() -> Result<(), Error> {
/// # let points = (0..40).map(|value| (value % 7) as f32).collect();
/// # let train = Dataset::new(points, 2, (0..20).map(|value| value % 2).collect(), 2)?;
/// # let mut model = Point::new(1);
/// let mut optimizer = Adam::new(1e-3);
/// let curve = find_rate_on(&mut model, &optimizer, 1e-5..=1.0, 100, &mut train.batches(8, 1))?;
/// println!("{curve}");
/// optimizer.set_learning_rate(curve.steepest().unwrap_or(1e-3));
/// # Ok(())
/// # }
/// ```
///
/// The batches go on from epoch to epoch, and are not put back.
///
/// # Errors
///
/// Those of [`find_rate`] and of [`train_step`](Train::train_step).
///
/// # Panics
///
/// If there are no examples.
pub fn find_rate_on<N, O, D>(
    model: &mut N,
    optimizer: &O,
    rates: RangeInclusive<f64>,
    steps: usize,
    batches: &mut Batches<'_, D>,
) -> Result<RateCurve, Error>
where
    N: Train,
    O: Optimizer<N::Element> + Clone,
    D: for<'b> Examples<Batch<'b>: Into<N::Inputs<'b>>>,
{
    let mut work = N::workspace().batch(batches.batch()).build();
    find_rate(
        model,
        &mut work,
        optimizer,
        rates,
        steps,
        |model, work, optimizer, _| model.train_step(work, batches.draw().into(), optimizer),
    )
}

/// The losses at growing rates.
fn search<N: Train, O: Optimizer<N::Element>>(
    model: &mut N,
    work: &mut Workspace<N>,
    optimizer: &mut O,
    steps: usize,
    rate: impl Fn(usize) -> f64,
    mut step: impl FnMut(&mut N, &mut Workspace<N>, &mut O, usize) -> Result<N::Element, Error>,
) -> Result<RateCurve, Error> {
    let mut curve = RateCurve {
        rates: Vec::with_capacity(steps),
        losses: Vec::with_capacity(steps),
    };
    let (mut average, mut least) = (0.0, f64::INFINITY);
    for number in 0..steps {
        optimizer.set_learning_rate(rate(number));
        let loss = match step(model, work, optimizer, number) {
            Ok(loss) => loss.to_f64(),
            Err(
                Error::NonFiniteLoss { .. } | Error::NonFiniteGradient { .. } | Error::NonFiniteBuffer { .. },
            ) => break,
            Err(other) => return Err(other),
        };
        average = SMOOTHING * average + (1.0 - SMOOTHING) * loss;
        let smoothed = average / (1.0 - SMOOTHING.powf((number + 1) as f64));
        curve.rates.push(rate(number));
        curve.losses.push(smoothed);
        if smoothed > DIVERGED * least {
            break;
        }
        least = least.min(smoothed);
    }
    Ok(curve)
}

impl RateCurve {
    /// The rate at which the loss falls most, a rate to train with: over a tenth of the search, since from one step to the next it
    /// falls by chance. `None` if it never falls.
    pub fn steepest(&self) -> Option<f64> {
        let width = (self.losses.len() / 10).max(1);
        let falls = self.losses.windows(width + 1).map(|part| part[0] - part[width]);
        let falling = self
            .rates
            .iter()
            .skip(width / 2)
            .zip(falls)
            .filter(|(_, fall)| *fall > 0.0);
        let steepest = falling.max_by(|(_, a), (_, b)| a.total_cmp(b));
        steepest.map(|(&rate, _)| rate)
    }

    /// The rate at which the loss is least; a tenth of it is another rate to train with.
    pub fn lowest(&self) -> Option<f64> {
        let points = self.rates.iter().zip(&self.losses);
        points
            .min_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(&rate, _)| rate)
    }
}

impl fmt::Display for RateCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(first), Some(last)) = (self.rates.first(), self.rates.last()) else {
            return write!(f, "no step was taken");
        };
        let loss = |step: u64| self.losses[step as usize];
        writeln!(f, "{}", draw(loss, self.losses.len() as u64))?;
        write!(f, "loss by learning rates from {first:.1e} to {last:.1e}")
    }
}
