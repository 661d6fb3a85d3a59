//! The formulas of element-wise operators.

use super::legend::Legend;
use super::math::{Math, call, size};
use crate::ops::formula::{Comparison, Formula, Infix, Precedence};

/// The formula of an operator on written arguments, and what there is to explain. With `numbers` at most one of the arguments has
/// axes, so that a product is no product by elements.
pub fn write(formula: Formula, args: &[Math], numbers: bool) -> (Math, Option<Legend>) {
    let size = size(args);
    let plain = |math: Math| (math, None);
    let math = |text: String, precedence: Precedence| plain(Math::new(text, precedence, size));
    match (formula, args) {
        (Formula::Infix(Infix::Divide), [a, b]) => {
            math(format!(r"\frac{{{}}}{{{}}}", a.text, b.text), Precedence::Sign)
        }
        (Formula::Infix(infix), [a, b]) => {
            let precedence = infix.precedence();
            let sign = match infix {
                Infix::Multiply if numbers => r"\cdot",
                Infix::Multiply => r"\odot",
                Infix::Subtract => "-",
                _ => "+",
            };
            let right = match infix {
                _ if b.text.starts_with('-') => format!(r"\left({}\right)", b.text),
                // Among real numbers these associate.
                Infix::Add | Infix::Multiply => b.within(precedence),
                _ => b.beyond(precedence),
            };
            math(format!("{} {sign} {right}", a.within(precedence)), precedence)
        }
        (Formula::Negate, [a]) => {
            // What is negated may be a product as a whole, which the sign leaves as weak as it is.
            let least = Precedence::MatrixProduct;
            match a.text.starts_with('-') || a.precedence < least {
                true => math(format!(r"-\left({}\right)", a.text), Precedence::Sign),
                false => math(format!("-{}", a.text), a.precedence.min(Precedence::Sign)),
            }
        }
        (Formula::Compare(comparison), [a, b]) => {
            let sign = match comparison {
                Comparison::Greater => ">",
                Comparison::GreaterEqual => r"\ge",
                Comparison::Equal => "=",
            };
            let limit = Precedence::Comparison;
            let condition = format!("{} {sign} {}", a.beyond(limit), b.beyond(limit));
            plain(Math::indicator(condition, size))
        }
        (Formula::Select, [mask, a, b]) if b.text == "0" => {
            let text = format!(
                r"{} \rhd {}",
                mask.within(Precedence::Sign),
                a.within(Precedence::Sign)
            );
            (
                Math::new(text, Precedence::MatrixProduct, size),
                Some(Legend::Where),
            )
        }
        (Formula::Select, [mask, a, b]) => {
            let condition = mask.condition();
            let text = format!(
                r"\begin{{cases}} {} & \text{{if }} {condition} \\ {} & \text{{otherwise}} \end{{cases}}",
                a.text, b.text
            );
            math(text, Precedence::Choice)
        }
        (Formula::FromInteger, [a]) => plain(a.clone()),
        (Formula::IntegerPower(exponent), [a]) => plain(a.power(&exponent.to_string())),
        (Formula::RealPower(exponent), [a]) => plain(a.power(&Math::number(exponent).text)),
        (Formula::AtLeast(least, function), args) => plain(call(
            r"\max",
            &[named(function, args, numbers).0, Math::number(least)],
        )),
        (Formula::Call(function) | Formula::Fused(function), args) => named(function, args, numbers),
        _ => unreachable!("{formula:?} of {} arguments", args.len()),
    }
}

/// A function by the name that the runtime's elements give it.
fn named(function: &'static str, args: &[Math], numbers: bool) -> (Math, Option<Legend>) {
    let size = size(args);
    let word = match function {
        "exp" | "sin" | "cos" | "tanh" | "max" | "min" => format!(r"\{function}"),
        "ln" => r"\log".to_string(),
        "sigmoid" => r"\sigma".to_string(),
        "erfinv" => r"\operatorname{erf}^{-1}".to_string(),
        other => format!(r"\operatorname{{{}}}", other.replace('_', r"\_")),
    };
    let text = match (function, args) {
        ("sqrt", [a]) => Math::new(format!(r"\sqrt{{{}}}", a.text), Precedence::Atom, size),
        ("abs", [a]) => Math::new(format!(r"\left|{}\right|", a.text), Precedence::Atom, size),
        ("multiply_no_nan", [x, weight]) => {
            let times = Formula::Infix(Infix::Multiply);
            let product = write(times, &[x.clone(), weight.clone()], numbers).0;
            let none = Math::number(0.0);
            return write(Formula::Select, &[weight.clone(), product, none], numbers);
        }
        ("logistic_loss", [x, truth]) => {
            let softplus = named("softplus", std::slice::from_ref(x), numbers);
            let product = write(
                Formula::Infix(Infix::Multiply),
                &[truth.clone(), x.clone()],
                numbers,
            );
            return (
                write(Formula::Infix(Infix::Subtract), &[softplus.0, product.0], numbers).0,
                softplus.1,
            );
        }
        _ => call(&word, args),
    };
    let legend = match function {
        "sigmoid" => Some(Legend::Sigmoid),
        "softplus" => Some(Legend::Softplus),
        "relu" => Some(Legend::Relu),
        "erf" | "erfinv" => Some(Legend::Erf),
        _ => None,
    };
    (text, legend)
}
