//! The attribute `#[gradient(evaluation)]`: an entry point whose gradient, and what `#[derive_also(…)]` asks for, is also wanted
//! in evaluation mode.

use proc_macro2::Span;

use super::attribute::WordAttribute;
use super::parser::Parser;
use crate::syntax::ast::Function;

const GRADIENT: WordAttribute = WordAttribute {
    word: "evaluation",
    missing: "`gradient` names no mode",
    other: |found| format!("expected `evaluation`, found {found}"),
    help: "write `#[gradient(evaluation)]`; the gradient in training mode is there anyway",
};

const PLACE: &str =
    "write it before an entry point: `#[gradient(evaluation)] pub fn loss(&self, …) -> Scalar`";

impl Parser<'_, '_> {
    /// Parses `[gradient(evaluation)]`, after the `#` at `span`.
    pub(super) fn gradient_attribute(&mut self, span: Span) {
        self.word_attribute(span, &GRADIENT);
        self.gradients.push(span);
    }

    /// Marks the item that follows the attributes, a function or something else: they are allowed only on entry points that
    /// have a gradient or another derivative.
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
                self.reject(span, "only an entry point has a gradient", PLACE);
            }
            Some(function) if !function.result.has_scalar() && function.derivatives.is_empty() => {
                let help = "a gradient is that of a `Scalar` among the results";
                let message = format!("`{}` has no gradient", function.name);
                self.reject(span, message, help);
            }
            Some(function) => function.evaluation_gradient = true,
            None => {
                self.reject(span, "`gradient` is said of an entry point", PLACE);
            }
        }
    }
}
