//! The places of parameters in one flat buffer and of buffers in another, as named ranges.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::{constant_case, identifier};
use super::{doc, literal};
use crate::elaborate::{Initializer, Model, ParameterDeclaration};
use crate::layers::last_call;
use crate::names::Names;
use crate::plan::{Packing, Packings, ParameterLayouts, RightFactor, WeightForm};

/// Every range begins at a multiple of this many elements: 64 bytes of `f32`.
const ALIGNMENT: usize = 16;

/// The layout of a network's parameters and of its buffers.
pub struct Layout {
    pub parameters: Vec<Placed>,
    /// Length of the flat buffer of parameters.
    pub len: usize,
    pub buffers: Vec<Placed>,
    /// Length of the flat buffer of buffers.
    pub buffers_len: usize,
    /// The parameters that may lie packed.
    packings: Packings,
}

/// One parameter or buffer and its place.
pub struct Placed {
    pub declaration: ParameterDeclaration,
    pub order: Vec<usize>,
    pub start: usize,
    constant: Ident,
}

impl Layout {
    pub fn new(model: &Model, layouts: &ParameterLayouts, packings: &Packings) -> Layout {
        let (parameters, len) = place(&model.parameters, layouts);
        let (buffers, buffers_len) = place(&model.buffers, &ParameterLayouts::new());
        Layout {
            parameters,
            len,
            buffers,
            buffers_len,
            packings: packings.clone(),
        }
    }

    /// The name of a parameter's range in the emitted `layout` module.
    pub fn constant(&self, parameter: usize) -> &Ident {
        &self.parameters[parameter].constant
    }

    /// The name of a buffer's range in the emitted `buffers` module.
    pub fn buffer_constant(&self, buffer: usize) -> &Ident {
        &self.buffers[buffer].constant
    }

    /// A parameter's path as a local name: `logits_dense1_weight`.
    pub fn local_name(&self, parameter: usize) -> String {
        self.parameters[parameter].local_name()
    }

    /// The way in which a parameter lies packed.
    pub fn packing(&self, parameter: usize) -> Packing {
        self.packings[&parameter]
    }

    pub fn count(&self) -> usize {
        self.parameters
            .iter()
            .map(|placed| placed.declaration.shape.count())
            .sum()
    }

    /// `pub mod layout { … }`, and `pub mod buffers { … }` where there are any.
    pub fn module(&self, runtime: &TokenStream) -> TokenStream {
        let mut modules = module(
            runtime,
            "layout",
            "Where each parameter lies in the flat buffer.",
            "Every parameter in order, with its name, shape and first values.",
            &self.parameters,
            self.len,
            &self.packings,
        );
        if !self.buffers.is_empty() {
            modules.extend(module(
                runtime,
                "buffers",
                "Where each buffer lies in the flat buffer of what is saved but not trained.",
                "Every buffer in order, with its name, shape and first values.",
                &self.buffers,
                self.buffers_len,
                &Packings::new(),
            ));
        }
        modules
    }
}

/// Each declaration's place, and the length of all.
fn place(declarations: &[ParameterDeclaration], layouts: &ParameterLayouts) -> (Vec<Placed>, usize) {
    let mut names = Names::default();
    let mut start = 0;
    let place = |(index, declaration): (usize, &ParameterDeclaration)| {
        let order = layouts
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
    (declarations.iter().enumerate().map(place).collect(), start)
}

/// A module of named ranges and the layout they make.
fn module(
    runtime: &TokenStream,
    name: &str,
    about: &str,
    whole: &str,
    places: &[Placed],
    len: usize,
    packings: &Packings,
) -> TokenStream {
    let (about, whole, name, len) = (doc(about), doc(whole), identifier(name), literal(len));
    let ranges = places.iter().map(|placed| {
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
        let doc = doc(&format!(
            "`{}`: {}{kept}.",
            last_call(&declaration.text),
            declaration.shape
        ));
        quote! {
            #doc
            pub const #constant: Range<usize> = #from..#to;
        }
    });
    let records = places.iter().map(Placed::record);
    let import = if places.is_empty() {
        quote!()
    } else {
        quote!(
            use ::core::ops::Range;
        )
    };
    let names = match (places.is_empty(), packings.is_empty()) {
        (true, _) => quote!(Layout),
        (false, true) => quote!({ Initializer, Layout, Parameter }),
        (false, false) => quote!({ Initializer, Layout, PackedParameter, Packing, Parameter }),
    };
    let has_weights = packings
        .values()
        .any(|packing| matches!(packing, Packing::Weight(..)));
    let forms = has_weights.then(|| quote!(use #runtime::kernels::WeightForm;));
    let packed = packings
        .iter()
        .map(|(&parameter, packing)| places[parameter].packed(packing));
    quote! {
        #about
        pub mod #name {
            #import
            use #runtime::#names;
            #forms
            #(#ranges)*
            #whole
            pub const LAYOUT: Layout =
                Layout { parameters: &[#(#records),*], len: #len, packed: &[#(#packed),*] }.verified();
        }
    }
}

impl Placed {
    /// Its path as a local name: `logits_dense1_weight`.
    pub fn local_name(&self) -> String {
        self.declaration.name.replace('.', "_")
    }

    fn is_reordered(&self) -> bool {
        self.order.iter().enumerate().any(|(place, &axis)| place != axis)
    }

    /// As a parameter that is packed.
    fn packed(&self, packing: &Packing) -> TokenStream {
        let constant = &self.constant;
        let packing = match packing {
            Packing::RightFactor(RightFactor {
                terms,
                columns,
                strides: [term, column],
            }) => {
                let [terms, columns, term, column] = [*terms, *columns, *term, *column].map(literal);
                quote!(RightFactor { sizes: [#terms, #columns], strides: [#term, #column] })
            }
            Packing::Weight(form, sizes) => {
                let form = identifier(match form {
                    WeightForm::Direct => "Direct",
                    WeightForm::Winograd => "Winograd",
                });
                let sizes = sizes.map(literal);
                quote!(Weight { form: WeightForm::#form, sizes: [#(#sizes),*] })
            }
        };
        quote!(PackedParameter { start: #constant.start, packing: Packing::#packing })
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
        Initializer::TruncatedNormal { mean, std } => {
            let (mean, std) = (number(mean), number(std));
            quote!(TruncatedNormal { mean: #mean, std: #std })
        }
        Initializer::Orthogonal { gain } => {
            let gain = number(gain);
            quote!(Orthogonal { gain: #gain })
        }
        Initializer::Sparse { inputs, std } => {
            let (inputs, std) = (proc_macro2::Literal::usize_unsuffixed(inputs), number(std));
            quote!(Sparse { inputs: #inputs, std: #std })
        }
    }
}
