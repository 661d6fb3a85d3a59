//! The expansion of each macro of dsl-runtime.
//!
//! The input of each macro begins with `[$crate]`: the path of the runtime crate at the call, so that
//! renaming that crate, or re-exporting its macros, changes nothing. Without it `::dsl_runtime` is assumed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::quote;

use crate::diagnostics::Diagnostics;
use crate::import::{Declaration, Goal};
use crate::{compile, import, publish, reference};

/// `network! { [runtime] declaration }`: the network's type and its code, or errors.
pub fn network(input: TokenStream) -> TokenStream {
    guarded(input, |input| {
        let (runtime, tokens) = called(input);
        proceed(Declaration::new(Goal::Network, runtime, tokens))
    })
}

/// `blocks! { [runtime] blocks }`: a macro for each public block, or errors. `place` distinguishes blocks
/// with the same text: file, line and column will do.
pub fn blocks(input: TokenStream, place: &str) -> TokenStream {
    let goal = Goal::Blocks(publish::digest(place));
    guarded(input, |input| {
        let (runtime, tokens) = called(input);
        proceed(Declaration::new(goal, runtime, tokens))
    })
}

/// The macro that a published block calls back with its tokens: the next step of the declaration that imports
/// it.
pub fn imported(input: TokenStream) -> TokenStream {
    guarded(input, |input| match import::resume(input) {
        Some(declaration) => proceed(declaration),
        None => quote! {
            ::core::compile_error! { "this macro is called by the blocks that `blocks!` publishes" }
        },
    })
}

/// `reference!([runtime] 3; declaration)`: the values of a batch of 3 examples by the compiler's interpreter.
pub fn reference(input: TokenStream) -> TokenStream {
    guarded(input, |input| {
        let (runtime, tokens) = called(input);
        let mut tokens = tokens.into_iter();
        let examples = match tokens.next() {
            Some(TokenTree::Literal(count)) => count.to_string().parse::<usize>().ok(),
            _ => None,
        };
        match (examples, tokens.next()) {
            (Some(examples), Some(TokenTree::Punct(_))) => {
                let goal = Goal::Reference(examples);
                proceed(Declaration::new(goal, runtime, tokens.collect()))
            }
            _ => quote!(::core::compile_error! { "write `reference!(3; network tokens)`" }),
        }
    })
}

/// Asks for the next import, or compiles a declaration that has all of them.
fn proceed(declaration: Declaration) -> TokenStream {
    let Some(question) = declaration.question() else {
        return finish(declaration);
    };
    // A declaration that cannot be parsed asks for no import, so that its own mistakes are reported.
    if declaration.has_asked_nothing()
        && let Some(mistakes) = syntax_errors(&declaration)
    {
        return mistakes;
    }
    question
}

fn syntax_errors(declaration: &Declaration) -> Option<TokenStream> {
    match &declaration.goal {
        Goal::Network => compile::syntax_errors(&declaration.tokens, &declaration.runtime),
        Goal::Blocks(_) => publish::syntax_errors(&declaration.tokens),
        Goal::Reference(_) => None,
    }
}

fn finish(declaration: Declaration) -> TokenStream {
    match &declaration.goal {
        Goal::Network => compile::network(&declaration),
        Goal::Blocks(place) => publish::blocks(&declaration, place),
        Goal::Reference(examples) => reference::reference(&declaration, *examples),
    }
}

/// Splits `[$crate] tokens` into the path of the runtime crate and the user's tokens.
fn called(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens = input.clone().into_iter();
    match tokens.next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            (group.stream(), tokens.collect())
        }
        _ => (quote!(::dsl_runtime), input),
    }
}

/// Turns a panic in `work` into one error, which asks the user to report it.
fn guarded(input: TokenStream, work: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    // Only the panic outlives the call: no half-changed state can be seen.
    let panic = match catch_unwind(AssertUnwindSafe(|| work(input))) {
        Ok(tokens) => return tokens,
        Err(panic) => panic,
    };
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let cause = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let mut diagnostics = Diagnostics::new();
    diagnostics
        .error(
            Span::call_site(),
            "this network! broke its compiler, which is a mistake of the compiler, not yours",
        )
        .note(cause.unwrap_or("the cause is unknown"))
        .help("please report it together with the declaration");
    diagnostics.into_tokens()
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// The expansion of `network!`; a panic is not caught.
    pub fn unguarded(declaration: TokenStream) -> TokenStream {
        proceed(Declaration::new(
            Goal::Network,
            quote!(::dsl_runtime),
            declaration,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_compiler_is_one_error_that_asks_to_report_it() {
        let input: TokenStream = "struct Net;".parse().expect("tokens");
        let output = guarded(input, |_| panic!("value 3 has no slot"));
        let text = output.to_string();
        assert!(text.contains("broke its compiler"), "{text}");
        assert!(text.contains("value 3 has no slot"), "{text}");
    }
}
