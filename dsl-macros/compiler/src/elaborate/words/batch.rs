//! Words that combine examples across the batch.

use super::{Word, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;

pub const WORDS: &[Word] = &[
    word(
        "batch_sum",
        &[tensor("x")],
        batch_sum,
        "Σ over the examples of the batch: one value for all of them.",
        "(x: Tensor<2>) -> Tensor<2> { x / x.batch_sum() } [1.0, 2.0]",
    ),
    word(
        "batch_size",
        &[],
        batch_size,
        "The number of examples of the batch, a value of the run.",
        "(x: Tensor<2>) -> Tensor<2> { x - x.batch_sum() / batch_size() } [1.0, 2.0]",
    ),
];

fn batch_sum<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let x = a.tensor(e, 0)?;
    e.cross_batch_outside_loops(x, a.span)?;
    Ok(Value::Tensor(e.graph.expr(x).batch_sum().val))
}

fn batch_size<'a>(e: &mut Elaborator<'a>, _: &Arguments<'a>) -> Result<Value, Fault> {
    Ok(Value::Tensor(e.graph.batch_size().val))
}
