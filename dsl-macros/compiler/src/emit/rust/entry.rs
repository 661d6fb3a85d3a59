//! One entry point: its method, and what goes to the module with its phases.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::geometries::Geometries;
use super::identifiers::identifier;
use super::layout::Layout;
use super::method::{self, Modules};
use super::scope::{Scope, is_number};
use super::{Network, module, phase, start};
use crate::collections::IntoCollection;
use crate::elaborate::{EntryInput, ResultType};
use crate::graph::Element;
use crate::plan::Plan;

/// The parts from which a method is emitted.
pub struct EntryPoint<'a> {
    pub name: Ident,
    pub attributes: TokenStream,
    pub visibility: TokenStream,
    /// The braces of the body that the user wrote, which those of the method take the place of.
    pub body: Span,
    pub inputs: &'a [EntryInput],
    pub result: &'a ResultType,
    pub plan: &'a Plan,
    /// The values that its graph computes.
    pub values: usize,
    /// The name of the function that gradients differentiate: the entry point as declared.
    pub objective: String,
    /// What it yields beside its results, in order.
    pub derived: Vec<Derived>,
    /// True if it takes a direction of the parameters.
    pub takes_direction: bool,
    /// True if it is the entry point in training mode.
    pub training: bool,
    /// The buffers whose new values are the last outputs of the plan.
    pub updates: &'a [usize],
}

/// Something that a method yields beside its results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// The derivative of each result along a direction, of the type that the results have.
    Tangents,
    /// The gradient by an input.
    ByInput,
    /// What there is by each parameter, laid out like the parameters.
    ByParameters,
}

impl EntryPoint<'_> {
    /// True if it yields something by the parameters.
    pub fn with_gradient(&self) -> bool {
        self.derived.contains(&Derived::ByParameters)
    }
}

/// The tokens of an entry point.
pub struct Emitted {
    pub method: TokenStream,
    pub module: TokenStream,
}

/// The names of an entry point.
pub fn scope<'a>(entry: &EntryPoint<'a>, layout: &'a Layout, geometries: &'a Geometries) -> Scope<'a> {
    Scope::new(
        entry.plan,
        entry.inputs,
        layout,
        geometries,
        entry.objective.clone(),
    )
}

/// The module that holds its phases, named after it.
pub fn module(entry: &EntryPoint<'_>) -> Ident {
    identifier(&entry.name.to_string())
}

/// The `place`-th entry point of a network.
pub fn emit(entry: &EntryPoint<'_>, network: &Network<'_, '_>, place: usize) -> Emitted {
    let Network {
        runtime,
        helper,
        outlined,
        ..
    } = network;
    let module = &network.modules[place];
    let mut items = TokenStream::new();
    let mut calls = TokenStream::new();
    for phase in 0..entry.plan.phases.len() {
        if network.routines.phases[place][phase].after == (place, phase) {
            items.extend(phase::emit(network, place, phase));
        }
        calls.extend(start::emit(network, place, phase));
    }
    items.extend(outlined.items(module).cloned());
    let phases = network.routines.phases[place].iter();
    let called: BTreeSet<usize> = phases.map(|code| code.after.0).into_set();
    let others = called.iter().filter(|&&other| other != place);
    let others = others.map(|&other| &network.modules[other]);
    let modules = Modules {
        helper,
        own: called.contains(&place).then_some(module),
        others: others.filter(|&other| other != "steps").collect(),
    };
    let method = method::emit(entry, runtime, &modules, &network.scopes[place], calls);
    Emitted {
        method,
        module: module::emit(module, items, &entry.name, network.runtime),
    }
}

/// The arguments of a method: slices, a number where one is given for the whole batch.
pub fn arguments(inputs: &[EntryInput], name: impl Fn(usize) -> Ident) -> Vec<TokenStream> {
    let argument = |(index, input): (usize, &EntryInput)| {
        let ident = name(index);
        let ty = match (&input.ty.element, is_number(input)) {
            (_, true) => quote!(T),
            (Element::Real, false) => quote!(&[T]),
            (Element::Index { .. }, false) => quote!(&[u32]),
        };
        quote!(#ident: #ty)
    };
    inputs.iter().enumerate().map(argument).collect()
}

/// As clippy counts, with `self` and the workspace, for a method with so many arguments besides these.
pub fn allowed(arguments: usize) -> Option<TokenStream> {
    (arguments > 5).then(|| quote!(#[allow(clippy::too_many_arguments)]))
}

/// The type of what a method yields whose results have the type `results`.
pub fn yielded_type(results: &TokenStream, derived: &[Derived], runtime: &TokenStream) -> TokenStream {
    let derived = derived.iter().map(|derived| match derived {
        Derived::Tangents => results.clone(),
        Derived::ByInput => quote!(&'w [T]),
        Derived::ByParameters => quote!(&'w #runtime::Gradient<T>),
    });
    let derived: Vec<TokenStream> = derived.collect();
    match derived.is_empty() {
        true => results.clone(),
        false => quote!((#results, #(#derived),*)),
    }
}

pub fn result_type(result: &ResultType) -> TokenStream {
    match result {
        ResultType::Scalar => quote!(T),
        ResultType::Tensor => quote!(&'w [T]),
        ResultType::Tuple(parts) => {
            let parts = parts.iter().map(result_type);
            quote!((#(#parts),*))
        }
    }
}
