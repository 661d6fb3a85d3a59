//! `let [a, b, c] = values;`: the slices that an array holds, each by its name.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::identifier;

/// Characters of names that a formatter leaves on the line of the array that they are bound to.
const LINE: usize = 58;

/// More slices than these are no array on the stack.
pub const MANY: usize = 256;

/// Of more than [`MANY`] slices, those that are cut off their memory at once.
const AT_ONCE: usize = 32;

/// Cuts slices off `memory`, a `Rest`, some at once.
pub fn cut(
    names: &[Ident],
    lengths: &[TokenStream],
    memory: TokenStream,
    by: impl Fn(&[TokenStream]) -> TokenStream,
) -> TokenStream {
    let some = names.chunks(AT_ONCE).zip(lengths.chunks(AT_ONCE));
    let cuts = some.map(|(names, lengths)| {
        let call = by(lengths);
        quote!(let [#(#names),*] = more.#call;)
    });
    quote!(let mut more = #memory; #(#cuts)*)
}

/// Binds the elements of an array to names; by way of a variable called `word` if the names take several lines.
pub fn bind(names: &[Ident], word: &str, array: TokenStream) -> TokenStream {
    let width = |name: &Ident| name.to_string().chars().count() + 2;
    if names.iter().map(width).sum::<usize>() <= LINE {
        return quote!(let [#(#names),*] = #array;);
    }
    let word = identifier(word);
    quote! {
        let #word = #array;
        let [#(#names),*] = #word;
    }
}
