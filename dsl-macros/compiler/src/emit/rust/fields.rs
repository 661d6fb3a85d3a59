//! The struct of a phase: what every worker reads whole.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::access::Access;
use super::doc;
use super::identifiers::identifier;
use super::scope::Scope;
use super::words::Words;
use crate::plan::{Partition, Phase, Source};

/// A field of a phase: data that every worker reads whole.
pub struct Field {
    pub name: Ident,
    pub ty: TokenStream,
    /// The expression that the method passes for it.
    pub given: TokenStream,
}

/// The fields of a phase. One whose code serves other phases too is handed parameters, plain and packed, directions, buffers and what
/// random numbers are keyed by one by one.
pub fn fields(access: &Access, scope: &Scope<'_>, shared: bool) -> Vec<Field> {
    let slice = quote!(&'a [T]);
    let word = |word: &str, ty: &TokenStream| {
        let name = identifier(word);
        Field {
            given: quote!(#name),
            ty: ty.clone(),
            name,
        }
    };
    let part = |source: Source| Field {
        name: scope.ident_of(source),
        ty: match source {
            Source::Site(_) => quote!(Draws),
            _ => slice.clone(),
        },
        given: scope.slice(source),
    };
    let packed = access.packed.iter().map(|&parameter| Field {
        name: scope.packed_ident(parameter).clone(),
        ty: scope.packed_type(parameter),
        given: scope.packed(parameter),
    });
    let parameters = access
        .parameters
        .iter()
        .map(|&parameter| Source::Parameter(parameter));
    let directions = access
        .directions
        .iter()
        .map(|&parameter| Source::Direction(parameter));
    let buffers = access.buffers.iter().map(|&buffer| Source::Buffer(buffer));
    let sites = access.sites.iter().map(|&site| Source::Site(site));
    let mut fields: Vec<Field> = Vec::new();
    match shared {
        true => {
            fields.extend(parameters.map(part).chain(packed));
            fields.extend(directions.chain(buffers).chain(sites).map(part));
        }
        false => {
            fields.extend(parameters.take(1).map(|_| word("parameters", &slice)));
            fields.extend(packed.take(1).map(|_| word("packed", &quote!(&'a Packed<T>))));
            fields.extend(directions.take(1).map(|_| word("direction", &slice)));
            fields.extend(buffers.take(1).map(|_| word("state", &slice)));
            fields.extend(sites.take(1).map(|_| word("draws", &quote!(Draws))));
        }
    }
    if access.batch_size {
        fields.push(word("batch_size", &quote!(T)));
    }
    fields.extend(access.shared.iter().map(|&source| {
        let given = memory_of(source, scope);
        Field {
            name: scope.ident_of(source),
            ty: if scope.is_number(source) {
                quote!(T)
            } else if is_index(source, scope) {
                quote!(&'a [u32])
            } else {
                slice.clone()
            },
            given: quote!(#given),
        }
    }));
    fields
}

/// The struct of a phase, and what implementations of traits call it.
pub struct Declared {
    pub declaration: TokenStream,
    pub target: TokenStream,
}

pub fn declaration(about: &str, name: &Ident, fields: &[Field]) -> Declared {
    let about = doc(about);
    let names = fields.iter().map(|field| &field.name);
    let types: Vec<&TokenStream> = fields.iter().map(|field| &field.ty).collect();
    // A struct names the lifetime and the element type if its fields do.
    let words = Words::of(&quote!(#(#types)*));
    let (parameters, arguments) = match (words.mention("a"), words.mention("T")) {
        (false, false) => (quote!(), quote!()),
        (true, false) => (quote!(<'a>), quote!(<'_>)),
        (false, true) => (quote!(<T>), quote!(<T>)),
        (true, true) => (quote!(<'a, T>), quote!(<'_, T>)),
    };
    Declared {
        declaration: match fields.is_empty() {
            true => quote!(#about pub(crate) struct #name;),
            false => {
                quote!(#about pub(crate) struct #name #parameters { #(pub(crate) #names: #types),* })
            }
        },
        target: quote!(#name #arguments),
    }
}

/// Says that a batch may be cut between any two examples, and that each costs the same by itself, where that is so.
pub fn cutting(phase: &Phase) -> TokenStream {
    let anywhere = phase.partition == Partition::Examples && !phase.needs_blocks();
    let anywhere = anywhere.then(|| {
        quote!(
            const BY_BLOCKS: bool = false;
        )
    });
    let one_by_one = phase.takes_one_by_one().then(|| {
        quote!(
            const ONE_BY_ONE: bool = true;
        )
    });
    quote!(#anywhere #one_by_one)
}

fn is_index(source: Source, scope: &Scope<'_>) -> bool {
    matches!(source, Source::Input(index) if scope.inputs[index].ty.is_index())
}

/// The name of the memory of a source in the method.
pub fn memory_of(source: Source, scope: &Scope<'_>) -> Ident {
    match source {
        Source::Value(value) => scope.slot(scope.plan.values[value].slot).clone(),
        source => scope.ident_of(source),
    }
}
