//! Algebraic simplification: literals, signs and common factors.
//!
//! Input and output: an element-wise sum, product or power → an equal one in canonical form, with signs and
//! plain factors (see `factor`) outermost, e.g. `a·c + (-b)·c → (a - b)·c`. Cost: constant per node, apart
//! from walking down a chain of factors. Compare XLA's AlgebraicSimplifier and LLVM's InstCombine.
//!
//! The rules assume what holds of real numbers and of floating point alike: `x + 0 = x`, `x · 1 = x`, signs
//! move freely; and that sums and products may be reassociated (the last bit may differ). They do not assume
//! `x - x = 0`, `x / x = 1` or `0 · x = 0`, which fail for infinities and NaN: such terms stay as written. A
//! zero that comes from differentiation is different: there `0 · x` says that no derivative passes, and it is
//! 0 whatever `x` is.

use super::equation::equations;
use super::factor::{Factor, factor_of, split};
use super::pattern::Pattern;
use super::rule::{Rule, Uses, rule, rule_where};
use crate::graph::{Array, Expr};
use crate::ops::Opcode::{self, Elementwise as Of};
use crate::ops::batch::BatchSum;
use crate::ops::elementwise::Elementwise::{Add, Div, Mul, MultiplyNoNan, Neg, Sub};
use crate::ops::power::Power;
use crate::ops::reduce::Sum;

const SUMS: &[Opcode] = &[Of(Add), Of(Sub)];

pub const RULES: &[Rule] = &[
    rule_where("numbers of numbers are numbers", |op| op.is_elementwise(), fold),
    equations!(
        "x + 0 = x":
        Add(x, 0.0) => x,
        Sub(0.0, x) => Neg(x),
        Sub(x, 0.0) => x,
    ),
    equations!(
        "x · 1 = x":
        Mul(x, 1.0) => x,
        Div(x, 1.0) => x,
    ),
    rule("no derivative passes through 0 · x", &[Of(Mul)], |x, _| {
        let zero = x.of_derivative() && (x.arg(0).is(0.0) || x.arg(1).is(0.0));
        zero.then(|| x.graph.constant(0.0).broadcast_to(&x.shape()))
    }),
    rule("plain factors form one", &[Of(Neg), Of(Mul), Of(Div)], one_factor),
    rule("-(a - b) = b - a", &[Of(Neg)], |x, uses| {
        negated(x.of(Neg)?, uses, 4)
    }),
    equations!(
        "signs move out of products":
        Mul(Neg(a), Neg(b)) => Mul(a, b),
        Mul(Neg(a), b) => Neg(Mul(a, b)),
        Mul(a, Neg(b)) => Neg(Mul(a, b)),
        Div(Neg(a), Neg(b)) => Div(a, b),
        Div(Neg(a), b) => Neg(Div(a, b)),
        Div(a, Neg(b)) => Neg(Div(a, b)),
    ),
    equations!(
        "signs move out of sums":
        Add(Neg(a), Neg(b)) => Neg(Add(a, b)),
        Add(a, Neg(b)) => Sub(a, b),
        Sub(Neg(a), Neg(b)) => Sub(b, a),
        Sub(Neg(a), b) => Neg(Add(a, b)),
        Sub(a, Neg(b)) => Add(a, b),
    ),
    rule("plain factors move out of products", &[Of(Mul)], |x, _| {
        let (a, b) = (x.arg(0), x.arg(1));
        let ((fa, a), (fb, b)) = (split(a), split(b));
        match () {
            _ if !fa.is_one() && !fb.is_one() => Some(fa.times(fb)?.scale(a.binary(Mul, b))),
            // Scaling one number costs less than scaling every element.
            _ if !fa.is_one() && b.scalar().is_some() && x.shape().rank() > 0 => Some(onto_scalar(fa, b, a)),
            _ if !fb.is_one() && a.scalar().is_some() && x.shape().rank() > 0 => Some(onto_scalar(fb, a, b)),
            _ => None,
        }
    }),
    rule(
        "plain factors move out of weighted products",
        &[Of(MultiplyNoNan)],
        |x, _| {
            let (value, weight) = x.both(MultiplyNoNan)?;
            let ((fa, a), (fb, b)) = (split(value), split(weight));
            let factor = fa.times(fb).filter(|factor| !factor.is_one())?;
            Some(factor.scale(a.binary(MultiplyNoNan, b)))
        },
    ),
    equations!("a · (1 / b) = a / b": Mul(a, Div(1.0, b)) => Div(a, b)),
    rule(
        "a · (b / c) = (a · b) / c for scalars a, b",
        &[Of(Mul)],
        |x, _| {
            let (a, b) = x.both(Mul)?;
            scaled_ratio(a, b).or_else(|| scaled_ratio(b, a))
        },
    ),
    rule("x + x = 2 · x", SUMS, |x, _| {
        let ((fa, a), (fb, b)) = (split(x.arg(0)), split(x.arg(1)));
        if a.val != b.val || fa.power != fb.power || a.as_constant().is_some() {
            return None;
        }
        let number = match x.both(Add) {
            Some(_) => fa.number + fb.number,
            None => fa.number - fb.number,
        };
        // A factor of zero is left alone: `x - x` is not 0 for an infinite `x`.
        number.is_normal().then(|| Factor { number, ..fa }.scale(a))
    }),
    rule("(a + b) + b = a + 2 · b", SUMS, |x, uses| {
        let (sum, last) = (x.arg(0), x.arg(1));
        let inner = [Add, Sub].into_iter().find(|&op| sum.both(op).is_some())?;
        let (a, b) = sum.both(inner).filter(|_| uses.single(sum))?;
        let ((before, same), (after, other)) = (split(b), split(last));
        if same.val != other.val || before.power != after.power || same.as_constant().is_some() {
            return None;
        }
        let signed = |op: Option<_>, factor: Factor| match op {
            Some(_) => factor.number,
            None => -factor.number,
        };
        let number = signed(sum.both(Add), before) + signed(x.both(Add), after);
        number
            .is_normal()
            .then(|| a.binary(Add, Factor { number, ..before }.scale(same)))
    }),
    rule("plain factors move out of sums", SUMS, common_plain_factor),
    rule("n · x under 1 / n", &[Of(Mul), Of(Div)], |x, uses| {
        let (factor, sum) = split(x);
        let op = [Add, Sub].into_iter().find(|&op| sum.both(op).is_some())?;
        let (a, b) = sum.both(op)?;
        let ((fa, _), (fb, _)) = (split(a), split(b));
        let cancels = |own: Factor| own.power != 0 && own.power == -factor.power;
        let distribute = uses.single(sum) && (cancels(fa) || cancels(fb));
        distribute.then(|| factor.scale(a).binary(op, factor.scale(b)))
    }),
    rule("a · c + b · c = (a + b) · c", SUMS, common_factor),
    equations!(
        "a / c + b / c = (a + b) / c":
        Add(Div(a, c), Div(b, c)) => Div(Add(a, b), c),
        Sub(Div(a, c), Div(b, c)) => Div(Sub(a, b), c),
    ),
    rule(
        "small powers by their plain operators",
        &[Opcode::Power],
        |x, _| {
            let base = x.arg(0);
            match x.op::<Power>()?.exponent.0 {
                1.0 => Some(base),
                2.0 => Some(base.binary(Mul, base)),
                -1.0 => Some(x.graph.constant(1.0).broadcast_to(&x.shape()).binary(Div, base)),
                _ => None,
            }
        },
    ),
];

/// Constant folding: an element-wise operator on literals, if the result is finite.
fn fold<'g>(x: Expr<'g>, _: &Uses) -> Option<Expr<'g>> {
    let node = x.node();
    let number = |&arg| Some(Array::scalar(x.graph.expr(arg).as_constant()?));
    let args: Vec<Array> = node.args.iter().map(number).collect::<Option<_>>()?;
    let value = node.op.rules().evaluate(&args.iter().collect::<Vec<_>>()).data[0];
    value
        .is_finite()
        .then(|| x.graph.constant(value).broadcast_to(&x.shape()))
}

fn one_factor<'g>(x: Expr<'g>, _: &Uses) -> Option<Expr<'g>> {
    if let Some(factor) = factor_of(x) {
        return Some(factor.build(x.graph).broadcast_to(&x.shape()));
    }
    let (factor, rest) = split(x);
    (rest.val != x.val).then(|| factor.scale(rest))
}

/// `(factor · number) · x`.
fn onto_scalar<'g>(factor: Factor, number: Expr<'g>, x: Expr<'g>) -> Expr<'g> {
    let number = number.scalar().expect("the rule has looked");
    factor.scale(number).broadcast_to(&x.shape()).binary(Mul, x)
}

/// `number · (above / below)` with one division per element and no product.
fn scaled_ratio<'g>(number: Expr<'g>, ratio: Expr<'g>) -> Option<Expr<'g>> {
    let (above, below) = ratio.both(Div)?;
    if below.scalar().is_some() {
        return None;
    }
    let product = number.scalar()?.binary(Mul, above.scalar()?);
    Some(product.broadcast_to(&ratio.shape()).binary(Div, below))
}

/// `-x` where negation is free: a difference is reversed, also under a plain division or a sum.
fn negated<'g>(x: Expr<'g>, uses: &Uses, depth: usize) -> Option<Expr<'g>> {
    let depth = depth.checked_sub(1)?;
    if !uses.single(x) {
        return None;
    }
    if let Some((a, b)) = x.both(Sub) {
        return Some(b.binary(Sub, a));
    }
    if let Some((a, b)) = x.both(Div) {
        return Some(negated(a, uses, depth)?.binary(Div, b));
    }
    let sums = x.made_by::<Sum>() || x.made_by::<BatchSum>();
    sums.then(|| negated(x.arg(0), uses, depth).map(|negated| x.with_args(&[negated])))?
}

/// `x / n - y / n = (x - y) / n`, also if one of the two has its factor on a scalar: `s · x / n`.
fn common_plain_factor<'g>(x: Expr<'g>, uses: &Uses) -> Option<Expr<'g>> {
    let (a, b) = (x.arg(0), x.arg(1));
    if !uses.single(a) && !uses.single(b) {
        return None;
    }
    let ((fa, a), (fb, b)) = (split(a), split(b));
    let (fa, a) = if fa.power == fb.power {
        (fa, a)
    } else {
        off_scalar(fa, a)
    };
    let (fb, b) = if fa.power == fb.power {
        (fb, b)
    } else {
        off_scalar(fb, b)
    };
    let same = fa.power == fb.power && fa.number.abs() == fb.number.abs();
    if !same || (fa.number.abs() == 1.0 && fa.power == 0) {
        return None;
    }
    let factor = Factor {
        number: fa.number.abs(),
        ..fa
    };
    let sign = |number: f64, x: Expr<'g>| if number < 0.0 { x.unary(Neg) } else { x };
    Some(factor.scale(x.with_args(&[sign(fa.number, a), sign(fb.number, b)])))
}

/// Rewrites `x · (f · s)` with a scalar `s` as `f · (x · s)`.
fn off_scalar(factor: Factor, x: Expr<'_>) -> (Factor, Expr<'_>) {
    let found = x.both(Mul).and_then(|(a, b)| {
        let (scaled, other) = match (a.scalar(), b.scalar()) {
            (Some(a), _) => (split(a), b),
            (None, Some(b)) => (split(b), a),
            (None, None) => return None,
        };
        let (own, number) = scaled;
        Some((
            factor.times(own)?,
            other.binary(Mul, number.broadcast_to(&x.shape())),
        ))
    });
    found.unwrap_or((factor, x))
}

fn common_factor<'g>(x: Expr<'g>, uses: &Uses) -> Option<Expr<'g>> {
    let (left, right) = (x.arg(0), x.arg(1));
    let ((a, b), (c, d)) = (left.both(Mul)?, right.both(Mul)?);
    if !uses.single(left) && !uses.single(right) {
        return None;
    }
    let (common, a, b) = match () {
        _ if b.val == d.val => (b, a, c),
        _ if a.val == c.val => (a, b, d),
        _ if b.val == c.val => (b, a, d),
        _ if a.val == d.val => (a, b, c),
        _ => return None,
    };
    Some(x.with_args(&[a, b]).binary(Mul, common))
}
