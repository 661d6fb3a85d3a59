//! A line search for the strong Wolfe conditions.
//!
//! Moré & Thuente 1994, *Line search algorithms with guaranteed sufficient decrease*. With
//! `φ(t) = f(x + t d)`, it looks for a step `t` with
//!
//! `φ(t) ≤ φ(0) + c₁ t φ'(0)` (sufficient decrease) and `|φ'(t)| ≤ c₂ |φ'(0)|` (curvature).

use super::Objective;
use super::counted::{Counted, Point};
use super::interval::{Interval, Trial};
use super::vector::{dot, move_along};
use crate::{Error, Real};

/// The share `c₁` of the decrease that the slope promises which a step must achieve.
const SUFFICIENT_DECREASE: f64 = 1e-3;

/// The share `c₂` of the first slope that may be left at the end of a step.
const CURVATURE: f64 = 0.9;

/// The largest number of trials.
const TRIALS: usize = 20;

/// The largest step, in multiples of the direction.
const LONGEST: f64 = 1e10;

/// A trial that is not finite is followed by one at this share of the way from the best one to it.
const RETREAT: f64 = 0.1;

/// The share of the way from the best trial to the wall of those that are not finite which a step is allowed.
const WALL_SHARE: f64 = 0.5;

/// Moves `trial` from `from` along `direction` by a step that satisfies the strong Wolfe conditions, `first`
/// being the first that is tried. Returns false if none is found; `trial` is of no use then.
pub(super) fn line_search<T: Real, O: Objective<T> + ?Sized>(
    counted: &mut Counted<'_, O>,
    from: &Point<T>,
    direction: &[T],
    first: f64,
    trial: &mut Point<T>,
) -> Result<bool, Error> {
    let start = Trial {
        step: 0.0,
        value: from.value,
        slope: dot(&from.gradient, direction),
    };
    if !(start.slope < 0.0 && start.slope.is_finite() && first.is_finite()) {
        return Ok(false);
    }
    let mut search = Search::new(start, first);
    for _ in 0..TRIALS {
        move_along(&mut trial.at, &from.at, search.step, direction);
        if trial.at == from.at {
            return Ok(false);
        }
        counted.value_and_gradient(trial)?;
        if !trial.is_finite() {
            search.retreat();
            continue;
        }
        let tried = Trial {
            step: search.step,
            value: trial.value,
            slope: dot(&trial.gradient, direction),
        };
        if search.accepts(&tried) {
            return Ok(true);
        }
        if !search.narrow(tried) {
            return Ok(false);
        }
    }
    Ok(false)
}

/// The state of a search.
struct Search {
    start: Trial,
    interval: Interval,
    /// The next step to try.
    step: f64,
    /// The smallest step beyond the best one at which a trial was not finite.
    wall: f64,
    /// True until a trial has decreased the value sufficiently at a slope that does not fall: up to there it
    /// is the auxiliary function `φ(t) - φ(0) - c₁ t φ'(0)` that is minimised.
    auxiliary: bool,
    /// The widths of the interval in the last two rounds.
    widths: [f64; 2],
}

impl Search {
    fn new(start: Trial, first: f64) -> Self {
        Search {
            start,
            interval: Interval::from(start),
            step: first.min(LONGEST),
            wall: f64::INFINITY,
            auxiliary: true,
            widths: [LONGEST, 2.0 * LONGEST],
        }
    }

    /// The slope of the line of sufficient decrease.
    fn allowed_slope(&self) -> f64 {
        SUFFICIENT_DECREASE * self.start.slope
    }

    /// True if the value of the trial lies under the line of sufficient decrease.
    fn decreases(&self, trial: &Trial) -> bool {
        trial.value <= self.start.value + trial.step * self.allowed_slope()
    }

    /// True if the trial satisfies the strong Wolfe conditions, or the first of them at the longest step.
    fn accepts(&self, trial: &Trial) -> bool {
        let level = trial.slope.abs() <= -CURVATURE * self.start.slope;
        let ends = trial.step >= LONGEST && trial.slope <= self.allowed_slope();
        self.decreases(trial) && (level || ends)
    }

    /// Goes back from a trial that is not finite.
    fn retreat(&mut self) {
        let best = self.interval.best().step;
        if self.step > best {
            self.wall = self.wall.min(self.step);
        }
        self.step = best + RETREAT * (self.step - best);
    }

    /// Takes a finite trial into the interval and chooses the next step. Returns false if the interval has
    /// become too narrow for one.
    fn narrow(&mut self, trial: Trial) -> bool {
        if self.auxiliary && self.decreases(&trial) && trial.slope >= 0.0 {
            self.auxiliary = false;
        }
        let bounds = self.interval.bounds(self.step, LONGEST);
        let lowered = trial.value <= self.interval.best().value;
        let tilt = match self.auxiliary && lowered && !self.decreases(&trial) {
            true => self.allowed_slope(),
            false => 0.0,
        };
        self.step = self.interval.narrow(trial, tilt, bounds);
        if self.interval.is_bracketed() {
            self.halve_if_slow();
        }
        let best = self.interval.best().step;
        self.step = self
            .step
            .clamp(0.0, LONGEST)
            .min(best + WALL_SHARE * (self.wall - best));
        self.step.is_finite() && self.interval.has_inside(self.step)
    }

    /// Bisects an interval that two rounds have not made a third smaller.
    fn halve_if_slow(&mut self) {
        let [last, before] = self.widths;
        if self.interval.width() >= 0.66 * before {
            self.step = self.interval.middle();
        }
        self.widths = [self.interval.width(), last];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches from 0 along 1, and checks the strong Wolfe conditions. Returns the number of trials.
    fn search(mut function: impl FnMut(&[f64], &mut [f64]) -> f64, first: f64) -> u64 {
        let mut counted = Counted::new(&mut function);
        let from = Point::start(&mut counted, &[0.0], Counted::value_and_gradient).unwrap();
        let mut trial = from.clone();
        assert!(line_search(&mut counted, &from, &[1.0], first, &mut trial).unwrap());
        let step = trial.at[0];
        let slope = from.gradient[0];
        assert!(
            trial.value <= from.value + SUFFICIENT_DECREASE * step * slope,
            "{step}"
        );
        assert!(trial.gradient[0].abs() <= -CURVATURE * slope, "{step}");
        counted.evaluations - 1
    }

    #[test]
    fn the_functions_of_more_and_thuente_are_searched_in_few_trials() {
        for first in [1e-3, 1e-1, 1e1, 1e3] {
            // Functions 1 and 2 of the paper.
            let valley = |t: &[f64], slope: &mut [f64]| {
                let below = t[0] * t[0] + 2.0;
                slope[0] = (t[0] * t[0] - 2.0) / (below * below);
                -t[0] / below
            };
            let power = |t: &[f64], slope: &mut [f64]| {
                let s = t[0] + 0.004;
                slope[0] = 5.0 * s.powi(4) - 8.0 * s.powi(3);
                s.powi(5) - 2.0 * s.powi(4)
            };
            assert!(search(valley, first) <= 8);
            assert!(search(power, first) <= 14);
        }
    }

    #[test]
    fn a_trial_that_is_not_finite_is_left_behind() {
        let barrier = |t: &[f64], slope: &mut [f64]| {
            slope[0] = -1.0 + 1e-3 / (1.0 - t[0]);
            -t[0] - 1e-3 * (1.0 - t[0]).ln()
        };
        assert!(search(barrier, 1e6) <= 18);
        let hidden = |t: &[f64], slope: &mut [f64]| {
            slope[0] = if t[0] < 3.0 { 2.0 * (t[0] - 1.0) } else { f64::NAN };
            (t[0] - 1.0).powi(2)
        };
        assert!(search(hidden, 10.0) <= 3);
    }

    #[test]
    fn values_that_do_not_move_end_the_search() {
        let mut constant = |_: &[f64], slope: &mut [f64]| {
            slope[0] = -1.0;
            1.0
        };
        let mut counted = Counted::new(&mut constant);
        let from = Point::start(&mut counted, &[0.0], Counted::value_and_gradient).unwrap();
        let mut trial = from.clone();
        assert!(!line_search(&mut counted, &from, &[1.0], 1.0, &mut trial).unwrap());
        assert!(counted.evaluations <= 21);
    }

    #[test]
    fn no_descent_and_no_movement_are_no_step() {
        let mut function = |t: &[f64], slope: &mut [f64]| {
            slope[0] = 2.0 * t[0];
            t[0] * t[0]
        };
        let mut counted = Counted::new(&mut function);
        let from = Point::start(&mut counted, &[1.0], Counted::value_and_gradient).unwrap();
        let mut trial = from.clone();
        for (direction, first) in [
            (1.0, 1.0),
            (0.0, 1.0),
            (-1e-20, 1.0),
            (f64::NAN, 1.0),
            (-1.0, f64::INFINITY),
        ] {
            assert!(!line_search(&mut counted, &from, &[direction], first, &mut trial).unwrap());
        }
    }
}
