//! Maximum pooling's gradient: what is done to each of its elements is done to the fewer ones it spreads.

use super::pattern::Pattern;
use super::rule::Head::{self, Of};
use super::rule::{Rule, rule};
use crate::graph::Expr;
use crate::ops::Op;
use crate::ops::elementwise::Elementwise::{Greater, Select};
use crate::ops::pool::{Geometry, MaxPool2d};

pub const RULES: &[Rule] = &[
    // An element goes to where `x` is the maximum of the window, so a gate on `x` there is one on the maximum.
    rule(
        "a pooled rectifier's gate before spreading",
        &[Of(Select)],
        |x, uses| {
            let (mask, spread, zero) = x.choice()?;
            let (geometry, of, d) = gradient(spread).filter(|_| zero.is(0.0) && uses.single(spread))?;
            let (gate, bound) = mask.both(Greater)?;
            if gate.val != of.val || bound.scalar().is_none() {
                return None;
            }
            let pooled = x.graph.find(&MaxPool2d(geometry).into(), &[of.val])?;
            let bound = bound.scalar()?;
            let passes = x.graph.expr(pooled).binary(Greater, bound);
            Some(spread.with_args(&[of, passes.select(d, x.graph.constant(0.0))]))
        },
    ),
    rule("the sum of what is spread", &[Head::Sum], |x, _| {
        let Op::Sum(sum) = &x.node().op else {
            return None;
        };
        let (_, _, d) = gradient(x.arg(0))?;
        let rank = d.shape().rank();
        let over_windows = [rank - 2, rank - 1].iter().all(|axis| sum.axes.contains(axis));
        over_windows.then(|| d.sum(sum.axes.clone()))
    }),
];

/// The parts of a maximum pooling's gradient: its sizes, what was pooled, and what is spread over it.
fn gradient(x: Expr<'_>) -> Option<(Geometry, Expr<'_>, Expr<'_>)> {
    match &x.node().op {
        Op::MaxPool2dGradient(gradient) => Some((gradient.0.clone(), x.arg(0), x.arg(1))),
        _ => None,
    }
}
