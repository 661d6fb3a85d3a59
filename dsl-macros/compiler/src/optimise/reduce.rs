//! Sums over axes: fewer elements are summed, and nothing is summed whose sum is known.
//!
//! Input and output: a sum over axes → an equal value by fewer additions, e.g. `Σⱼ (a · bᵢⱼ) → a · Σⱼ bᵢⱼ`
//! and `Σⱼ broadcast(aᵢ) → size · aᵢ`. Cost: linear in the rank. XLA's AlgebraicSimplifier has such rules for
//! its `reduce`.

use super::factor::split;
use super::pattern::{Pattern, places};
use super::rule::{Rule, rule};
use crate::graph::Expr;
use crate::ops::Opcode;
use crate::ops::elementwise::Elementwise::{Div, Mul};
use crate::ops::gather::{OneHot, ScatterAdd};
use crate::ops::movement::{Pad, Reshape, Transpose};
use crate::ops::reduce::Sum;

pub const RULES: &[Rule] = &[
    rule("sum of sum", &[Opcode::Sum], |x, _| {
        let (outer, inner) = (axes_of(x)?, axes_of(x.arg(0))?);
        let source = x.arg(0).arg(0);
        let kept: Vec<usize> = rest(source.shape().rank(), &inner);
        let mut axes: Vec<usize> = outer.iter().map(|&axis| kept[axis]).chain(inner).collect();
        axes.sort_unstable();
        Some(source.sum(axes))
    }),
    rule("sum of what repeats", &[Opcode::Sum], |x, _| {
        let axes = axes_of(x)?;
        let (source, broadcast) = x.arg(0).repeated()?;
        let (own, repeats): (Vec<usize>, Vec<usize>) = axes
            .iter()
            .copied()
            .partition(|axis| broadcast.axes.contains(axis));
        if repeats.is_empty() {
            return None;
        }
        let count: usize = repeats.iter().map(|&axis| broadcast.shape.0[axis]).product();
        if count == 0 {
            return Some(x.graph.constant(0.0).broadcast_to(&x.shape()));
        }
        let sum = source.sum(places(&own, &broadcast.axes)) * count as f64;
        let kept = rest(broadcast.shape.rank(), &axes);
        let left: Vec<usize> = broadcast
            .axes
            .iter()
            .copied()
            .filter(|axis| kept.contains(axis))
            .collect();
        Some(sum.broadcast(x.shape(), places(&left, &kept)))
    }),
    rule("sum over axes of size 1", &[Opcode::Sum], |x, _| {
        let axes = axes_of(x)?;
        let shape = x.arg(0).shape();
        let ones = axes.iter().all(|&axis| shape.0[axis] == 1);
        ones.then(|| x.arg(0).reshape(x.shape()))
    }),
    rule("the sum of all elements in any order", &[Opcode::Sum], |x, _| {
        let all = axes_of(x)?.len() == x.arg(0).shape().rank();
        let moved = x.arg(0);
        let moved = moved.made_by::<Reshape>() || moved.made_by::<Transpose>() || moved.made_by::<Pad>();
        (all && moved).then(|| x.arg(0).arg(0).sum_all())
    }),
    rule("sum before transposing", &[Opcode::Sum], |x, _| {
        let axes = axes_of(x)?;
        let transpose: Transpose = x.arg(0).op()?;
        let mut own: Vec<usize> = axes.iter().map(|&axis| transpose.order[axis]).collect();
        own.sort_unstable();
        let source = x.arg(0).arg(0);
        let kept = rest(source.shape().rank(), &own);
        let order: Vec<usize> = transpose
            .order
            .iter()
            .copied()
            .filter(|axis| kept.contains(axis))
            .collect();
        Some(source.sum(own).transpose(places(&order, &kept)))
    }),
    rule("zeros add nothing", &[Opcode::Sum], |x, _| {
        let axes = axes_of(x)?;
        let pad: Pad = x.arg(0).op()?;
        let summed =
            (0..pad.before.len()).all(|axis| axes.contains(&axis) || pad.before[axis] + pad.after[axis] == 0);
        summed.then(|| x.arg(0).arg(0).sum(axes))
    }),
    rule(
        "plain factors move out of a sum over axes",
        &[Opcode::Sum],
        |x, uses| {
            let (factor, inner) = split(x.arg(0));
            let axes = axes_of(x)?;
            let moves = !factor.is_one() && (uses.single(x.arg(0)) || uses.kept(inner));
            moves.then(|| factor.scale(inner.sum(axes)))
        },
    ),
    rule(
        "what is the same along the axes moves out of their sum",
        &[Opcode::Sum],
        |x, uses| {
            let axes = axes_of(x)?;
            if x.shape().count() * 2 > x.arg(0).shape().count() {
                return None;
            }
            let worth = |summed: Expr<'_>| uses.single(x.arg(0)) || uses.kept(summed);
            if let Some((a, b)) = x.arg(0).both(Mul) {
                return match (a.without_axes(&axes), b.without_axes(&axes)) {
                    (_, Some(b)) if worth(a) => Some(a.sum(axes).binary(Mul, b)),
                    (Some(a), _) if worth(b) => Some(a.binary(Mul, b.sum(axes))),
                    _ => None,
                };
            }
            let (a, b) = x.arg(0).both(Div).filter(|&(a, _)| worth(a))?;
            Some(a.sum(axes.clone()).binary(Div, b.without_axes(&axes)?))
        },
    ),
    rule("a one-hot row adds up to 1", &[Opcode::Sum], |x, _| {
        let axes = axes_of(x)?;
        let shape = x.arg(0).shape();
        let hot = x.arg(0).made_by::<OneHot>() && axes.last() == Some(&(shape.rank() - 1));
        let rows: usize = axes.iter().rev().skip(1).map(|&axis| shape.0[axis]).product();
        hot.then(|| x.graph.constant(rows as f64).broadcast_to(&x.shape()))
    }),
    rule("the chosen class of a row of equals", &[Opcode::Sum], |x, _| {
        let axes = axes_of(x)?;
        let (mask, value, zero) = x.arg(0).choice()?;
        let last = value.shape().rank().checked_sub(1)?;
        if !mask.made_by::<OneHot>() || axes.last() != Some(&last) || !zero.is(0.0) {
            return None;
        }
        Some(value.without_axes(&[last])?.sum(axes[..axes.len() - 1].to_vec()))
    }),
    rule(
        "the sum of a scattered table is that of its rows",
        &[Opcode::Sum],
        |x, _| {
            let table = x.arg(0);
            table.op::<ScatterAdd>()?;
            let rank = table.arg(0).shape().rank();
            let axes = axes_of(x)?.strip_prefix(&[0])?.to_vec();
            // The axes of a row follow those of the index.
            let own = (0..rank)
                .chain(axes.into_iter().map(|axis| axis - 1 + rank))
                .collect();
            Some(table.arg(1).sum(own))
        },
    ),
    rule(
        "one scattered number is chosen by a one-hot row",
        &[Opcode::ScatterAdd],
        |x, _| {
            let ScatterAdd { rows: classes, .. } = x.op()?;
            let (index, number) = (x.arg(0), x.arg(1));
            if index.shape().rank() != 0 || number.shape().rank() != 0 {
                return None;
            }
            let row = x.graph.expr(x.graph.apply(OneHot { classes }, &[index.val]));
            // A product would not do: an infinite number would turn the zeros beside it into NaN.
            Some(row.select(number, x.graph.constant(0.0)))
        },
    ),
];

fn axes_of(x: Expr<'_>) -> Option<Vec<usize>> {
    x.op().map(|Sum { axes }| axes)
}

/// The axes that remain.
fn rest(rank: usize, axes: &[usize]) -> Vec<usize> {
    (0..rank).filter(|axis| !axes.contains(axis)).collect()
}
