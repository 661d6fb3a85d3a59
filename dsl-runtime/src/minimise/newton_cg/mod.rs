//! Newton's method with conjugate gradients in a trust region.

mod steihaug;

use super::counted::{Counted, Point};
use super::gain::gain;
use super::limits::{Course, Limits, limit_setters};
use super::vector::{add_scaled, move_along, norm};
use super::{HessianProduct, Minimiser, Observer, Report, StopReason};
use crate::optim::demand;
use crate::{Error, Real};
use steihaug::Steihaug;

/// Newton's method in a trust region, matrix-free: each step minimises the quadratic model
/// `∇fᵀp + ½ pᵀ (H + λ I) p` over a ball, as far as conjugate gradients do.
///
/// Steihaug 1983, *The conjugate gradient method and trust regions in large scale optimization*. Conjugate
/// gradients end at the boundary of the ball, which they reach at once along a direction of negative
/// curvature, or when their residual is below `min(½, √‖∇f‖) ‖∇f‖` (Dembo & Steihaug 1983), so that it
/// converges faster than linearly. The radius follows the ratio of the achieved decrease to that of the
/// model, by the rules of Nocedal & Wright 2006, algorithm 4.1. A trial that is refused costs one value and
/// no gradient.
///
/// Where products by the Hessian are not to be had, [`CentralDifferences`](super::CentralDifferences) takes
/// them from gradients.
#[derive(Debug, Clone, PartialEq)]
pub struct NewtonCg {
    radius: f64,
    damping: f64,
    inner_iterations: u64,
    limits: Limits,
}

impl Default for NewtonCg {
    fn default() -> Self {
        NewtonCg {
            radius: 1.0,
            damping: 0.0,
            inner_iterations: 200,
            limits: Limits::default(),
        }
    }
}

/// The state of [`NewtonCg`] between two iterations.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct NewtonCgState {
    /// The number of iterations that led here.
    pub iterations: u64,
    /// The radius of the trust region; `None` before the first iteration.
    pub radius: Option<f64>,
}

/// A trial is accepted if it decreases the value by more than this share of what the model promises.
const ACCEPTABLE: f64 = 0.15;

/// Below this share the trust region shrinks.
const POOR: f64 = 0.25;

/// Above this share the trust region grows, if the step has reached its boundary.
const GOOD: f64 = 0.75;

/// The share of its radius to which the trust region shrinks.
const SHRINKAGE: f64 = 0.25;

/// The factor by which the trust region grows.
const GROWTH: f64 = 2.0;

/// The radius up to which the trust region grows; its square is a number.
const LARGEST_RADIUS: f64 = 1e100;

impl NewtonCg {
    /// A trust region that begins with a radius of 1, no damping, at most 200 iterations of conjugate
    /// gradients for a step.
    pub fn new() -> Self {
        NewtonCg::default()
    }

    /// Sets the radius of the trust region in the first iteration.
    #[must_use]
    pub fn radius(mut self, radius: f64) -> Self {
        self.radius = radius;
        self
    }

    /// Sets the damping `λ`, which is added to the diagonal of the Hessian in the model: it shortens steps
    /// along directions of little curvature, for example where products are inexact.
    #[must_use]
    pub fn damping(mut self, damping: f64) -> Self {
        self.damping = damping;
        self
    }

    /// Sets the largest number of iterations of conjugate gradients for one step, at least 1.
    #[must_use]
    pub fn inner_iterations(mut self, iterations: u64) -> Self {
        self.inner_iterations = iterations;
        self
    }

    limit_setters!();

    /// Checks the hyper-parameters and the state.
    fn check(&self, radius: f64) -> Result<(), Error> {
        let positive = radius > 0.0 && radius.is_finite();
        demand(positive, "NewtonCg", "radius", radius, "finite and positive")?;
        let damping = self.damping;
        let holds = damping.is_finite() && damping >= 0.0;
        demand(holds, "NewtonCg", "damping", damping, "finite and not negative")?;
        let inner = self.inner_iterations;
        demand(
            inner > 0,
            "NewtonCg",
            "number of inner iterations",
            inner as f64,
            "at least 1",
        )?;
        self.limits.check("NewtonCg")
    }
}

impl<T: Real, O: HessianProduct<T> + ?Sized> Minimiser<T, O> for NewtonCg {
    type State = NewtonCgState;

    fn resume(
        &self,
        objective: &mut O,
        parameters: &mut [T],
        state: &mut NewtonCgState,
        observer: &mut Observer<'_, T>,
    ) -> Result<Report, Error> {
        let mut radius = state.radius.unwrap_or(self.radius);
        self.check(radius)?;
        let mut counted = Counted::new(objective);
        let mut point = Point::start(&mut counted, parameters, Counted::value_then_gradient)?;
        let mut next = point.clone();
        let mut subproblem = Steihaug::new(parameters.len(), self.inner_iterations);
        let mut course = Course::new(&self.limits, observer);
        let reason = loop {
            if let Some(reason) = course.end(&point, &counted) {
                break reason;
            }
            let step = subproblem.solve(&point.gradient, radius, |direction, product| {
                counted.hessian_product(&point.at, direction, product)?;
                add_scaled(product, self.damping, direction);
                Ok(())
            })?;
            move_along(&mut next.at, &point.at, 1.0, subproblem.step());
            let length = norm(subproblem.step());
            if next.at == point.at || !length.is_finite() {
                break StopReason::StepTooSmall;
            }
            next.value = counted.value(&next.at)?;
            let mut gain = gain::<T>(point.value, next.value, step.promised);
            if gain > ACCEPTABLE && !counted.gradient(&mut next)? {
                gain = f64::NEG_INFINITY;
            }
            if gain < POOR {
                radius = SHRINKAGE * radius.min(length);
            } else if gain > GOOD && step.at_boundary {
                radius = (GROWTH * radius).min(LARGEST_RADIUS);
            }
            if gain > ACCEPTABLE {
                std::mem::swap(&mut point, &mut next);
                course.advance(next.value, length, &point, &counted);
            }
        };
        *state = NewtonCgState {
            iterations: state.iterations.saturating_add(course.iterations()),
            radius: Some(radius),
        };
        parameters.copy_from_slice(&point.at);
        Ok(course.report(reason, &point, &counted))
    }
}
