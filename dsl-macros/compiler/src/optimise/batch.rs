//! Sums over the batch: terms and factors that are the same for all examples are taken out, and `n` cancels.
//!
//! Input and output: a sum over the batch → an equal value that sums fewer or smaller values, e.g.
//! `Σₙ (w · xₙ) / n → w · (Σₙ xₙ) / n`. The rules rely on the batching of types: a shared value does not
//! depend on the example. Cost: constant per node.

use super::factor::split;
use super::pattern::Pattern;
use super::rule::{Rule, Uses, rule};
use crate::graph::{Batching, Expr};
use crate::ops::Opcode;
use crate::ops::batch::BatchSum;
use crate::ops::contract::Contract;
use crate::ops::elementwise::Elementwise::{Add, Div, Mul, Sub};

/// The most sums, factors and views between a sum over the batch and a product that it can be formed with.
const DEEPEST: usize = 8;

/// True if a value is, but for other terms, shared factors and views, a product that a sum over the batch is formed with.
fn holds_product(x: Expr<'_>, uses: &Uses, depth: usize) -> bool {
    if depth == 0 || x.batching() == Batching::Shared || !uses.single(x) {
        return false;
    }
    let below = |y: Expr<'_>| holds_product(y, uses, depth - 1);
    if x.made_by::<Contract>() || x.has(|op| op.needs_batch_sum()) {
        return true;
    }
    if let Some((a, b)) = [Add, Sub].into_iter().find_map(|op| x.both(op)) {
        return below(a) || below(b);
    }
    if let Some((a, b)) = x.both(Mul) {
        let is_shared = |factor: Expr<'_>| factor.batching() == Batching::Shared;
        return is_shared(a) && below(b) || is_shared(b) && below(a);
    }
    x.has(|op| op.passes_sums()) && x.node().args.len() == 1 && below(x.arg(0))
}

pub const RULES: &[Rule] = &[
    rule(
        "the batch's sum of example and shared terms",
        &[Opcode::BatchSum],
        |x, uses| {
            let sum = x.arg(0);
            let op = [Add, Sub].into_iter().find(|&op| sum.both(op).is_some())?;
            let (a, b) = sum.both(op).filter(|_| uses.single(sum))?;
            let shared = a.batching() == Batching::Shared || b.batching() == Batching::Shared;
            shared.then(|| a.batch_sum().binary(op, b.batch_sum()))
        },
    ),
    // A product is summed over the batch as it is formed; a sum of products would have to be stored for every example.
    rule("the batch's sum of products", &[Opcode::BatchSum], |x, uses| {
        let sum = x.arg(0);
        let op = [Add, Sub].into_iter().find(|&op| sum.both(op).is_some())?;
        let (a, b) = sum.both(op).filter(|_| uses.single(sum))?;
        let has_product = holds_product(a, uses, DEEPEST) || holds_product(b, uses, DEEPEST);
        has_product.then(|| a.batch_sum().binary(op, b.batch_sum()))
    }),
    rule(
        "plain factors move out of the batch's sum",
        &[Opcode::BatchSum],
        |x, uses| {
            let (factor, rest) = split(x.arg(0));
            let moves = !factor.is_one() && uses.single(x.arg(0));
            moves.then(|| factor.scale(rest.batch_sum()))
        },
    ),
    rule(
        "shared factors move out of the batch's sum",
        &[Opcode::BatchSum],
        |x, uses| {
            let inner = x.arg(0);
            if !uses.single(inner) {
                return None;
            }
            if let Some((a, b)) = inner.both(Mul) {
                return match (a.batching(), b.batching()) {
                    (Batching::PerExample, Batching::Shared) => Some(a.batch_sum().binary(Mul, b)),
                    (Batching::Shared, Batching::PerExample) => Some(a.binary(Mul, b.batch_sum())),
                    _ => None,
                };
            }
            let (a, b) = inner.both(Div)?;
            (b.batching() == Batching::Shared).then(|| a.batch_sum().binary(Div, b))
        },
    ),
    rule(
        "the batch's sum before repeating or moving",
        &[Opcode::BatchSum],
        |x, uses| {
            let inner = x.arg(0);
            let one = inner.has(|op| op.passes_sums()) && inner.node().args.len() == 1;
            let moves =
                one && inner.shape().rank() > 0 && inner.arg(0).shape().count() <= inner.shape().count();
            (moves && uses.single(inner)).then(|| inner.with_args(&[inner.arg(0).batch_sum()]))
        },
    ),
    // One example's sum is small; a table for the whole batch would have to be stored before it is summed.
    rule(
        "sums over axes before the batch's sum",
        &[Opcode::Sum],
        |x, uses| {
            let inner = x.arg(0);
            let swaps = inner.made_by::<BatchSum>() && uses.single(inner);
            swaps.then(|| x.with_args(&[inner.arg(0)]).batch_sum())
        },
    ),
    rule(
        "the batch's sum before contracting with shared values",
        &[Opcode::BatchSum],
        |x, uses| {
            let inner = x.arg(0);
            if !inner.made_by::<Contract>() || !uses.single(inner) {
                return None;
            }
            let (a, b) = (inner.arg(0), inner.arg(1));
            let args: [Expr<'_>; 2] = match (a.batching(), b.batching()) {
                (Batching::PerExample, Batching::Shared) => [a.batch_sum(), b],
                (Batching::Shared, Batching::PerExample) => [a, b.batch_sum()],
                _ => return None,
            };
            Some(inner.with_args(&args))
        },
    ),
];
