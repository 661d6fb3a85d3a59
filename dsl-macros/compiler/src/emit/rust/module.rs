//! The module with the phases of an entry point, which imports only what they mention.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::doc;
use super::identifiers::identifier;
use super::words::Words;
use crate::ops::KernelFunction;

/// The types of the runtime's `kernels` that a module may use.
const TYPES: &[&str] = &[
    "Epilogue",
    "Matrix",
    "MatrixMut",
    "Normalise",
    "PackedFactor",
    "PackedWeight",
    "Pairwise",
    "Draws",
];

/// The names that a module may import from the runtime's `kernels`.
pub fn kernels() -> impl Iterator<Item = &'static str> {
    let functions = KernelFunction::ALL.iter().map(|kernel| kernel.name());
    functions.chain(TYPES.iter().copied())
}

/// The module called `module` with the steps of an entry point, and imports of what they mention.
pub fn emit(module: &Ident, items: TokenStream, of: &Ident, runtime: &TokenStream) -> TokenStream {
    let words = Words::of(&items);
    let is_type = |word: &str| word.starts_with(char::is_uppercase);
    let used = |word: &&str| is_type(word) && words.mention(word) || words.call(word);
    let kernels: Vec<Ident> = kernels().filter(used).map(identifier).collect();
    let kernels = (!kernels.is_empty()).then(|| quote!(use #runtime::kernels::{ #(#kernels),* };));
    let around = ["layout", "buffers", "sizes"]
        .into_iter()
        .filter(|word| words.mention(word));
    let around = around.map(|word| {
        let word = identifier(word);
        quote!(
            use super::#word;
        )
    });
    let around: TokenStream = around.collect();
    let range = words.mention("Range").then(|| {
        quote!(
            use ::core::ops::Range;
        )
    });
    // For crates without Rust's prelude.
    let traits = [
        ("ExactSizeIterator", words.call("len")),
        ("Iterator", words.call("rev") || words.call("step_by")),
    ];
    let traits = traits.iter().filter(|(_, used)| *used).map(|(name, _)| {
        let name = identifier(name);
        quote!(use ::core::iter::#name as _;)
    });
    let traits: TokenStream = traits.collect();
    let routine = words.mention("Routine").then(|| quote!(Routine,));
    let call = words.call("call").then(|| quote!(call,));
    let elementwise = words
        .mention("Elementwise")
        .then(|| quote!(Elementwise, elementwise,));
    let named = |word: &str| {
        let ident = identifier(word);
        words.mention(word).then(|| quote!(#ident,))
    };
    let [phase, share, part] = ["Phase", "Share", "Part"].map(named);
    let long_phase = words.mention("LongPhase").then(|| quote!(LongPhase, LongShare,));
    let real = match words.mention("Packed") {
        true => quote!({ Packed, Real }),
        false => quote!(Real),
    };
    let parallel = (!items.is_empty()).then(|| {
        quote! {
            use #runtime::#real;
            use #runtime::parallel::{ #elementwise #long_phase #part #phase #routine #share #call };
        }
    });
    let about = doc(&format!("The steps of `{of}`."));
    quote! {
        #about
        pub(crate) mod #module {
            #range
            #traits
            #parallel
            #kernels
            #around
            #items
        }
    }
}
