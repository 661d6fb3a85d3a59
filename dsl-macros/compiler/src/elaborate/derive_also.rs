//! The derivatives that `#[derive_also(…)]` asks for: finds what they are by and through, and refuses what they cannot be.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::cuts;
use super::elaborator::Elaborator;
use super::fault::{Fault, Outcome};
use super::model::{Derivative, Entry, EntryInput, Wrt};
use super::value::Value;
use super::wording::{list, near};
use crate::diagnostics::Diagnostics;
use crate::differentiate::second_order::{gradients_beside, marked, mixed_with};
use crate::differentiate::{pull_back, push_forward};
use crate::graph::{Element, Function as GraphFunction, Graph, Val};
use crate::ops::leaf::{Input, Parameter};
use crate::syntax::ast::{DerivativeKind, Function};

/// The search, while an entry point is elaborated, for the value that its Gauss–Newton product linearises.
#[derive(Default)]
pub struct Linearised {
    /// The name that is looked for; `None` if no such product is asked for.
    name: Option<Ident>,
    /// The different values of this name, as tensors.
    found: Vec<Vec<Val>>,
    /// All names that could have been meant.
    known: BTreeSet<String>,
}

impl Linearised {
    pub fn of(function: &Function) -> Linearised {
        let mut kinds = function.derivatives.iter().map(|derivative| &derivative.kind);
        let name = kinds.find_map(|kind| match kind {
            DerivativeKind::Gnvp(name) => Some(name.clone()),
            _ => None,
        });
        Linearised {
            name,
            ..Linearised::default()
        }
    }
}

impl<'a> Elaborator<'a> {
    /// Takes note of a `let` of the entry point itself.
    pub fn notice_let(&mut self, name: &str, value: &Value) {
        // An entry point is called by nobody.
        if self.frame().call.is_none() {
            self.notice(name, value);
        }
    }

    /// Takes note of a value outside of loops, in case a product is to linearise it.
    pub fn notice(&mut self, name: &str, value: &Value) {
        let is_repeated = self.frames.iter().any(|frame| frame.loops > 0);
        let Linearised {
            name: Some(wanted),
            found,
            known,
        } = &mut self.linearised
        else {
            return;
        };
        let mut tensors = Vec::new();
        flatten(value, &mut tensors);
        if tensors.is_empty() || is_repeated {
            return;
        }
        if *wanted == name && !found.contains(&tensors) {
            found.push(tensors);
        }
        known.insert(name.to_string());
    }

    /// The value that the entry point's Gauss–Newton product linearises, as tensors; none if there is no such product.
    pub fn take_linearised(&mut self, function: &Function) -> Outcome<Vec<Val>> {
        let Linearised { name, found, known } = std::mem::take(&mut self.linearised);
        let Some(name) = name else {
            return Ok(Vec::new());
        };
        let fault = match found.as_slice() {
            [tensors] => {
                let is_index = |&val: &Val| matches!(self.graph.ty(val).element, Element::Index { .. });
                if !tensors.iter().any(is_index) {
                    return Ok(tensors.clone());
                }
                Fault::new(format!(
                    "`{name}` holds integers, which nothing is differentiated by"
                ))
                .help("name a value of numbers that the parameters make")
            }
            [] => {
                let known: Vec<String> = known.into_iter().collect();
                let fault = Fault::new(format!("`{}` has no value called `{name}`", function.name));
                match near(&name.to_string(), &known) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help(
                        "name a function that it calls with `self`, or a `let` of its own, without `mut` and \
                         outside of loops",
                    ),
                }
            }
            several => Fault::new(format!("`{name}` is the name of {} values", several.len()))
                .help("hold the one that is meant by a `let` of another name"),
        };
        Err(self.report(name.span(), fault))
    }

    /// The derivatives that a function with these inputs asks for.
    pub fn derivatives(&mut self, function: &Function, inputs: &[EntryInput]) -> Outcome<Vec<Derivative>> {
        let asked: Vec<Outcome<Derivative>> = function
            .derivatives
            .iter()
            .map(|derivative| match &derivative.kind {
                DerivativeKind::Jvp => Ok(Derivative::Jvp),
                DerivativeKind::Hvp => Ok(Derivative::Hvp),
                DerivativeKind::Gnvp(name) => Ok(Derivative::Gnvp(name.clone())),
                DerivativeKind::Grad(names) => {
                    let by: Vec<Outcome<(Ident, Wrt)>> = names
                        .iter()
                        .map(|name| Ok((name.clone(), self.wrt(name, function, inputs)?)))
                        .collect();
                    Ok(Derivative::Grad(by.into_iter().collect::<Outcome<_>>()?))
                }
            })
            .collect();
        asked.into_iter().collect()
    }

    /// What a name in `grad(…)` stands for.
    fn wrt(&mut self, name: &Ident, function: &Function, inputs: &[EntryInput]) -> Outcome<Wrt> {
        if name == "parameters" {
            return Ok(Wrt::Parameters);
        }
        let fault = match inputs.iter().position(|input| input.name == *name) {
            Some(index) if !inputs[index].ty.is_index() => return Ok(Wrt::Input(index)),
            Some(_) => Fault::new(format!(
                "`{name}` holds integers, by which there is no derivative"
            ))
            .help("name inputs of numbers; what integers look up is a parameter: `grad(parameters)`"),
            None => {
                let names: Vec<String> = inputs.iter().map(|input| input.name.to_string()).collect();
                let fault = Fault::new(format!("`{}` has no input called `{name}`", function.name));
                match near(&name.to_string(), &names) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help(format!("it has {}", list(&names))),
                }
            }
        };
        Err(self.report(name.span(), fault))
    }

    /// The description of a derivative that has a method of this name.
    pub fn derivative_called(&self, name: &str) -> Option<String> {
        let entries = self.library.own().map(|(_, function)| function);
        let entries = entries.filter(|function| !function.visibility.is_empty());
        entries.into_iter().find_map(|function| {
            let mut asked = function.derivatives.iter();
            asked.find_map(|derivative| {
                let rest = name.strip_prefix(&format!("{}_{}", function.name, derivative.word))?;
                let mode = match rest {
                    "" => "",
                    "_in_training" => " in training mode",
                    "_in_evaluation" => " in evaluation mode",
                    _ => return None,
                };
                Some(format!(
                    "it is what `{}` of `{}` is called{mode}",
                    derivative.word, function.name
                ))
            })
        })
    }
}

fn flatten(value: &Value, into: &mut Vec<Val>) {
    match value {
        Value::Tensor(val) => into.push(*val),
        Value::Tuple(values) | Value::Array(values) => values.iter().for_each(|value| flatten(value, into)),
        _ => {}
    }
}

/// Reports the derivatives of an entry point that no derivative gets to, or that are not what their name says.
pub fn check(entry: &Entry, diagnostics: &mut Diagnostics) {
    let before = diagnostics.count();
    let training = entry.training.iter();
    let training = training.map(|training| (&training.function, &training.linearised));
    for (function, linearised) in std::iter::once((&entry.function, &entry.linearised)).chain(training) {
        for derivative in &entry.derivatives {
            // A mistake in both modes is reported once.
            if diagnostics.count() > before {
                return;
            }
            match derivative {
                Derivative::Jvp | Derivative::Hvp => {}
                Derivative::Gnvp(name) => check_linearised(name, entry, function, linearised, diagnostics),
                Derivative::Grad(by) => check_inputs(by, entry, function, diagnostics),
            }
        }
    }
}

/// The leaves of a kind that values depend on.
fn leaves(graph: &Graph, values: &[Val], is_one: impl Fn(&Graph, Val) -> bool) -> Vec<Val> {
    let live = graph.live(values).into_iter();
    live.filter(|&val| is_one(graph, val)).collect()
}

fn check_inputs(by: &[(Ident, Wrt)], entry: &Entry, function: &GraphFunction, diagnostics: &mut Diagnostics) {
    let Some(place) = entry.result.first_scalar_output() else {
        return;
    };
    let GraphFunction { graph, outputs } = function.copy();
    let loss = outputs[place];
    for (name, wrt) in by {
        let Wrt::Input(index) = wrt else { continue };
        let input = graph.vals().find(|&val| {
            let input = graph.node(val);
            input.op.get::<Input>().is_some_and(|input| input.index == *index)
        });
        let reached = |input: Val| pull_back(&graph, &[(loss, graph.constant(1.0).val)], &[input])[0];
        if input.and_then(reached).is_none() {
            unreached(name, entry, function, loss, input, diagnostics);
        }
    }
}

/// Reports that no derivative of the loss gets to a value.
fn unreached(
    name: &Ident,
    entry: &Entry,
    function: &GraphFunction,
    loss: Val,
    value: Option<Val>,
    diagnostics: &mut Diagnostics,
) {
    let reason = match value {
        Some(value) => cuts::reason(&function.graph, loss, value, &name.to_string()),
        None => format!("does not depend on `{name}`"),
    };
    let text = format!("no gradient gets to `{name}`: `{}` {reason}", entry.name);
    let help = "name what it depends on by words that pass derivatives";
    diagnostics.error(name.span(), text).help(help);
}

fn check_linearised(
    name: &Ident,
    entry: &Entry,
    function: &GraphFunction,
    linearised: &[Val],
    diagnostics: &mut Diagnostics,
) {
    let Some(place) = entry.result.first_scalar_output() else {
        return;
    };
    let loss = function.outputs[place];
    let GraphFunction { graph, mut outputs } = marked(function, linearised);
    let through = outputs.split_off(function.outputs.len());
    let marked_loss = outputs[place];
    let is_parameter = |graph: &Graph, val: Val| graph.node(val).op.is::<Parameter>();
    let parameters = leaves(&graph, &[marked_loss], is_parameter);
    let gradients = gradients_beside(&graph, marked_loss, &through, &parameters);
    let slopes: Vec<Val> = gradients[..through.len()].iter().copied().flatten().collect();
    if slopes.is_empty() {
        return unreached(
            name,
            entry,
            function,
            loss,
            linearised.first().copied(),
            diagnostics,
        );
    }
    // Whether anything moves is all that matters, so each value serves as its own tangent.
    let moves = |outputs: &[Val], values: &[Val]| {
        let tangents: Vec<(Val, Val)> = values.iter().map(|&value| (value, value)).collect();
        push_forward(&graph, outputs, &tangents)
            .iter()
            .any(Option::is_some)
    };
    let entry = &entry.name;
    let (text, help) = if !moves(&through, &parameters) {
        (
            format!("`{name}` depends on no parameter"),
            "name a value that the network makes by its parameters".to_string(),
        )
    } else if !moves(&slopes, &through) {
        (
            format!("`{entry}` is linear in `{name}`: its Gauss–Newton matrix is 0"),
            "name a value that the loss bends, such as the scores before a softmax".to_string(),
        )
    } else {
        let mixed = mixed_with(&graph, marked_loss, &through, &parameters);
        let names = mixed
            .iter()
            .filter_map(|&val| Some(graph.node(val).op.get::<Parameter>()?.name.clone()));
        let names: Vec<String> = names.collect();
        if names.is_empty() {
            return;
        }
        (
            format!(
                "`{entry}` depends on {} in another way than through `{name}`",
                list(&names)
            ),
            "name a value behind these parameters: only a term that is added, such as a regulariser, may go past it"
                .to_string(),
        )
    };
    diagnostics.error(name.span(), text).help(help);
}
