//! Warnings. A macro cannot give any on stable Rust, so it emits what rustc warns of: items and variables that are named by
//! the user's own tokens and do nothing, beside the compiled network. `#[allow(…)]` and an underscore silence them as ever.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::elaborate::Untrained;
use crate::syntax::unused::Unused;

/// `unused variable`, `function … is never used`, `constant … is never used`.
pub fn unused(unused: &Unused) -> TokenStream {
    let Unused {
        variables,
        functions,
        constants,
    } = unused;
    let variables = (!variables.is_empty()).then(|| {
        quote! {
            const _: fn() = || {
                #(let #variables = 0;)*
            };
        }
    });
    // All tokens of an item stand at its name: rustc says nothing of what a macro of another crate leaves unused.
    let constants = constants
        .iter()
        .map(|name| quote_spanned!(name.span()=> const #name: () = ();));
    let functions = functions
        .iter()
        .map(|name| quote_spanned!(name.span()=> fn #name() {}));
    let items: TokenStream = constants.chain(functions).collect();
    let dead = (!items.is_empty()).then(|| quote!(const _: () = { #items };));
    quote!(#variables #dead)
}

/// `use of deprecated function …: no loss depends on …`, at what makes the parameters.
pub fn untrained(untrained: &[Untrained]) -> TokenStream {
    let each = untrained.iter().map(|Untrained { span, names }| {
        let note = format!("no loss depends on {names}, so no training changes it; a name with an underscore says that this is meant");
        let call = quote_spanned!(*span=> untrained());
        quote! {
            const _: () = {
                #[deprecated(note = #note)]
                const fn untrained() {}
                #call
            };
        }
    });
    each.collect()
}
