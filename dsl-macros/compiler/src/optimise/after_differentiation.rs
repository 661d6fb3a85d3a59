//! Rules for graphs that will not be differentiated again: they keep values but not derivatives.
//!
//! Input and output: a value → an equal value, e.g. `max(x, 0) → relu(x)`. The rules rely on running after
//! differentiation; afterwards no mark and no `stop_gradient` is left. Cost: constant per node.

use super::equation::equations;
use super::factor::split;
use super::pattern::Pattern;
use super::rule::{Rule, rule};
use crate::graph::Expr;
use crate::ops::Opcode::{self, Elementwise as Of};
use crate::ops::elementwise::Elementwise::{Equal, Select};
use crate::ops::power::Power;

/// True for a literal: no NaN, which a maximum or minimum would propagate.
fn is_number(x: Expr<'_>) -> bool {
    x.as_constant().is_some()
}

pub const RULES: &[Rule] = &[
    rule(
        "a mark is its value",
        &[Opcode::Mark, Opcode::StopGradient, Opcode::CustomGradient],
        |x, _| Some(x.arg(0)),
    ),
    // The derivatives differ at 0: `max` halves it, `relu` has none.
    equations!("max(x, 0) = relu(x)": Maximum(x, 0.0) => Relu(x)),
    // The derivatives differ at the number itself.
    equations!(
        "a choice of the larger or the smaller":
        Select(Greater(a, b), a, b) if is_number(a) => Maximum(a, b),
        Select(GreaterEqual(a, b), a, b) if is_number(a) => Maximum(a, b),
        Select(Greater(b, a), a, b) if is_number(a) => Minimum(a, b),
        Select(GreaterEqual(b, a), a, b) if is_number(a) => Minimum(a, b),
    ),
    rule("a known choice", &[Of(Select)], |x, _| {
        let (mask, a, b) = x.choice()?;
        Some(if mask.as_constant()? != 0.0 { a } else { b })
    }),
    // The derivatives differ at 0.
    rule(
        "a weight is 0 where it is 0, chosen or not",
        &[Of(Select)],
        |x, _| {
            let (mask, none, weighted) = x.choice()?;
            let (a, b) = mask.both(Equal)?;
            let weight = split(weighted).1;
            let same = none.is(0.0) && (a.is(0.0) && b.val == weight.val || b.is(0.0) && a.val == weight.val);
            same.then_some(weighted)
        },
    ),
    rule("x⁰ = 1", &[Opcode::Power], |x, _| {
        let zeroth = x.op::<Power>()?.exponent.0 == 0.0;
        zeroth.then(|| x.graph.constant(1.0).broadcast_to(&x.shape()))
    }),
];
