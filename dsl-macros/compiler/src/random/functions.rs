//! Generates whole functions that call one another, and the declaration that holds them.

use super::calls::call;
use super::chance::Chance;
use super::declaration::{Declaration, Function, Part, Role, names};
use super::loops::repeat;
use super::maker::{Maker, Signature, joined};
use super::value::{Range, Value};
use super::words::statement;

/// The declaration of a seed.
pub fn declaration(seed: u64) -> Declaration {
    let mut chance = Chance::new(seed);
    let mut roles = vec![Role::Block; chance.of(&[0, 1, 1, 2])];
    roles.extend(vec![Role::Helper; chance.of(&[0, 0, 0, 1])]);
    roles.extend(vec![Role::Entry; chance.of(&[1, 1, 1, 2])]);
    let mut functions = Vec::new();
    let mut known = Vec::new();
    let mut next = 0;
    for (place, &role) in roles.iter().enumerate() {
        let last = place + 1 == roles.len();
        let mut maker = Maker::new(chance, role, known, next);
        let (function, signature) = function(&mut maker, last);
        functions.push(function);
        next = maker.next();
        (chance, known) = (maker.chance, maker.functions);
        known.push(signature);
    }
    // Functions that nothing calls are removed.
    while let Some(unused) = functions.iter().position(|function| {
        let elsewhere = functions.iter().filter(|other| other.name != function.name);
        let mut text = elsewhere.map(Function::print);
        function.role != Role::Entry && !text.any(|text| names(&text).any(|name| name == function.name))
    }) {
        functions.remove(unused);
    }
    Declaration { functions }
}

fn function(m: &mut Maker, last: bool) -> (Function, Signature) {
    let name = match (m.role, last) {
        (_, true) => "loss".to_string(),
        (Role::Block, _) => m.name("block"),
        (Role::Helper, _) => m.name("helper"),
        (Role::Entry, _) => m.name("entry"),
    };
    // Most functions begin with their arguments.
    for _ in 0..m.chance.of(&[0, 1, 1, 2]) {
        let shape = m.chance.shape();
        m.input(&shape);
    }
    let size = if m.role == Role::Entry {
        m.chance.between(3, 12)
    } else {
        m.chance.between(1, 5)
    };
    for _ in 0..size {
        match m.chance.below(8) {
            0 => repeat(m, 1),
            1 | 2 if !m.functions.is_empty() => call(m),
            _ => statement(m),
        }
    }
    let values = results(m, last);
    let part = |value: &Value| Part {
        text: value.text.clone(),
        ty: match value.shape.as_slice() {
            [] => "Scalar".to_string(),
            shape => format!("Tensor<{}>", joined(shape)),
        },
    };
    let function = Function {
        name: name.clone(),
        role: m.role,
        arguments: m.arguments.iter().map(|(argument, _)| argument.clone()).collect(),
        body: std::mem::take(&mut m.open[0]),
        results: values.iter().map(part).collect(),
        // Every other one.
        recompute: m.role != Role::Entry && m.arguments.len().is_multiple_of(2),
    }
    .pruned();
    let arguments = m
        .arguments
        .iter()
        .filter(|(argument, _)| function.arguments.iter().any(|kept| kept.name == argument.name));
    let signature = Signature {
        name,
        role: m.role,
        arguments: arguments.map(|(_, value)| value.clone()).collect(),
        results: values,
        makes: m.trained,
        stateful: m.stateful,
    };
    (function, signature)
}

/// The results of a function: late values, and the loss first or somewhere among them.
fn results(m: &mut Maker, last: bool) -> Vec<Value> {
    let unread = m.unread();
    let real: Vec<Value> = match unread.is_empty() {
        true => m.values.iter().filter(|value| value.is_real()).cloned().collect(),
        false => unread,
    };
    let count = match m.role {
        Role::Entry => m.chance.of(&[0, 0, 1, 2]),
        _ => m.chance.of(&[1, 1, 1, 2]),
    };
    let mut results: Vec<Value> = Vec::new();
    for _ in 0..count {
        let others = real
            .iter()
            .filter(|value| results.iter().all(|other| other.text != value.text));
        let others: Vec<Value> = others.cloned().collect();
        if !others.is_empty() {
            results.push(m.chance.of(&others));
        }
    }
    if last || results.is_empty() || !m.owed.is_empty() || m.role == Role::Entry && m.chance.one_in(3) {
        // The first number is differentiated: values owed to the loss need it in front.
        let first = !m.owed.is_empty();
        let loss = loss(m);
        let place = if first {
            0
        } else {
            m.chance.between(0, results.len())
        };
        results.insert(place, loss);
    }
    results
}

/// A number made of several late values: linear in them half of the time.
fn loss(m: &mut Maker) -> Value {
    let mut terms = Vec::new();
    let mut values = m.unread();
    values.reverse();
    values.truncate(4);
    if values.is_empty() {
        values.push(m.any());
    }
    for value in values {
        let text = &value.text;
        let term = match m.chance.below(8) {
            _ if value.rank() == 0 => text.clone(),
            0..=2 => format!("{text}.sum()"),
            3 => format!("{text}.mean()"),
            4 => format!("{text}.square().sum()"),
            5 => format!("{text}.tanh().sum()"),
            6 => {
                let target = m.shaped(&value.shape);
                format!("{text}.squared_error({})", target.text)
            }
            _ => format!("{text}.at(0).sum()"),
        };
        terms.push(term);
    }
    let owed = std::mem::take(&mut m.owed);
    terms.extend(owed.iter().map(|name| format!("0.125 * {name}.mean()")));
    let value = Value::of(
        format!("({})", terms.join(" + ")),
        Vec::new(),
        Range::around(6.0),
        &[],
    );
    m.keep(Value {
        shared: false,
        trained: true,
        ..value
    })
}
