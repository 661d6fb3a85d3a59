//! Data movement: shapes, axes, parts.

use super::{Production, anywhere};
use crate::random::maker::{ELEMENTS, Maker};
use crate::random::value::{Range, Value, list};

pub const TABLE: &[Production] = &[
    anywhere(reshape),
    anywhere(flatten),
    anywhere(transpose),
    anywhere(at),
    anywhere(slice),
    anywhere(slice),
    anywhere(split),
    anywhere(pad),
];

fn moved(m: &mut Maker, x: &Value, call: String, shape: Vec<usize>) -> Option<()> {
    m.keep(x.as_text(format!("{}.{call}", x.text), shape));
    Some(())
}

fn reshape(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let count = x.count();
    let first = m.chance.of(&[1, 2, 3, 4, count]);
    if !count.is_multiple_of(first) {
        return None;
    }
    let rest = count / first;
    let (sizes, shape) = m.chance.of(&[
        (list(&[first, rest]), vec![first, rest]),
        (format!("[{first}, -1]"), vec![first, rest]),
        (list(&[1, rest, first]), vec![1, rest, first]),
        (list(&[rest, 1, first]), vec![rest, 1, first]),
        (list(&[count]), vec![count]),
    ]);
    moved(m, &x, format!("reshape({sizes})"), shape)
}

fn flatten(m: &mut Maker) -> Option<()> {
    let x = m.any();
    if x.rank() > 0 && m.chance.one_in(2) {
        let from = m.chance.below(x.rank());
        let mut shape = x.shape[..from].to_vec();
        shape.push(x.shape[from..].iter().product());
        return moved(m, &x, format!("flatten(from = {from})"), shape);
    }
    moved(m, &x, "flatten()".to_string(), vec![x.count()])
}

fn transpose(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(2);
    let rank = x.rank();
    let mut shape = x.shape.clone();
    if m.chance.one_in(2) {
        shape.swap(rank - 2, rank - 1);
        return moved(m, &x, "t()".to_string(), shape);
    }
    let (i, j) = (m.chance.below(rank), m.chance.below(rank));
    shape.swap(i, j);
    let shown = if m.chance.one_in(2) {
        j as i64
    } else {
        j as i64 - rank as i64
    };
    moved(m, &x, format!("transpose({i}, {shown})"), shape)
}

fn at(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let axis = m.chance.below(x.rank());
    let size = x.shape[axis];
    let index = match m.chance.below(3) {
        0 => 0,
        1 => -1,
        _ => m.chance.below(size) as i64,
    };
    let mut shape = x.shape.clone();
    shape.remove(axis);
    let call = match axis {
        0 => format!("at({index})"),
        axis => format!("at({index}, axis = {axis})"),
    };
    moved(m, &x, call, shape)
}

fn slice(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let axis = m.chance.below(x.rank());
    let size = x.shape[axis];
    let from = if m.chance.one_in(2) {
        0
    } else {
        m.chance.below(size)
    };
    let to = m.chance.between(from + 1, size);
    let mut shape = x.shape.clone();
    shape[axis] = to - from;
    let call = match m.chance.below(3) {
        0 => format!("slice(axis = {axis}, from = {from}, to = {to})"),
        _ => format!("slice({axis}, {from}, {to})"),
    };
    moved(m, &x, call, shape)
}

fn split(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let axis = m.chance.below(x.rank());
    let parts = [2, 3, 4, 1]
        .into_iter()
        .find(|&parts| x.shape[axis].is_multiple_of(parts))?;
    let mut shape = x.shape.clone();
    shape[axis] /= parts;
    let text = match axis + 1 == x.rank() {
        true => format!("{}.split({parts})", x.text),
        false => format!("{}.split({parts}, axis = {axis})", x.text),
    };
    let parts = vec![x.as_text(String::new(), shape); parts];
    m.keep_parts(["[", "]"], text, parts);
    Some(())
}

fn pad(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let axis = m.chance.below(x.rank());
    let (before, after) = (m.chance.below(3), m.chance.below(3));
    let mut shape = x.shape.clone();
    shape[axis] += before + after;
    if shape.iter().product::<usize>() > ELEMENTS {
        return None;
    }
    let x = Value {
        range: x.range.with(Range::new(0.0, 0.0)),
        ..x
    };
    moved(m, &x, format!("pad({axis}, {before}, {after})"), shape)
}
