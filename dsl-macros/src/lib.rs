//! The compiler behind `network!`.
#![allow(dead_code, unused_imports)]

mod compile;
mod diagnostics;
mod differentiate;
mod elaborate;
mod emit;
mod graph;
mod layers;
mod math;
mod names;
mod ops;

mod optimise;
mod prelude;
mod reference;
mod schedule;
mod syntax;
#[cfg(test)]
mod tests;

/// `network! { … }`: a network, compiled.
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    compile::network_or_report(input.into()).into()
}

/// `reference!(3; network tokens)`: a batch of 3 through every entry point by the compiler's interpreter, for tests.
#[doc(hidden)]
#[proc_macro]
pub fn reference(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    reference::reference(input.into()).into()
}
