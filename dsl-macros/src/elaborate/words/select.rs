//! Words that turn integers into numbers.

use super::{Word, apply, optional, tensor, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::Element;
use crate::ops::gather::{Gather, OneHot};

pub const WORDS: &[Word] = &[
    word(
        "one_hot",
        &[tensor("index"), optional("classes", "")],
        one_hot,
        "A row of zeros with a 1 at the index, as long as the index' limit or `classes`.",
    ),
    word(
        "gather",
        &[tensor("table"), tensor("index")],
        gather,
        "The rows of a table at the indices: `table.gather(index)`.",
    ),
    word(
        "number",
        &[tensor("index")],
        number,
        "The index as a number: `0.0`, `1.0` …; no gradient passes, there is none.",
    ),
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
    let (index, limit) = (a.index(e, 0)?, limit(e, a, 0)?);
    const MANY: usize = 1024;
    if limit > MANY {
        let text = format!(
            "`number` counts to {MANY} at most, but {}",
            a.shown_with_shape(e, 0)
        );
        return Err(Fault::new(text).help("give the values as a `Tensor` argument"));
    }
    // Σ k · one_hot[k], cut into the two parts that differ from zero for the common case of two classes.
    let row = e
        .graph
        .expr(e.graph.try_apply(OneHot { classes: limit }.into(), &[index])?);
    let last = row.shape().rank() - 1;
    let at = |k: usize| {
        let (mut starts, mut sizes) = (vec![0; last + 1], row.shape().0);
        (starts[last], sizes[last]) = (k, 1);
        row.slice(starts, sizes).reshape(row.shape().0[..last].to_vec())
    };
    let sum = (1..limit).map(|k| at(k) * k as f64).reduce(|a, b| a + b);
    let zero = e.graph.constant(0.0).broadcast_to(&e.graph.ty(index).shape);
    Ok(Value::Tensor(sum.unwrap_or(zero).val))
}
