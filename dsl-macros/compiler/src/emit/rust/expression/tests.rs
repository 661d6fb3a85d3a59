//! The emitted form of scalar operators, read back as Rust and evaluated: it must mean what the interpreter computes,
//! alone and as an argument of every other one.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::{BinOp, Expr, Lit, UnOp};

use super::Expression;
use crate::graph::Number;
use crate::graph::interpret::Array;
use crate::math;
use crate::ops::Op;
use crate::ops::elementwise::Elementwise;
use crate::ops::power::Power;

type Numbers = BTreeMap<String, f64>;

/// The value of the emitted expression. Panics on anything that emitted code should not contain.
fn evaluate(expr: &Expr, numbers: &Numbers) -> f64 {
    let value = |expr: &Expr| evaluate(expr, numbers);
    match expr {
        Expr::Paren(inner) => value(&inner.expr),
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(int) => int.base10_parse().expect("a number"),
            Lit::Float(float) => float.base10_parse().expect("a number"),
            _ => panic!("neither an integer nor a float"),
        },
        Expr::Path(path) => match last(path).as_str() {
            "ZERO" => 0.0,
            "ONE" => 1.0,
            name => numbers[name],
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => -value(&unary.expr),
        Expr::Binary(binary) => {
            let (a, b) = (value(&binary.left), value(&binary.right));
            match binary.op {
                BinOp::Add(_) => a + b,
                BinOp::Sub(_) => a - b,
                BinOp::Mul(_) => a * b,
                BinOp::Div(_) => a / b,
                _ => panic!("a comparison outside of an `if`"),
            }
        }
        Expr::If(choice) => {
            let (_, otherwise) = choice.else_branch.as_ref().expect("both branches are emitted");
            match holds(&choice.cond, numbers) {
                true => block(&choice.then_branch, numbers),
                false => value(otherwise),
            }
        }
        Expr::Block(inner) => block(&inner.block, numbers),
        Expr::Call(call) => {
            let Expr::Path(path) = &*call.func else {
                panic!("a call of an expression")
            };
            let args: Vec<f64> = call.args.iter().map(value).collect();
            apply(&last(path), &args)
        }
        other => panic!("unexpected: {}", quote!(#other)),
    }
}

fn last(path: &syn::ExprPath) -> String {
    path.path
        .segments
        .last()
        .expect("paths have a name")
        .ident
        .to_string()
}

fn block(block: &syn::Block, numbers: &Numbers) -> f64 {
    match block.stmts.as_slice() {
        [syn::Stmt::Expr(expr, None)] => evaluate(expr, numbers),
        _ => panic!("a branch is one expression"),
    }
}

fn holds(condition: &Expr, numbers: &Numbers) -> bool {
    let Expr::Binary(binary) = condition else {
        panic!("a condition compares")
    };
    let (a, b) = (evaluate(&binary.left, numbers), evaluate(&binary.right, numbers));
    match binary.op {
        BinOp::Gt(_) => a > b,
        BinOp::Ge(_) => a >= b,
        BinOp::Eq(_) => a == b,
        BinOp::Ne(_) => a != b,
        _ => panic!("an unexpected comparison"),
    }
}

/// The functions that `T: Real` of the runtime must offer.
fn apply(function: &str, args: &[f64]) -> f64 {
    match (function, args) {
        ("exp", &[x]) => x.exp(),
        ("ln", &[x]) => x.ln(),
        ("sqrt", &[x]) => x.sqrt(),
        ("sin", &[x]) => x.sin(),
        ("cos", &[x]) => x.cos(),
        ("tanh", &[x]) => x.tanh(),
        ("abs", &[x]) => x.abs(),
        ("sigmoid", &[x]) => math::sigmoid(x),
        ("softplus", &[x]) => math::softplus(x),
        ("erf", &[x]) => math::erf(x),
        ("erfinv", &[x]) => math::erfinv(x),
        ("multiply_no_nan", &[x, weight]) => math::multiply_no_nan(x, weight),
        ("logistic_loss", &[x, t]) => math::logistic_loss(x, t),
        ("relu", &[x]) => math::relu(x),
        ("sign", &[x]) => math::sign(x),
        ("max", &[a, b]) => math::max(a, b),
        ("min", &[a, b]) => math::min(a, b),
        ("powi", &[x, p]) => x.powi(p as i32),
        ("powf", &[x, p]) => x.powf(p),
        ("literal" | "from", &[value]) => value,
        _ => panic!("no function {function} of {} arguments", args.len()),
    }
}

fn emit(op: &Op, args: &[Expression]) -> Expression {
    let formula = op.rules().formula().expect("scalar operators only");
    Expression::of(formula, args)
}

fn meaning(op: &Op, args: &[f64]) -> f64 {
    let arrays: Vec<Array> = args.iter().map(|&x| Array::scalar(x)).collect();
    op.rules().evaluate(&arrays.iter().collect::<Vec<_>>()).data[0]
}

fn parse(Expression { code, .. }: &Expression) -> Expr {
    // Through text, as the user's compiler may print and read it.
    syn::parse_str(&code.to_string()).unwrap_or_else(|error| panic!("`{code}`: {error}"))
}

fn name(place: usize) -> String {
    ["a", "b", "c", "d", "e", "f"][place].to_string()
}

fn names(range: std::ops::Range<usize>) -> Vec<Expression> {
    range
        .map(|place| {
            let name = Ident::new(&name(place), Span::call_site());
            Expression::atom(quote!(#name))
        })
        .collect()
}

fn numbers(values: &[f64]) -> Numbers {
    values
        .iter()
        .enumerate()
        .map(|(place, &value)| (name(place), value))
        .collect()
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// The emitted expression of `op` at every element of `args`.
pub fn check(label: &str, op: &Op, args: &[&Array]) {
    let expr = parse(&emit(op, &names(0..args.len())));
    let expected = op.rules().evaluate(args);
    for place in 0..expected.data.len() {
        let values: Vec<f64> = args.iter().map(|arg| arg.data[place]).collect();
        let value = evaluate(&expr, &numbers(&values));
        assert!(
            same(value, expected.data[place]),
            "{label} at {values:?}: {value}"
        );
    }
}

fn scalar_operators() -> Vec<Op> {
    let powers = [2.0, -1.0, 0.5, -1.5].map(|exponent| {
        let exponent = Number(exponent);
        Op::from(Power { exponent })
    });
    Elementwise::ALL
        .iter()
        .map(|&op| Op::from(op))
        .chain(powers)
        .collect()
}

fn arity(op: &Op) -> usize {
    match op {
        Op::Elementwise(op) => op.arity(),
        _ => 1,
    }
}

/// Values of which every operator makes different ones: both signs, a zero, equal neighbours.
const VALUES: [[f64; 6]; 3] = [
    [0.7, -1.3, 0.4, 2.1, -0.6, 1.9],
    [-0.5, 0.0, 1.5, -2.0, 0.3, 0.3],
    [0.0, 0.0, -3.0, 1.25, 1.0, -0.2],
];

/// Every operator as every argument of every other: nothing binds where it should not, and no sum is regrouped.
#[test]
fn nested_expressions_keep_their_structure() {
    for outer in scalar_operators() {
        for inner in scalar_operators() {
            for place in 0..arity(&outer) {
                let own = arity(&outer);
                let mut args = names(0..own);
                args[place] = emit(&inner, &names(own..own + arity(&inner)));
                let emitted = emit(&outer, &args);
                let expr = parse(&emitted);
                for values in VALUES {
                    let mut direct = values[..own].to_vec();
                    direct[place] = meaning(&inner, &values[own..own + arity(&inner)]);
                    let (value, expected) = (evaluate(&expr, &numbers(&values)), meaning(&outer, &direct));
                    assert!(
                        same(value, expected),
                        "{} at {values:?}: {value}, not {expected}",
                        emitted.code
                    );
                }
            }
        }
    }
}

/// Chains of three: what two of them get right by chance, a third one shows.
#[test]
fn chains_of_infix_operators_keep_their_structure() {
    use Elementwise::{Add, Div, Greater, Mul, Neg, Select, Sub};
    let infix = [Add, Sub, Mul, Div].map(Op::from);
    let [a, b, c, d] = [0.7, -1.3, 0.4, 2.1];
    let values = numbers(&[a, b, c, d]);
    let [ta, tb, tc, td] = <[Expression; 4]>::try_from(names(0..4)).expect("four names");
    let neg = Op::from(Neg);
    for first in &infix {
        for second in &infix {
            for third in &infix {
                let negated = emit(&neg, &[emit(first, &[ta.clone(), tb.clone()])]);
                let inner = emit(second, &[tc.clone(), negated.clone()]);
                let left = emit(third, &[inner.clone(), td.clone()]);
                let right = emit(third, &[td.clone(), inner]);
                let value = meaning(second, &[c, -meaning(first, &[a, b])]);
                let evaluated = |emitted: &Expression| evaluate(&parse(emitted), &values);
                assert!(
                    same(evaluated(&left), meaning(third, &[value, d])),
                    "{}",
                    left.code
                );
                assert!(
                    same(evaluated(&right), meaning(third, &[d, value])),
                    "{}",
                    right.code
                );
            }
        }
    }
    // A choice made by a comparison needs no mask.
    let mask = emit(&Greater.into(), &[ta.clone(), tb.clone()]);
    let choice = emit(&Select.into(), &[mask, tc, td]);
    assert_eq!(choice.code.to_string(), "if a > b { c } else { d }");
}
