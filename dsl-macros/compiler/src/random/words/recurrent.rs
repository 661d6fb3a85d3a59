//! Recurrent layers over sequences, and their cells.

use super::{Production, anywhere, making};
use crate::random::maker::Maker;
use crate::random::value::{Range, Value};

pub const TABLE: &[Production] = &[
    making(states),
    making(states),
    making(with_state),
    making(both),
    making(cell),
    anywhere(steps),
];

fn trained(text: String, shape: &[usize]) -> Value {
    let value = Value::of(text, shape.to_vec(), Range::around(1.0), &[]);
    Value {
        trained: true,
        shared: false,
        ..value
    }
}

fn sequence(m: &mut Maker) -> (Value, usize) {
    let (time, width) = (m.chance.between(1, 4), m.chance.between(1, 3));
    (m.shaped(&[time, width]), m.chance.of(&[1, 1, 2, 3]))
}

fn start(m: &mut Maker, name: &str, hidden: usize) -> String {
    match m.chance.one_in(3) {
        true => {
            let state = m.shaped(&[hidden]);
            format!("{name} = {}, ", state.text)
        }
        false => String::new(),
    }
}

fn states(m: &mut Maker) -> Option<()> {
    let (x, hidden) = sequence(m);
    m.trained = true;
    let word = m.chance.of(&["rnn", "lstm", "gru"]);
    let h = start(m, "h", hidden);
    let rest = match (word, m.chance.below(4)) {
        (_, 0) => ", reverse = true",
        (_, 1) => ", bias = false",
        ("rnn", 2) => ", activation = sigmoid",
        _ => "",
    };
    let text = format!("{}.{word}({h}hidden = {hidden}{rest})", x.text);
    m.keep(trained(text, &[x.shape[0], hidden]));
    Some(())
}

fn with_state(m: &mut Maker) -> Option<()> {
    let (x, hidden) = sequence(m);
    m.trained = true;
    let (h, c) = (start(m, "h", hidden), start(m, "c", hidden));
    let rest = m.chance.of(&["", ", reverse = true"]);
    let text = format!("{}.lstm_with_state({h}{c}hidden = {hidden}{rest})", x.text);
    let shapes: [&[usize]; 3] = [&[x.shape[0], hidden], &[hidden], &[hidden]];
    let mut parts = shapes.map(|shape| trained(String::new(), shape)).to_vec();
    // The state of a cell grows with every step.
    parts[2].range = Range::around(4.0);
    m.keep_parts(["(", ")"], text, parts);
    Some(())
}

fn both(m: &mut Maker) -> Option<()> {
    let (x, hidden) = sequence(m);
    m.trained = true;
    let word = m.chance.of(&["lstm", "gru", "rnn"]);
    let text = format!(
        "{}.bidirectional({word}({hidden}), {word}({hidden}, reverse = true))",
        x.text
    );
    m.keep(trained(text, &[x.shape[0], 2 * hidden]));
    Some(())
}

fn cell(m: &mut Maker) -> Option<()> {
    let x = m.of_rank(1);
    let hidden = m.chance.between(1, 3);
    m.trained = true;
    let h = m.shaped(&[hidden]);
    let c = m.shaped(&[hidden]);
    let word = m.chance.of(&["rnn_cell", "gru_cell", "lstm_cell"]);
    if word == "lstm_cell" {
        let text = format!("{}.lstm_cell({}, {}, {hidden})", x.text, h.text, c.text);
        let parts = [1.0, 1.0 + c.range.size()].map(|size| Value {
            range: Range::around(size),
            ..trained(String::new(), &[hidden])
        });
        m.keep_parts(["(", ")"], text, parts.to_vec());
        return Some(());
    }
    let size = h.range.size().max(1.0);
    let value = trained(format!("{}.{word}({}, {hidden})", x.text, h.text), &[hidden]);
    m.keep(Value {
        range: Range::around(size),
        ..value
    });
    Some(())
}

/// The gates and steps that cells consist of.
fn steps(m: &mut Maker) -> Option<()> {
    let hidden = m.chance.between(1, 2);
    let h = m.shaped(&[hidden]);
    let size = Range::around(h.range.size() + 1.0);
    let parts = |shapes: [&[usize]; 2]| {
        shapes.map(|shape| Value {
            range: size,
            ..trained(String::new(), shape)
        })
    };
    match m.chance.below(3) {
        0 => {
            let gates = m.shaped(&[4 * hidden]);
            let text = format!("{}.lstm_step({})", gates.text, h.text);
            m.keep_parts(["(", ")"], text, parts([&[hidden], &[hidden]]).to_vec());
        }
        1 => {
            let (input, state) = (m.shaped(&[3 * hidden]), m.shaped(&[3 * hidden]));
            let value = trained(
                format!("gru_step({}, {}, {})", input.text, state.text, h.text),
                &[hidden],
            );
            m.keep(Value { range: size, ..value });
        }
        _ => {
            let inputs = m.shaped(&[2, 4 * hidden]);
            let (weight, c) = (m.shaped(&[4 * hidden, hidden]), m.shaped(&[hidden]));
            let reverse = m.chance.one_in(2);
            let all = [&inputs, &weight, &h, &c]
                .map(|value| value.text.as_str())
                .join(", ");
            let text = format!("lstm_states({all}, {reverse})");
            let mut two = parts([&[2, hidden], &[hidden]]).to_vec();
            two[1].range = Range::around(c.range.size() + 2.0);
            m.keep_parts(["(", ")"], text, two);
        }
    }
    Some(())
}
