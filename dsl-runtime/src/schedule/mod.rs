//! Schedules: learning rates that change from step to step.
//!
//! A [`Schedule`] is a pure function of the number of a step, made of pieces one after the other. Its values are
//! factors between 0 and 1; [`of`](Schedule::of) makes learning rates of them, a plain function that a loop of
//! one's own calls and [`Trainer::schedule`](crate::train::Trainer::schedule) takes.
//!
//! ```
//! use dsl_runtime::prelude::*;
//! use dsl_runtime::schedule::{cosine, warmup};
//!
//! # network! {
//! #     pub struct Line;
//! #     pub fn loss(&self, x: Tensor<1>, y: Tensor<1>) -> Scalar { x.dense(1).squared_error(y) }
//! # }
//! # fn main() -> Result<(), Error> {
//! # let (mut model, mut work) = (Line::new(1), Line::workspace().batch(2).build());
//! # let (x, y) = ([0.0, 1.0], [1.0, 3.0]);
//! let mut optimizer = Adam::new(1e-3);
//! let rate = warmup(5).then(cosine(95)).of(1e-3);
//! for step in 0..100 {
//!     optimizer.set_learning_rate(rate(step));
//!     model.train_step(&mut work, (&x, &y), &mut optimizer)?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Plateau`] depends on losses, so it is no such function: it is told them. [`find_rate`] looks for a rate to begin
//! with, and [`draw`] shows what a schedule comes to.

mod draw;
mod finder;
mod plateau;
mod shape;

pub use draw::draw;
pub use finder::{RateCurve, find_rate, find_rate_on};
pub use plateau::Plateau;

use shape::{Cycles, Shape};

/// Factors of a learning rate by the number of the step, from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// At least one.
    pieces: Vec<Piece>,
}

/// A shape, for so many steps, between two values.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Piece {
    shape: Shape,
    /// The number of steps; without end if there is none.
    steps: Option<u64>,
    low: f64,
    high: f64,
}

impl Piece {
    fn at(&self, step: u64) -> f64 {
        self.low + (self.high - self.low) * self.shape.at(step)
    }
}

impl Schedule {
    fn piece(shape: Shape, steps: Option<u64>) -> Schedule {
        let (low, high) = (0.0, 1.0);
        Schedule {
            pieces: vec![Piece {
                shape,
                steps,
                low,
                high,
            }],
        }
    }

    /// The factor in the step of this number, from 0. After its end a schedule stays at the value that it has
    /// there.
    pub fn at(&self, step: u64) -> f64 {
        let mut left = step;
        for piece in &self.pieces {
            match piece.steps {
                Some(steps) if left >= steps => left -= steps,
                _ => return piece.at(left),
            }
        }
        let last = self.pieces.last();
        last.map_or(1.0, |piece| piece.at(piece.steps.unwrap_or(left)))
    }

    /// The number of its steps; `None` if it has no end.
    pub fn steps(&self) -> Option<u64> {
        let mut steps = self.pieces.iter().map(|piece| piece.steps);
        steps.try_fold(0, |sum: u64, steps| Some(sum.saturating_add(steps?)))
    }

    /// This schedule, and `next` after its end. What has no end is not followed by anything.
    #[must_use]
    pub fn then(mut self, next: Schedule) -> Schedule {
        self.pieces.extend(next.pieces);
        self
    }

    /// At most the first so many steps.
    #[must_use]
    pub fn first(mut self, steps: u64) -> Schedule {
        let mut left = steps;
        for piece in &mut self.pieces {
            let own = piece.steps.map_or(left, |steps| steps.min(left));
            piece.steps = Some(own);
            left -= own;
        }
        // A piece of no steps would hide the end of the one before.
        let mut pieces = self.pieces.iter();
        let kept = 1 + pieces.rposition(|piece| piece.steps != Some(0)).unwrap_or(0);
        self.pieces.truncate(kept);
        self
    }

    /// The schedule with `low` in place of 0 and `high` in place of 1, and all between in proportion.
    #[must_use]
    pub fn between(mut self, low: f64, high: f64) -> Schedule {
        let moved = |value| low + (high - low) * value;
        for piece in &mut self.pieces {
            (piece.low, piece.high) = (moved(piece.low), moved(piece.high));
        }
        self
    }

    /// The learning rates: its factors times `rate`.
    pub fn of(self, rate: f64) -> impl Fn(u64) -> f64 + Clone {
        move |step| rate * self.at(step)
    }
}

/// 1 in every step.
pub fn constant() -> Schedule {
    Schedule::piece(Shape::Constant, None)
}

/// A linear rise to 1: `(k + 1) / steps` in step `k` from 0. Goyal et al. 2017, *Accurate, large minibatch SGD:
/// training ImageNet in 1 hour*.
pub fn warmup(steps: u64) -> Schedule {
    Schedule::piece(Shape::Warmup { steps }, Some(steps))
}

/// A step down by `factor` after every so many steps: `factor^⌊k / every⌋`.
pub fn step(every: u64, factor: f64) -> Schedule {
    Schedule::piece(Shape::Step { every, factor }, None)
}

/// An exponential decay: `factor^k`.
pub fn exponential(factor: f64) -> Schedule {
    step(1, factor)
}

/// A polynomial fall to 0: `(1 - k / steps)^power`.
pub fn polynomial(steps: u64, power: f64) -> Schedule {
    Schedule::piece(Shape::Polynomial { steps, power }, Some(steps))
}

/// A linear fall to 0: `1 - k / steps`.
pub fn linear(steps: u64) -> Schedule {
    polynomial(steps, 1.0)
}

/// Half a wave of a cosine, down to 0: `(1 + cos(π k / steps)) / 2`. Loshchilov & Hutter 2017, *SGDR: stochastic
/// gradient descent with warm restarts*.
pub fn cosine(steps: u64) -> Schedule {
    Schedule::piece(Shape::Cosine(Cycles::one(steps)), Some(steps))
}

/// [`cosine`] again and again: first over so many steps, then over `growth` times as many each time. The same
/// paper.
pub fn cosine_restarts(first: u64, growth: u64) -> Schedule {
    Schedule::piece(Shape::Cosine(Cycles::growing(first, growth)), None)
}

/// One cycle: from 1/25 up to 1 in three tenths of the steps, then down to 1/250,000, both along half a cosine.
/// Smith & Topin 2018, *Super-convergence: very fast training of neural networks using large learning rates*, with the
/// numbers of PyTorch.
pub fn one_cycle(steps: u64) -> Schedule {
    Schedule::piece(Shape::OneCycle { steps }, Some(steps))
}

/// Triangles: from 0 up to 1 in half as many steps as a cycle has, and down again, without end. Smith 2017, *Cyclical
/// learning rates for training neural networks*.
pub fn triangles(cycle: u64) -> Schedule {
    growing_triangles(cycle, 1)
}

/// [`triangles`] of which each is `growth` times as long as the one before.
pub fn growing_triangles(first: u64, growth: u64) -> Schedule {
    let cycles = Cycles::growing(first, growth);
    Schedule::piece(Shape::Triangles { cycles, factor: 1.0 }, None)
}

/// [`triangles`] of which each is `factor` times as high as the one before; 0.5 in the paper.
pub fn falling_triangles(cycle: u64, factor: f64) -> Schedule {
    let cycles = Cycles::growing(cycle, 1);
    Schedule::piece(Shape::Triangles { cycles, factor }, None)
}

#[cfg(test)]
mod tests;
