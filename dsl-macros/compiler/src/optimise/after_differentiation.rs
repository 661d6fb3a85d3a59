//! Rules for graphs that will not be differentiated any more: they keep values but not derivatives.

use super::factor::split;
use super::pattern::Pattern;
use super::rule::Head::{self, Of};
use super::rule::{Rule, rule};
use crate::ops::Op;
use crate::ops::elementwise::Elementwise::{Equal, Greater, GreaterEqual, Maximum, Minimum, Relu, Select};

pub const RULES: &[Rule] = &[
    rule(
        "a mark is its value",
        &[Head::Mark, Head::StopGradient],
        |x, _| Some(x.arg(0)),
    ),
    // At 0 the derivatives differ: `max` shares it, `relu` has none.
    rule("max(x, 0) = relu(x)", &[Of(Maximum)], |x, _| {
        let (a, b) = x.both(Maximum)?;
        match () {
            _ if b.is(0.0) => Some(a.unary(Relu)),
            _ if a.is(0.0) => Some(b.unary(Relu)),
            _ => None,
        }
    }),
    // At the number itself the derivatives differ.
    rule("a choice of the larger or the smaller", &[Of(Select)], |x, _| {
        let (mask, number, other) = x.choice()?;
        let (a, b) = mask.both(Greater).or_else(|| mask.both(GreaterEqual))?;
        // That it is a number tells that it is no NaN, which a maximum would keep.
        number.as_constant()?;
        match () {
            _ if a.val == number.val && b.val == other.val => Some(number.binary(Maximum, other)),
            _ if a.val == other.val && b.val == number.val => Some(number.binary(Minimum, other)),
            _ => None,
        }
    }),
    rule("a known choice", &[Of(Select)], |x, _| {
        let (mask, a, b) = x.choice()?;
        Some(if mask.as_constant()? != 0.0 { a } else { b })
    }),
    // At 0 the derivatives differ.
    rule(
        "a weight is 0 where it is 0, chosen or not",
        &[Of(Select)],
        |x, _| {
            let (mask, none, weighted) = x.choice()?;
            let (a, b) = mask.both(Equal)?;
            let weight = split(weighted).1;
            let same = none.is(0.0) && (a.is(0.0) && b.val == weight.val || b.is(0.0) && a.val == weight.val);
            same.then_some(weighted)
        },
    ),
    rule("x⁰ = 1", &[Head::Power], |x, _| match &x.node().op {
        Op::Power(power) if power.exponent.0 == 0.0 => Some(x.graph.constant(1.0).broadcast_to(&x.shape())),
        _ => None,
    }),
];
