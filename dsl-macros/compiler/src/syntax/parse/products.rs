//! The attribute `#[products(bf16)]`: the number format in which a network multiplies matrices and convolves images.

use proc_macro2::Span;

use super::attribute::WordAttribute;
use super::parser::Parser;
use crate::syntax::ast::Products;

const PRODUCTS: WordAttribute = WordAttribute {
    word: "bf16",
    missing: "`products` names no form of numbers",
    other: |found| format!("matrices are not multiplied as {found}"),
    help: "write `#[products(bf16)]`, or nothing to multiply numbers as they are",
};

impl Parser<'_, '_> {
    /// Parses `[products(bf16)]`, after the `#` at `span`.
    pub(super) fn products_attribute(&mut self, span: Span) {
        self.word_attribute(span, &PRODUCTS);
        self.products.push(span);
    }

    /// The format that the attributes before an item declare; they are allowed only on the type.
    pub(super) fn take_products(&mut self, is_type: bool) -> Products {
        let declared = std::mem::take(&mut self.products);
        let Some(&span) = declared.first() else {
            return Products::default();
        };
        if !is_type {
            let help = "write it before the type: `#[products(bf16)] pub struct Mlp;`";
            self.reject(span, "`products` is said of a whole network", help);
            return Products::default();
        }
        if let Some(second) = declared.get(1) {
            self.reject(*second, "`products` is said twice", "remove one of the two");
        }
        Products::Bf16
    }
}
