//! The attribute `#[recompute]`: a function whose calls derivatives compute again, instead of keeping what they compute.

use proc_macro2::{Delimiter, Span};

use super::parser::Parser;
use crate::syntax::ast::Function;

const PLACE: &str = "write it before a function: `#[recompute] fn block(x: Tensor<_>) -> Tensor<_>`";

impl Parser<'_, '_> {
    /// Parses `[recompute]`, after the `#` at `span`.
    pub(super) fn recompute_attribute(&mut self, span: Span) {
        let inside = |parser: &mut Self, _: Span| {
            parser.skip();
            if !parser.at_end() {
                parser.reject(parser.cursor.span(), "`recompute` takes no arguments", PLACE);
            }
            while !parser.at_end() {
                parser.skip();
            }
            Ok(())
        };
        let _ = self.group(Delimiter::Bracket, inside);
        self.recompute.push(span);
    }

    /// Marks the item that follows the attributes: only functions are called.
    pub(super) fn take_recompute(&mut self, function: Option<&mut Function>) {
        let declared = std::mem::take(&mut self.recompute);
        if let Some(second) = declared.get(1) {
            self.reject(*second, "`recompute` is said twice", "remove one of the two");
        }
        match (function, declared.first()) {
            (_, None) => {}
            (Some(function), Some(_)) => function.recompute = true,
            (None, Some(&span)) => {
                self.reject(span, "`recompute` is said of a function", PLACE);
            }
        }
    }
}
