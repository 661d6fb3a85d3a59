//! Where parameters lie in the flat buffer: named ranges.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::{constant_case, identifier};
use super::{doc, literal};
use crate::elaborate::{Initializer, ParameterDeclaration};
use crate::names::Names;
use crate::schedule::Orders;

/// Every range begins at a multiple of this many elements: 64 bytes of `f32`.
const ALIGNMENT: usize = 16;

/// The layout of a network's parameters.
pub struct Layout {
    pub parameters: Vec<Placed>,
    /// Length of the flat buffer.
    pub len: usize,
}

/// One parameter and its place.
pub struct Placed {
    pub declaration: ParameterDeclaration,
    pub order: Vec<usize>,
    pub start: usize,
    constant: Ident,
}

impl Layout {
    pub fn new(parameters: &[ParameterDeclaration], orders: &Orders) -> Layout {
        let mut names = Names::default();
        let mut start = 0;
        let place = |(index, declaration): (usize, &ParameterDeclaration)| {
            let order = orders
                .get(&index)
                .cloned()
                .unwrap_or_else(|| (0..declaration.shape.rank()).collect());
            let constant = identifier(&names.fresh(&constant_case(&declaration.name)));
            let placed = Placed {
                declaration: declaration.clone(),
                order,
                start,
                constant,
            };
            start = (start + declaration.shape.count()).next_multiple_of(ALIGNMENT);
            placed
        };
        let parameters = parameters.iter().enumerate().map(place).collect();
        Layout {
            parameters,
            len: start,
        }
    }

    /// The name of its range in the emitted `layout` module.
    pub fn constant(&self, parameter: usize) -> &Ident {
        &self.parameters[parameter].constant
    }

    /// Its path without the function that owns it, as a local name: `dense1_weight`.
    pub fn local_name(&self, parameter: usize) -> String {
        let name = &self.parameters[parameter].declaration.name;
        name.split_once('.')
            .map_or(name.as_str(), |(_, rest)| rest)
            .replace('.', "_")
    }

    pub fn count(&self) -> usize {
        self.parameters
            .iter()
            .map(|placed| placed.declaration.shape.count())
            .sum()
    }

    /// `pub mod layout { … }`
    pub fn module(&self) -> TokenStream {
        let len = literal(self.len);
        let ranges = self.parameters.iter().map(|placed| {
            let Placed {
                declaration,
                start,
                constant,
                ..
            } = placed;
            let (from, to) = (literal(*start), literal(start + declaration.shape.count()));
            let memory: Vec<usize> = placed
                .order
                .iter()
                .map(|&axis| declaration.shape.0[axis])
                .collect();
            let kept = if placed.is_reordered() {
                format!(", in memory as {memory:?}")
            } else {
                String::new()
            };
            let doc = doc(&format!("`{}`: {}{kept}.", declaration.text, declaration.shape));
            quote! {
                #doc
                pub const #constant: Range<usize> = #from..#to;
            }
        });
        let parameters = self.parameters.iter().map(Placed::record);
        let import = if self.parameters.is_empty() {
            quote!()
        } else {
            quote!(
                use ::core::ops::Range;
            )
        };
        let names = if self.parameters.is_empty() {
            quote!(Layout)
        } else {
            quote!({ Initializer, Layout, Parameter })
        };
        let about = doc("Where each parameter lies in the flat buffer.");
        let whole = doc("Every parameter in order, with its name, shape and first values.");
        quote! {
            #about
            pub mod layout {
                #import
                use ::dsl_runtime::#names;
                #(#ranges)*
                #whole
                pub const LAYOUT: Layout = Layout { parameters: &[#(#parameters),*], len: #len }.verified();
            }
        }
    }
}

impl Placed {
    fn is_reordered(&self) -> bool {
        self.order.iter().enumerate().any(|(place, &axis)| place != axis)
    }

    fn record(&self) -> TokenStream {
        let name = &self.declaration.name;
        let shape = self.declaration.shape.0.iter().map(|&size| literal(size));
        let order = self.order.iter().map(|&axis| literal(axis));
        let constant = &self.constant;
        let initializer = initializer(self.declaration.initializer);
        quote! {
            Parameter {
                name: #name,
                shape: &[#(#shape),*],
                order: &[#(#order),*],
                range: #constant,
                initializer: Initializer::#initializer,
            }
        }
    }
}

fn initializer(initializer: Initializer) -> TokenStream {
    let number = super::number;
    match initializer {
        Initializer::Zeros => quote!(Zeros),
        Initializer::Constant(value) => {
            let value = number(value);
            quote!(Constant(#value))
        }
        Initializer::Uniform { low, high } => {
            let (low, high) = (number(low), number(high));
            quote!(Uniform { low: #low, high: #high })
        }
        Initializer::Normal { mean, std } => {
            let (mean, std) = (number(mean), number(std));
            quote!(Normal { mean: #mean, std: #std })
        }
        Initializer::XavierUniform => quote!(XavierUniform),
        Initializer::XavierNormal => quote!(XavierNormal),
        Initializer::HeUniform => quote!(HeUniform),
        Initializer::HeNormal => quote!(HeNormal),
        Initializer::LecunUniform => quote!(LecunUniform),
        Initializer::LecunNormal => quote!(LecunNormal),
    }
}
