//! Data movement: moves of moves merge, moves of repeated values vanish, and work is done before repeating,
//! not after.
//!
//! Input and output: a reshape, transpose, slice, pad, concat or broadcast, or an element-wise operator on
//! broadcasts → an equal value that moves less, e.g. `broadcast(a) + broadcast(b) → broadcast(a + b)`. Cost:
//! linear in the rank and in the number of concatenated parts, at most [`MOST_PARTS`]. XLA's
//! AlgebraicSimplifier has similar rules.

use super::pattern::{Pattern, places};
use super::rule::{Rule, Uses, rule, rule_where};
use crate::graph::{Expr, Shape};
use crate::ops::Opcode::{self, Elementwise as Of};
use crate::ops::concat::Concat;
use crate::ops::elementwise::Elementwise::Add;
use crate::ops::movement::{Broadcast, Pad, Reshape, Slice, Transpose};

/// Maximum number of parts when nested concats merge: a value repeatedly joined with itself would have
/// thousands.
const MOST_PARTS: usize = 256;

pub const RULES: &[Rule] = &[
    rule(
        "a move to the same place",
        &[
            Opcode::Reshape,
            Opcode::Transpose,
            Opcode::Slice,
            Opcode::Pad,
            Opcode::Broadcast,
            Opcode::Concat,
        ],
        |x, _| {
            let stays = match x.op() {
                Some(Transpose { order }) => order.iter().copied().eq(0..order.len()),
                None => x.node().args.len() == 1 && x.shape() == x.arg(0).shape(),
            };
            stays.then(|| x.arg(0))
        },
    ),
    rule(
        "a moved number is the number",
        &[
            Opcode::Reshape,
            Opcode::Transpose,
            Opcode::Slice,
            Opcode::Broadcast,
        ],
        |x, _| {
            let source = x.arg(0).repeated()?.0.scalar()?;
            let number = source.broadcast_to(&x.shape());
            (number.val != x.val).then_some(number)
        },
    ),
    rule("reshape of reshape", &[Opcode::Reshape], |x, _| {
        x.arg(0).op::<Reshape>()?;
        Some(x.arg(0).arg(0).reshape(x.shape()))
    }),
    rule("transpose of transpose", &[Opcode::Transpose], |x, _| {
        let (outer, inner): (Transpose, Transpose) = (x.op()?, x.arg(0).op()?);
        let order = outer.order.iter().map(|&axis| inner.order[axis]).collect();
        Some(x.arg(0).arg(0).transpose(order))
    }),
    rule(
        "a transpose that moves only axes of size 1",
        &[Opcode::Transpose],
        |x, _| {
            let Transpose { order } = x.op()?;
            let own = x.arg(0).shape();
            let kept: Vec<usize> = order.iter().copied().filter(|&axis| own.0[axis] != 1).collect();
            kept.is_sorted().then(|| x.arg(0).reshape(x.shape()))
        },
    ),
    rule("slice of slice", &[Opcode::Slice], |x, _| {
        let (outer, inner): (Slice, Slice) = (x.op()?, x.arg(0).op()?);
        Some(
            x.arg(0)
                .arg(0)
                .slice(sums(&outer.starts, &inner.starts), outer.sizes),
        )
    }),
    rule("slice of pad", &[Opcode::Slice], |x, _| {
        let (slice, pad): (Slice, Pad) = (x.op()?, x.arg(0).op()?);
        slice_of_pad(x.arg(0).arg(0), &slice, &pad)
    }),
    rule("slice of concat", &[Opcode::Slice], |x, _| {
        slice_of_concat(x.arg(0), &x.op()?, &x.arg(0).op()?)
    }),
    rule("pad of pad", &[Opcode::Pad], |x, _| {
        let (outer, inner): (Pad, Pad) = (x.op()?, x.arg(0).op()?);
        let (before, after) = (
            sums(&outer.before, &inner.before),
            sums(&outer.after, &inner.after),
        );
        Some(x.arg(0).arg(0).pad(before, after))
    }),
    rule("zeros around zeros", &[Opcode::Pad], |x, _| {
        x.arg(0)
            .is(0.0)
            .then(|| x.graph.constant(0.0).broadcast_to(&x.shape()))
    }),
    rule("broadcast of broadcast", &[Opcode::Broadcast], |x, _| {
        let (inner, outer) = x.repeated()?;
        let (source, inner) = inner.repeated()?;
        let axes = inner.axes.iter().map(|&axis| outer.axes[axis]).collect();
        Some(source.broadcast(outer.shape, axes))
    }),
    rule("slice of broadcast", &[Opcode::Slice], |x, _| {
        let slice: Slice = x.op()?;
        let (source, broadcast) = x.arg(0).repeated()?;
        let of = |all: &[usize]| broadcast.axes.iter().map(|&axis| all[axis]).collect();
        let small = source.slice(of(&slice.starts), of(&slice.sizes));
        Some(small.broadcast(x.shape(), broadcast.axes))
    }),
    rule("transpose of broadcast", &[Opcode::Transpose], |x, _| {
        let Transpose { order } = x.op()?;
        let (source, broadcast) = x.arg(0).repeated()?;
        let axes: Vec<usize> = (0..order.len())
            .filter(|&to| broadcast.axes.contains(&order[to]))
            .collect();
        let own: Vec<usize> = axes.iter().map(|&to| order[to]).collect();
        let small = source.transpose(places(&own, &broadcast.axes));
        Some(small.broadcast(x.shape(), axes))
    }),
    rule(
        "reshape of broadcast along leading axes",
        &[Opcode::Reshape],
        |x, _| reshape_of_broadcast(x),
    ),
    rule_where(
        "work before repeating",
        |op| op.is_elementwise(),
        work_before_repeating,
    ),
    rule("concat of concat", &[Opcode::Concat], |x, _| {
        let concat: Concat = x.op()?;
        let inner = |part: Expr<'_>| part.op().as_ref() == Some(&concat);
        let node = x.node();
        if !node.args.iter().any(|&part| inner(x.graph.expr(part))) {
            return None;
        }
        let mut parts = Vec::new();
        for &part in &node.args {
            match inner(x.graph.expr(part)) {
                true => parts.extend(x.graph.node(part).args.iter().copied()),
                false => parts.push(part),
            }
        }
        (parts.len() <= MOST_PARTS).then(|| x.graph.expr(x.graph.apply(concat, &parts)))
    }),
    rule(
        "neighbours between zeros add up to a concat",
        &[Of(Add)],
        |x, _| {
            let (a, b) = x.both(Add)?;
            neighbours(a, b).or_else(|| neighbours(b, a))
        },
    ),
];

fn sums(a: &[usize], b: &[usize]) -> Vec<usize> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

/// A slice of a padded value, if along each axis it sees no padding or only padding.
fn slice_of_pad<'g>(inner: Expr<'g>, slice: &Slice, pad: &Pad) -> Option<Expr<'g>> {
    let own = inner.shape();
    let mut starts = Vec::new();
    for axis in 0..own.rank() {
        let (start, end) = (slice.starts[axis], slice.starts[axis] + slice.sizes[axis]);
        let (first, last) = (pad.before[axis], pad.before[axis] + own.0[axis]);
        if end <= first || start >= last {
            return Some(
                inner
                    .graph
                    .constant(0.0)
                    .broadcast_to(&Shape(slice.sizes.clone())),
            );
        }
        if start < first || end > last {
            return None;
        }
        starts.push(start - first);
    }
    Some(inner.slice(starts, slice.sizes.clone()))
}

/// A slice of a concat, if it lies within one part.
fn slice_of_concat<'g>(joined: Expr<'g>, slice: &Slice, concat: &Concat) -> Option<Expr<'g>> {
    let (axis, mut starts) = (concat.axis, slice.starts.clone());
    let mut first = 0;
    for &part in &joined.node().args {
        let part = joined.graph.expr(part);
        let size = part.shape().0[axis];
        let start = slice.starts[axis];
        if first <= start && start + slice.sizes[axis] <= first + size {
            starts[axis] = start - first;
            return Some(part.slice(starts, slice.sizes.clone()));
        }
        first += size;
    }
    None
}

/// A reshape of a broadcast along leading axes: it moves inside if it leaves those axes alone.
fn reshape_of_broadcast(x: Expr<'_>) -> Option<Expr<'_>> {
    let Reshape { shape } = x.op()?;
    let (source, Broadcast { shape: own, axes }) = x.arg(0).repeated()?;
    let lead = own.rank() - axes.len();
    let leading = axes.iter().copied().eq(lead..own.rank());
    if !leading || shape.rank() < lead || shape.0[..lead] != own.0[..lead] {
        return None;
    }
    let inner = source.reshape(shape.0[lead..].to_vec());
    Some(inner.broadcast(shape.clone(), (lead..shape.rank()).collect()))
}

/// An element-wise operator whose arguments all repeat along some axis: it is applied first and then
/// repeated.
fn work_before_repeating<'g>(x: Expr<'g>, _: &Uses) -> Option<Expr<'g>> {
    let shape = x.shape();
    let node = x.node();
    let repeated: Vec<(Expr<'g>, Broadcast)> = node
        .args
        .iter()
        .map(|&arg| x.graph.expr(arg).repeated())
        .collect::<Option<_>>()?;
    let own: Vec<usize> = (0..shape.rank())
        .filter(|axis| {
            repeated
                .iter()
                .any(|(_, broadcast)| broadcast.axes.contains(axis))
        })
        .collect();
    if own.len() == shape.rank() {
        return None;
    }
    let small: Shape = own.iter().map(|&axis| shape.0[axis]).collect::<Vec<_>>().into();
    let args: Vec<Expr<'g>> = repeated
        .into_iter()
        .map(|(source, broadcast)| source.broadcast(small.clone(), places(&broadcast.axes, &own)))
        .collect();
    Some(x.with_args(&args).broadcast(shape, own))
}

/// Joins `a` and `b` if both are padded along the same single axis and `b` begins where `a` ends: the
/// gradient of several slices of one value looks like this.
fn neighbours<'g>(a: Expr<'g>, b: Expr<'g>) -> Option<Expr<'g>> {
    let (left, right): (Pad, Pad) = (a.op()?, b.op()?);
    let padded = |pad: &Pad| -> Vec<usize> {
        (0..pad.before.len())
            .filter(|&axis| pad.before[axis] + pad.after[axis] > 0)
            .collect()
    };
    let (&[axis], &[other]) = (&padded(&left)[..], &padded(&right)[..]) else {
        return None;
    };
    let (inner, next) = (a.arg(0), b.arg(0));
    let end = left.before[axis] + inner.shape().0[axis];
    if axis != other || right.before[axis] != end {
        return None;
    }
    Some(Expr::concat(&[inner, next], axis).pad(left.before.clone(), right.after.clone()))
}
