//! What a minimiser says of its work.

use std::fmt;
use std::ops::ControlFlow;

/// The reason why a minimiser has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// No derivative is larger than the gradient tolerance.
    GradientNorm,
    /// The last iteration lowered the value by no more than the decrease tolerance.
    RelativeDecrease,
    /// The limit of iterations is reached.
    Iterations,
    /// The limit of evaluations is reached.
    Evaluations,
    /// The line search found no acceptable step, not even along the negative gradient: most often the value
    /// cannot be lowered further in the precision in which it is computed.
    LineSearchFailed,
    /// The steps that the model may still be trusted for no longer change the parameters, or not the value:
    /// most often it cannot be lowered further in the precision in which it is computed.
    StepTooSmall,
    /// The observer of the iterations asked to stop.
    Observer,
}

impl StopReason {
    /// True if a tolerance is met.
    pub fn is_converged(self) -> bool {
        matches!(self, StopReason::GradientNorm | StopReason::RelativeDecrease)
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StopReason::GradientNorm => "the gradient is within its tolerance",
            StopReason::RelativeDecrease => "the value decreased by no more than its tolerance",
            StopReason::Iterations => "the limit of iterations is reached",
            StopReason::Evaluations => "the limit of evaluations is reached",
            StopReason::LineSearchFailed => "the line search found no acceptable step",
            StopReason::StepTooSmall => "the steps no longer lower the value",
            StopReason::Observer => "the observer asked to stop",
        })
    }
}

/// The result of a minimisation. Displays as one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The reason why it stopped.
    pub reason: StopReason,
    /// The objective's value at the parameters.
    pub value: f64,
    /// The largest absolute value of the gradient there.
    pub gradient_norm: f64,
    /// The number of iterations of this call.
    pub iterations: u64,
    /// The number of values computed in this call.
    pub evaluations: u64,
    /// The number of gradients computed in this call.
    pub gradients: u64,
    /// The number of products by the Hessian or the Gauss–Newton matrix in this call.
    pub products: u64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            reason,
            value,
            gradient_norm,
            iterations,
            evaluations,
            gradients,
            products,
        } = self;
        write!(
            f,
            "value {value:.6e}, gradient {gradient_norm:.1e}, after {iterations} iterations, \
             {evaluations} values, {gradients} gradients and {products} products: {reason}"
        )
    }
}

/// The state after an iteration, as an observer sees it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Iteration<'a, T> {
    /// The number of iterations so far in this call.
    pub number: u64,
    /// The objective's value.
    pub value: f64,
    /// The largest absolute value of the gradient.
    pub gradient_norm: f64,
    /// The Euclidean length of the step that led here.
    pub step_norm: f64,
    /// The number of values computed so far in this call.
    pub evaluations: u64,
    /// The parameters.
    pub parameters: &'a [T],
    /// The gradient.
    pub gradient: &'a [T],
}

/// What is called after each iteration, and may stop the minimiser.
pub type Observer<'a, T> = dyn FnMut(&Iteration<'_, T>) -> ControlFlow<()> + 'a;
