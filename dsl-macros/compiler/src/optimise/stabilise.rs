//! Numerical stabilisation: textbook formulas become forms that neither overflow nor cancel.
//!
//! Input and output: a logarithm, exponential, quotient or difference → an equal value by a stable operator,
//! e.g. `log(Σ eˣ) → m + log(Σ e^(x - m))` with `m = max x`. Notation: `s(x) = log(1 + eˣ)` (softplus) and
//! `σ(x) = 1 / (1 + e⁻ˣ)` (sigmoid).
//!
//! Invariant: every right-hand side has the derivative of its left-hand side, so these rules also run before
//! differentiation, and gradients come out as `softmax(x) - t` and `sigmoid(x) - t`. Cost: constant per node
//! (patterns are at most 8 deep). The log-sum-exp rewrite is standard: see Blanchard, Higham & Higham (2021),
//! "Accurately computing the log-sum-exp and softmax functions".

use super::equation::equations;
use super::pattern::Pattern;
use super::rule::{Rule, Uses, rule};
use crate::graph::Expr;
use crate::ops::Opcode::{self, Elementwise as Of};
use crate::ops::elementwise::Elementwise::{
    Abs, Add, ClampedLog, Div, Equal, Exp, Log, LogisticLoss, Mul, MultiplyNoNan, Neg, Sigmoid, Softplus,
    Sub, Tanh,
};
use crate::ops::gather::OneHot;
use crate::ops::leaf::StopGradient;
use crate::ops::reduce::{Max, Sum};
use crate::ops::softmax::{LogSoftmax, Softmax};

pub const RULES: &[Rule] = &[
    rule(
        "a log that has a stable form needs no bound",
        &[Of(ClampedLog)],
        |x, _| {
            let of = x.of(ClampedLog)?;
            has_stable_log(of, 8).then(|| of.unary(Log))
        },
    ),
    rule("log of softmax", &[Of(Log)], |x, _| {
        let scores = softmax_of(x.of(Log)?)?;
        Some(scores.log_softmax())
    }),
    equations!("log σ(x) = -s(-x)": Log(Sigmoid(x)) => Neg(Softplus(Neg(x)))),
    equations!("log(1 - σ(x)) = -s(x)": Log(Sub(1.0, Sigmoid(x))) => Neg(Softplus(x))),
    equations!("log(1 + eˣ) = s(x)": Log(Add(1.0, Exp(x))) => Softplus(x)),
    equations!("log(eˣ) = x": Log(Exp(x)) => x),
    equations!("log(eˣ / y) = x - log y": Log(Div(Exp(x), y)) => Sub(x, Log(y))),
    equations!("log(1 / y) = -log y": Log(Div(1.0, y)) => Neg(Log(y))),
    rule("log Σ eˣ with the largest x taken out", &[Of(Log)], log_sum_exp),
    rule("log of the chosen class", &[Of(Log)], |x, _| {
        // Exactly one element is chosen, so the logarithm of the sum is the sum of the chosen logarithms.
        let sum = x.of(Log)?;
        let Sum { axes } = sum.op()?;
        let (mask, value, zero) = sum.arg(0).choice()?;
        let last = value.shape().rank().checked_sub(1)?;
        let one_of_a_row = mask.made_by::<OneHot>() && axes == [last] && zero.is(0.0);
        one_of_a_row.then(|| mask.select(value.unary(Log), zero).sum(vec![last]))
    }),
    rule("log commutes with moving", &[Of(Log)], |x, _| {
        let moved = x.of(Log)?;
        let node = moved.node();
        if !moves_elements(moved) || !has_stable_log(moved.arg(0), 8) {
            return None;
        }
        let mut args: Vec<Expr<'_>> = node.args.iter().map(|&arg| x.graph.expr(arg)).collect();
        args[0] = args[0].unary(Log);
        Some(moved.with_args(&args))
    }),
    rule("exp of log_softmax", &[Of(Exp)], |x, _| {
        let log = x.of(Exp)?;
        log.made_by::<LogSoftmax>().then(|| log.arg(0).softmax())
    }),
    equations!("exp(-s(x)) = σ(-x)": Exp(Neg(Softplus(x))) => Sigmoid(Neg(x))),
    equations!(
        "eˣ / (1 + eˣ) = σ(x)":
        Div(Exp(x), Add(1.0, Exp(x))) => Sigmoid(x),
        Div(y, Add(1.0, Exp(x))) => Mul(y, Sigmoid(Neg(x))),
    ),
    rule("eˣ / Σ eˣ = softmax(x)", &[Of(Div)], |x, _| {
        let (above, below) = x.both(Div)?;
        let (sum, repeat) = below.repeated()?;
        let last = x.shape().rank().checked_sub(1)?;
        let Sum { axes } = sum.op()?;
        let rows = axes == [last] && repeat.axes.iter().copied().eq(0..last) && sum.arg(0).val == above.val;
        Some(above.of(Exp)?.softmax()).filter(|_| rows)
    }),
    rule(
        "softmax(x + c) = softmax(x)",
        &[Opcode::Softmax, Opcode::LogSoftmax],
        |x, _| {
            let scores = x.arg(0);
            let last = scores.shape().rank() - 1;
            // The shift is the maximum that a careful author subtracts, or a literal; not an arbitrary value,
            // which might be the −∞ that hides the row.
            let number = |x: Expr<'_>| x.as_constant().is_some_and(f64::is_finite);
            let largest = || without_largest(scores).filter(|_| !scores.arg(1).own_axes().contains(&last));
            let shifted = match (scores.both(Add), scores.both(Sub)) {
                (Some((a, b)), _) | (_, Some((a, b))) if number(b) => a,
                (Some((a, b)), _) if number(a) => b,
                _ => largest()?,
            };
            Some(x.with_args(&[shifted]))
        },
    ),
    rule("x - log Σ eˣ = log_softmax(x)", &[Of(Sub)], |x, _| {
        let (scores, below) = x.both(Sub)?;
        let (sum, repeat) = below.repeated()?;
        let last = x.shape().rank().checked_sub(1)?;
        let rows = repeat.axes.iter().copied().eq(0..last);
        (rows && is_log_sum_exp(sum, scores, last)).then(|| scores.log_softmax())
    }),
    rule("(eˣ - e⁻ˣ) / (eˣ + e⁻ˣ) = tanh(x)", &[Of(Div)], |x, _| {
        let (above, below) = x.both(Div)?;
        let ((a, b), (c, d)) = (above.both(Sub)?, below.both(Add)?);
        let (a_of, b_of) = (a.of(Exp)?, b.of(Exp)?);
        let same = (a.val == c.val && b.val == d.val) || (a.val == d.val && b.val == c.val);
        (same && opposite(a_of, b_of)).then(|| a_of.unary(Tanh))
    }),
    equations!(
        "s(x) - x = s(-x)":
        Sub(Softplus(x), x) => Softplus(Neg(x)),
        Sub(x, Softplus(x)) => Neg(Softplus(Neg(x))),
    ),
    // The result is one operator: as `s(x) - t·x`, an infinite `x` whose loss is finite would give ∞ - ∞.
    rule(
        "t · s(-x) + (1 - t) · s(x) = s(x) - t · x",
        &[Of(Add)],
        |x, _| {
            let (a, b) = x.both(Add)?;
            binary_cross_entropy(a, b).or_else(|| binary_cross_entropy(b, a))
        },
    ),
    equations!("√(x · x) = |x|": Sqrt(Mul(x, x)) => Abs(x)),
];

fn softmax_of(x: Expr<'_>) -> Option<Expr<'_>> {
    x.made_by::<Softmax>().then(|| x.arg(0))
}

/// True if each element of the value is an element of its first argument. What keeps a value apart stays around all of
/// it.
fn moves_elements(x: Expr<'_>) -> bool {
    x.has(|op| op.picks_elements() && !op.keeps_apart()) && !x.made_by::<StopGradient>()
}

/// Matches `1 - x` and returns `x`.
fn one_minus(x: Expr<'_>) -> Option<Expr<'_>> {
    x.both(Sub).filter(|(one, _)| one.is(1.0)).map(|(_, x)| x)
}

/// Matches `1 + eˣ` and returns `x`.
fn one_plus_exp(x: Expr<'_>) -> Option<Expr<'_>> {
    let (a, b) = x.both(Add)?;
    match () {
        _ if a.is(1.0) => b.of(Exp),
        _ if b.is(1.0) => a.of(Exp),
        _ => None,
    }
}

/// True if a rule above has a stable form for the logarithm of this value, perhaps below some moves.
fn has_stable_log(x: Expr<'_>, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    x.made_by::<Softmax>()
        || x.of(Sigmoid).is_some()
        || x.of(Exp).is_some()
        || one_plus_exp(x).is_some()
        || one_minus(x).is_some_and(|x| x.of(Sigmoid).is_some())
        || (moves_elements(x) && has_stable_log(x.arg(0), depth))
}

/// `log Σ eˣ = m + log Σ e^(x - m)` with `m = max x` held fixed, since its derivative cancels. An infinite
/// maximum is not taken out: the sum is then 0 or infinite anyway, and ∞ - ∞ would be NaN.
fn log_sum_exp<'g>(x: Expr<'g>, _: &Uses) -> Option<Expr<'g>> {
    let sum = x.of(Log)?;
    let Sum { axes } = sum.op()?;
    let scores = sum.arg(0).of(Exp)?;
    if scores.shape().count() == 0 || without_largest(scores).is_some() {
        return None;
    }
    let kept = (0..scores.shape().rank())
        .filter(|axis| !axes.contains(axis))
        .collect();
    let largest = scores.max_over(axes.clone());
    let infinite = largest.unary(Abs).binary(Equal, x.graph.constant(f64::INFINITY));
    let largest = infinite.select(x.graph.constant(0.0), largest).stop_gradient();
    let shifted = scores.binary(Sub, largest.broadcast(scores.shape(), kept));
    Some(
        shifted
            .unary(Exp)
            .sum(axes.clone())
            .unary(Log)
            .binary(Add, largest),
    )
}

/// Matches `x - max x`, the maximum over some axes or 0 where it is infinite, and returns `x`.
fn without_largest(x: Expr<'_>) -> Option<Expr<'_>> {
    let (of, largest) = x.both(Sub)?;
    let mut largest = largest.repeated().map_or(largest, |(source, _)| source);
    if largest.made_by::<StopGradient>() {
        largest = largest.arg(0);
    }
    if let Some((_, _, finite)) = largest.choice().filter(|(_, zero, _)| zero.is(0.0)) {
        largest = finite;
    }
    (largest.made_by::<Max>() && largest.arg(0).val == of.val).then_some(of)
}

/// True if this is the form that `log_sum_exp` gives to `log Σ eˣ` over the last axis.
fn is_log_sum_exp(sum: Expr<'_>, scores: Expr<'_>, last: usize) -> bool {
    let found = sum.both(Add).and_then(|(log, largest)| {
        let sum = log.of(Log).or_else(|| largest.of(Log))?;
        let last_alone = sum.op().is_some_and(|Sum { axes }| axes == [last]);
        without_largest(sum.arg(0).of(Exp)?).filter(|_| last_alone)
    });
    found.is_some_and(|of| of.val == scores.val)
}

/// True if `a = -b` can be seen from the expressions.
fn opposite(a: Expr<'_>, b: Expr<'_>) -> bool {
    let negates = |a: Expr<'_>, b: Expr<'_>| a.of(Neg).is_some_and(|of| of.val == b.val);
    if negates(a, b) || negates(b, a) {
        return true;
    }
    if let (Some((a, b)), Some((c, d))) = (a.both(Sub), b.both(Sub)) {
        return a.val == d.val && b.val == c.val;
    }
    let ((fa, a_rest), (fb, b_rest)) = (super::factor::split(a), super::factor::split(b));
    a_rest.val == b_rest.val && fa.power == fb.power && fa.number == -fb.number
}

/// Matches `t · y` and returns every reading `(t, y)`, also if `t` is a mask and the product a `select`.
fn times<'g>(x: Expr<'g>) -> Vec<(Expr<'g>, Expr<'g>)> {
    match (x.both(Mul), x.choice()) {
        _ if x.both(MultiplyNoNan).is_some() => vec![(x.arg(1), x.arg(0))],
        (Some((a, b)), _) => vec![(a, b), (b, a)],
        (_, Some((mask, y, zero))) if zero.is(0.0) && super::masks::is_mask(mask) => vec![(mask, y)],
        _ => Vec::new(),
    }
}

/// True if `a + b = 1` can be seen from the expressions.
fn complementary(a: Expr<'_>, b: Expr<'_>) -> bool {
    let one_less = |a: Expr<'_>, b: Expr<'_>| one_minus(a).is_some_and(|of| of.val == b.val);
    one_less(a, b)
        || one_less(b, a)
        || matches!((a.as_constant(), b.as_constant()), (Some(a), Some(b)) if (a + b - 1.0).abs() < 1e-15)
}

/// The rule for `first = t · s(-x)`, `second = (1 - t) · s(x)`.
fn binary_cross_entropy<'g>(first: Expr<'g>, second: Expr<'g>) -> Option<Expr<'g>> {
    for (t, left) in times(first) {
        for (rest, right) in times(second) {
            let (Some(u), Some(v)) = (left.of(Softplus), right.of(Softplus)) else {
                continue;
            };
            // `±x` has two readings; take the one in which `x` is not itself a negation.
            if complementary(t, rest) && opposite(u, v) {
                return match v.of(Neg) {
                    None => Some(v.binary(LogisticLoss, t)),
                    Some(_) => Some(u.binary(LogisticLoss, rest)),
                };
            }
        }
    }
    None
}
