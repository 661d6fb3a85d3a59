//! Levenberg–Marquardt: Gauss–Newton steps with damping.

mod cholesky;
mod conjugate_gradients;
mod system;

use super::counted::{Counted, Point};
use super::gain::gain;
use super::limits::{Course, Limits, limit_setters};
use super::vector::{dot, move_along, norm, scaled_dot};
use super::{GaussNewtonProduct, Minimiser, Observer, Report, StopReason};
use crate::optim::demand;
use crate::{Error, Real};
use system::System;

/// Levenberg–Marquardt: steps `p` with `(B + λ D) p = -∇f`, where `B` is the Gauss–Newton matrix (`JᵀJ` for
/// least squares) and `D` the [scale](GaussNewtonProduct::scale) of the objective.
///
/// Levenberg 1944; Marquardt 1963, *An algorithm for least-squares estimation of nonlinear parameters*. The
/// damping `λ` follows the ratio `ρ` of the achieved decrease to that of the model as Nielsen 1999 and
/// Madsen, Nielsen & Tingleff 2004 have it, `λ ← λ · max(1/10, 1 - (2ρ - 1)³)` after a step and `λ ← λ ν`,
/// `ν ← 2 ν` after a trial that is refused. It begins at `τ · (∇fᵀB∇f) / (∇fᵀD∇f)`. `D` never decreases in an
/// element (Moré 1978), and is 1 where it is 0.
///
/// For at most 64 parameters, or as many as [`dense`](LevenbergMarquardt::dense) says, `B` is formed by one
/// product for each and factorised. For more, steps come from conjugate gradients preconditioned by `D`,
/// until the residual is below `min(1/10, √‖∇f‖) ‖∇f‖` or the limit of their iterations is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct LevenbergMarquardt {
    damping: f64,
    dense: usize,
    inner_iterations: u64,
    limits: Limits,
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        LevenbergMarquardt {
            damping: 1e-3,
            dense: 64,
            inner_iterations: 200,
            limits: Limits::default(),
        }
    }
}

/// The state of [`LevenbergMarquardt`] between two iterations. By default, before the first one, there is
/// none.
#[derive(Debug, Clone, PartialEq)]
pub struct LevenbergMarquardtState<T> {
    /// The number of iterations that led here.
    pub iterations: u64,
    /// The damping `λ` of the next step; `None` before the first iteration.
    pub damping: Option<f64>,
    /// The factor `ν` by which the damping grows if the next trial is refused.
    pub growth: f64,
    /// The largest scale `D` so far; empty before the first iteration.
    pub scale: Vec<T>,
}

impl<T> Default for LevenbergMarquardtState<T> {
    fn default() -> Self {
        LevenbergMarquardtState {
            iterations: 0,
            damping: None,
            growth: GROWTH,
            scale: Vec::new(),
        }
    }
}

/// A trial is accepted if it decreases the value by more than this share of what the model promises.
const ACCEPTABLE: f64 = 1e-4;

/// The smallest factor by which the damping decreases.
const SHRINKAGE: f64 = 0.1;

/// The factor by which the damping grows after the first trial that is refused, and by which that factor
/// grows.
const GROWTH: f64 = 2.0;

impl LevenbergMarquardt {
    /// An initial damping `τ` of 1e-3, matrices of up to 64 parameters, at most 200 iterations of conjugate
    /// gradients for a step.
    pub fn new() -> Self {
        LevenbergMarquardt::default()
    }

    /// Sets the initial damping `τ`, in multiples of the curvature along the gradient: small (1e-6) if the
    /// start is believed to be near the minimum, 1 if nothing is known of it.
    #[must_use]
    pub fn damping(mut self, damping: f64) -> Self {
        self.damping = damping;
        self
    }

    /// Sets the number of parameters up to which the Gauss–Newton matrix is formed, which takes as many
    /// products and the square of it in memory; 0 for never.
    #[must_use]
    pub fn dense(mut self, parameters: usize) -> Self {
        self.dense = parameters;
        self
    }

    /// Sets the largest number of iterations of conjugate gradients for one step, at least 1.
    #[must_use]
    pub fn inner_iterations(mut self, iterations: u64) -> Self {
        self.inner_iterations = iterations;
        self
    }

    limit_setters!();

    /// Checks the hyper-parameters.
    fn check(&self) -> Result<(), Error> {
        demand_positive("LevenbergMarquardt", "damping", self.damping)?;
        let inner = self.inner_iterations;
        demand(
            inner > 0,
            "LevenbergMarquardt",
            "number of inner iterations",
            inner as f64,
            "at least 1",
        )?;
        self.limits.check("LevenbergMarquardt")
    }
}

fn demand_positive(owner: &'static str, name: &'static str, value: f64) -> Result<(), Error> {
    demand(
        value > 0.0 && value.is_finite(),
        owner,
        name,
        value,
        "finite and positive",
    )
}

impl<T: Real> LevenbergMarquardtState<T> {
    /// Checks that it is a state of a minimisation over `len` parameters.
    fn check(&self, len: usize) -> Result<(), Error> {
        let Some(damping) = self.damping else {
            return Ok(());
        };
        let owner = "the state of LevenbergMarquardt";
        demand_positive(owner, "damping", damping)?;
        demand_positive(owner, "growth", self.growth)?;
        if self.scale.len() != len {
            return Err(Error::MinimiserLength {
                vector: "the scale in the state of LevenbergMarquardt",
                found: self.scale.len(),
                expected: len,
            });
        }
        let smallest = self
            .scale
            .iter()
            .map(|scale| scale.to_f64())
            .fold(f64::INFINITY, f64::min);
        let positive = T::all_finite(&self.scale) && (smallest > 0.0 || len == 0);
        demand(positive, owner, "smallest scale", smallest, "finite and positive")
    }

    /// Follows the gain `ρ` of an accepted step.
    fn relax(&mut self, damping: f64, gain: f64) {
        let factor = 1.0 - (2.0 * gain - 1.0).powi(3);
        self.damping = Some((damping * factor.max(SHRINKAGE)).max(f64::MIN_POSITIVE));
        self.growth = GROWTH;
    }

    /// Follows a trial that is refused.
    fn tighten(&mut self, damping: f64) {
        self.damping = Some(damping * self.growth);
        self.growth *= GROWTH;
    }

    /// Enlarges the scale to that of a new point.
    fn enlarge(&mut self, new: &[T]) {
        self.scale.resize(new.len(), T::ZERO);
        for (scale, &new) in self.scale.iter_mut().zip(new) {
            if new > *scale {
                *scale = new;
            } else if *scale == T::ZERO {
                *scale = T::ONE;
            }
        }
    }
}

impl<T: Real, O: GaussNewtonProduct<T> + ?Sized> Minimiser<T, O> for LevenbergMarquardt {
    type State = LevenbergMarquardtState<T>;

    fn resume(
        &self,
        objective: &mut O,
        parameters: &mut [T],
        state: &mut LevenbergMarquardtState<T>,
        observer: &mut Observer<'_, T>,
    ) -> Result<Report, Error> {
        self.check()?;
        state.check(parameters.len())?;
        let mut held = state.clone();
        let mut counted = Counted::new(objective);
        let mut point = Point::start(&mut counted, parameters, Counted::value_then_gradient)?;
        let mut next = point.clone();
        let mut system = System::new(parameters.len(), self.dense, self.inner_iterations);
        let mut scale = vec![T::ZERO; parameters.len()];
        let mut course = Course::new(&self.limits, observer);
        let mut moved = true;
        let reason = loop {
            if let Some(reason) = course.end(&point, &counted) {
                break reason;
            }
            if std::mem::take(&mut moved) {
                counted.scale(&point.at, &mut scale)?;
                held.enlarge(&scale);
                system.form(&mut counted, &point.at)?;
            }
            let damping = match held.damping {
                Some(damping) => damping,
                None => self.damping * system.curvature(&mut counted, &point, &held.scale)?,
            };
            let solved = system.solve(&mut counted, &point, damping, &held.scale)?;
            let step = system.step();
            move_along(&mut next.at, &point.at, 1.0, step);
            let length = norm(step);
            if next.at == point.at || !length.is_finite() || !damping.is_finite() {
                break StopReason::StepTooSmall;
            }
            if !solved {
                held.tighten(damping);
                continue;
            }
            next.value = counted.value(&next.at)?;
            let promised = 0.5 * (damping * scaled_dot(&held.scale, step, step) - dot(step, &point.gradient));
            let gain = gain::<T>(point.value, next.value, promised);
            if gain > ACCEPTABLE && counted.gradient(&mut next)? {
                std::mem::swap(&mut point, &mut next);
                held.relax(damping, gain);
                course.advance(next.value, length, &point, &counted);
                moved = true;
            } else {
                held.tighten(damping);
            }
        };
        held.iterations = held.iterations.saturating_add(course.iterations());
        parameters.copy_from_slice(&point.at);
        *state = held;
        Ok(course.report(reason, &point, &counted))
    }
}
