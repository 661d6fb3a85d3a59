//! The arguments of `loss` by name: a struct beside the type, which becomes the tuple that `Train` takes.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::identifiers::{identifier, plain};
use super::{doc, family};
use crate::collections::IntoCollection;
use crate::elaborate::EntryInput;
use crate::graph::{Batching, Element, Shape};
use crate::program::CompiledNetwork;
use crate::syntax::ast::{Function, Network, Type, TypeKind};

/// What an argument of `loss` is as a field.
pub enum Field {
    /// `&'a [T]`
    Values,
    /// `&'a [u32]`
    Indices,
    /// `T`
    Number,
}

impl Field {
    pub fn of(input: &EntryInput) -> Field {
        match (&input.ty.element, input.ty.batching, &input.ty.shape) {
            (_, Batching::Shared, shape) if *shape == Shape::scalar() => Field::Number,
            (Element::Real, ..) => Field::Values,
            (Element::Index { .. }, ..) => Field::Indices,
        }
    }

    /// The same by what the user wrote.
    fn declared(ty: &Type) -> Field {
        match &ty.kind {
            TypeKind::Index { .. } => Field::Indices,
            TypeKind::Shared(sizes) if sizes.is_empty() => Field::Number,
            _ => Field::Values,
        }
    }

    /// Its type among the arguments of the trait, and in the struct.
    pub fn ty(&self) -> TokenStream {
        match self {
            Field::Values => quote!(&'a [T]),
            Field::Indices => quote!(&'a [u32]),
            Field::Number => quote!(T),
        }
    }
}

/// One argument by its name, its form and its documentation.
struct Argument {
    name: Ident,
    field: Field,
    about: String,
}

/// The struct, and the item by which it stands beside the type.
///
/// The struct itself is in the module with the steps: where the user has an item of that name, that is one error, and no
/// more of them about a struct with other fields.
pub struct Emitted {
    pub structure: TokenStream,
    pub import: TokenStream,
}

/// The struct of a network whose `loss` has these arguments, as elaborated.
pub fn emit(compiled: &CompiledNetwork<'_>, inputs: &[EntryInput]) -> Option<Emitted> {
    let of_family = compiled.network.family.is_some();
    let arguments = inputs.iter().map(|input| Argument {
        name: input.name.clone(),
        field: Field::of(input),
        about: about(input, of_family),
    });
    let network = compiled.network;
    let link = format!("[`{0}`](super::{0})", plain(&network.name.to_string()));
    let structure = structure(network, arguments.collect(), &quote!(pub), &link)?;
    let (name, helper, visibility) = (name_of(network), family::helper(compiled), &network.visibility);
    Some(Emitted {
        structure,
        import: quote! {
            #[doc(inline)]
            #[allow(unused_imports)]
            #visibility use #helper::#name;
        },
    })
}

/// The struct of a network whose declaration has a mistake somewhere.
pub fn outline(network: &Network, loss: &Function) -> Option<TokenStream> {
    let names: BTreeSet<&Ident> = loss.parameters.iter().map(|parameter| &parameter.name).into_set();
    // Two arguments of one name are a mistake, which has been told.
    if names.len() != loss.parameters.len() {
        return None;
    }
    let arguments = loss.parameters.iter().map(|parameter| Argument {
        name: parameter.name.clone(),
        field: Field::declared(&parameter.ty),
        about: String::new(),
    });
    let link = format!("[`{}`]", plain(&network.name.to_string()));
    structure(network, arguments.collect(), &network.visibility, &link)
}

/// The name of the struct. An item of the user's of that name is an error at the name of the network; a batch that nobody
/// uses is none.
fn name_of(network: &Network) -> Ident {
    let mut name = identifier(&format!("{}Batch", plain(&network.name.to_string())));
    name.set_span(Span::call_site().located_at(network.name.span()));
    name
}

/// What the documentation says of an argument. The members of a family have it in several shapes.
fn about(input: &EntryInput, of_family: bool) -> String {
    let ty = &input.ty;
    let element = match ty.element {
        Element::Index { limit } if !of_family => format!(", each below {limit}"),
        _ => String::new(),
    };
    let sizes = ty.shape.0.iter().map(usize::to_string);
    let sizes: Vec<String> = match ty.batching {
        Batching::PerExample => std::iter::once("B".to_owned()).chain(sizes).collect(),
        Batching::Shared => sizes.collect(),
    };
    let shape = match (of_family, Field::of(input)) {
        (_, Field::Number) | (true, _) => String::new(),
        (false, _) => format!("`[{}]`{element}: ", sizes.join(", ")),
    };
    let what = match ty.batching {
        Batching::PerExample => "the examples, one after the other",
        Batching::Shared => "one for the whole batch",
    };
    let text = format!("{shape}{what}.");
    match shape.is_empty() {
        true => text[..1].to_uppercase() + &text[1..],
        false => text,
    }
}

/// None where there is nothing to name: no argument, or a single number, to which no type of ours could be made to convert.
fn structure(
    network: &Network,
    arguments: Vec<Argument>,
    visibility: &TokenStream,
    link: &str,
) -> Option<TokenStream> {
    if let []
    | [
        Argument {
            field: Field::Number, ..
        },
    ] = arguments.as_slice()
    {
        return None;
    }
    let (runtime, name) = (&network.runtime, name_of(network));
    let borrows = arguments
        .iter()
        .any(|argument| !matches!(argument.field, Field::Number));
    let is_real = arguments
        .iter()
        .any(|argument| !matches!(argument.field, Field::Indices));
    let lifetime = borrows.then(|| quote!('a,));
    let element = is_real.then(|| quote!(T));
    let (bounded, defaulted) = (
        is_real.then(|| quote!(T: #runtime::Real)),
        is_real.then(|| quote!(T: #runtime::Real = f32)),
    );
    let names: Vec<&Ident> = arguments.iter().map(|argument| &argument.name).collect();
    let types: Vec<TokenStream> = arguments.iter().map(|argument| argument.field.ty()).collect();
    let abouts = arguments.iter().map(|argument| doc(&argument.about));
    let inputs = match types.as_slice() {
        [one] => quote!(#one),
        types => quote!((#(#types),*)),
    };
    let taken = match names.as_slice() {
        [one] => quote!(batch.#one),
        names => quote!((#(batch.#names),*)),
    };
    let about = doc(&format!(
        "A batch for the loss of {link}: its arguments by name. `into()` makes the `Inputs` of `Train` of it."
    ));
    Some(quote! {
        #about
        #[derive(Clone, Copy, Debug)]
        #visibility struct #name<#lifetime #defaulted> {
            #(
                #abouts
                pub #names: #types,
            )*
        }

        impl<#lifetime #bounded> ::core::convert::From<#name<#lifetime #element>> for #inputs {
            fn from(batch: #name<#lifetime #element>) -> Self {
                #taken
            }
        }
    })
}
