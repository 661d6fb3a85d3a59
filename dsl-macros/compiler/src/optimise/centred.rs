//! Centred values, `x - mean(x)`, sum to zero over the batch and axes that their mean is taken over.
//!
//! Input and output: a sum over the batch in a derivative → the same sum without its centred terms, e.g.
//! `Σₙ (dₙ - c · (xₙ - mean(x))) → Σₙ dₙ`. The derivative of batch statistics, written out, is full of such
//! sums. Only sums that come from differentiation are simplified; a `Σ (x - mean)` that the user wrote stays,
//! since its rounding error may be the point. Cost: linear in the chain of factors around the difference.

use super::factor::split;
use super::pattern::Pattern;
use super::rule::{Rule, rule};
use crate::graph::{Batching, Expr};
use crate::ops::Opcode;
use crate::ops::batch::BatchSum;
use crate::ops::elementwise::Elementwise::{Add, Div, Mul, Sub};
use crate::ops::reduce::Sum;

pub const RULES: &[Rule] = &[rule(
    "centred values add nothing to a derivative's sum",
    &[Opcode::BatchSum],
    |x, _| {
        if !x.of_derivative() {
            return None;
        }
        let (terms, axes) = match x.arg(0).op() {
            Some(Sum { axes }) => (x.arg(0).arg(0), axes),
            None => (x.arg(0), Vec::new()),
        };
        let sum = |terms: Expr<'_>| match axes.as_slice() {
            [] => terms.batch_sum().val,
            axes => terms.sum(axes.to_vec()).batch_sum().val,
        };
        if is_centred(terms, &axes) {
            return Some(x.graph.constant(0.0).broadcast_to(&x.shape()));
        }
        let op = [Add, Sub].into_iter().find(|&op| terms.both(op).is_some())?;
        let (a, b) = terms.both(op)?;
        let per_example = |term: Expr<'_>| term.batching() == Batching::PerExample;
        match (is_centred(a, &axes), is_centred(b, &axes)) {
            (_, true) if per_example(a) => Some(x.graph.expr(sum(a))),
            (true, _) if per_example(b) && op == Add => Some(x.graph.expr(sum(b))),
            (true, _) if per_example(b) => Some(-x.graph.expr(sum(b))),
            _ => None,
        }
    },
)];

/// True if `x` is a difference from the mean over batch and `axes`, times values that are constant over the
/// sum.
fn is_centred(x: Expr<'_>, axes: &[usize]) -> bool {
    let (_, rest) = split(x);
    if let Some((a, b)) = rest.both(Mul) {
        return match (is_same(a, axes), is_same(b, axes)) {
            (_, true) => is_centred(a, axes),
            (true, _) => is_centred(b, axes),
            _ => false,
        };
    }
    if let Some((a, b)) = rest.both(Div) {
        return is_same(b, axes) && is_centred(a, axes);
    }
    let Some((values, mean)) = rest.both(Sub) else {
        return false;
    };
    is_same(mean, axes) && mean_of(mean, axes).is_some_and(|of| of.val == values.val)
}

/// True if `x` is constant over the sum: shared, and repeated along the axes.
fn is_same(x: Expr<'_>, axes: &[usize]) -> bool {
    x.batching() == Batching::Shared && (axes.is_empty() || x.without_axes(axes).is_some())
}

/// The values whose mean over batch and `axes` is `mean`.
fn mean_of<'g>(mean: Expr<'g>, axes: &[usize]) -> Option<Expr<'g>> {
    let mean = match axes {
        [] => mean,
        axes => mean.without_axes(axes)?,
    };
    let (factor, total) = split(mean);
    total.op::<BatchSum>()?;
    let (values, count) = match total.arg(0).op() {
        Some(Sum { axes: summed }) if !axes.is_empty() && summed == axes => {
            let values = total.arg(0).arg(0);
            let shape = values.shape();
            (values, axes.iter().map(|&axis| shape.0[axis]).product())
        }
        _ if axes.is_empty() => (total.arg(0), 1),
        _ => return None,
    };
    let is_mean = factor.power == -1 && (factor.number * count as f64 - 1.0).abs() < 1e-12;
    is_mean.then_some(values)
}
