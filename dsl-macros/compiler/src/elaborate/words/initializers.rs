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
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = constant(0.5)) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "uniform",
        &[needed("low"), needed("high")],
        uniform,
        "Evenly between two numbers.",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = uniform(-0.1, 0.1)) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "normal",
        &[needed("std"), optional("mean", "0.0")],
        normal,
        "Normally distributed.",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = normal(0.02)) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "xavier_uniform",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::XavierUniform)),
        "Evenly within ±√(6 / (fan in + fan out)) (Glorot and Bengio, 2010).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = xavier_uniform()) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["glorot_uniform"]),
    word(
        "xavier_normal",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::XavierNormal)),
        "Normal with variance 2 / (fan in + fan out) (Glorot and Bengio, 2010).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = xavier_normal()) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["glorot_normal"]),
    word(
        "he_uniform",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::HeUniform)),
        "Evenly within ±√(6 / fan in) (He et al., 2015).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = he_uniform()) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["kaiming_uniform"]),
    word(
        "he_normal",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::HeNormal)),
        "Normal with variance 2 / fan in (He et al., 2015).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = he_normal()) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["kaiming_normal"]),
    word(
        "lecun_uniform",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::LecunUniform)),
        "Evenly within ±√(3 / fan in) (LeCun et al., 1998).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = lecun_uniform()) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "lecun_normal",
        &[],
        |_, _| Ok(Value::Initializer(Initializer::LecunNormal)),
        "Normal with variance 1 / fan in (LeCun et al., 1998).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = lecun_normal()) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "truncated_normal",
        &[needed("std"), optional("mean", "0.0")],
        truncated_normal,
        "Normally distributed, drawn anew until it is within two standard deviations: their variance is 0.774 of `std²`.",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = truncated_normal(0.02)) } [1.0, 2.0, 3.0, 4.0]",
    )
    .alias(&["trunc_normal"]),
    word(
        "orthogonal",
        &[optional("gain", "1.0")],
        orthogonal,
        "The rows are orthonormal, or the columns where they are fewer, times `gain`; of more than two axes the first is that of the \
         rows (Saxe, McClelland and Ganguli, 2014).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = orthogonal()) } [1.0, 2.0, 3.0, 4.0]",
    ),
    word(
        "sparse",
        &[needed("inputs"), optional("std", "1.0")],
        sparse,
        "For each output so many of its inputs, drawn by chance, are normally distributed, and the others are 0 (Martens, 2010).",
        "(x: Tensor<4>) -> Tensor<3> { x.dense(3, init = sparse(2)) } [1.0, 2.0, 3.0, 4.0]",
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
    let (std, mean) = (deviation(a.number(e, 0)?, 0)?, a.number_or(e, 1, 0.0)?);
    Ok(Value::Initializer(Initializer::Normal { mean, std }))
}

fn truncated_normal<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (std, mean) = (deviation(a.number(e, 0)?, 0)?, a.number_or(e, 1, 0.0)?);
    Ok(Value::Initializer(Initializer::TruncatedNormal { mean, std }))
}

fn orthogonal<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let gain = a.number_or(e, 0, 1.0)?;
    Ok(Value::Initializer(Initializer::Orthogonal { gain }))
}

fn sparse<'a>(e: &mut Elaborator<'a>, a: &Arguments<'a>) -> Result<Value, Fault> {
    let (inputs, std) = (a.size(e, 0, 1)?, deviation(a.number_or(e, 1, 1.0)?, 1)?);
    Ok(Value::Initializer(Initializer::Sparse { inputs, std }))
}

/// A standard deviation, which is the argument at `place`.
fn deviation(std: f64, place: usize) -> Result<f64, Fault> {
    match std < 0.0 {
        true => Err(Fault::new(format!("a standard deviation is not negative: {std:?}")).at(place)),
        false => Ok(std),
    }
}
