//! The tokens of the user's in the expansion: each word that is used is a path to its documentation there, and items stand where
//! the user wrote them.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

use crate::expand::testing::unguarded;

const DECLARATION: &str = "\
    pub struct Net;

    const WIDTH: usize = 4;

    fn stage(x: Tensor<_>, width: usize, act: Layer) -> Tensor<_> {
        let step = dense(width);
        act(step(x))
    }

    fn encode(&self, x: Tensor<3>) -> Tensor<WIDTH> {
        x.stage(WIDTH, act = relu).stage(WIDTH, tanh)
    }

    pub fn scores(&self, x: Tensor<3>) -> Tensor<2> {
        self.encode(x).dense(2, init = zeros())
    }

    #[derive_also(hvp)]
    pub fn loss(&self, x: Tensor<3>, class: Index<2>) -> Scalar {
        self.scores(x).softmax_cross_entropy(class)
    }
";

fn expansion() -> TokenStream {
    unguarded(DECLARATION.parse().expect("tokens"))
}

/// Where identifiers of these names stand in the text that tokens are from: line and column.
fn places(tokens: TokenStream, names: &[&str]) -> BTreeSet<(String, usize, usize)> {
    let mut found = BTreeSet::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if names.contains(&ident.to_string().as_str()) => {
                let start = ident.span().start();
                found.insert((ident.to_string(), start.line, start.column));
            }
            TokenTree::Group(group) => found.extend(places(group.stream(), names)),
            _ => {}
        }
    }
    found
}

/// The items of the expansion.
fn items() -> Vec<syn::Item> {
    syn::parse2::<syn::File>(expansion()).expect("items").items
}

/// The constants without a name: references.
fn references() -> Vec<TokenStream> {
    let constants = items().into_iter().filter_map(|item| match item {
        syn::Item::Const(constant) if constant.ident == "_" => Some(constant.expr.to_token_stream()),
        _ => None,
    });
    constants.collect()
}

/// The text between two places of the declaration.
fn text(span: Span) -> String {
    span.source_text().unwrap_or_default()
}

#[test]
fn every_use_of_a_word_or_function_is_a_path_of_the_users_token() {
    let [words, own] = references()
        .try_into()
        .expect("words, then the network's own functions");
    let declared: TokenStream = DECLARATION.parse().expect("tokens");
    // A block is declared and called, a word is only used.
    let names = [
        "dense",
        "relu",
        "tanh",
        "zeros",
        "softmax_cross_entropy",
        "stage",
        "Tensor",
        "Layer",
        "Index",
        "Scalar",
        "derive_also",
    ];
    let wanted = places(declared.clone(), &names);
    assert!(wanted.len() >= 20, "{wanted:?}");
    assert_eq!(places(words, &names), wanted);
    // A helper is declared and called; an entry point is a method, so it is only called.
    assert_eq!(
        places(own.clone(), &["encode"]),
        places(declared.clone(), &["encode"])
    );
    let call = places(declared, &["scores"]).into_iter().next_back();
    assert_eq!(places(own, &["scores"]), call.into_iter().collect());
}

#[test]
fn items_stand_where_the_user_wrote_them() {
    let mut seen = BTreeSet::new();
    for item in items() {
        match item {
            syn::Item::Struct(item) if item.ident == "Net" => {
                let (begin, end) = (item.vis.to_token_stream(), item.fields.to_token_stream());
                assert_eq!(text(ends(begin, end)), "pub struct Net;");
                seen.insert("Net".to_string());
            }
            syn::Item::Impl(item) => {
                for function in item.items {
                    let syn::ImplItem::Fn(function) = function else {
                        continue;
                    };
                    let name = function.sig.ident.to_string();
                    let declared = match name.as_str() {
                        "scores" => "pub fn scores(&self, x: Tensor<3>)",
                        "loss" | "loss_and_grad" | "loss_hvp" => "pub fn loss(&self, x: Tensor<3>, class",
                        _ => continue,
                    };
                    let whole = text(ends(
                        function.vis.to_token_stream(),
                        function.block.to_token_stream(),
                    ));
                    assert!(
                        whole.starts_with(declared) && whole.ends_with('}'),
                        "{name}: {whole}"
                    );
                    seen.insert(name);
                }
            }
            _ => {}
        }
    }
    assert_eq!(
        seen,
        ["Net", "loss", "loss_and_grad", "loss_hvp", "scores"]
            .map(str::to_string)
            .into()
    );
}

/// From the first token of some to the end of the last of others.
fn ends(begin: TokenStream, end: TokenStream) -> Span {
    let first = begin.into_iter().next().expect("a token").span();
    let last = end.into_iter().last().expect("a token").span();
    first.join(last).expect("one text")
}
