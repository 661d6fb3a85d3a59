//! Reductions over axes, words that work along one axis, and sums over the batch.

use super::{Production, anywhere, outside};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value, list};

pub const TABLE: &[Production] = &[
    anywhere(fold),
    anywhere(fold),
    anywhere(running),
    anywhere(soft),
    anywhere(masked),
    outside(batch),
];

fn fold(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let axes: Vec<usize> = (0..x.rank()).filter(|_| m.chance.one_in(2)).collect();
    let all = axes.is_empty() || m.chance.one_in(3);
    let axes = if all { (0..x.rank()).collect() } else { axes };
    let keep = m.chance.one_in(3);
    let mut arguments = Vec::new();
    match axes.as_slice() {
        _ if all => {}
        &[axis] if m.chance.one_in(2) => arguments.push(format!("axis = {}", axis as i64 - x.rank() as i64)),
        &[axis] => arguments.push(format!("axis = {axis}")),
        axes => arguments.push(format!("axis = {}", list(axes))),
    }
    if keep {
        arguments.push("keep = true".to_string());
    }
    let size = |axis: usize| match axes.contains(&axis) {
        true => keep.then_some(1),
        false => Some(x.shape[axis]),
    };
    let shape: Vec<usize> = (0..x.rank()).filter_map(size).collect();
    let word = m.chance.of(&["sum", "sum", "mean", "max_over", "min_over"]);
    let count: usize = axes.iter().map(|&axis| x.shape[axis]).product();
    let range = match word {
        "sum" => x.range.times(Range::new(count as f64, count as f64)),
        _ => x.range,
    };
    m.keep(Value::of(
        format!("{}.{word}({})", x.text, arguments.join(", ")),
        shape,
        range,
        &[&x],
    ));
    Some(())
}

fn running(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let axis = m.chance.below(x.rank());
    let arguments = match m.chance.below(3) {
        0 if axis + 1 == x.rank() => String::new(),
        1 => format!("axis = {}", axis as i64 - x.rank() as i64),
        _ => format!("axis = {axis}"),
    };
    let range = x.range.times(Range::new(1.0, x.shape[axis] as f64));
    let text = format!("{}.cumsum({arguments})", x.text);
    m.keep(Value::of(text, x.shape.clone(), range, &[&x]));
    Some(())
}

fn soft(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let axis = m.chance.below(x.rank());
    let mut from = vec![&x];
    let temperature;
    let arguments = match m.chance.below(5) {
        0 if axis + 1 == x.rank() => String::new(),
        1 => format!("{axis}, temperature = 1.75"),
        2 => {
            let number = m.shared(&[]);
            temperature = m.positive(number, 0.5);
            from.push(&temperature);
            format!("axis = {axis}, temperature = {}", temperature.text)
        }
        _ => format!("axis = {axis}"),
    };
    let (word, range) = match m.chance.below(3) {
        0 => ("log_softmax", Range::new(-4.0 * x.range.size() - 4.0, 0.0)),
        _ => ("softmax", Range::new(0.0, 1.0)),
    };
    m.keep(Value::of(
        format!("{}.{word}({arguments})", x.text),
        x.shape.clone(),
        range,
        &from,
    ));
    Some(())
}

/// Masked entries get no weight.
fn masked(m: &mut Maker) -> Option<()> {
    let x = m.with_axes(1);
    let mask = m.mask(&x.shape);
    let text = match m.chance.below(3) {
        0 if x.rank() > 1 => format!("{}.causal_mask().softmax()", x.text),
        1 => format!("{}.mask({}).softmax(axis = 0)", x.text, mask.text),
        _ => format!("{}.mask({}).softmax()", x.text, mask.text),
    };
    m.keep(Value::of(
        text,
        x.shape.clone(),
        Range::new(0.0, 1.0),
        &[&x, &mask],
    ));
    Some(())
}

fn batch(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let text = match m.chance.below(3) {
        0 => format!("({}.batch_sum() / batch_size())", x.text),
        1 => format!("({} - {}.batch_sum() / batch_size())", x.text, x.text),
        _ => format!("({}.batch_sum() * 0.0625)", x.text),
    };
    let averaged = text.contains(" - ");
    let value = Value::of(text, x.shape.clone(), x.range.times(Range::new(-1.1, 1.1)), &[&x]);
    m.keep(Value {
        shared: !averaged || x.shared,
        ..value
    });
    Some(())
}
