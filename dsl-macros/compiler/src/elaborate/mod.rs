//! Elaboration, ast → typed graph: resolves names, instantiates blocks, infers and checks shapes, collects
//! parameters.
//!
//! Every mistake a user can make beyond syntax is reported here; the output of this stage cannot fail any
//! more.

mod arguments;
mod bind;
mod broadcast;
mod call;
mod checkpoint;
mod cuts;
mod derivatives;
mod derive_also;
mod differentiation_variables;
mod elaborator;
mod entry;
mod evaluate;
mod fault;
mod given_names;
mod initialize;
mod instantiate;
mod layers;
mod library;
mod limits;
mod loops;
mod marks;
mod model;
mod operators;
mod parameters;
mod published;
mod scope;
mod signature;
mod statements;
mod trained;
mod types;
mod untrained;
mod value;
mod wording;
pub mod words;

#[cfg(test)]
mod tests;

pub use model::{
    Derivative, Entry, EntryInput, Initializer, Model, ParameterDeclaration, ResultType, Training, Untrained,
    Wrt,
};
pub use published::check_blocks;

use crate::diagnostics::Diagnostics;
use crate::prelude;
use crate::syntax::ast::{Blocks, Network};
use elaborator::Elaborator;
use library::Library;
use loops::Loops;
pub use loops::ROLL;
use parameters::Parameters;

/// Elaborates a declaration to the typed graphs of its entry points and the parameters they share; `None` if
/// mistakes were found, which are then in `diagnostics`.
pub fn elaborate(network: &Network, diagnostics: &mut Diagnostics) -> Option<Model> {
    let prelude = prelude::parse(diagnostics)?;
    elaborate_with(network, &prelude, ROLL, diagnostics)
}

/// The same with a parsed prelude, and the choice whether loops that allow it become one node.
pub fn elaborate_with(
    network: &Network,
    prelude: &Blocks,
    roll: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Model> {
    let library = Library::new(network, prelude, words::signatures());
    let before = diagnostics.count();
    if library.own().all(|(_, function)| function.visibility.is_empty()) {
        let message = format!("`{}` has no entry point", network.name);
        let help = "write `pub fn logits(&self, image: Tensor<784>) -> Tensor<10> { … }`";
        diagnostics.error(network.name.span(), message).help(help);
        return None;
    }
    let (mut parameters, mut buffers, entries) = run(
        network,
        &library,
        Parameters::default(),
        Parameters::default(),
        roll,
        diagnostics,
    );
    if diagnostics.count() > before {
        return None;
    }
    // `parameters("…")` refers to all parameters, and a held layer belongs to the home of its `let`: if the
    // first run did not know these yet, a second run does.
    let moved = parameters.settle() | buffers.settle();
    let (parameters, buffers, entries) = match moved || parameters.chosen_early {
        true => run(network, &library, parameters, buffers, roll, diagnostics),
        false => (parameters, buffers, entries),
    };
    if diagnostics.count() > before {
        return None;
    }
    for entry in &entries {
        cuts::check(entry, diagnostics);
        derive_also::check(entry, diagnostics);
    }
    if diagnostics.count() > before {
        return None;
    }
    let parameters = parameters.into_declarations();
    Some(Model {
        untrained: untrained::untrained(&entries, &parameters),
        parameters,
        buffers: buffers.into_declarations(),
        entries,
    })
}

/// True if this is a function of the language: one of the prelude or one of the compiler's words.
pub fn is_word(name: &str, prelude: &Blocks) -> bool {
    words::find(name).is_some() || prelude.functions.iter().any(|function| function.name == name)
}

fn run<'a>(
    network: &'a Network,
    library: &Library<'a>,
    parameters: Parameters,
    buffers: Parameters,
    roll: bool,
    diagnostics: &mut Diagnostics,
) -> (Parameters, Parameters, Vec<Entry>) {
    let mut elaborator = Elaborator::new(library, diagnostics, parameters, buffers, Loops::new(roll));
    elaborator.check_constants();
    if elaborator.check_blocks().is_err() {
        return (elaborator.parameters, elaborator.buffers, Vec::new());
    }
    let public = library
        .own()
        .filter(|(_, function)| !function.visibility.is_empty());
    let entries = public.filter_map(|(id, _)| elaborator.entry(id).ok()).collect();
    elaborator.initialize(&network.initializers);
    (elaborator.parameters, elaborator.buffers, entries)
}
