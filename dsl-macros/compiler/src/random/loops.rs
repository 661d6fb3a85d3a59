//! Generates loops: rolled ones with carried values, slices and collected rows; unrolled ones whose
//! iterations make parameters; nested loops, in either direction.

use super::calls::call;
use super::declaration::Statement;
use super::maker::{Maker, Place};
use super::value::{Range, Value, list};
use super::words::statement;

/// The largest magnitude of a carried value.
const CARRIED: f64 = 1.5;

/// A tensor whose rows are assigned, one per iteration.
struct Rows {
    name: String,
    row: Vec<usize>,
    range: Range,
    /// The offset from the induction variable.
    offset: usize,
}

/// Adds a loop, with the values it needs before it; loops may nest `depth` levels deeper.
pub fn repeat(m: &mut Maker, depth: usize) {
    let inside = m.place;
    let makes = m.place > Place::Rolled && m.chance.one_in(4);
    let turns = m.chance.of(&[2, 2, 3, 3, 4, 1]);
    let from = m.chance.of(&[0, 0, 0, 1]);
    let carried = carried(m);
    let taken = taken(m, from + turns);
    let mut rows = rows(m, from + turns);
    let t = m.name("t");
    let reversed = m.chance.one_in(3);
    let head = match reversed {
        true => format!("for {t} in ({from}..{}).rev()", from + turns),
        false => format!("for {t} in {from}..{}", from + turns),
    };

    let known = m.values.len();
    carried.iter().for_each(|variable| m.assigned(variable.clone()));
    m.open.push(Vec::new());
    m.place = if makes { Place::Unrolled } else { Place::Rolled };
    for (sequence, axis) in taken {
        let call = if axis == 0 {
            format!("at({t})")
        } else {
            format!("at({t}, axis = {axis})")
        };
        let mut shape = sequence.shape.clone();
        shape.remove(axis);
        m.keep(sequence.as_text(format!("{}.{call}", sequence.text), shape));
    }
    if m.chance.one_in(3) {
        let x = m.any();
        let text = format!("({} * (0.25 * {t} - 0.3))", x.text);
        m.keep(Value::of(
            text,
            x.shape.clone(),
            x.range.times(Range::new(-0.3, 1.0)),
            &[&x],
        ));
    }
    for _ in 0..m.chance.between(1, 3) {
        match m.chance.below(6) {
            0 if depth > 0 => repeat(m, depth - 1),
            1 => call(m),
            _ => statement(m),
        }
    }
    let inner = m.values[known..].iter().filter(|value| value.is_real());
    let mut made: Vec<Value> = inner.cloned().collect();
    // Unread values are chosen more often than the rest.
    let unread: Vec<Value> = m
        .unread()
        .into_iter()
        .filter(|value| made.iter().any(|other| other.text == value.text))
        .collect();
    (0..3).for_each(|_| made.extend(unread.iter().cloned()));
    assign(m, &carried, &made);
    for rows in &mut rows {
        let value = m.chance.of(&made);
        let value = m.fit(value, &rows.row);
        rows.range = rows.range.with(value.range);
        let index = if rows.offset == 0 {
            t.clone()
        } else {
            format!("{t} + {}", rows.offset)
        };
        m.line(format!("{}[{index}] = {};", rows.name, value.text));
    }
    let body = m.open.pop().expect("it is open");
    m.push(Statement::Loop { head, body });
    m.place = inside;
    m.values.truncate(known);
    carried.into_iter().for_each(|variable| m.assigned(variable));
    for Rows {
        name,
        row,
        range,
        offset,
    } in rows
    {
        let shape = [&[from + turns + offset], &row[..]].concat();
        m.assigned(loop_value(name, shape, range));
    }
}

/// The value of a loop's result, of which only this is known.
fn loop_value(text: String, shape: Vec<usize>, range: Range) -> Value {
    let value = Value::of(text, shape, range, &[]);
    Value {
        shared: false,
        trained: true,
        ..value
    }
}

/// Variables that the iterations assign.
fn carried(m: &mut Maker) -> Vec<Value> {
    let count = m.chance.of(&[1, 1, 1, 2, 2, 3]);
    let variable = |m: &mut Maker| {
        let start = m.any();
        let start = m.bounded(start, CARRIED);
        let name = m.name("h");
        m.line(format!("let mut {name} = {};", start.text));
        loop_value(name, start.shape, Range::around(CARRIED))
    };
    (0..count).map(|_| variable(m)).collect()
}

/// Values of which each iteration takes a slice, and the axis of the slice.
fn taken(m: &mut Maker, size: usize) -> Vec<(Value, usize)> {
    let count = m.chance.of(&[0, 1, 1, 2]);
    let one = |m: &mut Maker| {
        let mut shape = m.chance.of(&[vec![], vec![1], vec![2], vec![3], vec![2, 2]]);
        let axis = if shape.len() == 1 && m.chance.one_in(4) {
            1
        } else {
            0
        };
        shape.insert(axis, size);
        (m.shaped(&shape), axis)
    };
    (0..count).map(|_| one(m)).collect()
}

fn rows(m: &mut Maker, size: usize) -> Vec<Rows> {
    let count = m.chance.of(&[0, 0, 1, 1, 2]);
    let one = |m: &mut Maker| {
        let row = m.chance.of(&[vec![], vec![1], vec![2], vec![3], vec![2, 2]]);
        let offset = m.chance.of(&[0, 0, 1]);
        let shape = [&[size + offset], &row[..]].concat();
        let base = match m.chance.one_in(2) {
            true => Value::of(
                format!("zeros({})", list(&shape)),
                shape,
                Range::new(0.0, 0.0),
                &[],
            ),
            false => m.shaped(&shape),
        };
        let name = m.name("r");
        m.line(format!("let mut {name} = {};", base.text));
        if offset == 1 && m.chance.one_in(2) {
            let first = m.shaped(&row);
            m.line(format!("{name}[0] = {};", first.text));
        }
        Rows {
            name,
            row,
            range: base.range,
            offset,
        }
    };
    (0..count).map(|_| one(m)).collect()
}

/// The next values of the variables, one after the other or all at once.
fn assign(m: &mut Maker, carried: &[Value], made: &[Value]) {
    let mut next = Vec::new();
    for variable in carried {
        let value = m.chance.of(made);
        let value = m.fit(value, &variable.shape);
        // An iteration that does not read its start value forgets it: a rare choice if nothing else reads
        // that value.
        let forgets = m.is_unread(&variable.text) && !m.chance.one_in(6);
        next.push(match m.chance.below(3) {
            way if way == 0 || forgets => {
                let value = m.bounded(value, CARRIED / 2.0);
                format!("0.5 * {} + {}", variable.text, value.text)
            }
            1 => format!("{}.tanh()", value.text),
            _ => m.bounded(value, CARRIED).text,
        });
    }
    if carried.len() > 1 && m.chance.one_in(2) {
        let names: Vec<&str> = carried.iter().map(|variable| variable.text.as_str()).collect();
        m.line(format!("({}) = ({});", names.join(", "), next.join(", ")));
        return;
    }
    for (variable, next) in carried.iter().zip(next) {
        // An unassigned variable stays unchanged, which a loop must handle too.
        if !m.chance.one_in(8) {
            m.line(format!("{} = {next};", variable.text));
        }
    }
}
