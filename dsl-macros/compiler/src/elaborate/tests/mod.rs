//! Tests of elaboration: printed graphs, values by the interpreter, rendered mistakes.

mod activations;
mod attention;
mod blocks;
mod derivatives;
mod faults;
mod graphs;
mod images;
mod layers;
mod limits;
mod loops;
mod losses;
mod mutation;
mod naming;
mod programs;
mod recurrent;
mod state;
mod trained;
mod values;

use proc_macro2::TokenStream;

use super::loops::ROLL;
use super::{Model, elaborate_with};
use crate::diagnostics::Diagnostics;
use crate::emit::text::print;
use crate::prelude;
use crate::syntax::parse;

/// Elaborates the text of a declaration: the model, or the rendered mistakes.
pub fn compile(text: &str) -> Result<Model, String> {
    compile_with(text, ROLL)
}

/// The same with the choice whether loops that allow it become one node.
pub fn compile_with(text: &str, roll: bool) -> Result<Model, String> {
    let tokens: TokenStream = text.parse().map_err(|error| format!("{error}"))?;
    let mut diagnostics = Diagnostics::new();
    let network = parse(tokens, &mut diagnostics);
    let model = match network.filter(|_| diagnostics.is_empty()) {
        Some(network) => {
            let prelude = prelude::parse(&mut diagnostics).expect("the prelude is sound");
            elaborate_with(&network, &prelude, roll, &mut diagnostics)
        }
        None => None,
    };
    match (model, diagnostics.render()) {
        (Some(model), errors) if errors.is_empty() => Ok(model),
        (Some(_), errors) => Err(format!("a model in spite of errors:\n{errors}")),
        (None, errors) if errors.is_empty() => Err("neither model nor errors".to_string()),
        (None, errors) => Err(errors),
    }
}

/// The model of a declaration that is sound.
pub fn sound(text: &str) -> Model {
    compile(text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The text of a whole model: parameters, then each entry point's graph.
pub fn show(model: &Model) -> String {
    let mut text = String::new();
    for parameter in &model.parameters {
        text += &format!(
            "{} {} {:?} from {}\n",
            parameter.name, parameter.shape, parameter.initializer, parameter.text
        );
    }
    for entry in &model.entries {
        let inputs: Vec<String> = entry
            .inputs
            .iter()
            .map(|input| format!("{} {}", input.name, input.ty))
            .collect();
        text += &format!("\n{}({}) -> {:?}\n", entry.name, inputs.join(", "), entry.result);
        let outputs: Vec<_> = entry
            .function
            .outputs
            .iter()
            .enumerate()
            .map(|(place, &val)| (format!("result{place}"), val))
            .collect();
        text += &print(&entry.function.graph, &outputs);
    }
    text
}
