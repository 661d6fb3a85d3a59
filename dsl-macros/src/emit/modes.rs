//! Modes: what of an entry point is emitted once, and what once for training and once for evaluation.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::doc;
use super::entry::{ERRORS, EntryPoint, allowed, arguments, result_type};
use super::identifiers::{identifier, plain};
use crate::compile::{CompiledEntry, Version};
use crate::names::Names;

/// The methods that compute: one for the entry point, one for its gradient; each twice where the mode matters.
pub fn points(compiled: &CompiledEntry) -> Vec<EntryPoint<'_>> {
    match &compiled.training {
        None => of_version(compiled, &compiled.evaluation, None),
        Some(training) => {
            let mut points = of_version(compiled, &compiled.evaluation, Some("evaluation"));
            points.extend(of_version(compiled, training, Some("training")));
            points
        }
    }
}

fn of_version<'a>(
    compiled: &'a CompiledEntry,
    version: &'a Version,
    mode: Option<&str>,
) -> Vec<EntryPoint<'a>> {
    let entry = &compiled.entry;
    let point = |with_gradient: bool, plan| {
        let whole = name(compiled, with_gradient);
        EntryPoint {
            name: match mode {
                Some(mode) => in_mode(&whole, mode),
                None => whole.clone(),
            },
            attributes: match mode {
                Some(mode) => doc(&format!("[`{whole}`](Self::{whole}) in {mode} mode.")),
                None => about(compiled, with_gradient),
            },
            visibility: match mode {
                Some(_) => TokenStream::new(),
                None => entry.visibility.clone(),
            },
            inputs: &entry.inputs,
            result: &entry.result,
            plan,
            objective: entry.name.to_string(),
            with_gradient,
            training: mode == Some("training"),
            updates: &version.updates,
        }
    };
    let gradient = version
        .gradient
        .as_ref()
        .map(|gradient| point(true, &gradient.plan));
    std::iter::once(point(false, &version.plan))
        .chain(gradient)
        .collect()
}

/// The public methods of an entry point that is compiled for each mode: they ask the workspace.
pub fn choices(compiled: &CompiledEntry) -> TokenStream {
    if compiled.training.is_none() {
        return TokenStream::new();
    }
    let gradient = compiled
        .evaluation
        .gradient
        .as_ref()
        .map(|_| choice(compiled, true));
    let whole = choice(compiled, false);
    quote!(#whole #gradient)
}

fn choice(compiled: &CompiledEntry, with_gradient: bool) -> TokenStream {
    let (entry, name) = (&compiled.entry, name(compiled, with_gradient));
    let (visibility, attributes) = (&entry.visibility, about(compiled, with_gradient));
    let mut names = Names::default();
    for word in ["self", "work"] {
        names.reserve(word);
    }
    let places: Vec<Ident> = entry
        .inputs
        .iter()
        .map(|input| identifier(&names.fresh(&input.name.to_string())))
        .collect();
    let arguments = arguments(&entry.inputs, |index| places[index].clone());
    let result = result_type(&entry.result);
    let result = match with_gradient {
        true => quote!((#result, &'w [T])),
        false => result,
    };
    let (training, evaluation) = (in_mode(&name, "training"), in_mode(&name, "evaluation"));
    let (errors, allowed) = (doc(ERRORS), allowed(&entry.inputs));
    quote! {
        #attributes
        #[doc = ""]
        #errors
        #allowed
        #visibility fn #name<'w>(
            &self,
            work: &'w mut ::dsl_runtime::Workspace<Self>,
            #(#arguments),*
        ) -> ::core::result::Result<#result, ::dsl_runtime::Error> {
            match work.mode() {
                ::dsl_runtime::Mode::Train => self.#training(work, #(#places),*),
                ::dsl_runtime::Mode::Evaluate => self.#evaluation(work, #(#places),*),
            }
        }
    }
}

/// What the public method is called.
fn name(compiled: &CompiledEntry, with_gradient: bool) -> Ident {
    let name = &compiled.entry.name;
    match with_gradient {
        true => Ident::new(&format!("{}_and_grad", plain(&name.to_string())), name.span()),
        false => name.clone(),
    }
}

fn in_mode(name: &Ident, mode: &str) -> Ident {
    Ident::new(&format!("{}_in_{mode}", plain(&name.to_string())), name.span())
}

/// What its documentation says.
fn about(compiled: &CompiledEntry, with_gradient: bool) -> TokenStream {
    let name = &compiled.entry.name;
    match with_gradient {
        true => doc(&format!(
            "[`{name}`](Self::{name}) of a batch and its gradient by every parameter, laid out like the parameters."
        )),
        false => compiled.entry.attributes.clone(),
    }
}
