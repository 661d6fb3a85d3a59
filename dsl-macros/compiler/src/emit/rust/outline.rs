//! The code emitted beside errors: the type and the signatures of its methods, so that nothing else in the
//! user's crate breaks because of the declaration.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::entry::{Derived, yielded_type};
use super::identifiers::{derivative_constant, gradient_constant, identifier, plain, results_constant};
use super::{batch, family, pictures};
use crate::collections::IntoCollection;
use crate::syntax::ast::{Derivative, DerivativeKind, Function, Network, Type, TypeKind};

pub fn emit(network: &Network) -> TokenStream {
    let (name, visibility, attributes) = (&network.name, &network.visibility, &network.attributes);
    let runtime = &network.runtime;
    let (parameters, values) = (family::parameters(network), family::names(network));
    let entries = entries(network);
    let methods: Vec<TokenStream> = entries
        .iter()
        .map(|function| methods(function, &entries, runtime))
        .collect();
    let gradients: Vec<Ident> = entries
        .iter()
        .filter(|function| function.name != "loss" && is_scalar_first(&function.result))
        .map(|function| gradient_constant(&function.name.to_string()))
        .collect();
    // Whether results contain derivatives is known only where there is no mistake.
    let results = entries
        .iter()
        .filter(|function| !is_scalar_first(&function.result));
    let gradients: Vec<Ident> = gradients
        .into_iter()
        .chain(results.map(|function| results_constant(&function.name.to_string())))
        .collect();
    let derivatives = entries.iter().flat_map(|function| {
        let asked = function.derivatives.iter();
        asked.map(|asked| derivative_constant(&function.name.to_string(), &asked.word.to_string()))
    });
    // Two of one name are the mistake that is being told.
    let pictures: BTreeSet<Ident> = entries
        .iter()
        .flat_map(|function| pictures::constants(function, &network.documents))
        .into_set();
    let pictures = pictures.iter();
    let (contract, train) = (contract(network), train(network, &entries));
    quote! {
        #attributes
        #[derive(Clone, Debug)]
        #visibility struct #name<#parameters T: #runtime::Real = f32> {
            parameters: #runtime::Parameters<T>,
        }

        #[allow(missing_docs)]
        impl<#parameters> #name<#values f32> {
            pub const COSTS: #runtime::Costs = #runtime::Costs(&[]);
            pub const GRADIENT: &'static str = "";
            #(pub const #gradients: &'static str = "";)*
            #(pub const #derivatives: &'static str = "";)*
            #(pub const #pictures: &'static str = "";)*
            pub fn new(seed: u64) -> Self {
                <Self as #runtime::Network>::new(seed)
            }
            pub fn workspace() -> #runtime::WorkspaceBuilder<Self> {
                <Self as #runtime::Network>::workspace()
            }
        }

        #[allow(missing_docs, unused_variables, clippy::all)]
        impl<#parameters T: #runtime::Real> #name<#values T> {
            #(#methods)*
        }

        #contract

        #train
    }
}

/// `impl Network`, of a network without parameters.
fn contract(network: &Network) -> TokenStream {
    let (name, runtime, text) = (&network.name, &network.runtime, network.name.to_string());
    let (parameters, values) = (family::parameters(network), family::names(network));
    quote! {
        impl<#parameters T: #runtime::Real> #runtime::Network for #name<#values T> {
            type Element = T;
            const NAME: &'static str = #text;
            const LAYOUT: #runtime::Layout = #runtime::Layout { parameters: &[], len: 0, packed: &[] };
            const TRAINING_MEMORY: #runtime::Memory =
                #runtime::Memory { fixed: 0, per_block: 0, per_thread: 0 };
            const INFERENCE_MEMORY: #runtime::Memory =
                #runtime::Memory { fixed: 0, per_block: 0, per_thread: 0 };
            fn from_values(
                parameters: #runtime::Parameters<T>,
                _: #runtime::Parameters<T>,
            ) -> Self {
                Self { parameters }
            }
            fn parameters(&self) -> &#runtime::Parameters<T> {
                &self.parameters
            }
            fn parameters_mut(&mut self) -> &mut #runtime::Parameters<T> {
                &mut self.parameters
            }
        }
    }
}

/// `impl Train`, for the entry point named `loss`.
fn train(network: &Network, entries: &[&Function]) -> Option<TokenStream> {
    let (name, runtime) = (&network.name, &network.runtime);
    let (parameters, values) = (family::parameters(network), family::names(network));
    let function = entries.iter().find(|function| function.name == "loss")?;
    let types = function.parameters.iter();
    let types: Vec<TokenStream> = types
        .map(|parameter| argument(&parameter.ty, &quote!(&'a)))
        .collect();
    let inputs = match types.as_slice() {
        [one] => quote!(#one),
        types => quote!((#(#types),*)),
    };
    let products = function.derivatives.iter().filter_map(|asked| match asked.kind {
        DerivativeKind::Hvp => Some(product(network, "HessianVector", asked)),
        DerivativeKind::Gnvp(_) => Some(product(network, "GaussNewtonVector", asked)),
        DerivativeKind::Jvp | DerivativeKind::Grad(_) => None,
    });
    let batch = batch::outline(network, function);
    Some(quote! {
        #batch
        #(#products)*

        impl<#parameters T: #runtime::Real> #runtime::Train for #name<#values T> {
            type Inputs<'a> = #inputs;

            const TRACE: #runtime::Trace = #runtime::Trace::EMPTY;

            fn loss_in(
                &self,
                _: &mut #runtime::Workspace<Self>,
                _: #runtime::Mode,
                _: Self::Inputs<'_>,
            ) -> ::core::result::Result<T, #runtime::Error> {
                ::core::unreachable!()
            }

            fn loss_and_grad_in<'w>(
                &self,
                _: &'w mut #runtime::Workspace<Self>,
                _: #runtime::Mode,
                _: Self::Inputs<'_>,
            ) -> ::core::result::Result<(T, &'w #runtime::Gradient<T>), #runtime::Error> {
                ::core::unreachable!()
            }
        }
    })
}

/// The implementation of the trait of a product with a direction.
fn product(network: &Network, of: &str, asked: &Derivative) -> TokenStream {
    let (name, runtime) = (&network.name, &network.runtime);
    let (parameters, values) = (family::parameters(network), family::names(network));
    let (of, method) = (identifier(of), identifier(&format!("loss_{}_in", asked.word)));
    quote! {
        impl<#parameters T: #runtime::Real> #runtime::#of for #name<#values T> {
            fn #method<'w>(
                &self,
                _: &'w mut #runtime::Workspace<Self>,
                _: #runtime::Mode,
                _: <Self as #runtime::Train>::Inputs<'_>,
                _: &[T],
            ) -> ::core::result::Result<(T, &'w #runtime::Gradient<T>), #runtime::Error> {
                ::core::unreachable!()
            }
        }
    }
}

/// The entry points, the first of each name.
fn entries(network: &Network) -> Vec<&Function> {
    let mut entries: Vec<&Function> = Vec::new();
    for function in &network.functions {
        let known = entries.iter().any(|entry| entry.name == function.name);
        if function.takes_self && !function.visibility.is_empty() && !known {
            entries.push(function);
        }
    }
    entries
}

/// The methods that an entry point may have, whether it asks for its mode or not, unless the user has an entry point of that
/// name.
fn methods(function: &Function, entries: &[&Function], runtime: &TokenStream) -> TokenStream {
    let Function {
        name,
        visibility,
        parameters,
        result,
        derivatives,
        ..
    } = function;
    let types = parameters
        .iter()
        .map(|parameter| argument(&parameter.ty, &quote!(&)));
    let result_tokens = result_type(result);
    let arguments = quote!(&self, _: &'w mut #runtime::Workspace<Self>, #(_: #types),*);
    let method = |suffix: &str, more: Option<TokenStream>, result: &TokenStream| {
        let name = match suffix {
            "" => name.clone(),
            suffix => Ident::new(&format!("{}{suffix}", plain(&name.to_string())), name.span()),
        };
        let taken = !suffix.is_empty() && entries.iter().any(|entry| entry.name == name);
        (!taken).then(|| {
            quote! {
                #visibility fn #name<'w>(
                    #arguments #more
                ) -> ::core::result::Result<#result, #runtime::Error> {
                    ::core::unreachable!()
                }
            }
        })
    };
    let with_gradient = yielded_type(&result_tokens, &[Derived::ByParameters], runtime);
    let forward = ["", "_in_training"].map(|suffix| method(suffix, None, &result_tokens));
    let gradients = ["_and_grad", "_and_grad_in_training", "_and_grad_in_evaluation"]
        .into_iter()
        .filter(|_| is_scalar_first(result))
        .map(|suffix| method(suffix, None, &with_gradient));
    // An entry point of that name has methods of these names itself.
    let is_free = |asked: &&Derivative| {
        let method = format!("{}_{}", plain(&name.to_string()), asked.word);
        !entries.iter().any(|entry| entry.name == method)
    };
    let derivatives = derivatives.iter().filter(is_free).flat_map(|asked| {
        let (derived, is_along_direction) = yields(asked);
        let yielded = yielded_type(&result_tokens, &derived, runtime);
        let comma = (!parameters.is_empty()).then(|| quote!(,));
        let direction = is_along_direction.then(|| quote!(#comma _: &[T]));
        ["", "_in_training", "_in_evaluation"]
            .map(|mode| method(&format!("_{}{mode}", asked.word), direction.clone(), &yielded))
    });
    quote!(#(#forward)* #(#gradients)* #(#derivatives)*)
}

/// What the methods of a derivative yield beside the results, and whether they take a direction.
fn yields(asked: &Derivative) -> (Vec<Derived>, bool) {
    match &asked.kind {
        DerivativeKind::Jvp => (vec![Derived::Tangents], true),
        DerivativeKind::Hvp | DerivativeKind::Gnvp(_) => (vec![Derived::ByParameters], true),
        DerivativeKind::Grad(names) => {
            let by = names.iter().map(|name| match name == "parameters" {
                true => Derived::ByParameters,
                false => Derived::ByInput,
            });
            (by.collect(), false)
        }
    }
}

fn argument(ty: &Type, borrow: &TokenStream) -> TokenStream {
    match &ty.kind {
        TypeKind::Index { .. } => quote!(#borrow [u32]),
        TypeKind::Shared(sizes) if sizes.is_empty() => quote!(T),
        TypeKind::Size => quote!(usize),
        _ => quote!(#borrow [T]),
    }
}

fn result_type(ty: &Type) -> TokenStream {
    match &ty.kind {
        TypeKind::Tuple(parts) => {
            let parts = parts.iter().map(result_type);
            quote!((#(#parts),*))
        }
        _ if is_scalar_first(ty) => quote!(T),
        _ => quote!(&'w [T]),
    }
}

fn is_scalar_first(ty: &Type) -> bool {
    match &ty.kind {
        TypeKind::Scalar => true,
        TypeKind::Shared(sizes) => sizes.is_empty(),
        TypeKind::Tuple(parts) => parts.first().is_some_and(is_scalar_first),
        _ => false,
    }
}
