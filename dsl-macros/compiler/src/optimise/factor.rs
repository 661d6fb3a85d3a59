//! Plain factors: literals times powers of the batch size, `c·nᵏ`.
//!
//! Input and output: a value ↔ `factor · rest`. A plain factor is never zero and never infinite, so rules may
//! move it freely. Invariant of the canonical form: every product holds at most one, written `x / n`, `-x`,
//! `2 * x` or `(2 / n) * x`; e.g. `-(x / n) · 2 → (-2 / n) * x`. Cost: linear in the chain of factors, which
//! is at most one long once a value is settled.

use super::pattern::Pattern;
use crate::graph::{Expr, Graph};
use crate::ops::Op;
use crate::ops::elementwise::Elementwise::{Div, Mul, Neg};

/// `number · n^power`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor {
    pub number: f64,
    pub power: i32,
}

impl Factor {
    pub const ONE: Factor = Factor {
        number: 1.0,
        power: 0,
    };

    const MINUS_ONE: Factor = Factor {
        number: -1.0,
        power: 0,
    };

    /// The product of both, if it is a plain factor too.
    pub fn times(self, other: Factor) -> Option<Factor> {
        Factor::checked(self.number * other.number, self.power + other.power)
    }

    fn over(self, other: Factor) -> Option<Factor> {
        Factor::checked(self.number / other.number, self.power - other.power)
    }

    /// `None` for zero and for numbers that are not finite: moving those would create or hide a NaN.
    fn checked(number: f64, power: i32) -> Option<Factor> {
        (number.is_normal() && power.abs() <= 8).then_some(Factor { number, power })
    }

    pub fn is_one(self) -> bool {
        self == Factor::ONE
    }

    /// The scalar itself: `2`, `n`, `2 / n`.
    pub fn build(self, graph: &Graph) -> Expr<'_> {
        let number = graph.constant(self.number);
        if self.power == 0 {
            return number;
        }
        let n = graph.batch_size();
        let power = (1..self.power.abs()).fold(n, |power, _| power.binary(Mul, n));
        match self.power {
            1.. if self.number == 1.0 => power,
            1.. => number.binary(Mul, power),
            _ => number.binary(Div, power),
        }
    }

    /// `x` times this factor.
    pub fn scale<'g>(self, x: Expr<'g>) -> Expr<'g> {
        match (self.number, self.power) {
            (1.0, 0) => x,
            (-1.0, 0) => x.unary(Neg),
            (1.0, ..=-1) => {
                let inverse = Factor {
                    number: 1.0,
                    power: -self.power,
                };
                x.binary(Div, inverse.build(x.graph))
            }
            (-1.0, ..=-1) => Factor { number: 1.0, ..self }.scale(x).unary(Neg),
            _ => self.build(x.graph).binary(Mul, x),
        }
    }
}

/// The factor that a scalar equals, broadcast or not.
pub fn factor_of(x: Expr<'_>) -> Option<Factor> {
    factor_within(x, 6)
}

fn factor_within(x: Expr<'_>, depth: usize) -> Option<Factor> {
    let x = x.scalar()?;
    let node = x.node();
    let arg = |index: usize| factor_within(x.graph.expr(node.args[index]), depth.checked_sub(1)?);
    match node.op {
        Op::Constant(constant) => Factor::checked(constant.0.0, 0),
        Op::BatchSize(_) => Some(Factor {
            power: 1,
            ..Factor::ONE
        }),
        Op::Elementwise(Neg) => Factor::MINUS_ONE.times(arg(0)?),
        Op::Elementwise(Mul) => arg(0)?.times(arg(1)?),
        Op::Elementwise(Div) => arg(0)?.over(arg(1)?),
        _ => None,
    }
}

/// Splits `x` into `factor · rest`.
pub fn split(x: Expr<'_>) -> (Factor, Expr<'_>) {
    let (mut factor, mut rest) = (Factor::ONE, x);
    while let Some((own, inner)) = peel(rest) {
        let Some(both) = factor.times(own) else { break };
        (factor, rest) = (both, inner);
    }
    (factor, rest)
}

fn peel(x: Expr<'_>) -> Option<(Factor, Expr<'_>)> {
    if let Some(of) = x.of(Neg) {
        return Some((Factor::MINUS_ONE, of));
    }
    if let Some((a, b)) = x.both(Mul) {
        return match factor_of(a) {
            Some(factor) => Some((factor, b)),
            None => Some((factor_of(b)?, a)),
        };
    }
    let (above, below) = x.both(Div)?;
    Some((Factor::ONE.over(factor_of(below)?)?, above))
}
