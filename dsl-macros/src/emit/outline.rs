//! What is emitted beside errors: the type and the signatures of its methods, so that nothing else in the user's
//! crate breaks because of the declaration.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::identifier;
use crate::syntax::ast::{Function, Network, Type, TypeKind};

pub fn emit(network: &Network) -> TokenStream {
    let (name, visibility, attributes) = (&network.name, &network.visibility, &network.attributes);
    let is_entry = |function: &&Function| function.takes_self && !function.visibility.is_empty();
    let methods: Vec<TokenStream> = network.functions.iter().filter(is_entry).map(method).collect();
    let loss = network
        .functions
        .iter()
        .find(|function| function.takes_self && function.name == "loss")
        .map(|function| {
            let types: Vec<TokenStream> = function
                .parameters
                .iter()
                .map(|parameter| argument(&parameter.ty, &quote!(&'a)))
                .collect();
            let inputs = match types.as_slice() {
                [one] => quote!(#one),
                types => quote!((#(#types),*)),
            };
            quote! {
                impl<T: ::dsl_runtime::Real> ::dsl_runtime::Train for #name<T> {
                    type Inputs<'a> = #inputs;
                    fn loss(
                        &self,
                        _: &mut ::dsl_runtime::Workspace<Self>,
                        _: Self::Inputs<'_>,
                    ) -> ::core::result::Result<T, ::dsl_runtime::Error> {
                        ::core::unreachable!()
                    }
                    fn loss_and_grad<'w>(
                        &self,
                        _: &'w mut ::dsl_runtime::Workspace<Self>,
                        _: Self::Inputs<'_>,
                    ) -> ::core::result::Result<(T, &'w [T]), ::dsl_runtime::Error> {
                        ::core::unreachable!()
                    }
                }
            }
        });
    let text = name.to_string();
    quote! {
        #attributes
        #[derive(Clone, Debug)]
        #visibility struct #name<T: ::dsl_runtime::Real = f32> {
            parameters: ::dsl_runtime::Parameters<T>,
        }

        #[allow(missing_docs)]
        impl #name<f32> {
            pub const GRADIENT: &'static str = "";
            pub fn new(seed: u64) -> Self {
                <Self as ::dsl_runtime::Network>::new(seed)
            }
            pub fn workspace() -> ::dsl_runtime::WorkspaceBuilder<Self> {
                <Self as ::dsl_runtime::Network>::workspace()
            }
        }

        #[allow(missing_docs, unused_variables, clippy::all)]
        impl<T: ::dsl_runtime::Real> #name<T> {
            #(#methods)*
        }

        impl<T: ::dsl_runtime::Real> ::dsl_runtime::Network for #name<T> {
            type Element = T;
            const NAME: &'static str = #text;
            const LAYOUT: ::dsl_runtime::Layout = ::dsl_runtime::Layout { parameters: &[], len: 0 };
            const TRAINING_MEMORY: ::dsl_runtime::Memory =
                ::dsl_runtime::Memory { fixed: 0, per_block: 0, per_thread: 0 };
            const INFERENCE_MEMORY: ::dsl_runtime::Memory =
                ::dsl_runtime::Memory { fixed: 0, per_block: 0, per_thread: 0 };
            fn from_parameters(parameters: ::dsl_runtime::Parameters<T>) -> Self {
                Self { parameters }
            }
            fn parameters(&self) -> &::dsl_runtime::Parameters<T> {
                &self.parameters
            }
            fn parameters_mut(&mut self) -> &mut ::dsl_runtime::Parameters<T> {
                &mut self.parameters
            }
        }

        #loss
    }
}

fn method(function: &Function) -> TokenStream {
    let Function {
        name,
        visibility,
        parameters,
        result,
        ..
    } = function;
    let names: Vec<Ident> = parameters
        .iter()
        .map(|parameter| identifier(&format!("{}_", parameter.name)))
        .collect();
    let types: Vec<TokenStream> = parameters
        .iter()
        .map(|parameter| argument(&parameter.ty, &quote!(&)))
        .collect();
    let result = result_type(result);
    let with_gradient = Ident::new(&format!("{name}_and_grad"), name.span());
    let work = quote!(&self, work: &'w mut ::dsl_runtime::Workspace<Self>, #(#names: #types),*);
    quote! {
        #visibility fn #name<'w>(#work) -> ::core::result::Result<#result, ::dsl_runtime::Error> {
            ::core::unreachable!()
        }
        #visibility fn #with_gradient<'w>(
            #work
        ) -> ::core::result::Result<(#result, &'w [T]), ::dsl_runtime::Error> {
            ::core::unreachable!()
        }
    }
}

fn argument(ty: &Type, borrow: &TokenStream) -> TokenStream {
    match &ty.kind {
        TypeKind::Index { .. } => quote!(#borrow [u32]),
        TypeKind::Shared(sizes) if sizes.is_empty() => quote!(T),
        _ => quote!(#borrow [T]),
    }
}

fn result_type(ty: &Type) -> TokenStream {
    match &ty.kind {
        TypeKind::Scalar => quote!(T),
        TypeKind::Tuple(parts) => {
            let parts = parts.iter().map(result_type);
            quote!((#(#parts),*))
        }
        _ => quote!(&'w [T]),
    }
}
