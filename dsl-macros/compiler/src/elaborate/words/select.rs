//! Words that turn integers into numbers, and the mask that takes entries out of a softmax.

use super::{Word, apply, needed, optional, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::Element;
use crate::ops::gather::{Gather, Number, OneHot};

pub const WORDS: &[Word] = &[
    word(
        "one_hot",
        &[tensor("index"), optional("classes", "")],
        one_hot,
        "A row of zeros with a 1 at the index, as long as the index' limit or `classes`.",
        "(class: Index<3>) -> Tensor<3> { class.one_hot() } [1]",
    ),
    word(
        "gather",
        &[tensor("table"), tensor("index")],
        gather,
        "The rows of a table at the indices: `table.gather(index)`.",
        "(rows: Index<3, 2>) -> Tensor<2, 2> { let table = param([3, 2], constant(0.5)); table.gather(rows) } [2, 0]",
    )
    .alias(&["index_select", "take"]),
    word(
        "number",
        &[tensor("index")],
        number,
        "The index as a number: `0.0`, `1.0` …; no gradient passes, there is none.",
        "(day: Index<7>) -> Tensor<1> { day.number().reshape([1]) } [3]",
    )
    .alias(&["float"]),
    word(
        "mask",
        &[tensor("x"), needed("mask")],
        mask,
        "`x` where the mask is not 0, −∞ elsewhere: what a softmax gives no weight. The mask repeats to the shape of `x`.",
        "(x: Tensor<3>, seen: Tensor<3>) -> Tensor<3> { x.mask(seen).softmax() } [2.0, 2.0, 5.0], [1.0, 1.0, 0.0]",
    )
    .alias(&["masked_fill"]),
];

fn limit<'a>(e: &Elaborator<'a>, a: &Arguments<'a>, place: usize) -> Result<usize, Fault> {
    match e.graph.ty(a.index(e, place)?).element {
        Element::Index { limit } => Ok(limit),
        Element::Real => Err(Fault::new(format!("`{}` needs an index", a.word))),
    }
}

fn one_hot<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (index, limit) = (a.index(e, 0)?, limit(e, a, 0)?);
    let classes = a.size_or(e, 1, 1, limit)?;
    if classes < limit {
        let text = format!(
            "`one_hot` needs a place for each index: {}, {classes} classes",
            a.shown_with_shape(e, 0)
        );
        return Err(Fault::new(text)
            .help(format!("write `one_hot()` for {limit} classes"))
            .at(1));
    }
    apply(e, OneHot { classes }, &[index])
}

fn gather<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (table, index) = (a.tensor(e, 0)?, a.index(e, 1)?);
    let (shape, limit) = (e.graph.ty(table).shape, limit(e, a, 1)?);
    match shape.0.first() {
        Some(&rows) if rows >= limit => apply(e, Gather, &[table, index]),
        Some(&rows) => {
            let text = format!(
                "`gather` takes from {rows} rows, but the index may be as large as {}",
                limit - 1
            );
            let both = format!("{}, {}", a.shown_with_shape(e, 0), a.shown_with_shape(e, 1));
            Err(Fault::new(format!("{text}: {both}")).at(1))
        }
        None => Err(Fault::new(format!(
            "`gather` needs a table with rows, but {}",
            a.shown_with_shape(e, 0)
        ))
        .at(0)),
    }
}

fn number<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    apply(e, Number, &[a.index(e, 0)?])
}

fn mask<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (x, mask) = (a.tensor(e, 0)?, a.operand(e, 1)?);
    let (shape, own) = (e.graph.ty(x).shape, e.graph.ty(mask).shape);
    if own.broadcast(&shape).as_ref() != Some(&shape) {
        let text = format!(
            "`{}` needs a mask that repeats to {shape}, but {}",
            super::asker(e, a),
            a.shown_with_shape(e, 1)
        );
        return Err(Fault::new(text)
            .help("sizes are compared from the last axis on; those of the mask must be equal or 1")
            .at(1));
    }
    let mask = e.graph.expr(mask);
    // A value that is never masked needs no select.
    if mask.as_constant().is_some_and(|mask| mask != 0.0) {
        return Ok(Value::Tensor(x));
    }
    let x = e.graph.expr(x);
    Ok(Value::Tensor(
        mask.select(x, e.graph.constant(f64::NEG_INFINITY)).val,
    ))
}
