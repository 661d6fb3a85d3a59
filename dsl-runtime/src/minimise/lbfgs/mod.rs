//! L-BFGS: a quasi-Newton method with limited memory.

mod history;

pub use history::LbfgsState;

use super::counted::{Counted, Point};
use super::limits::{Course, Limits, limit_setters};
use super::line_search::line_search;
use super::{Minimiser, Objective, Observer, Report, StopReason};
use crate::optim::demand;
use crate::{Error, Real};

/// Limited-memory BFGS: steps `-H ∇f`, where `H` approximates the inverse Hessian by the last few steps and
/// changes of the gradient.
///
/// Nocedal 1980, *Updating quasi-Newton matrices with limited storage*; Liu & Nocedal 1989, *On the limited
/// memory BFGS method for large scale optimization*. The line search is that of Moré & Thuente 1994 for the
/// strong Wolfe conditions with the constants 1e-3 and 0.9. Each iteration tries the whole step first, the
/// first one a step of length 1. It needs `2 m` vectors for a memory of `m` pairs, and mostly one evaluation
/// an iteration.
///
/// A pair whose curvature is not positive, beyond rounding, is not remembered. If the line search fails, the
/// memory is cleared, and the next step is along the negative gradient.
///
/// ```
/// use dsl_runtime::minimise::{Lbfgs, Minimiser};
///
/// // Rosenbrock's function; the closure writes the gradient and returns the value.
/// let mut rosenbrock = |x: &[f64], gradient: &mut [f64]| {
///     let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
///     gradient[0] = -2.0 * a - 400.0 * x[0] * b;
///     gradient[1] = 200.0 * b;
///     a * a + 100.0 * b * b
/// };
/// let mut x = [-1.2, 1.0];
/// let report = Lbfgs::new().memory(10).minimise(&mut rosenbrock, &mut x)?;
/// assert!(report.reason.is_converged() && report.value < 1e-9);
/// assert!((x[0] - 1.0).abs() < 1e-4 && (x[1] - 1.0).abs() < 1e-4);
/// # Ok::<(), dsl_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lbfgs {
    memory: usize,
    limits: Limits,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Lbfgs {
            memory: 10,
            limits: Limits::default(),
        }
    }
}

impl Lbfgs {
    /// A memory of 10 pairs.
    pub fn new() -> Self {
        Lbfgs::default()
    }

    /// Sets the number of pairs that are remembered, at least 1.
    #[must_use]
    pub fn memory(mut self, pairs: usize) -> Self {
        self.memory = pairs;
        self
    }

    limit_setters!();
}

impl<T: Real, O: Objective<T> + ?Sized> Minimiser<T, O> for Lbfgs {
    type State = LbfgsState<T>;

    fn resume(
        &self,
        objective: &mut O,
        parameters: &mut [T],
        state: &mut LbfgsState<T>,
        observer: &mut Observer<'_, T>,
    ) -> Result<Report, Error> {
        let memory = self.memory;
        demand(memory > 0, "Lbfgs", "memory", memory as f64, "at least 1")?;
        self.limits.check("Lbfgs")?;
        state.check(parameters.len())?;
        let mut history = state.clone();
        let mut counted = Counted::new(objective);
        let mut point = Point::start(&mut counted, parameters, Counted::value_and_gradient)?;
        let mut next = point.clone();
        let mut direction = vec![T::ZERO; parameters.len()];
        let mut course = Course::new(&self.limits, observer);
        let reason = loop {
            if let Some(reason) = course.end(&point, &counted) {
                break reason;
            }
            let first = history.direction(&point.gradient, &mut direction);
            if line_search(&mut counted, &point, &direction, first, &mut next)? {
                let step_norm = history.remember(self.memory, &mut point, &next);
                std::mem::swap(&mut point, &mut next);
                course.advance(next.value, step_norm, &point, &counted);
            } else if history.is_empty() {
                break StopReason::LineSearchFailed;
            } else {
                history.clear();
            }
        };
        history.iterations = history.iterations.saturating_add(course.iterations());
        parameters.copy_from_slice(&point.at);
        *state = history;
        Ok(course.report(reason, &point, &counted))
    }
}
