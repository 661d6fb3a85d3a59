//! The procedural macros that dsl-runtime's `network!` and `blocks!` call: the compiler itself is
//! [`dsl_compiler`](https://docs.rs/dsl-compiler), a library.

#![forbid(unsafe_code)]

use dsl_compiler::expand;
use proc_macro::{Delimiter, Span, TokenStream, TokenTree};

/// `network! { [runtime] declaration }`: what `dsl_runtime::network!` calls, which documents it.
#[doc(hidden)]
#[proc_macro]
pub fn network(input: TokenStream) -> TokenStream {
    expand::network(input.into()).into()
}

/// `blocks! { [runtime] blocks }`: what `dsl_runtime::blocks!` calls, which documents it.
#[doc(hidden)]
#[proc_macro]
pub fn blocks(input: TokenStream) -> TokenStream {
    let place = place(&input);
    expand::blocks(input.into(), &place).into()
}

/// The macro that a published block calls back with its tokens.
#[doc(hidden)]
#[proc_macro]
pub fn imported(input: TokenStream) -> TokenStream {
    expand::imported(input.into()).into()
}

/// `reference!([runtime] 3; network tokens)`: a batch of 3 through every entry point by the compiler's interpreter,
/// for tests.
#[doc(hidden)]
#[proc_macro]
pub fn reference(input: TokenStream) -> TokenStream {
    expand::reference(input.into()).into()
}

/// The position of the user's tokens: file, line and column.
fn place(tokens: &TokenStream) -> String {
    let is_runtime = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
    let first = tokens.clone().into_iter().find(|token| !is_runtime(token));
    let span = first.map_or_else(Span::call_site, |token| token.span());
    format!("{}:{}:{}", span.file(), span.line(), span.column())
}
