//! The compiler behind `network!`.
#![allow(dead_code, unused_imports)]

mod compile;
mod diagnostics;
mod differentiate;
mod elaborate;
mod emit;
mod graph;
mod math;
mod names;
mod ops;
mod optimise;
mod prelude;
mod schedule;
mod syntax;

/// `network! { … }`: a network, compiled.
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    compile::network(input.into()).into()
}
