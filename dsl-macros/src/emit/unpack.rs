//! `let [a, b, c] = values;`, in lines that formatters leave readable: they break a long array pattern without
//! indenting it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// Characters of the names of an array on one line, and on each of several.
const ALL: usize = 58;
const SOME: usize = 48;

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

/// Whether the names of an array pattern fit one line.
pub fn fits_one_line(names: &[Ident]) -> bool {
    first_line(names) == names.len()
}

/// How many of the names fit the first line.
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
