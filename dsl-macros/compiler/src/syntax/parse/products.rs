//! The attribute `#[products(bf16)]`: the number format in which a network multiplies matrices.

use proc_macro2::{Delimiter, Span};

use super::parser::{Parsed, Parser};
use crate::syntax::ast::Products;

const HELP: &str = "write `#[products(bf16)]`, or nothing to multiply numbers as they are";

impl Parser<'_, '_> {
    /// Parses `[products(bf16)]`, after the `#` at `span`.
    pub(super) fn products_attribute(&mut self, span: Span) {
        let attribute = |parser: &mut Self, _: Span| {
            parser.skip();
            let form = |parser: &mut Self, _: Span| parser.form_of_products();
            match parser.group(Delimiter::Parenthesis, form) {
                Some(form) => form,
                None => Err(parser.reject(span, "`products` names no form of numbers", HELP)),
            }
        };
        let form = self.group(Delimiter::Bracket, attribute).and_then(Result::ok);
        // Mistakes in it have been reported; it counts as the intended attribute.
        self.products.push((span, form.unwrap_or(Products::Bf16)));
    }

    fn form_of_products(&mut self) -> Parsed<Products> {
        if self.at_end() {
            return Err(self.reject(self.cursor.span(), "`products` names no form of numbers", HELP));
        }
        if self.eat_word("bf16").is_some() {
            return Ok(Products::Bf16);
        }
        let message = format!("matrices are not multiplied as {}", self.describe());
        let rejected = self.reject(self.cursor.span(), message, HELP);
        while !self.at_end() {
            self.skip();
        }
        Err(rejected)
    }

    /// The format that the attributes before an item declare; they are allowed only on the type.
    pub(super) fn take_products(&mut self, is_type: bool) -> Products {
        let declared = std::mem::take(&mut self.products);
        match declared.as_slice() {
            [] => Products::default(),
            [(span, _), ..] if !is_type => {
                let help = "write it before the type: `#[products(bf16)] pub struct Mlp;`";
                self.reject(*span, "`products` is said of a whole network", help);
                Products::default()
            }
            [(_, form)] => *form,
            [(_, form), (second, _), ..] => {
                self.reject(*second, "`products` is said twice", "remove one of the two");
                *form
            }
        }
    }
}
