//! The attribute `#[name = "…"]`: what the parameters of a function are called after, if not after the function.

use proc_macro2::{Delimiter, Span};
use syn::Lit;

use super::parser::{Parsed, Parser};
use crate::syntax::ast::Function;
use crate::syntax::naming::is_path;

const HELP: &str =
    "write `#[name = \"encoder\"]`, parts divided by dots, or `#[name = \"\"]` for names without a prefix";

impl Parser<'_, '_> {
    /// Parses `[name = "…"]`, after the `#` at `span`. Mistakes in it are reported; it counts as the intended attribute
    /// all the same.
    pub(super) fn name_attribute(&mut self, span: Span) {
        let inside = |parser: &mut Self, _: Span| {
            parser.skip();
            parser.name_of_function(span)
        };
        let name = match self.group(Delimiter::Bracket, inside) {
            Some(Ok(name)) => Some(name),
            _ => None,
        };
        self.names.push((span, name));
    }

    fn name_of_function(&mut self, span: Span) -> Parsed<String> {
        let mut at = span;
        if self.eat("=").is_some()
            && let Some((literal, after)) = self.cursor.literal()
        {
            at = literal.span();
            if let Lit::Str(text) = Lit::new(literal)
                && after.eof()
                && (text.value().is_empty() || is_path(&text.value()))
            {
                self.cursor = after;
                return Ok(text.value());
            }
        }
        while !self.at_end() {
            self.skip();
        }
        Err(self.reject(at, "this is no name for the parameters of a function", HELP))
    }

    /// Gives the function that follows the attributes its name; they are allowed only on functions that take `&self`.
    pub(super) fn take_names(&mut self, function: Option<&mut Function>) {
        let mut declared = std::mem::take(&mut self.names).into_iter();
        let Some((span, name)) = declared.next() else {
            return;
        };
        if let Some((second, _)) = declared.next() {
            self.reject(second, "`name` is said twice", "remove one of the two");
        }
        match function {
            Some(function) if function.takes_self => function.path = name,
            Some(_) => {
                let help = "a block is named where it is called: `x.block(name = \"encoder\")`";
                self.reject(
                    span,
                    "only a function that takes `&self` has a name for its parameters",
                    help,
                );
            }
            None => {
                let help = "write it before a function: `#[name = \"encoder\"] fn encode(&self, …)`";
                self.reject(span, "`name` is said of a function", help);
            }
        }
    }
}
