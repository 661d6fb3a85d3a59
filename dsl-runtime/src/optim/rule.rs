//! Rules: what an optimizer does with a gradient once the rest is seen to.

use crate::{Error, Parameter, Real};

/// A rule that turns a gradient into an update, with `K` moments, at most 4: averages and sums that it keeps from
/// step to step, each laid out as the parameters are.
///
/// A rule sees slices. It knows nothing of groups, freezing, clipping and averaging: the optimizer around it,
/// a [`Descent`](super::Descent), sees to these, for every rule alike. One of one's own is a few lines:
///
/// ```
/// use dsl_runtime::optim::{Descent, Rule, Step};
/// use dsl_runtime::prelude::*;
///
/// /// Descent by the sign of an average of gradients.
/// #[derive(Debug, Clone)]
/// struct SignDescent {
///     factor: f64,
/// }
///
/// impl<T: Real> Rule<T, 1> for SignDescent {
///     const NAME: &'static str = "SignDescent";
///     const MOMENTS: [&'static str; 1] = ["average"];
///
///     fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], [average]: [&mut [T]; 1]) {
///         let (rate, factor) = (T::literal(step.rate), T::literal(self.factor));
///         for ((w, m), &g) in parameters.iter_mut().zip(average).zip(gradient) {
///             *m = factor * *m + g;
///             *w -= rate * m.sign();
///         }
///     }
/// }
///
/// # network! {
/// #     pub struct Line;
/// #     pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar { x.dense(1).squared_error(y) }
/// # }
/// # fn main() -> Result<(), Error> {
/// # let (mut model, mut work) = (Line::new(1), Line::workspace().batch(2).build());
/// let mut optimizer = Descent::by(SignDescent { factor: 0.9 }, 1e-3)
///     .group("*.bias", |group| group.weight_decay(0.0))
///     .weight_decay(0.1)
///     .clip_norm(1.0);
/// model.train_step(&mut work, (&[0.0, 1.0], &[1.0, 3.0]), &mut optimizer)?;
/// # Ok(())
/// # }
/// ```
pub trait Rule<T: Real, const K: usize>: Sync {
    /// Its name, in errors and checkpoints.
    const NAME: &'static str;

    /// The names of its moments, in checkpoints.
    const MOMENTS: [&'static str; K];

    /// What one [`update`](Rule::update) sees: any range of elements, or always a whole tensor.
    const SCOPE: Scope = Scope::Elements;

    /// The form of [`weight_decay`](super::Descent::weight_decay) under this rule.
    const DECAY: Decay = Decay::Decoupled;

    /// The names of the numbers that it keeps beside the moments, in checkpoints.
    const SCALARS: &'static [&'static str] = &[];

    /// Checks the hyper-parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Hyperparameter`] names the first that is out of its range.
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Sets the moments, which are zero, to what they are before the first step. All slices are whole.
    fn start(&self, parameters: &[T], moments: [&mut [T]; K]) {
        let _ = (parameters, moments);
    }

    /// Begins a step, once for all its updates: its number, from 1, and the learning rate without the factors of
    /// groups.
    fn begin(&mut self, number: u64, rate: f64) {
        let _ = (number, rate);
    }

    /// Updates parameters by their gradient. The slices have one length. An update of one element must not
    /// depend on another's, unless the [scope](Rule::SCOPE) is tensors.
    fn update(&self, step: &Step, parameters: &mut [T], gradient: &[T], moments: [&mut [T]; K]);

    /// Updates one whole tensor, in the order of its memory (see [`Parameter::order`]), if the
    /// [scope](Rule::SCOPE) is tensors. By default that is [`update`](Rule::update).
    ///
    /// `scratch` holds [so many](Rule::scratch) elements, of any value.
    fn update_tensor(
        &self,
        step: &Step,
        tensor: &Parameter,
        scratch: &mut [T],
        parameters: &mut [T],
        gradient: &[T],
        moments: [&mut [T]; K],
    ) {
        let _ = (tensor, scratch);
        self.update(step, parameters, gradient, moments);
    }

    /// The number of elements of scratch memory that the update of a tensor takes.
    fn scratch(&self, tensor: &Parameter) -> usize {
        let _ = tensor;
        0
    }

    /// The numbers [named so](Rule::SCALARS), after the steps so far.
    fn scalars(&self) -> Vec<f64> {
        Vec::new()
    }

    /// Restores the result of [`scalars`](Rule::scalars); without any, the state before the first step.
    fn restore(&mut self, scalars: &[f64]) {
        let _ = scalars;
    }

    /// Turns parameters that are trained into those that are to be evaluated, if a rule tells the two apart,
    /// and returns true if it does.
    fn evaluate(&self, parameters: &mut [T], moments: [&[T]; K]) -> bool {
        let _ = (parameters, moments);
        false
    }
}

/// What one update sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Any range of elements: the workers of a team take one each.
    Elements,
    /// One whole tensor.
    Tensors,
}

/// A form of weight decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decay {
    /// The gradient of `λ/2 ‖w‖²` is added to that of the loss: [`l2`](super::Descent::l2).
    L2,
    /// `w ← w - η λ w` before the update: [`decoupled_decay`](super::Descent::decoupled_decay).
    Decoupled,
    /// The rule itself decays, by [`Step::decay`].
    ByRule,
}

/// The coefficients of one update.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// The number of the step, from 1.
    pub number: u64,
    /// The learning rate of these parameters.
    pub rate: f64,
    /// The weight decay of these parameters, if the rule [sees to it itself](Decay::ByRule); else 0.
    pub decay: f64,
}

impl Step {
    pub(super) fn new(number: u64, rate: f64, decay: f64) -> Step {
        Step { number, rate, decay }
    }
}
