//! Joins of values, shared or per example.

use super::{Production, anywhere};
use crate::random::maker::{ELEMENTS, Maker};
use crate::random::value::Value;

pub const TABLE: &[Production] = &[
    anywhere(concat),
    anywhere(concat),
    anywhere(concat),
    anywhere(stack),
    anywhere(rows),
];

fn together(text: String, shape: Vec<usize>, parts: &[Value]) -> Value {
    let range = parts[1..]
        .iter()
        .fold(parts[0].range, |range, part| range.with(part.range));
    Value::of(text, shape, range, &parts.iter().collect::<Vec<&Value>>())
}

fn texts(parts: &[Value]) -> String {
    let parts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    parts.join(", ")
}

fn concat(m: &mut Maker) -> Option<()> {
    let first = m.with_axes(1);
    let axis = m.chance.below(first.rank());
    let mut shape = first.shape.clone();
    let mut parts = vec![first];
    for _ in 0..m.chance.of(&[1, 1, 2, 3, 0]) {
        let mut own = shape.clone();
        own[axis] = m.chance.between(1, 3);
        let part = m.shaped(&own);
        let place = m.chance.between(0, parts.len());
        parts.insert(place, part);
    }
    shape[axis] = parts.iter().map(|part| part.shape[axis]).sum();
    if shape.iter().product::<usize>() > ELEMENTS {
        return None;
    }
    m.keep(together(
        format!("concat([{}], axis = {axis})", texts(&parts)),
        shape,
        &parts,
    ));
    Some(())
}

fn stack(m: &mut Maker) -> Option<()> {
    let first = m.any();
    let shape = first.shape.clone();
    let mut parts = vec![first];
    for _ in 0..m.chance.of(&[1, 1, 2, 0]) {
        parts.push(m.shaped(&shape));
    }
    let shape = [&[parts.len()], &shape[..]].concat();
    if shape.iter().product::<usize>() > ELEMENTS || shape.len() > 4 {
        return None;
    }
    m.keep(together(format!("stack([{}])", texts(&parts)), shape, &parts));
    Some(())
}

/// Rows assigned one by one, outside of loops.
fn rows(m: &mut Maker) -> Option<()> {
    let base = m.with_axes(1);
    let name = m.name("r");
    m.line(format!("let mut {name} = {};", base.text));
    let mut parts = vec![base.clone()];
    for _ in 0..m.chance.between(1, 2) {
        let row = m.shaped(&base.shape[1..]);
        let index = m.chance.below(base.shape[0]);
        m.line(format!("{name}[{index}] = {};", row.text));
        parts.push(row);
    }
    let value = together(name, base.shape.clone(), &parts);
    m.assigned(value);
    Some(())
}
