//! Contractions (generalised matrix products in Einstein's notation) absorb the moves and sums around them.
//!
//! Input and output: a contraction, transpose or sum → an equal contraction of smaller or unmoved arguments,
//! e.g. `contract("ij,jk->ik", transpose(a), b) → contract("ji,jk->ik", a, b)`. Transposes become an order of
//! letters; repeated axes and sums fall away. Cost: linear in the rank of the arguments. XLA folds transposes
//! into dots likewise (TransposeFolding).

use super::factor::split;
use super::pattern::Pattern;
use super::rule::{Rule, Uses, rule};
use crate::graph::{Batching, Expr};
use crate::ops::Opcode;
use crate::ops::contract::Contract;
use crate::ops::elementwise::Elementwise::Mul;
use crate::ops::movement::Transpose;
use crate::ops::reduce::Sum;

pub const RULES: &[Rule] = &[
    rule(
        "a transposed argument is another order of letters",
        &[Opcode::Contract],
        |x, _| {
            let contract: Contract = x.op()?;
            let untransposed = |side: usize, letters: &[u8]| {
                let Transpose { order } = x.arg(side).op()?;
                let mut own = letters.to_vec();
                for (place, &axis) in order.iter().enumerate() {
                    own[axis] = letters[place];
                }
                Some((own, x.arg(side).arg(0).val))
            };
            let (left, right) = (untransposed(0, &contract.left), untransposed(1, &contract.right));
            if left.is_none() && right.is_none() {
                return None;
            }
            let (left, a) = left.unwrap_or((contract.left, x.arg(0).val));
            let (right, b) = right.unwrap_or((contract.right, x.arg(1).val));
            Some(
                x.graph.expr(
                    x.graph
                        .apply(Contract::new(&left, &right, &contract.result), &[a, b]),
                ),
            )
        },
    ),
    rule(
        "a transposed result is another order of letters",
        &[Opcode::Transpose],
        |x, uses| {
            let Transpose { order } = x.op()?;
            let inner = x.arg(0);
            let contract = inner.op::<Contract>().filter(|_| uses.single(inner))?;
            let result: Vec<u8> = order.iter().map(|&axis| contract.result[axis]).collect();
            Some(apply(
                &contract.left,
                &contract.right,
                &result,
                inner.arg(0),
                inner.arg(1),
            ))
        },
    ),
    rule("what repeats is not contracted", &[Opcode::Contract], |x, _| {
        let contract: Contract = x.op()?;
        repeated_side(x, &contract, 0).or_else(|| repeated_side(x, &contract, 1))
    }),
    rule(
        "what is summed after contracting is summed before or within",
        &[Opcode::Sum],
        summed_result,
    ),
    rule(
        "a contraction that sums nothing is a product",
        &[Opcode::Contract],
        |x, _| {
            let contract: Contract = x.op()?;
            let (a, b) = (x.arg(0), x.arg(1));
            match () {
                _ if contract.left == contract.right && contract.left == contract.result => {
                    Some(a.binary(Mul, b))
                }
                // A per-example scalar stays a contraction: under a sum over the batch it becomes a matrix
                // product.
                _ if contract.left.is_empty()
                    && contract.right == contract.result
                    && a.batching() == Batching::Shared =>
                {
                    Some(a * b)
                }
                _ if contract.right.is_empty()
                    && contract.left == contract.result
                    && b.batching() == Batching::Shared =>
                {
                    Some(a * b)
                }
                _ => None,
            }
        },
    ),
    // Its sum then needs no outer product: the squared length of a dense layer's gradient is `‖x‖² ‖dy‖²` (Goodfellow,
    // 2015, *Efficient per-example gradient computations*).
    rule(
        "the square of an outer product is that of squares",
        &[Opcode::Elementwise(Mul)],
        |x, _| {
            let (product, again) = x.both(Mul)?;
            let contract: Contract = product.op().filter(|_| product.val == again.val)?;
            let (a, b) = (product.arg(0), product.arg(1));
            let mut letters = contract.left.iter().chain(&contract.right);
            let sums_nothing = letters.all(|letter| contract.result.contains(letter));
            let grows = product.shape().count() > a.shape().count().max(b.shape().count());
            (sums_nothing && grows)
                .then(|| apply(&contract.left, &contract.right, &contract.result, a * a, b * b))
        },
    ),
    rule(
        "plain factors move out of contractions that shrink",
        &[Opcode::Contract],
        |x, uses| {
            let contract: Contract = x.op()?;
            let (a, b) = (x.arg(0), x.arg(1));
            let ((fa, a_rest), (fb, b_rest)) = (split(a), split(b));
            let worth = |side: Expr<'_>| uses.single(side) && x.shape().count() < side.shape().count();
            let (fa, a) = if worth(a) {
                (fa, a_rest)
            } else {
                (super::factor::Factor::ONE, a)
            };
            let (fb, b) = if worth(b) {
                (fb, b_rest)
            } else {
                (super::factor::Factor::ONE, b)
            };
            let factor = fa.times(fb)?;
            let moved = !fa.is_one() || !fb.is_one();
            moved.then(|| factor.scale(apply(&contract.left, &contract.right, &contract.result, a, b)))
        },
    ),
];

fn apply<'g>(left: &[u8], right: &[u8], result: &[u8], a: Expr<'g>, b: Expr<'g>) -> Expr<'g> {
    a.graph
        .expr(a.graph.apply(Contract::new(left, right, result), &[a.val, b.val]))
}

/// The contraction without the axes along which one argument merely repeats. If the other argument has such
/// an axis too, that argument alone keeps it, summed beforehand if the contraction sums it; an axis that only
/// the result has repeats the result.
fn repeated_side<'g>(x: Expr<'g>, contract: &Contract, side: usize) -> Option<Expr<'g>> {
    let (own, other) = match side {
        0 => (&contract.left, &contract.right),
        _ => (&contract.right, &contract.left),
    };
    let (source, broadcast) = x.arg(side).repeated()?;
    let kept: Vec<u8> = broadcast.axes.iter().map(|&axis| own[axis]).collect();
    let dropped = |letter: &u8| own.contains(letter) && !kept.contains(letter);
    // Axes that the contraction sums, now along the other argument alone.
    let summed: Vec<usize> = (0..other.len())
        .filter(|&axis| dropped(&other[axis]) && !contract.result.contains(&other[axis]))
        .collect();
    let rest: Vec<u8> = (0..other.len())
        .filter(|axis| !summed.contains(axis))
        .map(|axis| other[axis])
        .collect();
    let remains = |letter: &u8| kept.contains(letter) || rest.contains(letter);
    let result: Vec<u8> = contract.result.iter().copied().filter(remains).collect();
    let axes: Vec<usize> = (0..contract.result.len())
        .filter(|&axis| remains(&contract.result[axis]))
        .collect();
    let partner = x.arg(1 - side).sum(summed);
    let small = match side {
        0 => apply(&kept, &rest, &result, source, partner),
        _ => apply(&rest, &kept, &result, partner, source),
    };
    Some(small.broadcast(x.shape(), axes))
}

/// A sum over axes of a contraction: an axis that both arguments have is contracted, an axis that one has is
/// summed first.
fn summed_result<'g>(x: Expr<'g>, uses: &Uses) -> Option<Expr<'g>> {
    let Sum { axes } = x.op()?;
    let inner = x.arg(0);
    let contract = inner.op::<Contract>().filter(|_| uses.single(inner))?;
    let gone: Vec<u8> = axes.iter().map(|&axis| contract.result[axis]).collect();
    let result: Vec<u8> = contract
        .result
        .iter()
        .copied()
        .filter(|letter| !gone.contains(letter))
        .collect();
    let summed = |side: &[u8], other: &[u8]| -> (Vec<usize>, Vec<u8>) {
        let alone = |letter: &u8| gone.contains(letter) && !other.contains(letter);
        let axes = (0..side.len()).filter(|&axis| alone(&side[axis])).collect();
        (
            axes,
            side.iter().copied().filter(|letter| !alone(letter)).collect(),
        )
    };
    let (left_axes, left) = summed(&contract.left, &contract.right);
    let (right_axes, right) = summed(&contract.right, &contract.left);
    let (a, b) = (inner.arg(0).sum(left_axes), inner.arg(1).sum(right_axes));
    Some(apply(&left, &right, &result, a, b))
}
