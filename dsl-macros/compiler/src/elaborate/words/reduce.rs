//! Words that fold axes, and those that work along one.

use super::{Word, WordFormal, optional, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::{Expr, Shape, Val};
use crate::ops::Op;
use crate::ops::cumsum::Cumsum;
use crate::ops::softmax::{LogSoftmax, Softmax};

const FOLD: &[WordFormal] = &[tensor("x"), optional("axis", ""), optional("keep", "false")];
const ALONG: &[WordFormal] = &[
    tensor("x"),
    optional("axis", "-1"),
    optional("temperature", "1.0"),
];

pub const WORDS: &[Word] = &[
    word(
        "sum",
        FOLD,
        sum,
        "Σ over an axis, a list of axes, or all where none is named; `keep = true` leaves them with size 1.",
        "(x: Tensor<2, 2>) -> Tensor<2> { x.sum(axis = 1) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "mean",
        FOLD,
        mean,
        "The mean over an axis, a list of axes, or all where none is named.",
        "(x: Tensor<2, 2>) -> Tensor<2> { x.mean(axis = 0) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "max_over",
        FOLD,
        max_over,
        "The largest element over an axis, a list of axes, or all; equal ones share the derivative. (`max(a, b)` is the larger of two values.)",
        "(x: Tensor<2, 2>) -> Tensor<2> { x.max_over(axis = 1) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["amax"]),
    word(
        "min_over",
        FOLD,
        min_over,
        "The smallest element over an axis, a list of axes, or all; equal ones share the derivative.",
        "(x: Tensor<2, 2>) -> Tensor<2> { x.min_over(axis = 1) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["amin"]),
    word(
        "cumsum",
        &[tensor("x"), optional("axis", "-1")],
        cumsum,
        "The running sum along an axis: each element and all before it.",
        "(x: Tensor<3>) -> Tensor<3> { x.cumsum() } [1.0, 2.0, 3.0]",
    ),
    word(
        "softmax",
        ALONG,
        softmax,
        "`eˣ / Σ eˣ` along an axis, computed without overflow; a row of −∞ gives zeros, and +∞ takes the whole, in equal shares where there are several. `x` is divided by the temperature first.",
        "(x: Tensor<3>) -> Tensor<3> { x.softmax() } [1.0, 2.0, 3.0]",
    ),
    word(
        "log_softmax",
        ALONG,
        log_softmax,
        "`x − log Σ eˣ` along an axis, computed without overflow. `x` is divided by the temperature first.",
        "(x: Tensor<3>) -> Tensor<3> { x.log_softmax() } [1.0, 2.0, 3.0]",
    ),
];

/// The operands of a reduction.
struct Fold {
    x: Val,
    axes: Vec<usize>,
    /// The shape of the result; reduced axes have size 1 if they are kept.
    shape: Shape,
    /// The number of elements reduced into one.
    count: usize,
}

fn fold<'a>(e: &Elaborator<'a>, a: &Arguments<'a>) -> Result<Fold, Fault> {
    let x = a.tensor(e, 0)?;
    let own = e.graph.ty(x).shape;
    let axes = a.axes(e, 1, &own)?;
    let keep = a.condition(e, 2, false)?;
    let size = |axis: usize| match axes.contains(&axis) {
        true => keep.then_some(1),
        false => Some(own.0[axis]),
    };
    let shape = Shape((0..own.rank()).filter_map(size).collect());
    let count = axes.iter().map(|&axis| own.0[axis]).product();
    Ok(Fold {
        x,
        axes,
        shape,
        count,
    })
}

fn sum<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let Fold { x, axes, shape, .. } = fold(e, a)?;
    Ok(Value::Tensor(e.graph.expr(x).sum(axes).reshape(shape).val))
}

fn mean<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let Fold {
        x,
        axes,
        shape,
        count,
    } = fold(e, a)?;
    Ok(Value::Tensor(
        (e.graph.expr(x).sum(axes).reshape(shape) * (1.0 / count as f64)).val,
    ))
}

fn max_over<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let Fold { x, axes, shape, .. } = fold(e, a)?;
    Ok(Value::Tensor(largest(e.graph.expr(x), axes).reshape(shape).val))
}

fn min_over<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let Fold { x, axes, shape, .. } = fold(e, a)?;
    Ok(Value::Tensor(
        (-largest(-e.graph.expr(x), axes)).reshape(shape).val,
    ))
}

fn largest(x: Expr<'_>, axes: Vec<usize>) -> Expr<'_> {
    if axes.is_empty() { x } else { x.max_over(axes) }
}

fn cumsum<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.tensor(e, 0)?;
    let axis = a.axis(e, 1, &e.graph.ty(x).shape, -1)?;
    let reverse = false;
    super::apply(e, Cumsum { axis, reverse }, &[x])
}

fn softmax<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    along(e, a, Softmax.into())
}

fn log_softmax<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    along(e, a, LogSoftmax.into())
}

/// Applies an operator of the last axis along any axis.
fn along<'a>(e: &Elaborator<'a>, a: &Arguments<'a>, op: Op) -> Result<Value, Fault> {
    let x = a.tensor(e, 0)?;
    let shape = e.graph.ty(x).shape;
    let axis = a.axis(e, 1, &shape, -1)?;
    let x = cooled(e, a, x)?;
    let mut order: Vec<usize> = (0..shape.rank()).collect();
    order.swap(axis, shape.rank() - 1);
    let turned: Val = e.graph.expr(x).transpose(order.clone()).val;
    let result = e.graph.expr(e.graph.try_apply(op, &[turned])?);
    let result: Expr<'_> = result.transpose(order);
    Ok(Value::Tensor(result.val))
}

/// `x / temperature`, if a temperature is given.
fn cooled<'a>(e: &Elaborator<'a>, a: &Arguments<'a>, x: Val) -> Result<Val, Fault> {
    if a.get(2).is_none() {
        return Ok(x);
    }
    let temperature = a.operand(e, 2)?;
    let x = e.graph.expr(x);
    let shown = || {
        let text = format!(
            "`{}` needs a temperature above 0, but {}",
            a.word,
            a.shown_with_shape(e, 2)
        );
        Fault::new(text)
            .help("give a number, or one that changes from call to call as a `Shared` argument")
            .at(2)
    };
    let temperature = e.graph.expr(temperature);
    match temperature.as_constant() {
        Some(number) if number > 0.0 => Ok((x * (1.0 / number)).val),
        Some(_) => Err(shown()),
        None if temperature.shape().rank() == 0 => Ok((x / temperature).val),
        None => Err(shown()),
    }
}
