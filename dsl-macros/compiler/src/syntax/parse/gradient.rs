//! The attribute `#[gradient(evaluation)]`: an entry point whose gradient is also wanted in evaluation mode.

use proc_macro2::{Delimiter, Span};

use super::parser::{Parsed, Parser};
use crate::syntax::ast::Function;

const HELP: &str = "write `#[gradient(evaluation)]`; the gradient in training mode is there anyway";

impl Parser<'_, '_> {
    /// Parses `[gradient(evaluation)]`, after the `#` at `span`.
    pub(super) fn gradient_attribute(&mut self, span: Span) {
        let attribute = |parser: &mut Self, _: Span| {
            parser.skip();
            let mode = |parser: &mut Self, _: Span| parser.mode_of_gradient();
            match parser.group(Delimiter::Parenthesis, mode) {
                Some(mode) => mode,
                None => Err(parser.reject(span, "`gradient` names no mode", HELP)),
            }
        };
        // Mistakes in it have been reported; it counts as the intended attribute.
        let _ = self.group(Delimiter::Bracket, attribute);
        self.gradients.push(span);
    }

    fn mode_of_gradient(&mut self) -> Parsed<()> {
        if self.at_end() {
            return Err(self.reject(self.cursor.span(), "`gradient` names no mode", HELP));
        }
        if self.eat_word("evaluation").is_some() {
            return Ok(());
        }
        let message = format!("expected `evaluation`, found {}", self.describe());
        let rejected = self.reject(self.cursor.span(), message, HELP);
        while !self.at_end() {
            self.skip();
        }
        Err(rejected)
    }

    /// Marks the item that follows the attributes, a function or something else: they are allowed only on entry points whose
    /// result has a gradient.
    pub(super) fn take_gradients(&mut self, function: Option<&mut Function>) {
        let declared = std::mem::take(&mut self.gradients);
        if let Some(second) = declared.get(1) {
            self.reject(*second, "`gradient` is said twice", "remove one of the two");
        }
        let Some(&span) = declared.first() else {
            return;
        };
        match function {
            Some(function) if !function.takes_self || function.visibility.is_empty() => {
                let help = "write it before an entry point: `#[gradient(evaluation)] pub fn loss(&self, …) -> Scalar`";
                self.reject(span, "only an entry point has a gradient", help);
            }
            Some(function) if !function.result.has_scalar() => {
                let help = "a gradient is that of a `Scalar` among the results";
                let message = format!("`{}` has no gradient", function.name);
                self.reject(span, message, help);
            }
            Some(function) => function.evaluation_gradient = true,
            None => {
                let help = "write it before an entry point: `#[gradient(evaluation)] pub fn loss(&self, …) -> Scalar`";
                self.reject(span, "`gradient` is said of an entry point", help);
            }
        }
    }
}
