//! The memory of L-BFGS, and the direction that it gives.

use super::super::counted::Point;
use super::super::vector::{add_scaled, dot, negate, norm, scale, subtract_from};
use crate::optim::demand;
use crate::{Error, Real};

/// The state of [`Lbfgs`](super::Lbfgs) between two iterations: the pairs that it remembers, the oldest
/// first. By default, before the first iteration, there are none.
#[derive(Debug, Clone, PartialEq)]
pub struct LbfgsState<T> {
    /// The number of iterations that led here.
    pub iterations: u64,
    /// The steps `s = x⁺ - x`.
    pub steps: Vec<Vec<T>>,
    /// The changes of the gradient over these steps, `y = ∇f(x⁺) - ∇f(x)`.
    pub changes: Vec<Vec<T>>,
}

impl<T> Default for LbfgsState<T> {
    fn default() -> Self {
        LbfgsState {
            iterations: 0,
            steps: Vec::new(),
            changes: Vec::new(),
        }
    }
}

impl<T: Real> LbfgsState<T> {
    /// Checks that it is a state of a minimisation over `len` parameters.
    pub(super) fn check(&self, len: usize) -> Result<(), Error> {
        demand_length(
            "pairs of the state of Lbfgs",
            self.changes.len(),
            self.steps.len(),
        )?;
        for (step, change) in self.steps.iter().zip(&self.changes) {
            demand_length("a step in the state of Lbfgs", step.len(), len)?;
            demand_length("a change in the state of Lbfgs", change.len(), len)?;
            let curvature = dot(step, change);
            let holds = curvature > 0.0 && curvature.is_finite();
            demand(
                holds,
                "the state of Lbfgs",
                "curvature",
                curvature,
                "finite and positive",
            )?;
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.steps.clear();
        self.changes.clear();
    }

    /// Sets `direction` to `-H gradient` by the two-loop recursion, and returns the first step to try along
    /// it: the whole of it, or a length of 1 as long as nothing is known of the curvature.
    pub(super) fn direction(&self, gradient: &[T], direction: &mut [T]) -> f64 {
        negate(direction, gradient);
        let (Some(step), Some(change)) = (self.steps.last(), self.changes.last()) else {
            return norm(direction).recip();
        };
        let mut factors = Vec::with_capacity(self.steps.len());
        for (step, change) in self.pairs().rev() {
            let factor = dot(step, direction) / dot(step, change);
            add_scaled(direction, -factor, change);
            factors.push(factor);
        }
        scale(direction, dot(step, change) / dot(change, change));
        for ((step, change), factor) in self.pairs().zip(factors.into_iter().rev()) {
            let correction = dot(change, direction) / dot(step, change);
            add_scaled(direction, factor - correction, step);
        }
        1.0
    }

    fn pairs(&self) -> impl DoubleEndedIterator<Item = (&Vec<T>, &Vec<T>)> + ExactSizeIterator {
        self.steps.iter().zip(&self.changes)
    }

    /// Remembers the step between two points, if its curvature is positive beyond rounding, and forgets the
    /// oldest of more than `memory` pairs. Returns the length of the step. Of `from` only the value is left.
    pub(super) fn remember(&mut self, memory: usize, from: &mut Point<T>, to: &Point<T>) -> f64 {
        subtract_from(&mut from.at, &to.at);
        subtract_from(&mut from.gradient, &to.gradient);
        let (step, change) = (&mut from.at, &mut from.gradient);
        let length = norm(step);
        let curvature = dot(step, change);
        if curvature.is_finite() && curvature > f64::EPSILON * dot(change, change) {
            keep(&mut self.steps, memory, step);
            keep(&mut self.changes, memory, change);
        }
        length
    }
}

/// Appends `newest`, for which the oldest of `memory` vectors make room, and leaves a vector of its length in
/// its place.
fn keep<T: Real>(vectors: &mut Vec<Vec<T>>, memory: usize, newest: &mut Vec<T>) {
    let surplus = (vectors.len() + 1).saturating_sub(memory);
    let recycled = vectors.drain(..surplus).next_back();
    let room = recycled.unwrap_or_else(|| vec![T::ZERO; newest.len()]);
    vectors.push(std::mem::replace(newest, room));
}

/// Checks the length of a vector of the state.
fn demand_length(vector: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    match found == expected {
        true => Ok(()),
        false => Err(Error::MinimiserLength {
            vector,
            found,
            expected,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(at: [f64; 2]) -> Point<f64> {
        // ½ (x² + 10 y²).
        Point {
            at: at.to_vec(),
            value: 0.5 * (at[0] * at[0] + 10.0 * at[1] * at[1]),
            gradient: vec![at[0], 10.0 * at[1]],
        }
    }

    #[test]
    fn the_direction_satisfies_the_secant_equation() {
        let mut state = LbfgsState::default();
        let (mut a, mut b, c) = (point([1.0, 2.0]), point([0.5, -1.0]), point([0.25, 0.5]));
        state.remember(10, &mut a, &b);
        assert_eq!(
            state.remember(10, &mut b, &c),
            (0.25f64.powi(2) + 1.5f64.powi(2)).sqrt()
        );
        let mut direction = [0.0; 2];
        assert_eq!(state.direction(&state.changes[1], &mut direction), 1.0);
        for (found, step) in direction.iter().zip(&state.steps[1]) {
            assert!(
                (found + step).abs() < 1e-14,
                "{direction:?} for {:?}",
                state.steps[1]
            );
        }
    }

    #[test]
    fn without_memory_the_first_step_has_a_length_of_1() {
        let state = LbfgsState::<f64>::default();
        let mut direction = [0.0; 2];
        assert_eq!(state.direction(&[3.0, -4.0], &mut direction), 0.2);
        assert_eq!(direction, [-3.0, 4.0]);
        assert_eq!(state.direction(&[0.0, 0.5], &mut direction), 2.0);
    }

    #[test]
    fn the_oldest_pair_and_pairs_without_curvature_are_forgotten() {
        let mut state = LbfgsState::default();
        let points = [[4.0, 1.0], [3.0, 1.0], [2.0, 1.0], [1.0, 1.0]].map(point);
        for pair in points.windows(2) {
            state.remember(2, &mut pair[0].clone(), &pair[1]);
        }
        assert_eq!(state.steps, [[-1.0, 0.0], [-1.0, 0.0]]);
        assert_eq!(state.changes.len(), 2);
        // No step, and a step over which the gradient falls.
        state.remember(2, &mut points[1].clone(), &points[1]);
        let bent = Point {
            gradient: points[3].gradient.clone(),
            ..point([5.0, 1.0])
        };
        state.remember(2, &mut points[0].clone(), &bent);
        assert_eq!(state.steps, [[-1.0, 0.0], [-1.0, 0.0]]);
    }
}
