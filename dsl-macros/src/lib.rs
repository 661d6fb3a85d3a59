//! The compiler behind `network!`.

#![forbid(unsafe_code)]

mod compile;
mod diagnostics;
mod differentiate;
mod elaborate;
mod emit;
mod graph;
mod import;
mod layers;
mod math;
mod names;
mod ops;
mod optimise;
mod prelude;
mod publish;
#[cfg(test)]
mod random;
mod reference;
mod schedule;
mod syntax;
#[cfg(test)]
mod tests;

use import::{Declaration, Goal};

/// `network! { [runtime] declaration }`: what `dsl_runtime::network!` calls, which documents it.
#[doc(hidden)]
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let expand = |input| {
        let (runtime, declaration) = import::called(input);
        compile::network(runtime, declaration)
    };
    compile::guarded(input.into(), expand).into()
}

/// `blocks! { [runtime] blocks }`: what `dsl_runtime::blocks!` calls, which documents it.
#[doc(hidden)]
#[proc_macro]
pub fn blocks(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let place = publish::digest(&place(&input));
    let expand = |input| {
        let (runtime, tokens) = import::called(input);
        Declaration::new(Goal::Blocks(place), runtime, tokens).expand()
    };
    compile::guarded(input.into(), expand).into()
}

/// What a published block calls back with its tokens.
#[doc(hidden)]
#[proc_macro]
pub fn imported(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let expand = |tokens| {
        import::resume(tokens).unwrap_or_else(|| {
            quote::quote!(
                ::core::compile_error! { "this macro is called by the blocks that `blocks!` publishes" }
            )
        })
    };
    compile::guarded(input.into(), expand).into()
}

/// `reference!([runtime] 3; network tokens)`: a batch of 3 through every entry point by the compiler's interpreter, for tests.
#[doc(hidden)]
#[proc_macro]
pub fn reference(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let expand = |tokens| match reference::declaration(tokens) {
        Ok(declaration) => declaration.expand(),
        Err(error) => error,
    };
    compile::guarded(input.into(), expand).into()
}

/// Where the user's tokens stand: file, line and column.
fn place(tokens: &proc_macro::TokenStream) -> String {
    let is_runtime = |token: &proc_macro::TokenTree| matches!(token, proc_macro::TokenTree::Group(group) if group.delimiter() == proc_macro::Delimiter::Bracket);
    let first = tokens.clone().into_iter().find(|token| !is_runtime(token));
    let span = first.map_or_else(proc_macro::Span::call_site, |token| token.span());
    format!("{}:{}:{}", span.file(), span.line(), span.column())
}
