//! Calls of the declaration's own functions.

use super::declaration::Role;
use super::maker::{Maker, Place, Signature};
use super::value::Value;
use super::words::statement;

/// Adds a call of a function made before.
pub fn call(m: &mut Maker) {
    let callable: Vec<Signature> = m
        .functions
        .iter()
        .filter(|function| match function.role {
            Role::Block => {
                m.place == Place::Top || !function.stateful && (m.place == Place::Unrolled || !function.makes)
            }
            _ => m.place == Place::Top && m.role != Role::Block,
        })
        .cloned()
        .collect();
    if callable.is_empty() {
        return statement(m);
    }
    let function = m.chance.of(&callable);
    let mut given = Vec::new();
    for argument in &function.arguments {
        let value = match (argument.limit, argument.shared) {
            (Some(limit), _) => m.index(limit, &argument.shape),
            (None, true) => m.shared(&argument.shape),
            (None, false) => {
                let value = m.shaped(&argument.shape);
                m.bounded(value, 2.0)
            }
        };
        given.push(value.text);
    }
    m.trained |= function.makes;
    m.stateful |= function.stateful;
    let name = &function.name;
    let text = match function.role {
        Role::Block if !given.is_empty() && m.chance.one_in(2) => {
            format!("{}.{name}({})", given[0], given[1..].join(", "))
        }
        Role::Block => format!("{name}({})", given.join(", ")),
        _ => format!("self.{name}({})", given.join(", ")),
    };
    let results = function.results.iter().map(|value| Value {
        text: text.clone(),
        shared: false,
        trained: true,
        ..value.clone()
    });
    let mut results: Vec<Value> = results.collect();
    match results.len() {
        1 => {
            let only = results.remove(0);
            m.keep(only);
        }
        _ => {
            m.keep_parts(["(", ")"], text, results);
        }
    }
}
