//! Words that join values.

use super::{Word, apply, needed, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::{Shape, Val};
use crate::ops::concat::Concat;

pub const WORDS: &[Word] = &[
    word(
        "concat",
        &[tensor("values"), needed("axis")],
        concat,
        "Values one after the other along an axis: `concat([a, b], axis = 0)`.",
        "(a: Tensor<2>, b: Tensor<1>) -> Tensor<3> { concat([a, b], axis = 0) } [1.0, 2.0], [3.0]",
    )
    .alias(&["cat"]),
    word(
        "stack",
        &[tensor("values")],
        stack,
        "Values of one shape side by side, along a new first axis: `stack([a, b])`.",
        "(a: Tensor<2>, b: Tensor<2>) -> Tensor<2, 2> { stack([a, b]) } [1.0, 2.0], [3.0, 4.0]",
    ),
];

/// The values of the first argument, which must hold numbers.
fn values<'a>(e: &Elaborator<'a>, a: &Arguments<'a>) -> Result<Vec<(Val, Shape)>, Fault> {
    let values = a.tensors(e, 0)?;
    if values.iter().any(|&val| e.graph.ty(val).is_index()) {
        let fault = Fault::new(format!(
            "`{}` joins numbers, there is an index in `{}`",
            a.word,
            a.shown(e, 0)
        ));
        return Err(fault
            .help("use `.one_hot()` or `.embedding(width)` to turn an index into numbers")
            .at(0));
    }
    Ok(values
        .into_iter()
        .map(|val| (val, e.graph.ty(val).shape))
        .collect())
}

/// `` `left` is [2, 3], `right` is [2, 4] ``
fn shapes(e: &Elaborator<'_>, values: &[(Val, Shape)]) -> String {
    values
        .iter()
        .map(|(val, shape)| format!("`{}` is {shape}", e.origin_text(*val)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn concat<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let values = values(e, a)?;
    let axis = a.axis(e, 1, &values[0].1, 0)?;
    let others = |shape: &Shape| {
        let mut sizes = shape.0.clone();
        if axis < sizes.len() {
            sizes.remove(axis);
        }
        (shape.rank(), sizes)
    };
    if values
        .iter()
        .any(|(_, shape)| others(shape) != others(&values[0].1))
    {
        let text = format!(
            "`concat` along axis {axis} needs equal sizes along the others: {}",
            shapes(e, &values)
        );
        return Err(Fault::new(text)
            .help("choose another axis, or bring the others to equal sizes first")
            .at(0));
    }
    if let [(only, _)] = values.as_slice() {
        return Ok(Value::Tensor(*only));
    }
    let args: Vec<Val> = values.iter().map(|(val, _)| *val).collect();
    apply(e, Concat { axis }, &args)
}

fn stack<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let values = values(e, a)?;
    if values.iter().any(|(_, shape)| *shape != values[0].1) {
        let text = format!("`stack` needs equal shapes: {}", shapes(e, &values));
        return Err(Fault::new(text)
            .help("`concat` joins values that differ along one axis")
            .at(0));
    }
    let row = |(val, shape): &(Val, Shape)| {
        let sizes: Vec<usize> = std::iter::once(1).chain(shape.0.iter().copied()).collect();
        e.graph.expr(*val).reshape(sizes).val
    };
    let rows: Vec<Val> = values.iter().map(row).collect();
    match rows.as_slice() {
        [only] => Ok(Value::Tensor(*only)),
        _ => apply(e, Concat { axis: 0 }, &rows),
    }
}
