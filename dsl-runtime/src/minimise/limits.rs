//! Tolerances and limits, which all minimisers share.

use super::counted::{Counted, Point};
use super::report::{Iteration, Observer, Report, StopReason};
use crate::optim::demand;
use crate::{Error, Real};

/// The tolerances and limits of a minimiser.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Limits {
    pub gradient_tolerance: f64,
    pub decrease_tolerance: f64,
    pub iterations: u64,
    pub evaluations: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            gradient_tolerance: 1e-5,
            decrease_tolerance: 1e-9,
            iterations: 1000,
            evaluations: u64::MAX,
        }
    }
}

impl Limits {
    /// Checks the tolerances of the minimiser `owner`.
    pub fn check(&self, owner: &'static str) -> Result<(), Error> {
        let tolerances = [
            ("gradient tolerance", self.gradient_tolerance),
            ("decrease tolerance", self.decrease_tolerance),
        ];
        tolerances.into_iter().try_for_each(|(name, tolerance)| {
            let holds = tolerance.is_finite() && tolerance >= 0.0;
            demand(holds, owner, name, tolerance, "finite and not negative")
        })
    }
}

/// The course of one call of a minimiser: its iterations, and what ends it.
pub(super) struct Course<'a, 'o, T> {
    limits: &'a Limits,
    observer: &'a mut Observer<'o, T>,
    iterations: u64,
    /// The reason that the last iteration gives to end.
    settled: Option<StopReason>,
}

impl<'a, 'o, T: Real> Course<'a, 'o, T> {
    pub fn new(limits: &'a Limits, observer: &'a mut Observer<'o, T>) -> Self {
        Course {
            limits,
            observer,
            iterations: 0,
            settled: None,
        }
    }

    /// The number of iterations so far.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    /// The reason not to begin another iteration at `point`, if there is one.
    pub fn end<O: ?Sized>(&self, point: &Point<T>, counted: &Counted<'_, O>) -> Option<StopReason> {
        if point.gradient_norm() <= self.limits.gradient_tolerance {
            Some(StopReason::GradientNorm)
        } else if self.settled.is_some() {
            self.settled
        } else if self.iterations >= self.limits.iterations {
            Some(StopReason::Iterations)
        } else if counted.evaluations >= self.limits.evaluations {
            Some(StopReason::Evaluations)
        } else {
            None
        }
    }

    /// Counts an iteration that led by a step of length `step_norm` from a point of value `before` to
    /// `point`, and shows it to the observer.
    pub fn advance<O: ?Sized>(
        &mut self,
        before: f64,
        step_norm: f64,
        point: &Point<T>,
        counted: &Counted<'_, O>,
    ) {
        self.iterations += 1;
        let size = before.abs().max(point.value.abs()).max(1.0);
        let decrease = before - point.value;
        if decrease <= 0.0 {
            self.settled = Some(StopReason::StepTooSmall);
        } else if decrease <= self.limits.decrease_tolerance * size {
            self.settled = Some(StopReason::RelativeDecrease);
        }
        let iteration = Iteration {
            number: self.iterations,
            value: point.value,
            gradient_norm: point.gradient_norm(),
            step_norm,
            evaluations: counted.evaluations,
            parameters: &point.at,
            gradient: &point.gradient,
        };
        if (self.observer)(&iteration).is_break() {
            self.settled = Some(StopReason::Observer);
        }
    }

    /// The report of a call that ends at `point`.
    pub fn report<O: ?Sized>(self, reason: StopReason, point: &Point<T>, counted: &Counted<'_, O>) -> Report {
        Report {
            reason,
            value: point.value,
            gradient_norm: point.gradient_norm(),
            iterations: self.iterations,
            evaluations: counted.evaluations,
            gradients: counted.gradients,
            products: counted.products,
        }
    }
}

/// The setters of the tolerances and limits of a minimiser with a field `limits`.
macro_rules! limit_setters {
    () => {
        /// Sets the gradient tolerance: the minimiser stops where no derivative is larger. By default 1e-5.
        #[must_use]
        pub fn gradient_tolerance(mut self, tolerance: f64) -> Self {
            self.limits.gradient_tolerance = tolerance;
            self
        }

        /// Sets the decrease tolerance: the minimiser stops after an iteration that lowers the value `f` to
        /// `f⁺` if `f - f⁺ ≤ tolerance · max(|f|, |f⁺|, 1)`. By default 1e-9.
        #[must_use]
        pub fn decrease_tolerance(mut self, tolerance: f64) -> Self {
            self.limits.decrease_tolerance = tolerance;
            self
        }

        /// Sets the largest number of iterations of a call. By default 1000.
        #[must_use]
        pub fn iterations(mut self, iterations: u64) -> Self {
            self.limits.iterations = iterations;
            self
        }

        /// Sets the number of values computed in a call from which on no further iteration begins. By default
        /// there is none.
        #[must_use]
        pub fn evaluations(mut self, evaluations: u64) -> Self {
            self.limits.evaluations = evaluations;
            self
        }
    };
}
pub(super) use limit_setters;
