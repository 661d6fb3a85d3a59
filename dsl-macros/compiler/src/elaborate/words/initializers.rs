//! Words for the initial values of parameters.

use super::{Word, needed, optional, word};
use crate::elaborate::arguments::Arguments;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::elaborate::model::Initializer;
use crate::elaborate::value::Value;

pub const WORDS: &[Word] = &[
    word(
        "constant",
        &[needed("value")],
        constant,
        "Every element begins as one number.",
    ),
    word(
        "uniform",
        &[needed("low"), needed("high")],
        uniform,
        "Evenly between two numbers.",
    ),
    word(
        "normal",
        &[needed("std"), optional("mean", "0.0")],
        normal,
        "Normally distributed.",
    ),
    word(
        "xavier_uniform",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::XavierUniform)),
        "Evenly within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010).",
    ),
    word(
        "xavier_normal",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::XavierNormal)),
        "Normal with variance 2 / (fan in + fan out) (Glorot and Bengio, 2010).",
    ),
    word(
        "he_uniform",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::HeUniform)),
        "Evenly within ±√(6 / fan in) (He et al., 2015).",
    ),
    word(
        "he_normal",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::HeNormal)),
        "Normal with variance 2 / fan in (He et al., 2015).",
    ),
    word(
        "lecun_uniform",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::LecunUniform)),
        "Evenly within ±√(3 / fan in) (LeCun et al., 1998).",
    ),
    word(
        "lecun_normal",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::LecunNormal)),
        "Normal with variance 1 / fan in (LeCun et al., 1998).",
    ),
];

fn constant<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    Ok(Value::Initializer(Initializer::Constant(a.number(e, 0)?)))
}

fn uniform<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (low, high) = (a.number(e, 0)?, a.number(e, 1)?);
    if low >= high {
        return Err(Fault::new(format!("`uniform` needs `low` below `high`: {low:?}, {high:?}")).at(0));
    }
    Ok(Value::Initializer(Initializer::Uniform { low, high }))
}

fn normal<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (std, mean) = (a.number(e, 0)?, a.number_or(e, 1, 0.0)?);
    if std < 0.0 {
        return Err(Fault::new(format!("a standard deviation is not negative: {std:?}")).at(0));
    }
    Ok(Value::Initializer(Initializer::Normal { mean, std }))
}
