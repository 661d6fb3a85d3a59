//! Moves of indices become moves of the values that they select.
//!
//! The generated code reads indices in place: a part of an index tensor, or one in another order, has no
//! memory of its own. So a move of the index is replaced by a slice, transposition or repetition of the
//! selected rows, e.g. `gather(table, transpose(index)) → transpose(gather(table, index))`. Input: a
//! `gather`, `one_hot`, `number` or `scatter_add` of a moved index; output: the same on the index that is not
//! moved. Cost: linear in the chain of moves.

use super::pattern::Pattern;
use super::rule::{Rule, rule};
use crate::graph::{Expr, Shape};
use crate::ops::gather::Gather;
use crate::ops::movement::{Broadcast, Reshape, Slice, Transpose};
use crate::ops::{Op, Opcode};
use crate::view::View;

pub const RULES: &[Rule] = &[
    rule(
        "rows in another order than their indices lie",
        &[Opcode::Gather],
        |x, _| {
            let (table, index) = (x.arg(0), x.arg(1));
            let (lies, _) = place(index)?;
            if lies.is_some_and(|view| view.is_contiguous()) {
                return None;
            }
            let rows = x.graph.apply(Gather, &[table.val, index.arg(0).val]);
            moved(x.graph.expr(rows), index)
        },
    ),
    rule(
        "numbers of indices in another order than they lie",
        &[Opcode::OneHot, Opcode::Number],
        |x, _| {
            let index = x.arg(0);
            let (lies, _) = place(index)?;
            match lies {
                Some(_) => None,
                None => moved(x.with_args(&[index.arg(0)]), index),
            }
        },
    ),
    rule(
        "sums into rows by a part of the indices",
        &[Opcode::ScatterAdd],
        |x, _| {
            let (index, rows) = (x.arg(0), x.arg(1));
            let (lies, all) = place(index)?;
            if lies.is_some_and(|view| view.is_contiguous() && view.shape.count() == all) {
                return None;
            }
            Some(x.with_args(&[index.arg(0), moved_back(rows, index)?]))
        },
    ),
];

/// The location of a moved index: its view of the index that is not moved, if strides describe it, and the
/// number of indices in that one. `None` if the index is not moved.
fn place(index: Expr<'_>) -> Option<(Option<View>, usize)> {
    if !index.has(|op| op.is_view()) {
        return None;
    }
    let of = index.arg(0);
    let (before, all) = place(of).unwrap_or_else(|| (Some(View::whole(&of.shape())), of.shape().count()));
    Some((
        before.and_then(|before| index.node().op.rules().view(&before)),
        all,
    ))
}

/// The axes of one index's row, which follow the axes of the index.
fn row(x: Expr<'_>, of: Expr<'_>) -> Vec<usize> {
    x.shape().0[of.shape().rank()..].to_vec()
}

/// Applies to the rows `x`, selected by the argument of `index`, the move that makes `index` from that
/// argument.
fn moved<'g>(x: Expr<'g>, index: Expr<'g>) -> Option<Expr<'g>> {
    let before = index.arg(0);
    let row = row(x, before);
    let and_row = |sizes: &[usize]| [sizes, &row].concat();
    let and_axes = |axes: &[usize], rank: usize| {
        let more = (0..row.len()).map(|axis| rank + axis);
        axes.iter().copied().chain(more).collect::<Vec<usize>>()
    };
    Some(match &index.node().op {
        Op::Reshape(Reshape { shape }) => x.reshape(Shape(and_row(&shape.0))),
        Op::Transpose(Transpose { order }) => x.transpose(and_axes(order, order.len())),
        Op::Slice(Slice { starts, sizes }) => {
            let starts = [&starts[..], &vec![0; row.len()]].concat();
            x.slice(starts, and_row(sizes))
        }
        Op::Broadcast(Broadcast { shape, axes }) => {
            x.broadcast(Shape(and_row(&shape.0)), and_axes(axes, shape.rank()))
        }
        _ => return None,
    })
}

/// The adjoint of [`moved`]: the rows of `index` as rows of its argument, 0 for rows that the move leaves
/// out.
fn moved_back<'g>(rows: Expr<'g>, index: Expr<'g>) -> Option<Expr<'g>> {
    let before = index.arg(0).shape();
    let row = row(rows, index);
    Some(match &index.node().op {
        Op::Reshape(_) => rows.reshape(Shape([&before.0[..], &row].concat())),
        Op::Transpose(Transpose { order }) => {
            let mut back: Vec<usize> = (0..rows.shape().rank()).collect();
            for (to, &from) in order.iter().enumerate() {
                back[from] = to;
            }
            rows.transpose(back)
        }
        Op::Slice(Slice { starts, sizes }) => {
            let after =
                (before.0.iter().zip(starts).zip(sizes)).map(|((all, start), size)| all - start - size);
            let none = vec![0; row.len()];
            let after: Vec<usize> = after.chain(none.iter().copied()).collect();
            rows.pad([&starts[..], &none].concat(), after)
        }
        Op::Broadcast(Broadcast { shape, axes }) => {
            rows.sum((0..shape.rank()).filter(|axis| !axes.contains(axis)).collect())
        }
        _ => return None,
    })
}
