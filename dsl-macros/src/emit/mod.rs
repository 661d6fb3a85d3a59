//! plan → tokens: the table of contents of the output.

pub mod calls;
pub mod docs;
pub mod entry;
pub mod formula;
pub mod geometries;
pub mod identifiers;
pub mod layout;
pub mod loops;
pub mod model;
pub mod outline;
pub mod phase;
pub mod scope;
pub mod unpack;
pub mod words;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

pub use model::emit;

/// A size as one writes it: `784`, not `784usize`.
pub fn literal(size: usize) -> Literal {
    Literal::usize_unsuffixed(size)
}

/// A number as one writes it; infinities and NaN by their names.
pub fn number(value: f64) -> TokenStream {
    if value.is_nan() {
        return quote!(f64::NAN);
    }
    let magnitude = if value.is_infinite() {
        quote!(f64::INFINITY)
    } else {
        let literal = Literal::f64_unsuffixed(value.abs());
        quote!(#literal)
    };
    if value.is_sign_negative() {
        quote!(-#magnitude)
    } else {
        magnitude
    }
}

/// A doc comment of one or more lines.
pub fn doc(text: &str) -> TokenStream {
    let lines = text.trim_end().lines().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}
