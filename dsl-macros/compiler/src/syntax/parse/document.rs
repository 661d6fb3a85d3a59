//! The attribute `#[document(dot, svg, latex)]`: what the type shows of its network beside its documentation.

use proc_macro2::{Delimiter, Span};

use super::parser::{Parsed, Parser};
use crate::diagnostics::nearest;
use crate::syntax::ast::{Document, Function};

/// The words that can be asked for.
const KNOWN: [(&str, Document); 4] = [
    ("dot", Document::Dot),
    ("svg", Document::Svg),
    ("latex", Document::Latex),
    ("text", Document::Text),
];

impl Parser<'_, '_> {
    /// Parses `[document(dot, svg)]`, after the `#` at `span`. Mistakes in it are reported; what was understood counts all the
    /// same.
    pub(super) fn document_attribute(&mut self, span: Span) {
        let mut documents = Vec::new();
        let inside = |parser: &mut Self, _: Span| {
            parser.skip();
            let list = |parser: &mut Self, _: Span| {
                let (words, _) = parser.list(|parser| parser.document(&mut documents))?;
                Ok(words.len())
            };
            match parser.group(Delimiter::Parenthesis, list) {
                None | Some(Ok(0)) => Err(parser.reject(span, "`document` names nothing", form())),
                Some(listed) => listed,
            }
        };
        let _ = self.group(Delimiter::Bracket, inside);
        self.documents.push((span, documents));
    }

    /// One word of the list.
    fn document(&mut self, before: &mut Vec<Document>) -> Parsed<()> {
        let word = self.name("a document")?;
        let text = word.to_string();
        let Some(&(_, document)) = KNOWN.iter().find(|(known, _)| *known == text) else {
            let help = match nearest(&text, KNOWN.map(|(known, _)| known)) {
                Some(near) => format!("did you mean `{near}`? {}", known()),
                None => known(),
            };
            self.reject(word.span(), format!("no document is called `{text}`"), help);
            return Ok(());
        };
        if before.contains(&document) {
            self.reject(
                word.span(),
                format!("`{text}` is asked for twice"),
                "remove one of the two",
            );
        } else if document == Document::Svg && cfg!(not(feature = "pictures")) {
            let help = "add it in Cargo.toml: `dsl-runtime = { version = \"…\", features = [\"pictures\"] }`";
            self.reject(
                word.span(),
                "`svg` needs the feature `pictures` of dsl-runtime",
                help,
            );
        } else {
            before.push(document);
        }
        Ok(())
    }

    /// What the attributes before an item ask for; they are allowed only on the type.
    pub(super) fn take_documents(&mut self, is_type: bool) -> Vec<Document> {
        let declared = std::mem::take(&mut self.documents);
        if let Some(&(second, _)) = declared.get(1) {
            self.reject(second, "`document` is said twice", "make one list of the two");
        }
        let Some((span, documents)) = declared.into_iter().next() else {
            return Vec::new();
        };
        if !is_type {
            let help = "write it before the type: `#[document(dot)] pub struct Mlp;`";
            self.reject(span, "`document` is said of a whole network", help);
            return Vec::new();
        }
        documents
    }

    /// Refuses an entry point whose picture would have the name of a gradient's: `penalty_gradient` beside `penalty`.
    pub(super) fn check_pictures(&mut self, documents: &[Document], functions: &[Function]) {
        if documents.is_empty() {
            return;
        }
        let is_entry = |function: &&Function| function.takes_self && !function.visibility.is_empty();
        let entries = || functions.iter().filter(is_entry);
        for entry in entries() {
            let name = entry.name.to_string();
            let of = match name.as_str() {
                "gradient" => "loss",
                name => name.strip_suffix("_gradient").unwrap_or_default(),
            };
            if entries().any(|other| other.name == of && other.result.has_scalar()) {
                let message =
                    format!("the picture of `{name}` would be called like that of the gradient of `{of}`");
                self.reject(
                    entry.name.span(),
                    message,
                    "choose another name, or remove `#[document(…)]`",
                );
            }
        }
    }
}

/// `known are `dot` and `svg``
fn known() -> String {
    let words = KNOWN.map(|(word, _)| format!("`{word}`"));
    match words.as_slice() {
        [others @ .., last] => format!("known are {} and {last}", others.join(", ")),
        [] => String::new(),
    }
}

fn form() -> String {
    format!("write `#[document(dot)]`; {}", known())
}
