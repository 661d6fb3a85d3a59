//! Buffers and their updates, modes, randomness.

use super::{Production, anywhere, outside};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    outside(update),
    outside(update),
    outside(modes),
    anywhere(dropout),
];

fn update(m: &mut Maker) -> Option<()> {
    let there: Vec<Value> = m
        .values
        .iter()
        .filter(|value| value.text.starts_with('b'))
        .cloned()
        .collect();
    let buffer = match there.is_empty() || m.chance.one_in(3) {
        true => {
            let shape = m.chance.shape();
            m.buffer(&shape)
        }
        false => m.chance.of(&there),
    };
    m.stateful = true;
    let x = m.shaped(&buffer.shape);
    let (b, x) = (&buffer.text, &x.text);
    let line = match m.chance.below(4) {
        0 => {
            let value = m.shared(&buffer.shape);
            format!("{b}.update({});", value.text)
        }
        1 => format!("{b}.update({b} * 0.5);"),
        2 => format!("{b}.update({b} + 0.25 * ({x}.batch_sum() / batch_size() - {b}));"),
        _ => format!("{b}.update({x}.batch_sum() / batch_size());"),
    };
    m.line(line);
    Some(())
}

fn modes(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let y = m.shaped(&x.shape);
    let text = format!("(if training() {{ {} }} else {{ {} }})", x.text, y.text);
    m.keep(Value::of(text, x.shape.clone(), x.range.with(y.range), &[&x, &y]));
    Some(())
}

fn dropout(m: &mut Maker) -> Option<()> {
    let x = m.any();
    if m.chance.one_in(4) {
        m.line("drop_rate(0.5);");
    }
    let text = format!("{}.dropout({})", x.text, m.chance.of(&["0.5", "0.25", "0.0"]));
    let value = Value::of(text, x.shape.clone(), x.range.times(Range::new(0.0, 2.0)), &[&x]);
    m.keep(Value {
        shared: false,
        ..value
    });
    Some(())
}
