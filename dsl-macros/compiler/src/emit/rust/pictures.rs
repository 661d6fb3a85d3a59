//! The pictures and formulas that `#[document(…)]` asks for, as constants and in the documentation of the type.

use proc_macro2::Ident;

use super::identifiers::{derivative_picture_constant, gradient_picture_constant, picture_constant};
use crate::program::{CompiledNetwork, Drawn, EntryPlans};
use crate::syntax::ast::{Document, Function};

/// The pictures of an entry point: the name of the constant of each, what it is, and its text.
pub fn of(plans: &EntryPlans) -> Vec<(Ident, String, &str)> {
    let name = plans.entry.name.to_string();
    let modes = match plans.training {
        Some(_) => [" in evaluation mode", " in training mode"],
        None => ["", ""],
    };
    let mut pictures = Vec::new();
    for (format, text) in texts(plans.drawn()) {
        let about = format!("The graph of `{name}`{}, {}", modes[0], described(format));
        pictures.push((picture_constant(&name, word(format)), about, text));
    }
    for (format, text) in plans.gradient_drawn().into_iter().flat_map(texts) {
        let about = format!(
            "The graph of `{name}` and its gradient{}, {}",
            modes[1],
            described(format)
        );
        pictures.push((gradient_picture_constant(&name, word(format)), about, text));
    }
    for (asked, drawn) in plans.derivatives_drawn() {
        for (format, text) in texts(drawn) {
            let about = format!(
                "The graph of `{name}` and its `{}`{}, {}",
                asked.word(),
                modes[1],
                described(format)
            );
            let constant = derivative_picture_constant(&name, asked.word(), word(format));
            pictures.push((constant, about, text));
        }
    }
    pictures
}

/// The constants of an entry point in a declaration with mistakes.
pub fn constants(function: &Function, documents: &[Document]) -> Vec<Ident> {
    let name = function.name.to_string();
    let gradient = function.result.has_scalar();
    let constants = documents.iter().flat_map(|&document| {
        let gradient = gradient.then(|| gradient_picture_constant(&name, word(document)));
        let derivatives = function.derivatives.iter();
        let derivatives = derivatives.map(|derivative| {
            derivative_picture_constant(&name, &derivative.word.to_string(), word(document))
        });
        let own = std::iter::once(picture_constant(&name, word(document)));
        own.chain(gradient).chain(derivatives).collect::<Vec<Ident>>()
    });
    constants.collect()
}

/// The picture in the documentation of the type: that of `loss`, where there is one, else that of each entry point.
pub fn inline(compiled: &CompiledNetwork<'_>) -> String {
    let loss = |plans: &&EntryPlans| plans.entry.name == "loss";
    let shown: Vec<&EntryPlans> = match compiled.entries.iter().find(loss) {
        Some(loss) => vec![loss],
        None => compiled.entries.iter().collect(),
    };
    let mut text = String::new();
    for plans in shown {
        if let Some(svg) = &plans.drawn().svg {
            let name = &plans.entry.name;
            // Markdown takes what stands between two empty lines as it is, if it begins with such an element.
            text += &format!("\n`{name}` by layers:\n\n<div>\n{svg}</div>\n");
        }
    }
    text
}

fn texts(drawn: &Drawn) -> impl Iterator<Item = (Document, &str)> {
    let dot = drawn.dot.as_deref().map(|text| (Document::Dot, text));
    let svg = drawn.svg.as_deref().map(|text| (Document::Svg, text));
    let latex = drawn.latex.as_deref().map(|text| (Document::Latex, text));
    let text = drawn.text.as_deref().map(|text| (Document::Text, text));
    dot.into_iter().chain(svg).chain(latex).chain(text)
}

/// The ending of the constants of a format.
fn word(document: Document) -> &'static str {
    match document {
        Document::Dot => "DOT",
        Document::Svg => "SVG",
        Document::Latex => "LATEX",
        Document::Text => "TEXT",
    }
}

fn described(document: Document) -> &'static str {
    match document {
        Document::Dot => "every value, in Graphviz DOT.",
        Document::Svg => "by layers, as SVG.",
        Document::Text => "one line a value.",
        Document::Latex => "every value, as formulas in LaTeX (with `amsmath` and `amssymb`).",
    }
}
