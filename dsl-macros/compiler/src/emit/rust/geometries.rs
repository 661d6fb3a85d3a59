//! The sizes of convolutions and poolings, named once for all entry points.

use std::cell::{Cell, RefCell};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::identifiers::identifier;
use super::{doc, literal};
use crate::names::Names;
use crate::ops::{conv, pool};

#[derive(Default)]
pub struct Geometries {
    found: RefCell<Vec<Geometry>>,
    names: RefCell<Names>,
    /// The form of convolutions that needs the most scratch memory. A network rounds all its convolutions, or none.
    form: Cell<ConvolutionForm>,
}

/// The way in which a convolution is computed, as far as it decides how much scratch memory is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConvolutionForm {
    #[default]
    ChannelsFirst,
    /// Of images whose channels lie last.
    ChannelsLast,
    /// Of factors rounded to bf16.
    Rounded,
}

struct Geometry {
    constant: Ident,
    ty: &'static str,
    /// The struct expression, which equal geometries share.
    text: String,
    value: TokenStream,
}

impl Geometries {
    /// The constant with the sizes of a convolution that is computed in this form.
    pub fn conv2d(&self, geometry: &conv::Geometry, form: ConvolutionForm) -> Ident {
        self.form.set(self.form.get().max(form));
        let [input, output] = [geometry.input, geometry.output].map(list);
        let [kernel, stride, dilation] = [geometry.kernel, geometry.stride, geometry.dilation].map(list);
        let pad = pads(geometry.pad);
        let groups = literal(geometry.groups);
        let value = quote! {
            Conv2d {
                input: #input,
                output: #output,
                kernel: #kernel,
                stride: #stride,
                pad: #pad,
                dilation: #dilation,
                groups: #groups,
            }
        };
        self.constant("Conv2d", "conv", value)
    }

    /// The constant with the sizes of a pooling.
    pub fn pool2d(&self, geometry: &pool::Geometry) -> Ident {
        let [input, output] = [geometry.input, geometry.output].map(list);
        let [window, stride] = [geometry.window, geometry.stride].map(list);
        let pad = pads(geometry.pad);
        let value = quote! {
            Pool2d {
                input: #input,
                output: #output,
                window: #window,
                stride: #stride,
                pad: #pad,
            }
        };
        self.constant("Pool2d", "pool", value)
    }

    /// The constant that holds `value`.
    fn constant(&self, ty: &'static str, word: &str, value: TokenStream) -> Ident {
        let text = value.to_string();
        let mut found = self.found.borrow_mut();
        if let Some(known) = found.iter().find(|known| known.text == text) {
            return known.constant.clone();
        }
        let constant = identifier(&self.names.borrow_mut().numbered(&word.to_uppercase()));
        found.push(Geometry {
            constant: constant.clone(),
            ty,
            text,
            value,
        });
        constant
    }

    /// The scratch memory that serves every one of them.
    pub fn scratch(&self, helper: &Ident, runtime: &TokenStream) -> TokenStream {
        let found = self.found.borrow();
        let needs: Vec<TokenStream> = found
            .iter()
            .filter(|geometry| geometry.ty == "Conv2d")
            .map(|Geometry { constant, .. }| quote!(#helper::sizes::#constant))
            .collect();
        let most = identifier(match self.form.get() {
            ConvolutionForm::ChannelsFirst => "most_scratch",
            ConvolutionForm::ChannelsLast => "most_scratch_channels_last",
            ConvolutionForm::Rounded => "most_scratch_bf16",
        });
        match needs.is_empty() {
            true => quote!(0),
            false => quote!(#runtime::kernels::Conv2d::#most(&[#(#needs),*])),
        }
    }

    /// `pub mod sizes { … }`, if there are any.
    pub fn module(&self, runtime: &TokenStream) -> Option<TokenStream> {
        let found = self.found.borrow();
        let mut types: Vec<&str> = found.iter().map(|geometry| geometry.ty).collect();
        types.sort_unstable();
        types.dedup();
        let types = types.into_iter().map(identifier);
        let constants = found.iter().map(
            |Geometry {
                 constant, ty, value, ..
             }| {
                let about = doc(match *ty {
                    "Conv2d" => "The sizes of a convolution.",
                    _ => "The sizes of a pooling.",
                });
                let ty = identifier(ty);
                quote! {
                    #about
                    pub const #constant: #ty = #value;
                }
            },
        );
        let about = doc("The sizes of convolutions and poolings.");
        (!found.is_empty()).then(|| {
            quote! {
                #about
                pub mod sizes {
                    use #runtime::kernels::{ #(#types),* };
                    #(#constants)*
                }
            }
        })
    }
}

/// `[3, 5, 5]`
fn list<const N: usize>(sizes: [usize; N]) -> TokenStream {
    let sizes = sizes.map(literal);
    quote!([#(#sizes),*])
}

/// `[[1, 1], [2, 2]]`
fn pads(pad: [[usize; 2]; 2]) -> TokenStream {
    let [rows, columns] = pad.map(list);
    quote!([#rows, #columns])
}
