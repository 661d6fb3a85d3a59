//! A declaration: whatever it says, it is compiled or refused, and soon.

#![no_main]

use dsl_compiler::expand;
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(tokens) = text.parse::<TokenStream>() else { return };
    // A panic is seen here although the macro turns it into an error: the fuzzer's hook ends the process.
    let declaration = within(tokens);
    expand::network(quote!([::dsl_runtime] #declaration)).to_string();
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
