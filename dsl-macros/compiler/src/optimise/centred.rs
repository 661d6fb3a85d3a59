//! Centred values, `x - mean(x)`, add up to nothing over what their mean is taken of: batch and axes.
//!
//! Written out, the derivative of batch statistics is full of such sums. They are left out where they come from
//! differentiation; as written by the user `Σ (x - mean)` stays, since what it says of rounding may be what is asked.

use super::factor::split;
use super::pattern::Pattern;
use super::rule::{Head, Rule, rule};
use crate::graph::{Batching, Expr};
use crate::ops::Op;
use crate::ops::elementwise::Elementwise::{Add, Div, Mul, Sub};
use crate::ops::reduce::Sum;

pub const RULES: &[Rule] = &[rule(
    "centred values add nothing to a derivative's sum",
    &[Head::BatchSum],
    |x, _| {
        if !x.of_derivative() {
            return None;
        }
        let (terms, axes) = match &x.arg(0).node().op {
            Op::Sum(Sum { axes }) => (x.arg(0).arg(0), axes.clone()),
            _ => (x.arg(0), Vec::new()),
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

/// Whether `x` is a difference from the mean over batch and `axes`, times what is the same for all that is summed.
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

/// Whether `x` is one value for all that is summed: shared, and repeated along the axes.
fn is_same(x: Expr<'_>, axes: &[usize]) -> bool {
    x.batching() == Batching::Shared && (axes.is_empty() || x.without_axes(axes).is_some())
}

/// The values whose mean over batch and `axes` this is.
fn mean_of<'g>(mean: Expr<'g>, axes: &[usize]) -> Option<Expr<'g>> {
    let mean = match axes {
        [] => mean,
        axes => mean.without_axes(axes)?,
    };
    let (factor, total) = split(mean);
    let Op::BatchSum(_) = total.node().op else {
        return None;
    };
    let (values, count) = match &total.arg(0).node().op {
        Op::Sum(Sum { axes: summed }) if !axes.is_empty() && summed == axes => {
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
