//! The interval in which a line search looks, and the step that it tries next.
//!
//! The rules are those of section 4 of Moré & Thuente 1994: cubic and quadratic interpolation of values and
//! slopes.

use std::ops::RangeInclusive;

/// A step that has been tried, with the value and the slope of the function there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trial {
    pub step: f64,
    pub value: f64,
    pub slope: f64,
}

impl Trial {
    /// The trial of the function less `tilt · step`.
    fn tilted(self, tilt: f64) -> Trial {
        Trial {
            value: self.value - tilt * self.step,
            slope: self.slope - tilt,
            ..self
        }
    }
}

/// Two steps, of which `best` has the smallest value so far. Once the interval is bracketed, a minimum lies
/// between them.
#[derive(Debug, Clone)]
pub(super) struct Interval {
    best: Trial,
    other: Trial,
    bracketed: bool,
}

/// By what factors a step grows, counted from the best one, as long as no minimum is bracketed.
const GROWTH: RangeInclusive<f64> = 1.1..=4.0;

/// The share of the way to the other end that a step is allowed which an extrapolation has found.
const INSIDE: f64 = 0.66;

impl From<Trial> for Interval {
    /// The interval that begins at `start` and has no end yet.
    fn from(start: Trial) -> Self {
        Interval {
            best: start,
            other: start,
            bracketed: false,
        }
    }
}

impl Interval {
    pub fn best(&self) -> &Trial {
        &self.best
    }

    pub fn is_bracketed(&self) -> bool {
        self.bracketed
    }

    pub fn width(&self) -> f64 {
        (self.other.step - self.best.step).abs()
    }

    pub fn middle(&self) -> f64 {
        self.best.step + 0.5 * (self.other.step - self.best.step)
    }

    /// True if another trial at `step` would lie between the ends, as far as there are two.
    pub fn has_inside(&self, step: f64) -> bool {
        let (a, b) = (self.best.step, self.other.step);
        !self.bracketed || (a.min(b) < step && step < a.max(b))
    }

    /// The steps that may follow `step` as long as no minimum is bracketed.
    pub fn bounds(&self, step: f64, longest: f64) -> RangeInclusive<f64> {
        let way = step - self.best.step;
        let bound = |factor: f64| (step + factor * way).min(longest);
        bound(*GROWTH.start())..=bound(*GROWTH.end())
    }

    /// Takes `trial` of the function into the interval, and returns the step to try next. Both are judged by
    /// the function less `tilt · step`.
    pub fn narrow(&mut self, trial: Trial, tilt: f64, bounds: RangeInclusive<f64>) -> f64 {
        let (best, new) = (self.best.tilted(tilt), trial.tilted(tilt));
        let turned = new.slope * best.slope.signum() < 0.0;
        let next = if new.value > best.value {
            self.bracketed = true;
            after_a_rise(&best, &new)
        } else if turned {
            self.bracketed = true;
            after_a_turn(&best, &new)
        } else if new.slope.abs() < best.slope.abs() {
            self.after_a_flatter_slope(&best, &new, bounds)
        } else {
            self.after_a_steeper_slope(&best, &new, tilt, bounds)
        };
        if new.value > best.value {
            self.other = trial;
        } else {
            if turned {
                self.other = self.best;
            }
            self.best = trial;
        }
        next
    }

    /// Case 3: the value is lower, and the slope of the same sign and flatter.
    fn after_a_flatter_slope(&self, best: &Trial, new: &Trial, bounds: RangeInclusive<f64>) -> f64 {
        let secant = secant(best, new);
        let cubic = cubic_ahead(best, new).unwrap_or(match new.step > best.step {
            true => *bounds.end(),
            false => *bounds.start(),
        });
        let cubic_is_closer = (cubic - new.step).abs() < (secant - new.step).abs();
        if !self.bracketed {
            let farther = if cubic_is_closer { secant } else { cubic };
            return farther.clamp(*bounds.start(), *bounds.end());
        }
        let closer = if cubic_is_closer { cubic } else { secant };
        let limit = new.step + INSIDE * (self.other.step - new.step);
        match new.step > best.step {
            true => closer.min(limit),
            false => closer.max(limit),
        }
    }

    /// Case 4: the value is lower, and the slope of the same sign and not flatter.
    fn after_a_steeper_slope(
        &self,
        best: &Trial,
        new: &Trial,
        tilt: f64,
        bounds: RangeInclusive<f64>,
    ) -> f64 {
        if self.bracketed {
            return cubic(&self.other.tilted(tilt), new);
        }
        match new.step > best.step {
            true => *bounds.end(),
            false => *bounds.start(),
        }
    }
}

/// Case 1: the value is higher. The minimum of the cubic, or, if it is farther from the best step than that
/// of the quadratic through both values, the middle of the two.
fn after_a_rise(best: &Trial, new: &Trial) -> f64 {
    let cubic = cubic(new, best);
    let way = new.step - best.step;
    let chord = (best.value - new.value) / way;
    let quadratic = best.step + 0.5 * best.slope / (chord + best.slope) * way;
    match (cubic - best.step).abs() < (quadratic - best.step).abs() {
        true => cubic,
        false => cubic + 0.5 * (quadratic - cubic),
    }
}

/// Case 2: the value is lower, and the slope has another sign. Of the minima of the cubic and of the
/// quadratic through both slopes, the one farther from the new step.
fn after_a_turn(best: &Trial, new: &Trial) -> f64 {
    let (cubic, secant) = (cubic(best, new), secant(best, new));
    match (cubic - new.step).abs() > (secant - new.step).abs() {
        true => cubic,
        false => secant,
    }
}

/// The step at which the line through both slopes is 0.
fn secant(best: &Trial, new: &Trial) -> f64 {
    new.step + new.slope / (new.slope - best.slope) * (best.step - new.step)
}

/// The coefficients of the cubic through values and slopes at `from` and `to`: `θ`, and the root `γ` of its
/// discriminant, with the sign of the way from `to` to `from`; a negative discriminant is taken as 0.
fn coefficients(from: &Trial, to: &Trial) -> [f64; 2] {
    let chord = (from.value - to.value) / (to.step - from.step);
    let theta = 3.0 * chord + from.slope + to.slope;
    let size = theta.abs().max(from.slope.abs()).max(to.slope.abs());
    let discriminant = (theta / size).powi(2) - (from.slope / size) * (to.slope / size);
    let gamma = size * discriminant.max(0.0).sqrt();
    [theta, gamma.copysign(from.step - to.step)]
}

/// The share of the way from `to` to `from` at which that cubic has its minimum.
fn share(from: &Trial, to: &Trial) -> f64 {
    let [theta, gamma] = coefficients(from, to);
    ((gamma - to.slope) + theta) / (((gamma - to.slope) + gamma) + from.slope)
}

/// The minimum of the cubic through values and slopes at `from` and `to`.
fn cubic(from: &Trial, to: &Trial) -> f64 {
    to.step + share(from, to) * (from.step - to.step)
}

/// The same if it lies beyond `new`, as seen from `best`; `None` if the cubic has none there.
fn cubic_ahead(best: &Trial, new: &Trial) -> Option<f64> {
    let [_, gamma] = coefficients(best, new);
    let ahead = gamma != 0.0 && share(best, new) < 0.0;
    ahead.then(|| cubic(best, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The trial of `t³ - 3 t² + 2`, whose minimum is at 2.
    fn cubic_at(step: f64) -> Trial {
        Trial {
            step,
            value: step.powi(3) - 3.0 * step.powi(2) + 2.0,
            slope: 3.0 * step.powi(2) - 6.0 * step,
        }
    }

    #[test]
    fn the_minimum_of_a_cubic_is_found_from_any_two_trials() {
        for (from, to) in [(0.5, 3.0), (3.0, 0.5), (1.0, 1.5), (1.5, 1.0), (2.5, 3.0)] {
            let found = cubic(&cubic_at(from), &cubic_at(to));
            assert!((found - 2.0).abs() < 1e-12, "{from} {to}: {found}");
        }
        let found = cubic_ahead(&cubic_at(1.0), &cubic_at(1.5)).unwrap();
        assert!((found - 2.0).abs() < 1e-12, "{found}");
        assert_eq!(cubic_ahead(&cubic_at(3.0), &cubic_at(3.5)), None);
    }

    #[test]
    fn a_rise_and_a_turn_bracket_and_keep_the_better_end() {
        let mut interval = Interval::from(cubic_at(0.5));
        let next = interval.narrow(cubic_at(3.5), 0.0, 0.0..=10.0);
        assert!(interval.is_bracketed() && interval.best().step == 0.5);
        assert!(interval.has_inside(next) && !interval.has_inside(3.5));
        interval.narrow(cubic_at(2.5), 0.0, 0.0..=10.0);
        assert_eq!((interval.best.step, interval.other.step), (2.5, 0.5));
        assert_eq!(interval.width(), 2.0);
    }

    #[test]
    fn without_a_bracket_steps_grow_within_bounds() {
        let mut interval = Interval::from(cubic_at(0.1));
        let bounds = interval.bounds(0.2, 10.0);
        assert!((bounds.start() - 0.31).abs() < 1e-15 && (bounds.end() - 0.6).abs() < 1e-15);
        let next = interval.narrow(cubic_at(0.2), 0.0, bounds);
        assert!(!interval.is_bracketed());
        assert!((next - 0.6).abs() < 1e-15, "the slope is steeper: {next}");
    }
}
