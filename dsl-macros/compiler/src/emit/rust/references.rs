//! What a declaration refers to, for editors: each of its words as a path to the word's documentation, each call of one of its
//! functions as a path to that function. Every path is the user's token, so an editor shows there what it shows of the path,
//! and goes where that leads. None of it is run.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::doc;
use crate::syntax::ast::Function;
use crate::syntax::references::References;

/// What the names of a declaration may refer to.
pub struct Declared<'a> {
    /// The type, if it has methods of the names of its entry points: a family has several of each.
    pub network: Option<&'a Ident>,
    pub functions: &'a [Function],
    /// The names of imported blocks.
    pub imported: Vec<&'a Ident>,
    /// The words of the language's attributes, where they stand.
    pub attributes: &'a [Ident],
}

/// References to words and blocks, then those to functions that take `&self`, whose names may be those of words.
/// `is_word` knows the functions of the language.
pub fn emit(
    runtime: &TokenStream,
    references: &References<'_>,
    declared: &Declared<'_>,
    is_word: impl Fn(&str) -> bool,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    let blocks = declared.functions.iter().filter(|function| !function.takes_self);
    let blocks = blocks.map(|block| &block.name);
    let blocks: Vec<&Ident> = blocks.chain(declared.imported.iter().copied()).collect();
    let names = references.names.iter().copied();
    let names = names.filter(|name| blocks.contains(name) || is_word(&name.to_string()));
    let names: Vec<&Ident> = declared.attributes.iter().chain(names).collect();
    let types = &references.types;
    if !names.is_empty() || !types.is_empty() {
        let about = doc("The words of the declaration: each leads an editor to its documentation.");
        let items = stand_ins(&blocks, &names);
        let types = (!types.is_empty()).then(|| quote!(let _: fn(#(#types),*);));
        tokens.extend(quote! {
            #about
            #[allow(non_snake_case, unused_imports)]
            const _: () = {
                use #runtime::words::all::*;
                #items
                let _: &[fn()] = &[#(#names),*];
                #types
            };
        });
    }
    tokens.extend(own(&references.own, declared));
    tokens
}

/// References to the functions of the network itself: entry points are methods of its type.
fn own(called: &[&Ident], declared: &Declared<'_>) -> Option<TokenStream> {
    let of = |wanted: bool| -> Vec<&Ident> {
        let functions = declared.functions.iter().filter(|function| function.takes_self);
        let is_method = |function: &&Function| declared.network.is_some() && !function.visibility.is_empty();
        let functions = functions.filter(|function| is_method(function) == wanted);
        functions.map(|function| &function.name).collect()
    };
    let (methods, helpers) = (of(true), of(false));
    let called_of = |names: &[&Ident]| -> Vec<&Ident> {
        called
            .iter()
            .copied()
            .filter(|name| names.contains(name))
            .collect()
    };
    let (to_methods, to_helpers) = (called_of(&methods), called_of(&helpers));
    let network = declared.network;
    let methods = (!to_methods.is_empty()).then(|| quote!(let _ = (#(<#network>::#to_methods,)*);));
    let helpers = (!to_helpers.is_empty()).then(|| {
        let items = stand_ins(&helpers, &to_helpers);
        quote! {
            #items
            let _: &[fn()] = &[#(#to_helpers),*];
        }
    });
    (methods.is_some() || helpers.is_some()).then(|| {
        let about = doc("The calls of the declaration's own functions: each leads to the function.");
        quote! {
            #about
            #[allow(deprecated, non_snake_case)]
            const _: () = {
                #helpers
                #methods
            };
        }
    })
}

/// Functions that do nothing, at the places where those of them that are called are declared.
fn stand_ins(declared: &[&Ident], called: &[&Ident]) -> TokenStream {
    let called = declared.iter().filter(|name| called.contains(name));
    called.map(|name| quote!(const fn #name() {})).collect()
}
