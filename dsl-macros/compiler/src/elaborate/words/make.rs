//! Words that make values from nothing: parameters and constants.

use super::{Word, apply, needed, optional, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::{Elaborator, Naming};
use crate::elaborate::fault::Fault;
use crate::elaborate::model::Initializer;
use crate::elaborate::scope::Site;
use crate::elaborate::value::{Home, Value};
use crate::graph::Shape;
use crate::ops::leaf::Iota;
use crate::syntax::ast::Pattern;

pub const WORDS: &[Word] = &[
    word(
        "param",
        &[needed("shape"), needed("init")],
        param,
        "A trained parameter, named by its `let`: `let weight = param([10, 784], xavier_uniform());`.",
        "(x: Tensor<3>) -> Tensor<3> { let scale = param([3], constant(2.0)); scale * x } [1.0, 2.0, 3.0]",
    )
    .alias(&["Parameter"]),
    word(
        "zeros",
        &[optional("shape", "")],
        zeros,
        "A tensor of zeros, `zeros([3, 4])`; as an initialiser `zeros()`.",
        "(x: Tensor<2>) -> Tensor<4> { concat([x, zeros([2])], axis = 0) } [1.0, 2.0]",
    ),
    word(
        "ones",
        &[needed("shape")],
        ones,
        "A tensor of ones: `ones([3, 4])`.",
        "(x: Tensor<2>) -> Tensor<2> { x + ones([2]) } [1.0, 2.0]",
    ),
    word(
        "full",
        &[needed("shape"), needed("value")],
        full,
        "A tensor of one number: `full([3, 4], 0.5)`.",
        "(x: Tensor<2>) -> Tensor<2> { x * full([2], 0.5) } [1.0, 2.0]",
    ),
    word(
        "arange",
        &[needed("count")],
        arange,
        "The numbers 0, 1 … `count - 1` as a vector, `arange(28)`: places along an axis.",
        "(x: Tensor<3>) -> Tensor<3> { x * arange(3) } [1.0, 2.0, 3.0]",
    ),
];

fn param<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (shape, initializer) = (a.shape(e, 0)?, a.initializer(e, 1)?);
    let (home, site) = owner(e, a)?;
    if e.buffers.find(&home.path).is_some() {
        return Err(both(&home.path));
    }
    let place = e
        .parameters
        .declare(&home, shape, initializer, site, e.mode.training)?;
    Ok(e.parameter(place))
}

/// The mistake of a parameter and a buffer of one name.
pub fn both(path: &str) -> Fault {
    let fault = Fault::new(format!("a parameter and a buffer would both be called `{path}`"));
    fault.help("both are found by their names in saved files: give one another name")
}

/// The name of the tensor that `param` or `buffer` makes, and the source expression it belongs to.
pub fn owner<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<(Home, Site), Fault> {
    let home = match (&a.name, a.naming) {
        (Some(name), _) => {
            let home = e.frame().called(name, a.expr);
            home.map_err(|fault| Fault::from(e.report(name.span, fault)))?
        }
        (_, Naming::Let(Pattern::Name { name, .. })) => e.frame().named(&name.to_string(), a.expr)?,
        _ => e.frame().numbered(a.word, a.expr)?,
    };
    let what = if a.word == "buffer" {
        "buffers"
    } else {
        "parameters"
    };
    e.make_outside_loops(&home, a.span, what)?;
    let site = match e.frame().maker.clone() {
        Some(maker) => maker,
        None => Site {
            span: a.span,
            text: a.expr.to_string().into(),
        },
    };
    Ok((home, site))
}

fn filled(e: &Elaborator<'_>, shape: &Shape, value: f64) -> Value {
    Value::Tensor(e.graph.constant(value).broadcast_to(shape).val)
}

fn zeros<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    match a.get(0) {
        None => Ok(Value::Initializer(Initializer::Zeros)),
        Some(_) => Ok(filled(e, &a.shape(e, 0)?, 0.0)),
    }
}

fn ones<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    Ok(filled(e, &a.shape(e, 0)?, 1.0))
}

fn full<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    Ok(filled(e, &a.shape(e, 0)?, a.number(e, 1)?))
}

fn arange<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let size = a.size(e, 0, 1)?;
    apply(e, Iota { size }, &[])
}
