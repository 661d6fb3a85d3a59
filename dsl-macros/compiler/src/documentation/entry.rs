//! The words with their documentation, as the tables of the compiler hold them.

use std::collections::BTreeMap;

use syn::parse::Parser as _;

use super::types::TYPES;
use crate::diagnostics::Diagnostics;
use crate::elaborate::words::{self, Example, Word};
use crate::prelude;
use crate::syntax::ast::Function;
use crate::syntax::attributes::ATTRIBUTES;

/// The kind of item that a word becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Function,
    Type,
}

/// A word.
pub struct Entry {
    pub kind: Kind,
    /// More than one if functions of one name differ in what they take.
    pub forms: Vec<Form>,
    pub aliases: Vec<String>,
}

/// One of the forms of a word.
pub struct Form {
    pub signature: String,
    pub arguments: Vec<String>,
    pub documentation: String,
    pub example: String,
}

/// Every word by its name.
pub fn entries() -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::new();
    for word in words::all() {
        entries.insert(word.name.to_string(), of_word(word));
    }
    let blocks = prelude::parse_documented(&mut Diagnostics::new()).expect("the prelude is sound");
    for function in &blocks.functions {
        let (form, aliases) = of_function(function);
        let entry = entries.entry(function.name.to_string()).or_insert_with(|| Entry {
            kind: Kind::Function,
            forms: Vec::new(),
            aliases: Vec::new(),
        });
        entry.forms.push(form);
        entry.aliases.extend(aliases);
    }
    for ty in TYPES {
        entries.insert(
            ty.name.to_string(),
            entry(Kind::Type, ty.forms, ty.documentation, ty.example),
        );
    }
    for attribute in ATTRIBUTES {
        let (form, example) = attribute.example;
        let made = entry(Kind::Function, form, attribute.documentation, example);
        entries.insert(attribute.name.to_string(), made);
    }
    entries
}

fn entry(kind: Kind, signature: &str, documentation: &str, example: &str) -> Entry {
    Entry {
        kind,
        forms: vec![Form {
            signature: signature.to_string(),
            arguments: Vec::new(),
            documentation: documentation.to_string(),
            example: example.to_string(),
        }],
        aliases: Vec::new(),
    }
}

fn of_word(word: &Word) -> Entry {
    let arguments = word.formals.iter().map(|formal| match formal.default {
        Some("") => format!("{} = …", formal.name),
        Some(default) => format!("{} = {default}", formal.name),
        None => formal.name.to_string(),
    });
    let example = match word.example {
        Example::Written(text) => text.to_string(),
        Example::Elementwise => elementwise(word),
    };
    Entry {
        kind: Kind::Function,
        forms: vec![Form {
            signature: signature(word.name, arguments.collect(), ""),
            arguments: word
                .formals
                .iter()
                .map(|formal| formal.name.to_string())
                .collect(),
            documentation: word.documentation.to_string(),
            example,
        }],
        aliases: word.aliases.iter().map(ToString::to_string).collect(),
    }
}

/// Numbers at which an element-wise word has values, and at which they show what it does.
fn elementwise(word: &Word) -> String {
    let name = word.name;
    match word.formals.len() {
        1 => {
            let numbers = match name {
                "erfinv" | "log" | "sqrt" | "clamped_log" => "[0.25, 0.5, 0.75]",
                _ => "[-1.0, 0.0, 2.0]",
            };
            format!("(x: Tensor<3>) -> Tensor<3> {{ x.{name}() }} {numbers}")
        }
        2 => format!(
            "(a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {{ a.{name}(b) }} [-1.0, 0.5, 2.0], [0.0, 0.5, 1.0]"
        ),
        _ => format!(
            "(mask: Tensor<3>, a: Tensor<3>, b: Tensor<3>) -> Tensor<3> {{ mask.{name}(a, b) }} \
             [1.0, 0.0, 1.0], [1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]"
        ),
    }
}

/// A block of the prelude: its comment ends with the example.
fn of_function(function: &Function) -> (Form, Vec<String>) {
    let attributes = syn::Attribute::parse_outer
        .parse2(function.attributes.clone())
        .expect("attributes");
    let (mut lines, mut aliases) = (Vec::new(), Vec::new());
    for attribute in &attributes {
        match &attribute.meta {
            syn::Meta::NameValue(doc) => {
                if let syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(line),
                    ..
                }) = &doc.value
                {
                    lines.push(line.value().trim().to_string());
                }
            }
            list => {
                let read = list
                    .require_list()
                    .and_then(|list| list.parse_args::<syn::MetaNameValue>());
                if let Ok(syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(alias),
                    ..
                })) = read.map(|alias| alias.value)
                {
                    aliases.push(alias.value());
                }
            }
        }
    }
    let text = lines.join("\n");
    let (documentation, example) = text
        .split_once("```text\n")
        .unwrap_or_else(|| panic!("`{}` has no example", function.name));
    let arguments = function.parameters.iter();
    let form = Form {
        signature: signature(
            &function.name.to_string(),
            arguments.clone().map(ToString::to_string).collect(),
            &format!(" -> {}", function.result),
        ),
        arguments: arguments.map(|parameter| parameter.name.to_string()).collect(),
        documentation: documentation.trim().to_string(),
        example: example.trim_end_matches("```").trim().to_string(),
    };
    (form, aliases)
}

/// `fn dense(x: Tensor<..>, width: usize) -> Tensor<..>`, on several lines if it is long.
fn signature(name: &str, arguments: Vec<String>, result: &str) -> String {
    let line = format!("fn {name}({}){result}", arguments.join(", "));
    match line.chars().count() > 100 {
        true => format!("fn {name}(\n    {},\n){result}", arguments.join(",\n    ")),
        false => line,
    }
}
