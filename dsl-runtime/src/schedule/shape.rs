//! The shapes of pieces of a schedule, each with values between 0 and 1.

use std::f64::consts::PI;

/// A shape. `k` is the number of the step, from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shape {
    Constant,
    Warmup { steps: u64 },
    Step { every: u64, factor: f64 },
    Polynomial { steps: u64, power: f64 },
    Cosine(Cycles),
    OneCycle { steps: u64 },
    Triangles { cycles: Cycles, factor: f64 },
}

impl Shape {
    /// The value in a step; at the end of the shape, the value there.
    pub fn at(self, k: u64) -> f64 {
        match self {
            Shape::Constant => 1.0,
            Shape::Warmup { steps } => part(k.saturating_add(1), steps),
            Shape::Step { every, factor } => factor.powf((k / every.max(1)) as f64),
            Shape::Polynomial { steps, power } => (1.0 - part(k, steps)).powf(power),
            Shape::Cosine(cycles) => half_wave(cycles.at(k).1),
            Shape::OneCycle { steps } => one_cycle(k, steps),
            Shape::Triangles { cycles, factor } => {
                let (cycle, part) = cycles.at(k);
                factor.powf(cycle as f64) * (1.0 - (2.0 * part - 1.0).abs())
            }
        }
    }
}

/// Cycles, one after the other: of each its part that is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cycles {
    first: u64,
    /// How many times as long each is as the one before; `None` if there is only one.
    growth: Option<u64>,
}

impl Cycles {
    pub fn one(steps: u64) -> Cycles {
        Cycles {
            first: steps,
            growth: None,
        }
    }

    /// 0 steps are taken as 1, and so is a growth of 0.
    pub fn growing(first: u64, growth: u64) -> Cycles {
        Cycles {
            first: first.max(1),
            growth: Some(growth.max(1)),
        }
    }

    /// The number of the cycle that a step is in, from 0, and the part of it before that step.
    fn at(self, k: u64) -> (u64, f64) {
        match self.growth {
            None => (0, part(k, self.first)),
            Some(1) => (k / self.first, part(k % self.first, self.first)),
            Some(growth) => {
                let (mut cycle, mut left, mut steps) = (0, k, self.first);
                while left >= steps {
                    left -= steps;
                    steps = steps.saturating_mul(growth);
                    cycle += 1;
                }
                (cycle, part(left, steps))
            }
        }
    }
}

/// `k / steps`, at most 1.
fn part(k: u64, steps: u64) -> f64 {
    if k >= steps { 1.0 } else { k as f64 / steps as f64 }
}

/// From 1 at 0 down to 0 at 1, along half a wave of a cosine.
fn half_wave(part: f64) -> f64 {
    // Exactly 0 at the end, where a rounded cosine might be off.
    if part == 1.0 {
        0.0
    } else {
        0.5 * (1.0 + (PI * part).cos())
    }
}

/// The values of one cycle at its beginning and at its end.
const BEGINNING: f64 = 1.0 / 25.0;
const END: f64 = BEGINNING / 1e4;

/// The part of one cycle in which the values rise.
const RISE: f64 = 0.3;

fn one_cycle(k: u64, steps: u64) -> f64 {
    let (k, last) = (k as f64, steps as f64 - 1.0);
    let top = RISE * steps as f64 - 1.0;
    if top > 0.0 && k <= top {
        1.0 + (BEGINNING - 1.0) * half_wave(k / top)
    } else if k >= last {
        END
    } else {
        END + (1.0 - END) * half_wave((k - top.max(0.0)) / (last - top.max(0.0)))
    }
}
