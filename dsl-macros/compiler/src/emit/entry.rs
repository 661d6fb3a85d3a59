//! One entry point: its method, and what goes to the module with its phases.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::geometries::Geometries;
use super::identifiers::identifier;
use super::layout::Layout;
use super::scope::{Scope, is_number};
use super::unpack::{MANY, bind, cut};
use super::words::Words;
use super::{Network, doc, docs, literal, module, phase, start};
use crate::elaborate::{EntryInput, ResultType};
use crate::graph::{Batching, Element};
use crate::plan::{Extent, Plan, Source};

/// What to emit a method from.
pub struct EntryPoint<'a> {
    pub name: Ident,
    pub attributes: TokenStream,
    pub visibility: TokenStream,
    pub inputs: &'a [EntryInput],
    pub result: &'a ResultType,
    pub plan: &'a Plan,
    /// What gradients are of: the name of the entry point as declared.
    pub objective: String,
    /// Whether it also yields the gradient of its first result.
    pub with_gradient: bool,
    /// Whether it is what the entry point does in training mode.
    pub training: bool,
    /// The buffers whose new values are the last outputs of the plan.
    pub updates: &'a [usize],
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
        if network.found.phases[place][phase].after == (place, phase) {
            items.extend(phase::emit(network, place, phase));
        }
        calls.extend(start::emit(network, place, phase));
    }
    items.extend(outlined.items(module).cloned());
    let path = quote!(#helper::#module);
    let method = method(entry, runtime, &path, &network.scopes[place], calls);
    Emitted {
        method,
        module: module::emit(module, items, &entry.name, network.runtime),
    }
}

/// What the documentation of a method says of errors.
pub const ERRORS: &str = "# Errors\n\nInput lengths that are no whole number of examples or do not agree, more examples than the\n\
     workspace holds, an index out of range.";

fn method(
    entry: &EntryPoint<'_>,
    runtime: &TokenStream,
    path: &TokenStream,
    scope: &Scope<'_>,
    calls: TokenStream,
) -> TokenStream {
    let EntryPoint {
        name,
        attributes,
        visibility,
        inputs,
        plan,
        ..
    } = entry;
    let arguments = arguments(inputs, |index| scope.input(index).clone());

    let per_example: Vec<(usize, &EntryInput)> = inputs
        .iter()
        .enumerate()
        .filter(|(_, input)| input.ty.batching == Batching::PerExample)
        .collect();
    let admitted = per_example.iter().map(|&(index, input)| {
        let (ident, text, width) = (
            scope.input(index),
            input.name.to_string(),
            literal(input.ty.shape.count()),
        );
        quote!((#text, #ident.len(), #width))
    });
    let admit = match per_example.is_empty() {
        true => quote!(let examples = 1;),
        false => quote!(let examples = work.admit([#(#admitted),*])?;),
    };
    let checks = inputs.iter().enumerate().filter_map(|(index, input)| {
        let (ident, text) = (scope.input(index), input.name.to_string());
        match (input.ty.element, input.ty.batching) {
            (Element::Index { limit }, _) => {
                let limit = literal(limit);
                Some(quote!(check_indices(#text, #ident, #limit)?;))
            }
            (Element::Real, Batching::Shared) if !scope.is_number(Source::Input(index)) => {
                let len = literal(input.ty.shape.count());
                Some(quote!(check_shared(#text, #ident.len(), #len)?;))
            }
            _ => None,
        }
    });

    let carved = (!plan.slots.is_empty()).then(|| {
        let names: Vec<Ident> = (0..plan.slots.len())
            .map(|slot| scope.slot(slot).clone())
            .collect();
        let extents = plan.slots.iter().map(|extent| match *extent {
            Extent::Shared(len) => {
                let len = literal(len);
                quote!(Slot::Shared(#len))
            }
            Extent::Examples(width) => {
                let width = literal(width);
                quote!(Slot::Examples(#width))
            }
            Extent::Blocks(len) => {
                let len = literal(len);
                quote!(Slot::Blocks(#len))
            }
        });
        let about = docs::tenants(scope).map(|text| doc(&text));
        let extents: Vec<TokenStream> = extents.collect();
        let bound = match names.len() > MANY {
            true => cut(
                &names,
                &extents,
                quote!(Rest::of(memory)),
                |extents| quote!(carve(examples, [#(#extents),*])),
            ),
            false => bind(&names, "slots", quote!(carve(memory, examples, [#(#extents),*]))),
        };
        quote!(#about #bound)
    });
    let mut gradients = plan.gradients.clone();
    gradients.sort_unstable();
    // The gradient buffer serves every entry point: what this one does not reach is zero.
    let split = entry.with_gradient.then(|| {
        if gradients.is_empty() {
            return quote!(gradient.mean_over(examples, []););
        }
        let names: Vec<Ident> = gradients
            .iter()
            .map(|&parameter| scope.gradient(parameter).clone())
            .collect();
        let range = |&parameter: &usize| {
            let range = scope.layout.constant(parameter);
            quote!(layout::#range)
        };
        let ranges: Vec<TokenStream> = gradients.iter().map(range).collect();
        match names.len() > MANY {
            true => cut(
                &names,
                &ranges,
                quote!(gradient.begin_mean(examples, &[#(#ranges),*])),
                |ranges| quote!(split([#(#ranges),*])),
            ),
            false => bind(
                &names,
                "ranges",
                quote!(gradient.mean_over(examples, [#(#ranges),*])),
            ),
        }
    });

    let mut outputs = plan.outputs.iter();
    let result = results(entry.result, &mut outputs, scope);
    let (result_type, result) = match entry.with_gradient {
        true => {
            let ty = result_type(entry.result);
            (with_gradient_type(ty, runtime), quote!((#result, &*gradient)))
        }
        false => (result_type(entry.result), result),
    };
    let needs_training = (entry.with_gradient || entry.training).then(|| quote!(work.require_training()?;));
    let new_values: Vec<TokenStream> = entry
        .updates
        .iter()
        .map(|&buffer| {
            let range = scope.layout.buffer_constant(buffer);
            let value = slot_of(outputs.next(), scope);
            quote!(updates[buffers::#range].copy_from_slice(#value);)
        })
        .collect();
    let words = Words::of(&calls);
    let begun = (!new_values.is_empty()).then(|| {
        let about = doc("What the buffers hold, and what `commit` will bring into them.");
        let state = match words.mention("state") {
            true => quote!(state),
            false => quote!(_),
        };
        quote! {
            #about
            let (#state, updates) = updates.begin(&self.buffers);
        }
    });
    let batch_size = words
        .mention("batch_size")
        .then(|| quote!(let batch_size = T::literal(examples as f64);));
    let draws = words.mention("draws").then(|| quote!(let draws = work.draws();));
    let parameters = words
        .mention("parameters")
        .then(|| quote!(let parameters: &[T] = &self.parameters;));
    let state = (words.mention("state") && begun.is_none()).then(|| quote!(let state: &[T] = &self.buffers;));
    let needs_layout = !gradients.is_empty() && entry.with_gradient || words.mention("layout");
    let helper = path.clone().into_iter().next();
    let many_slots = plan.slots.len() > MANY;
    let imports = imports_of(
        runtime,
        &[
            ("Rest", many_slots),
            ("carve", carved.is_some() && !many_slots),
            ("Slot", carved.is_some()),
            ("check_indices", inputs.iter().any(|input| input.ty.is_index())),
            (
                "check_shared",
                (0..inputs.len()).any(|index| {
                    inputs[index].ty.batching == Batching::Shared
                        && !inputs[index].ty.is_index()
                        && !scope.is_number(Source::Input(index))
                }),
            ),
        ],
    );
    let workers = imports_of(
        &quote!(#runtime::parallel),
        &[
            ("blocks", words.call("blocks")),
            ("blocks_mut", words.mention("blocks_mut")),
            ("rows", words.mention("rows")),
            ("rows_mut", words.mention("rows_mut")),
        ],
    );
    let module_import = words.mention("steps").then(|| quote!(use #path as steps;));
    let layout_import = needs_layout.then(|| quote!(use #helper::layout;));
    let buffers_import = (begun.is_some() || words.mention("buffers")).then(|| quote!(use #helper::buffers;));
    let parts = {
        let team = (!calls.is_empty()).then(|| quote!(team,));
        let memory = carved.is_some().then(|| quote!(memory,));
        let gradient = entry.with_gradient.then(|| quote!(gradient,));
        let scratch = (!calls.is_empty()).then(|| quote!(scratch,));
        let updates = begun.is_some().then(|| quote!(updates,));
        quote!(let #runtime::Parts { #team #memory #gradient #scratch #updates .. } = work.parts();)
    };
    let allowed = allowed(inputs);
    let error_doc = doc(ERRORS);
    quote! {
        #attributes
        #[doc = ""]
        #error_doc
        #allowed
        #visibility fn #name<'w>(
            &self,
            work: &'w mut #runtime::Workspace<Self>,
            #(#arguments),*
        ) -> ::core::result::Result<#result_type, #runtime::Error> {
            #imports
            #workers
            #layout_import
            #buffers_import
            #module_import
            #needs_training
            #admit
            #(#checks)*
            #parameters
            #state
            #batch_size
            #draws
            #parts
            #begun
            #carved
            #split
            #calls
            #(#new_values)*
            ::core::result::Result::Ok(#result)
        }
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

/// As clippy counts, with `self` and the workspace.
pub fn allowed(inputs: &[EntryInput]) -> Option<TokenStream> {
    (inputs.len() > 5).then(|| quote!(#[allow(clippy::too_many_arguments)]))
}

fn imports_of(path: &TokenStream, wanted: &[(&str, bool)]) -> Option<TokenStream> {
    let names: Vec<Ident> = wanted
        .iter()
        .filter(|(_, used)| *used)
        .map(|(name, _)| identifier(name))
        .collect();
    (!names.is_empty()).then(|| quote!(use #path::{ #(#names),* };))
}

/// The type of results and gradient.
pub fn with_gradient_type(results: TokenStream, runtime: &TokenStream) -> TokenStream {
    quote!((#results, &'w #runtime::Gradient<T>))
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

fn results<'p>(
    result: &ResultType,
    outputs: &mut impl Iterator<Item = &'p Source>,
    scope: &Scope<'_>,
) -> TokenStream {
    match result {
        ResultType::Tuple(parts) => {
            let parts: Vec<TokenStream> = parts.iter().map(|part| results(part, outputs, scope)).collect();
            quote!((#(#parts),*))
        }
        single => {
            let slot = slot_of(outputs.next(), scope);
            match single {
                ResultType::Scalar => quote!(#slot[0]),
                _ => quote!(&*#slot),
            }
        }
    }
}

/// Where an output of the plan lies in the end.
fn slot_of<'s>(output: Option<&Source>, scope: &'s Scope<'_>) -> &'s Ident {
    match *output.expect("the plan has every output") {
        Source::Value(value) => scope.slot(scope.plan.values[value].slot),
        _ => unreachable!("outputs are values in the workspace"),
    }
}
