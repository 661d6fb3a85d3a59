//! Masks (values that hold only 0 and 1) and the choices they make.
//!
//! Input and output: a product or `select` with a mask → an equal, simpler one, e.g.
//! `(x > 0) · d → select(x > 0, d, 0)`: `0 · ∞` would be NaN, but a `select` never looks at what it does not
//! choose. So the gradient of a rectifier reads `select(relu1 > 0, d, 0)`. Only a mask times a single number
//! stays a product. The rules keep derivatives. Cost: constant per node (masks are recognised to depth 8).

use super::equation::equations;
use super::factor::factor_of;
use super::pattern::Pattern;
use super::rule::{Rule, rule};
use crate::graph::{Element, Expr};
use crate::ops::Op;
use crate::ops::Opcode::Elementwise as Of;
use crate::ops::elementwise::Elementwise::{Mul, Select, Sub};

pub const RULES: &[Rule] = &[
    equations!("a choice between equals": Select(mask, a, a) => a),
    equations!("a mask chooses between 1 and 0: itself": Select(mask, 1.0, 0.0) if is_mask(mask) => mask),
    equations!(
        "a choice among what the same mask chose":
        Select(mask, Select(mask, a, other), b) => Select(mask, a, b),
        Select(mask, a, Select(mask, other, b)) => Select(mask, a, b),
    ),
    equations!(
        "a product with a choice of 1 or 0 is a choice":
        Mul(a, Select(mask, 1.0, 0.0)) => Select(mask, a, 0.0),
        Mul(a, Select(mask, 0.0, 1.0)) => Select(mask, 0.0, a),
    ),
    equations!(
        "a mask as a weight chooses":
        MultiplyNoNan(a, mask) if is_mask(mask) => Select(mask, a, 0.0),
    ),
    rule(
        "a mask that chooses a plain factor scales it",
        &[Of(Select)],
        |x, _| {
            let (mask, number, zero) = x.choice()?;
            let scales = zero.is(0.0) && factor_of(number).is_some() && is_mask(mask);
            scales.then(|| number.binary(Mul, mask))
        },
    ),
    rule("a product with a mask is a choice", &[Of(Mul)], |x, _| {
        let (a, b) = x.both(Mul)?;
        by_mask(a, b).or_else(|| by_mask(b, a))
    }),
];

fn by_mask<'g>(mask: Expr<'g>, other: Expr<'g>) -> Option<Expr<'g>> {
    let chooses = other.scalar().is_none() && is_mask(mask) && !is_mask(other);
    chooses.then(|| mask.select(other, other.graph.constant(0.0)))
}

/// True if every element is known to be 0 or 1.
pub fn is_mask(x: Expr<'_>) -> bool {
    is_mask_within(x, 8)
}

fn is_mask_within(x: Expr<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let arg = |index: usize| is_mask_within(x.arg(index), depth);
    match &x.node().op {
        op if op.rules().yields_mask() => true,
        op if op.rules().picks_elements() && !op.rules().keeps_apart() => arg(0),
        // The zeros around it are masks too.
        Op::Pad(_) => arg(0),
        Op::Number(_) => matches!(x.arg(0).ty().element, Element::Index { limit: 0..=2 }),
        Op::Elementwise(Mul) => arg(0) && arg(1),
        Op::Elementwise(Sub) => x.arg(0).is(1.0) && arg(1),
        _ => false,
    }
}
