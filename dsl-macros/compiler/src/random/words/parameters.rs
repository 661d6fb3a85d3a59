//! Single parameters, and all parameters together.

use super::{Production, anywhere, outside};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[anywhere(own), anywhere(length), outside(all), anywhere(stop)];

fn own(m: &mut Maker) -> Option<()> {
    let shape = m.chance.shape();
    m.parameter(&shape);
    Some(())
}

fn length(m: &mut Maker) -> Option<()> {
    let x = m.any();
    let (size, count) = (x.range.size(), x.count() as f64);
    let (word, largest) = m.chance.of(&[
        ("l1", count * size),
        ("l2", count * size * size),
        ("norm", count.sqrt() * size),
    ]);
    m.keep(Value::of(
        format!("{}.{word}()", x.text),
        Vec::new(),
        Range::new(0.0, largest),
        &[&x],
    ));
    Some(())
}

fn all(m: &mut Maker) -> Option<()> {
    // Only the parameters of this function: the loss may hold back some of the others.
    let own: Vec<Value> = m
        .values
        .iter()
        .filter(|value| value.trained && value.text.starts_with('w'))
        .cloned()
        .collect();
    if own.is_empty() {
        return None;
    }
    let one = m.chance.of(&own);
    let word = m.chance.of(&["l1", "l2", "norm"]);
    let pattern = match m.chance.one_in(2) {
        true => format!("*.{}", one.text),
        false => "*".to_string(),
    };
    let text = match m.chance.below(4) {
        0 => {
            m.stateful = true;
            format!("(0.125 * parameters(\"{pattern}\").from_start().l2())")
        }
        1 => {
            m.stateful = true;
            format!("(0.125 * {}.from_start().{word}())", one.text)
        }
        _ => format!("(0.125 * parameters(\"{pattern}\").{word}())"),
    };
    let value = Value::of(text, Vec::new(), Range::around(4.0), &[]);
    m.keep(Value {
        trained: true,
        ..value
    });
    Some(())
}

fn stop(m: &mut Maker) -> Option<()> {
    let x = m.any();
    m.keep(Value::of(
        format!("{}.stop_gradient()", x.text),
        x.shape.clone(),
        x.range,
        &[&x],
    ));
    Some(())
}
