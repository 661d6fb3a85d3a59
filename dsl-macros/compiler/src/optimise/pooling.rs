//! The gradient of maximum pooling: work on each spread element is done on the fewer pooled elements instead.
//!
//! Input and output: a `select` or sum over the gradient of a maximum pooling → an equal value on pooled
//! elements, e.g. `Σ spread(d) → Σ d`, since every element of `d` is added to exactly one position. Cost:
//! constant per node.

use super::pattern::Pattern;
use super::rule::{Rule, rule};
use crate::graph::Expr;
use crate::ops::Opcode::{self, Elementwise as Of};
use crate::ops::elementwise::Elementwise::{Greater, Select};
use crate::ops::pool::{Geometry, MaxPool2d, MaxPool2dGradient};
use crate::ops::reduce::Sum;

pub const RULES: &[Rule] = &[
    // Each element goes to the position at which `x` is the maximum of the window, so a gate on `x` there is
    // a gate on the maximum.
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
    rule("the sum of what is spread", &[Opcode::Sum], |x, _| {
        let Sum { axes } = x.op()?;
        let (_, _, d) = gradient(x.arg(0))?;
        let rank = d.shape().rank();
        let over_windows = [rank - 2, rank - 1].iter().all(|axis| axes.contains(axis));
        over_windows.then(|| d.sum(axes))
    }),
];

/// The parts of a maximum pooling's gradient: its geometry, the pooled input, and the cotangent that is
/// spread over it.
fn gradient(x: Expr<'_>) -> Option<(Geometry, Expr<'_>, Expr<'_>)> {
    let MaxPool2dGradient(geometry) = x.op()?;
    Some((geometry, x.arg(0), x.arg(1)))
}
