//! Words over parameters as a whole: regularisers.

use super::{Word, needed, word};
use crate::diagnostics::nearest;
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::value::Value;
use crate::graph::{Expr, Val};
use crate::ops::elementwise::Elementwise;

pub const WORDS: &[Word] = &[
    word(
        "parameters",
        &[needed("pattern")],
        parameters,
        "The parameters of the whole network whose names match, `parameters(\"*.weight\")`; `*` stands for any letters.",
    ),
    word(
        "l2",
        &[needed("x")],
        l2,
        "`Σ x²`, over all elements of a tensor or of parameters: `‖x‖²`.",
    ),
    word(
        "l1",
        &[needed("x")],
        l1,
        "`Σ |x|`, over all elements of a tensor or of parameters.",
    ),
    word(
        "norm",
        &[needed("x")],
        norm,
        "`√(Σ x²)`, over all elements of a tensor or of parameters: `‖x‖`; its derivative at 0 is 0.",
    ),
];

fn parameters<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let Some(Value::Text(pattern)) = a.get(0) else {
        let text = format!(
            "`parameters` needs a pattern of names, but {}",
            a.shown_with_shape(e, 0)
        );
        return Err(Fault::new(text).help("write `parameters(\"*.weight\")`").at(0));
    };
    let places = e.parameters.matching(pattern);
    if !e.parameters.complete {
        e.parameters.chosen_early = true;
    } else if places.is_empty() {
        let names = e.parameters.names();
        let fault = Fault::new(format!("no parameter's name matches {pattern:?}"));
        return Err(
            match nearest(pattern, names.iter().copied()).or(names.first().copied()) {
                Some(name) => fault
                    .help(format!(
                        "one of the names is `{name}`; `*` stands for any letters"
                    ))
                    .at(0),
                None => fault.help("the network has no parameters").at(0),
            },
        );
    }
    let parameters = places.into_iter().map(|place| match e.parameter(place) {
        Value::Tensor(val) => Ok(val),
        _ => Err(Fault::new("a parameter is a tensor")),
    });
    Ok(Value::Parameters(
        parameters.collect::<Result<Vec<Val>, Fault>>()?.into(),
    ))
}

/// Σ over all elements of `part` of each tensor.
fn total<'a>(
    e: &Elaborator<'a>,
    a: &Arguments<'a>,
    part: impl for<'g> Fn(Expr<'g>) -> Expr<'g>,
) -> Result<Val, Fault> {
    let values: Vec<Val> = match a.get(0) {
        Some(Value::Parameters(values)) => values.to_vec(),
        _ => vec![a.tensor(e, 0)?],
    };
    let sums = values.into_iter().map(|val| part(e.graph.expr(val)).sum_all());
    Ok(sums
        .reduce(|sum, term| sum + term)
        .unwrap_or_else(|| e.graph.constant(0.0))
        .val)
}

fn l2<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    Ok(Value::Tensor(total(e, a, |x| x.power(2.0))?))
}

fn l1<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    Ok(Value::Tensor(total(e, a, |x| x.unary(Elementwise::Abs))?))
}

fn norm<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let total = e.graph.expr(total(e, a, |x| x.power(2.0))?);
    // The derivative of a norm does not exist at 0 and would be 0/0; it is 0 here, the smallest of its subgradients.
    let positive = total.binary(Elementwise::Greater, e.graph.constant(0.0));
    let root = positive
        .select(total, e.graph.constant(1.0))
        .unary(Elementwise::Sqrt);
    Ok(Value::Tensor(positive.select(root, e.graph.constant(0.0)).val))
}
