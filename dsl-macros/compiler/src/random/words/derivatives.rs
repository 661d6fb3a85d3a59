//! Derivatives as values: by a variable, to third order, in both modes.

use super::{Production, anywhere, outside};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    anywhere(gradient),
    anywhere(gradient),
    anywhere(product),
    anywhere(matrix),
    anywhere(trace),
    anywhere(surrogate),
    outside(summed),
    outside(each),
];

/// Maximum size of the derivatives below of moderate values.
const STEEP: f64 = 16.0;

/// A variable of moderate size, with at most this many elements.
fn variable(m: &mut Maker, most: usize) -> Option<Value> {
    let x = m.any();
    if x.count() > most || x.rank() > 2 {
        return None;
    }
    // Rules know masks, and must not where they are differentiated by.
    let x = match m.chance.one_in(6) {
        true => {
            let x = m.cut(&x);
            let text = format!("{}.greater(0.25)", x.text);
            Value::of(text, x.shape.clone(), Range::new(0.0, 1.0), &[&x])
        }
        false => m.bounded(x, 2.0),
    };
    Some(m.keep(x))
}

/// A smooth function of a value; none of its derivatives is 0 everywhere.
fn smooth(m: &mut Maker, x: &str) -> String {
    let word = m.chance.of(&["tanh", "sin", "sigmoid", "softplus", "silu"]);
    match m.chance.below(3) {
        0 => format!("{x}.{word}()"),
        1 => format!("({x} * {x}.{word}())"),
        _ => format!("({x}.{word}() + {x}.square())"),
    }
}

/// A scalar that depends on `x` alone.
fn scalar(m: &mut Maker, x: &str) -> String {
    let y = smooth(m, x);
    let word = m.chance.of(&["sum", "mean"]);
    let y = format!("{y}.{word}()");
    m.hold("y", y)
}

fn derived(m: &mut Maker, text: String, shape: Vec<usize>, from: &[&Value]) -> Option<()> {
    m.keep(Value::of(text, shape, Range::around(STEEP), from));
    Some(())
}

/// A gradient, of a scalar or of what contains gradients.
fn gradient(m: &mut Maker) -> Option<()> {
    let x = variable(m, 64)?;
    let mut y = scalar(m, &x.text);
    for _ in 1..m.chance.between(1, 3) {
        let factor = smooth(m, &x.text);
        y = m.hold("y", format!("({y}.grad({x}) * {factor}).mean()", x = x.text));
    }
    let text = format!("{y}.grad({})", x.text);
    derived(m, text, x.shape.clone(), &[&x])
}

/// A product with the Jacobian, from either side.
fn product(m: &mut Maker) -> Option<()> {
    let x = variable(m, 64)?;
    let y = smooth(m, &x.text);
    let y = m.hold("y", y);
    let x_text = &x.text;
    let text = match m.chance.below(2) {
        0 => format!("{y}.jvp({x_text}, {x_text})"),
        _ => format!("{y}.vjp({x_text}, {y})"),
    };
    derived(m, text, x.shape.clone(), &[&x])
}

/// All derivatives of a few elements.
fn matrix(m: &mut Maker) -> Option<()> {
    let x = variable(m, 6)?;
    let text = match m.chance.below(2) {
        0 => {
            let y = smooth(m, &x.text);
            let y = m.hold("y", y);
            format!("{y}.jacobian({})", x.text)
        }
        _ => {
            let y = scalar(m, &x.text);
            format!("{y}.hessian({})", x.text)
        }
    };
    derived(m, text, [x.shape.clone(), x.shape.clone()].concat(), &[&x])
}

fn trace(m: &mut Maker) -> Option<()> {
    let x = variable(m, 6)?;
    let text = match m.chance.below(2) {
        0 => {
            let y = smooth(m, &x.text);
            let y = m.hold("y", y);
            format!("{y}.divergence({})", x.text)
        }
        _ => {
            let y = scalar(m, &x.text);
            format!("{y}.laplacian({})", x.text)
        }
    };
    derived(m, text, Vec::new(), &[&x])
}

/// A value with the derivatives of another, or one that no rule sees through.
fn surrogate(m: &mut Maker) -> Option<()> {
    let x = variable(m, 64)?;
    let (value, of) = (smooth(m, &x.text), smooth(m, &x.text));
    let text = match m.chance.below(3) {
        0 => format!("{value}.opaque()"),
        1 => format!("{value}.custom_gradient({of})"),
        _ => {
            let step = format!(
                "{}.stop_gradient().greater(0.25).custom_gradient({value})",
                x.text
            );
            let y = m.hold("y", format!("({step} * {of}).mean()"));
            format!("{y}.grad({})", x.text)
        }
    };
    derived(m, text, x.shape.clone(), &[&x])
}

/// The gradient of a sum over the batch by anything, shared or not.
fn summed(m: &mut Maker) -> Option<()> {
    let x = variable(m, 64)?;
    let other = m.shaped(&x.shape);
    let y = smooth(m, &x.text);
    let text = format!("({y} * {}).mean().batch_sum().grad({})", other.text, x.text);
    derived(m, text, x.shape.clone(), &[&x, &other])
}

/// The gradient of each example by a parameter.
fn each(m: &mut Maker) -> Option<()> {
    let shape = m.chance.shape();
    let weight = m.parameter(&shape);
    let other = m.shaped(&shape);
    let y = smooth(m, &weight.text);
    let text = format!("({y} * {}).mean().per_example_grad({})", other.text, weight.text);
    derived(m, text, shape, &[&weight, &other])
}
