//! The formulas of element-wise operators: what a back end has to know of them.

use super::number;
use crate::ops::formula::{Comparison, Formula};

/// The expression of a whole array; NumPy broadcasts what is one for the batch. `None` of a function that it lacks.
pub fn write(formula: Formula, args: &[&str]) -> Option<String> {
    Some(match (formula, args) {
        (Formula::Infix(infix), [a, b]) => format!("{a} {} {b}", infix.symbol()),
        (Formula::Negate, [a]) => format!("-{a}"),
        (Formula::Call(function) | Formula::Fused(function), args) => call(function, args)?,
        (Formula::AtLeast(least, function), args) => {
            format!("np.maximum({}, {})", call(function, args)?, number(least))
        }
        (Formula::Compare(comparison), [a, b]) => {
            let sign = match comparison {
                Comparison::Greater => ">",
                Comparison::GreaterEqual => ">=",
                Comparison::Equal => "==",
            };
            format!("np.where({a} {sign} {b}, 1.0, 0.0)")
        }
        (Formula::Select, [mask, a, b]) => format!("np.where({mask} != 0.0, {a}, {b})"),
        (Formula::FromInteger, [a]) => format!("np.asarray({a}, dtype=float)"),
        (Formula::IntegerPower(exponent), [a]) => format!("np.power({a}, {exponent}.0)"),
        (Formula::RealPower(exponent), [a]) => format!("np.power({a}, {})", number(exponent)),
        _ => unreachable!("{formula:?} of {} arguments", args.len()),
    })
}

/// A function by the name that the runtime's elements give it.
fn call(function: &str, args: &[&str]) -> Option<String> {
    Some(match (function, args) {
        ("exp" | "sqrt" | "sin" | "cos" | "tanh" | "abs" | "sign", [a]) => format!("np.{function}({a})"),
        ("ln", [a]) => format!("np.log({a})"),
        ("sigmoid", [a]) => format!("1.0 / (1.0 + np.exp(-{a}))"),
        ("softplus", [a]) => format!("np.logaddexp({a}, 0.0)"),
        ("erf", [a]) => format!("np.vectorize(math.erf)({a})"),
        ("relu", [a]) => format!("np.maximum({a}, 0.0)"),
        ("max", [a, b]) => format!("np.maximum({a}, {b})"),
        ("min", [a, b]) => format!("np.minimum({a}, {b})"),
        ("multiply_no_nan", [a, weight]) => format!("np.where({weight} == 0.0, 0.0, {a} * {weight})"),
        ("logistic_loss", [a, t]) => format!("logistic_loss({a}, {t})"),
        _ => return None,
    })
}
