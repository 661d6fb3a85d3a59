//! `let [a, b, c] = values;`, in lines that formatters leave readable: they break a long array pattern without
//! indenting it.
//!
//! Each further line copies what is left of the array, so the slices of a deep network, which are many, are cut off their
//! memory line by line instead.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::identifier;

/// Characters of the names of an array on one line, and on each of several.
const ALL: usize = 58;
const SOME: usize = 48;

/// More slices than these are no array on the stack.
pub const MANY: usize = 256;

/// Binds the elements of the array `from` to `names`; `from` is a variable of its own if they take several lines.
pub fn unpack(names: &[Ident], from: TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    let mut from = from;
    let mut rest = names;
    loop {
        let (line, after) = rest.split_at(first_line(rest));
        if after.is_empty() {
            tokens.extend(quote!(let [#(#line),*] = #from;));
            return tokens;
        }
        tokens.extend(quote!(let [#(#line,)* more @ ..] = #from;));
        from = quote!(more);
        rest = after;
    }
}

/// Cuts slices off `memory`, a `Rest`, a few in a line.
pub fn cut(
    names: &[Ident],
    lengths: &[TokenStream],
    memory: TokenStream,
    by: impl Fn(&[TokenStream]) -> TokenStream,
) -> TokenStream {
    let mut tokens = quote!(let mut more = #memory;);
    let (mut names, mut lengths) = (names, lengths);
    while !names.is_empty() {
        let (line, names_after) = names.split_at(first_line(names));
        let (own, lengths_after) = lengths.split_at(line.len());
        let call = by(own);
        tokens.extend(quote!(let [#(#line),*] = more.#call;));
        (names, lengths) = (names_after, lengths_after);
    }
    tokens
}

/// Binds the elements of an array to names, by way of a variable if there are many.
pub fn bind(names: &[Ident], word: &str, array: TokenStream) -> TokenStream {
    if fits_one_line(names) {
        return quote!(let [#(#names),*] = #array;);
    }
    let word = identifier(word);
    let unpacked = unpack(names, quote!(#word));
    quote!(let #word = #array; #unpacked)
}

/// True if the names of an array pattern fit on one line.
fn fits_one_line(names: &[Ident]) -> bool {
    first_line(names) == names.len()
}

/// The number of names that fit on the first line, at least one.
fn first_line(names: &[Ident]) -> usize {
    let width = |name: &Ident| name.to_string().chars().count() + 2;
    if names.iter().map(width).sum::<usize>() <= ALL {
        return names.len();
    }
    let mut length = 0;
    let fits = |name: &&Ident| {
        length += width(name);
        length <= SOME
    };
    names.iter().take_while(fits).count().max(1)
}
