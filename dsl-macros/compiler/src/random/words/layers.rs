//! Layers with parameters of their own, applied at once or held; normalisation.

use super::{Production, anywhere, making, outside};
use crate::random::maker::{ELEMENTS, Held, Maker};
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    making(dense),
    making(dense),
    making(dense),
    outside(hold),
    anywhere(apply),
    anywhere(read),
    anywhere(standardise),
    making(layer_norm),
    making(group_norm),
    outside(batch_norm),
];

fn layer(m: &mut Maker, x: &Value, text: String, shape: Vec<usize>, range: Range) -> Option<()> {
    m.trained = true;
    let value = Value::of(text, shape, range, &[x]);
    m.keep(Value {
        trained: true,
        ..value
    });
    Some(())
}

fn dense(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let width = m.chance.of(&[1, 1, 2, 3, 4, 7]);
    let mut shape = x.shape.clone();
    *shape.last_mut()? = width;
    if shape.iter().product::<usize>() > ELEMENTS {
        return None;
    }
    let rest = m.chance.of(&["", "", ", bias = false", ", init = he_normal()"]);
    let end = m.chance.of(&["", "", ".relu()", ".tanh()"]);
    let text = match m.chance.below(4) {
        0 => format!("dense({}, {width}{rest}){end}", x.text),
        1 => format!("dense({width}{rest})({}){end}", x.text),
        _ => format!("{}.dense({width}{rest}){end}", x.text),
    };
    let range = Range::around(0.5 * x.range.size() * x.last() as f64 + 0.5);
    layer(m, &x, text, shape, range)
}

/// A layer shared by several uses, including loops.
fn hold(m: &mut Maker) -> Option<()> {
    let from = m.with_axes(1).shape;
    let mut to = from.clone();
    let last = to.last_mut()?;
    let text = match m.chance.below(4) {
        0 => "layer_norm()".to_string(),
        1 => "rms_norm()".to_string(),
        _ => {
            *last = m.chance.of(&[*last, 1, 2, 3]);
            format!("dense({last}{})", m.chance.of(&["", ", bias = false"]))
        }
    };
    let name = m.hold("f", text);
    let applied = false;
    m.layers.push(Held {
        name,
        from,
        to,
        applied,
    });
    apply_to(m, m.layers.len() - 1);
    Some(())
}

fn apply_to(m: &mut Maker, place: usize) {
    let Held { name, from, to, .. } = m.layers[place].clone();
    m.layers[place].applied = true;
    let x = m.shaped(&from);
    let size = 0.5 * x.range.size() * x.last() as f64 + 0.5;
    layer(
        m,
        &x,
        format!("{name}({})", x.text),
        to,
        Range::around(size.max(2.0)),
    );
}

fn apply(m: &mut Maker) -> Option<()> {
    if m.layers.is_empty() {
        return None;
    }
    let place = m.chance.below(m.layers.len());
    apply_to(m, place);
    Some(())
}

/// The weight of a layer that has been applied.
fn read(m: &mut Maker) -> Option<()> {
    let dense: Vec<Held> = m
        .layers
        .iter()
        .filter(|held| held.applied && held.from.last() != held.to.last())
        .cloned()
        .collect();
    if dense.is_empty() {
        return None;
    }
    let held = m.chance.of(&dense);
    let shape = vec![*held.to.last()?, *held.from.last()?];
    let value = Value::of(format!("{}.weight", held.name), shape, Range::around(0.5), &[]);
    m.keep(Value {
        trained: true,
        ..value
    });
    Some(())
}

fn standardise(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let text = format!("{}.standardise(epsilon = 0.01)", x.text);
    m.keep(Value::of(text, x.shape.clone(), Range::around(2.0), &[&x]));
    Some(())
}

fn layer_norm(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let axes = m.chance.between(1, x.rank());
    let affine = m.chance.of(&["", ", affine = false"]);
    let word = m.chance.of(&["layer_norm", "rms_norm"]);
    let text = format!("{}.{word}(axes = {axes}{affine}, epsilon = 0.01)", x.text);
    layer(m, &x, text, x.shape.clone(), Range::around(2.0))
}

fn group_norm(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(2);
    let groups = [3, 2, 1]
        .into_iter()
        .find(|&groups| x.shape[0].is_multiple_of(groups))?;
    let text = match m.chance.one_in(2) {
        true => format!("{}.group_norm({groups}, epsilon = 0.01)", x.text),
        false => format!("{}.instance_norm(affine = true, epsilon = 0.01)", x.text),
    };
    layer(m, &x, text, x.shape.clone(), Range::around(2.0))
}

fn batch_norm(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    m.stateful = true;
    let affine = m.chance.of(&["", ", affine = false", ", momentum = 0.25"]);
    let text = format!("{}.batch_norm(epsilon = 0.1{affine})", x.text);
    let range = Range::around(3.0 * x.range.size() + 1.5);
    layer(m, &x, text, x.shape.clone(), range)
}
