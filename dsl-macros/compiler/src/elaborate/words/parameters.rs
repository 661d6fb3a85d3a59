//! Words over parameters as a whole: regularisers.

use super::{Word, needed, word};
use crate::diagnostics::nearest;
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::model::Initializer;
use crate::elaborate::scope::Site;
use crate::elaborate::value::{Home, Value};
use crate::graph::{Expr, Shape, Val};
use crate::ops::elementwise::Elementwise;
use crate::ops::leaf::Parameter;

pub const WORDS: &[Word] = &[
    word(
        "parameters",
        &[needed("pattern")],
        parameters,
        "The parameters of the whole network whose names match, `parameters(\"*.weight\")`; `*` stands for any letters.",
        "(x: Tensor<2>) -> Scalar { x.dense(1, init = constant(1.0)).sum() + 0.5 * parameters(\"*.weight\").l2() } [1.0, 2.0]",
    )
    .alias(&["named_parameters"]),
    word(
        "l2",
        &[needed("x")],
        l2,
        "`Σ x²`, over all elements of a tensor or of parameters: `‖x‖²`.",
        "(x: Tensor<2>) -> Scalar { x.l2() } [3.0, 4.0]",
    )
    .alias(&["weight_decay"]),
    word(
        "l1",
        &[needed("x")],
        l1,
        "`Σ |x|`, over all elements of a tensor or of parameters.",
        "(x: Tensor<2>) -> Scalar { x.l1() } [3.0, 4.0]",
    ),
    word(
        "norm",
        &[needed("x")],
        norm,
        "`√(Σ x²)`, over all elements of a tensor or of parameters: `‖x‖`; its derivative at 0 is 0.",
        "(x: Tensor<2>) -> Scalar { x.norm() } [3.0, 4.0]",
    ),
    word(
        "from_start",
        &[needed("x")],
        from_start,
        "`θ − θ₀` of parameters `θ`, where `θ₀` is what they were when the first step of training began, which buffers \
         keep; 0 before. `parameters(\"encoder.*\").from_start().l2()` holds a pretrained encoder near where it began: \
         `‖θ − θ₀‖²` (L2-SP of Li, Grandvalet and Davoine, 2018).",
        "(x: Tensor<2>) -> Scalar { x.dense(1, init = constant(1.0)).sum() + 0.5 * parameters(\"*\").from_start().l2() } [1.0, 2.0]",
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

fn from_start<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let values: Vec<Val> = match a.get(0) {
        Some(Value::Parameters(values)) => values.to_vec(),
        Some(Value::Tensor(val)) => vec![*val],
        _ => Vec::new(),
    };
    let known = values.iter().map(|&val| e.graph.node(val).op.get().cloned());
    let (Some(known), Some(Value::Parameters(_) | Value::Tensor(_))) =
        (known.collect::<Option<Vec<Parameter>>>(), a.get(0))
    else {
        let text = format!("`from_start` needs parameters, but {}", a.shown_with_shape(e, 0));
        let help =
            "write `parameters(\"*.weight\").from_start()`, or `layer.weight.from_start()` of a held layer";
        return Err(Fault::new(text).help(help).at(0));
    };
    e.mode.asked = true;
    e.update_outside_loops(a.span)?;
    let moved = known.iter().zip(&values).map(|(parameter, &val)| {
        let start = remembered(e, a, parameter, "start", parameter.shape.clone())?;
        let started = remembered(e, a, parameter, "started", Shape::scalar())?;
        let (start_now, started_now) = (e.buffer(start), e.buffer(started));
        let (Value::Tensor(start_now), Value::Tensor(started_now)) = (start_now, started_now) else {
            return Err(Fault::new("a buffer is a tensor"));
        };
        let now = e.graph.expr(val);
        let mask = e.graph.expr(started_now).broadcast_to(&parameter.shape);
        let begin = mask.select(e.graph.expr(start_now), now.stop_gradient());
        let (moved, begin) = ((now - begin).val, begin.val);
        if e.mode.training {
            e.hint(begin, "start");
            e.updates.insert(start, begin);
            let one = e.graph.constant(1.0).val;
            e.updates.insert(started, one);
        }
        Ok(moved)
    });
    let moved = moved.collect::<Result<Vec<Val>, Fault>>()?;
    Ok(match (a.get(0), moved.as_slice()) {
        (Some(Value::Tensor(_)), &[moved]) => Value::Tensor(moved),
        _ => Value::Parameters(moved.into()),
    })
}

/// The index of the buffer that remembers `what` about a parameter: one per name, whoever asks.
fn remembered<'a>(
    e: &mut Elaborator<'a>,
    a: &Arguments<'a>,
    parameter: &Parameter,
    what: &str,
    shape: Shape,
) -> Result<usize, Fault> {
    let home = Home {
        path: format!("{}.{what}", parameter.name),
        // After the buffers of blocks and layers.
        order: vec![u64::MAX, parameter.index as u64],
        ..Home::none()
    };
    let site = Site {
        span: a.span,
        text: a.expr.to_string().into(),
    };
    e.buffers
        .declare(&home, shape, Initializer::Zeros, site, e.mode.training)
}

/// The sum over all elements of `part` of each tensor.
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
    // The derivative of a norm does not exist at 0 and would be 0/0; it is defined as 0 here, the subgradient
    // of least norm.
    let positive = total.binary(Elementwise::Greater, e.graph.constant(0.0));
    let root = positive
        .select(total, e.graph.constant(1.0))
        .unary(Elementwise::Sqrt);
    Ok(Value::Tensor(positive.select(root, e.graph.constant(0.0)).val))
}
