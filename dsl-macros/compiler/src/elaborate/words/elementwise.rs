//! Element-wise words: one for each line of the operators' table, and those made from them.

use super::{Example, Meaning, Word, WordFormal, needed, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::operators::number;
use crate::elaborate::value::Value;
use crate::graph::{Number, Val};
use crate::ops::Operator;
use crate::ops::elementwise::Elementwise;
use crate::ops::formula::Formula;
use crate::ops::power::Power;

const ONE: &[WordFormal] = &[tensor("x")];
const TWO: &[WordFormal] = &[needed("a"), needed("b")];
const THREE: &[WordFormal] = &[needed("mask"), needed("a"), needed("b")];

/// The words derived from the table of operators; `+ - * /` are written as operators.
pub fn derived() -> impl Iterator<Item = Word> {
    let sign = |op: &Elementwise| matches!(op.formula(), Some(Formula::Infix(_)));
    let named = Elementwise::ALL.iter().copied().filter(move |op| !sign(op));
    named.map(|op| Word {
        name: op.word(),
        formals: match op.arity() {
            1 => ONE,
            2 => TWO,
            _ => THREE,
        },
        documentation: op.documentation(),
        example: Example::Elementwise,
        aliases: aliases(op),
        meaning: Meaning::Elementwise(op),
    })
}

/// What others call the word of an operator.
fn aliases(op: Elementwise) -> &'static [&'static str] {
    match op {
        Elementwise::Maximum => &["maximum"],
        Elementwise::Minimum => &["minimum"],
        Elementwise::Greater => &["gt"],
        Elementwise::GreaterEqual => &["ge"],
        Elementwise::Equal => &["eq"],
        Elementwise::Select => &["where"],
        Elementwise::Sigmoid => &["expit", "logistic"],
        Elementwise::MultiplyNoNan => &["xlogy"],
        _ => &[],
    }
}

pub const WORDS: &[Word] = &[
    word("less", TWO, less, "1 where `a < b`, else 0.",
        "(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> { a.less(b) } [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]",
    )
    .alias(&["lt"]),
    word("less_equal", TWO, less_equal, "1 where `a ≤ b`, else 0.",
        "(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> { a.less_equal(b) } [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]",
    )
    .alias(&["le"]),
    word("square", ONE, square, "`x²`.",
        "(x: Tensor<3>) -> Tensor<3> { x.square() } [1.0, 2.0, 3.0]",
    ),
    word(
        "pow",
        &[tensor("x"), needed("exponent")],
        pow,
        "`xᵖ` for a number `p` known while compiling.",
        "(x: Tensor<3>) -> Tensor<3> { x.pow(3.0) } [1.0, 2.0, 3.0]",
    ),
    word(
        "clamp",
        &[tensor("x"), needed("low"), needed("high")],
        clamp,
        "`x` kept between two numbers; no gradient passes where it is cut, nor at the two numbers themselves.",
        "(x: Tensor<3>) -> Tensor<3> { x.clamp(1.5, 2.5) } [1.0, 2.0, 3.0]",
    )
    .alias(&["clip"]),
    word(
        "stop_gradient",
        ONE,
        stop_gradient,
        "The value itself; no derivative passes.",
        "(x: Tensor<3>) -> Tensor<3> { (x.stop_gradient() * x).sum().grad(x) } [1.0, 2.0, 3.0]",
    )
    .alias(&["detach"]),
];

/// Applies the word: on numbers the result is a number, otherwise a tensor.
pub fn apply<'a>(op: Elementwise, e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let values: Vec<&Value> = (0..op.arity()).filter_map(|place| a.get(place)).collect();
    if let (Elementwise::Maximum | Elementwise::Minimum, [Value::Integer(left), Value::Integer(right)]) =
        (op, values.as_slice())
    {
        let larger = op == Elementwise::Maximum;
        return Ok(Value::Integer(if larger {
            *left.max(right)
        } else {
            *left.min(right)
        }));
    }
    let numbers: Option<Vec<f64>> = values.iter().map(|value| as_number(value)).collect();
    if let Some(numbers) = numbers {
        return number(op.value(&numbers), || {
            format!(
                "`{}` of {}",
                a.word,
                numbers
                    .iter()
                    .map(|number| format!("{number:?}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        });
    }
    let args: Result<Vec<Val>, Fault> = (0..op.arity()).map(|place| a.operand(e, place)).collect();
    elementwise(op, e, a, &args?)
}

fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(*number),
        Value::Integer(number) => Some(*number as f64),
        _ => None,
    }
}

/// Applies the operator to values broadcast to one shape.
fn elementwise<'a>(
    op: Elementwise,
    e: &Elaborator<'a>,
    a: &Arguments<'a>,
    args: &[Val],
) -> Result<Value, Fault> {
    let mut shape = e.graph.ty(args[0]).shape;
    for (place, &arg) in args.iter().enumerate().skip(1) {
        let own = e.graph.ty(arg).shape;
        shape = shape.broadcast(&own).ok_or_else(|| {
            let shown: Vec<String> = (0..args.len())
                .map(|place| a.shown_with_shape(e, place))
                .collect();
            Fault::new(format!(
                "`{}` needs shapes that broadcast: {}",
                a.word,
                shown.join(", ")
            ))
            .help("sizes are compared from the last axis on, and must be equal or 1")
            .at(place)
        })?;
    }
    let args: Vec<Val> = args.iter().map(|&arg| e.broadcast(arg, &shape)).collect();
    super::apply(e, op, &args)
}

fn less<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (left, right) = (a.operand(e, 0)?, a.operand(e, 1)?);
    elementwise(Elementwise::Greater, e, a, &[right, left])
}

fn less_equal<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (left, right) = (a.operand(e, 0)?, a.operand(e, 1)?);
    elementwise(Elementwise::GreaterEqual, e, a, &[right, left])
}

fn square<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    power(e, a, 2.0)
}

fn pow<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    if let Some(Value::Tensor(_)) = a.get(1) {
        let text = format!(
            "`pow` needs a number as exponent, but {}",
            a.shown_with_shape(e, 1)
        );
        let (x, p) = (a.shown(e, 0), a.shown(e, 1));
        return Err(Fault::new(text)
            .help(format!("write `exp({p} * log({x}))` for a positive base"))
            .at(1));
    }
    let exponent = a.number(e, 1)?;
    power(e, a, exponent)
}

fn power<'a>(e: &Elaborator<'a>, a: &Arguments<'a>, exponent: f64) -> Result<Value, Fault> {
    let op = Power {
        exponent: Number(exponent),
    };
    if let Some(base) = a.get(0).and_then(as_number) {
        return number(op.value(base), || format!("`{}` of {base:?}", a.word));
    }
    super::apply(e, op, &[a.tensor(e, 0)?])
}

fn clamp<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (x, low, high) = (a.tensor(e, 0)?, a.number(e, 1)?, a.number(e, 2)?);
    if low > high {
        return Err(Fault::new(format!("`clamp` needs `low` below `high`: {low:?}, {high:?}")).at(1));
    }
    let shape = e.graph.ty(x).shape;
    let number = |value: f64| e.graph.constant(value).broadcast_to(&shape);
    // Selects, so that a NaN stays a NaN and no derivative passes at the ends.
    let (x, low, high) = (e.graph.expr(x), number(low), number(high));
    let raised = low.binary(Elementwise::GreaterEqual, x).select(low, x);
    let kept = x.binary(Elementwise::GreaterEqual, high).select(high, raised);
    Ok(Value::Tensor(kept.val))
}

fn stop_gradient<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.tensor(e, 0)?;
    Ok(Value::Tensor(e.graph.expr(x).stop_gradient().val))
}
