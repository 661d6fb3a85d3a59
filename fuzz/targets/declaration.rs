//! A declaration: whatever it says, it is compiled or refused, and soon.
//!
//! A crate of a procedural macro cannot be linked, so its modules are taken in here; a test of the repository holds this list
//! against that of `dsl-macros/src/lib.rs`.

#![no_main]
#![allow(dead_code, unused_imports)]

#[path = "../../dsl-macros/src"]
mod compiler {
    pub mod compile;
    pub mod diagnostics;
    pub mod differentiate;
    pub mod elaborate;
    pub mod emit;
    pub mod graph;
    pub mod import;
    pub mod layers;
    pub mod math;
    pub mod names;
    pub mod ops;
    pub mod optimise;
    pub mod prelude;
    pub mod publish;
    pub mod reference;
    pub mod schedule;
    pub mod syntax;
}

// Where they look for one another.
use compiler::*;

use proc_macro2::{TokenStream, TokenTree};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    // Not guarded: a fault of the compiler is to be seen here.
    compile::network("::dsl_runtime".parse().expect("a path"), within(tokens)).to_string();
});

/// The tokens of a declaration, with or without `network! { … }` about them.
fn within(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    match &trees[..] {
        [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(declaration)] if name == "network" => {
            declaration.stream()
        }
        _ => tokens,
    }
}
