//! The pictures and formulas of an entry point that `#[document(…)]` asks for.

use super::graphs::{Gradient, result_names};
use crate::elaborate::{Derivative, Entry, Model};
use crate::emit::dot::emit_dot;
use crate::emit::latex;
#[cfg(feature = "pictures")]
use crate::emit::svg::emit_svg;
use crate::emit::text::print_briefly;
use crate::graph::{Function, Graph, Val};
use crate::picture::{Output, Picture};
use crate::syntax::ast::Document;

/// A graph as pictures, as far as they are asked for.
#[derive(Default)]
pub struct Drawn {
    /// Every value, in Graphviz DOT.
    pub dot: Option<String>,
    /// The layers, as SVG.
    pub svg: Option<String>,
    /// Every value, as formulas in LaTeX.
    pub latex: Option<String>,
    /// Every value, one line each.
    pub text: Option<String>,
}

impl Drawn {
    /// The pictures of the results and of the new values of buffers, `updates`.
    pub fn of_results(
        title: &str,
        function: &Function,
        updates: &[usize],
        model: &Model,
        asked: &[Document],
    ) -> Drawn {
        let names = names(function.outputs.len() - updates.len(), updates, model);
        let outputs = function.outputs.iter().zip(names).map(|(&val, name)| Output {
            name,
            val,
            is_gradient: false,
        });
        drawn(title, function, outputs, asked)
    }

    /// The pictures of a gradient and what it is the gradient of.
    pub fn of_gradient(
        title: &str,
        gradient: &Gradient,
        updates: &[usize],
        model: &Model,
        asked: &[Document],
    ) -> Drawn {
        let Gradient { function, parameters } = gradient;
        let results = function.outputs.len() - parameters.len();
        let names = names(results - updates.len(), updates, model);
        let gradients = parameters
            .iter()
            .map(|&parameter| format!("∂ {}", model.parameters[parameter].name));
        let named = names.into_iter().chain(gradients).enumerate();
        let outputs = function.outputs.iter().zip(named);
        let outputs = outputs.map(|(&val, (place, name))| Output {
            name,
            val,
            is_gradient: place >= results,
        });
        drawn(title, function, outputs, asked)
    }

    /// The pictures of a derivative that is asked for, and of what it is derived from.
    pub fn of_derivative(
        title: &str,
        derived: &Gradient,
        (derivative, entry): (&Derivative, &Entry),
        model: &Model,
        asked: &[Document],
    ) -> Drawn {
        let results = entry.result.count();
        let named = derived.named_asked(derivative, entry, model).into_iter();
        let outputs = named.enumerate().map(|(place, (name, val))| Output {
            name,
            val,
            is_gradient: place >= results,
        });
        drawn(title, &derived.function, outputs, asked)
    }
}

fn names(results: usize, updates: &[usize], model: &Model) -> Vec<String> {
    let mut names = result_names(results);
    names.extend(
        updates
            .iter()
            .map(|&buffer| format!("new {}", model.buffers[buffer].name)),
    );
    names
}

fn drawn(
    title: &str,
    function: &Function,
    outputs: impl Iterator<Item = Output>,
    asked: &[Document],
) -> Drawn {
    if asked.is_empty() {
        return Drawn::default();
    }
    let outputs: Vec<Output> = outputs.collect();
    let is_asked = |document: Document| asked.contains(&document);
    let printed = |print: fn(&Graph, &[(String, Val)]) -> String| {
        let named = outputs.iter().map(|output| (output.name.clone(), output.val));
        print(&function.graph, &named.collect::<Vec<(String, Val)>>())
    };
    let picture = (is_asked(Document::Dot) || is_asked(Document::Svg))
        .then(|| Picture::of_values(&function.graph, &outputs));
    let picture_for = |document: Document| picture.as_ref().filter(|_| is_asked(document));
    Drawn {
        dot: picture_for(Document::Dot).map(|picture| emit_dot(title, picture)),
        svg: picture_for(Document::Svg).and_then(|picture| svg(title, picture)),
        latex: is_asked(Document::Latex).then(|| printed(latex::print)),
        text: is_asked(Document::Text).then(|| printed(print_briefly)),
    }
}

#[cfg(feature = "pictures")]
fn svg(title: &str, picture: &Picture) -> Option<String> {
    Some(emit_svg(title, &picture.by_layers()))
}

/// Never asked for: the parser refuses the word without the feature.
#[cfg(not(feature = "pictures"))]
fn svg(_: &str, _: &Picture) -> Option<String> {
    None
}
