//! Accepted programs, rejected programs and their messages, and robustness: nothing breaks the parser.

mod depth;
mod mutation;
mod programs;
mod rejections;
mod slips;

use proc_macro2::TokenStream;

use super::{parse, parse_imports, parse_prelude};
use crate::diagnostics::Diagnostics;
use crate::syntax::ast::{Blocks, Network};

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("test sources are made of tokens")
}

/// The network and the errors of a declaration.
fn read(source: &str) -> (Option<Network>, String) {
    let mut diagnostics = Diagnostics::new();
    let network = parse(tokens(source), &mut diagnostics);
    (network, diagnostics.render())
}

fn accept(source: &str) -> Network {
    let (network, errors) = read(source);
    assert_eq!(errors, "", "in {source}");
    network.expect("a declaration without errors is a network")
}

fn errors(source: &str) -> String {
    read(source).1
}

/// A declaration around one body, which begins on line 3.
fn around(body: &str) -> String {
    format!("struct Net;\nfn f(x: Tensor<3>, n: usize) -> Tensor<3> {{\n{body}\n}}")
}

fn accept_prelude(source: &str) -> Blocks {
    let mut diagnostics = Diagnostics::new();
    let blocks = parse_prelude(tokens(source), &mut diagnostics);
    assert_eq!(diagnostics.render(), "");
    blocks
}
