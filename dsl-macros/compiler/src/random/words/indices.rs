//! Indices and the rows they select.

use super::{Production, anywhere, making};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value, list};

pub const TABLE: &[Production] = &[
    anywhere(one_hot),
    anywhere(gather),
    anywhere(gather),
    anywhere(number),
    making(embedding),
];

fn index(m: &mut Maker) -> Value {
    let limit = m.chance.of(&[1, 2, 3, 4]);
    let shape = m.chance.of(&[vec![], vec![], vec![1], vec![2], vec![3]]);
    let there: Vec<Value> = m
        .values
        .iter()
        .filter(|value| !value.is_real())
        .cloned()
        .collect();
    match !there.is_empty() && m.chance.one_in(2) {
        true => m.chance.of(&there),
        false => m.index(limit, &shape),
    }
}

fn one_hot(m: &mut Maker) -> Option<()> {
    let index = index(m);
    let limit = index.limit?;
    let (classes, text) = match m.chance.below(3) {
        0 => (
            limit + 1,
            format!("{}.one_hot(classes = {})", index.text, limit + 1),
        ),
        1 => (
            limit,
            format!("{}.one_hot(classes = {}.limit())", index.text, index.text),
        ),
        _ => (limit, format!("{}.one_hot()", index.text)),
    };
    let shape = [&index.shape[..], &[classes]].concat();
    m.keep(Value::of(text, shape, Range::new(0.0, 1.0), &[&index]));
    Some(())
}

fn gather(m: &mut Maker) -> Option<()> {
    let index = index(m);
    let rows = index.limit? + m.chance.below(2);
    let row = m.chance.of(&[vec![], vec![1], vec![2], vec![3], vec![2, 2]]);
    let table = m.shaped(&[&[rows], &row[..]].concat());
    let shape = [&index.shape[..], &row[..]].concat();
    let text = format!("{}.gather({})", table.text, index.text);
    m.keep(Value::of(text, shape, table.range, &[&table, &index]));
    Some(())
}

fn number(m: &mut Maker) -> Option<()> {
    let index = index(m);
    let mut value = Value::of(
        format!("{}.number()", index.text),
        index.shape.clone(),
        index.range,
        &[&index],
    );
    if m.chance.one_in(3) && index.rank() > 0 {
        value = Value::of(
            format!("{}.reshape({}).number()", index.text, list(&[1, index.count()])),
            vec![1, index.count()],
            index.range,
            &[&index],
        );
    }
    m.keep(value);
    Some(())
}

fn embedding(m: &mut Maker) -> Option<()> {
    let index = index(m);
    let width = m.chance.size();
    m.trained = true;
    let text = format!("{}.embedding({width})", index.text);
    let shape = [&index.shape[..], &[width]].concat();
    let value = Value::of(text, shape, Range::around(0.5), &[&index]);
    m.keep(Value {
        trained: true,
        ..value
    });
    Some(())
}
