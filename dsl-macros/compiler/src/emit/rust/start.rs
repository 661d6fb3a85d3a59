//! The call in a method that starts a phase: what it is handed, and how that is shared out among the workers.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::access::Access;
use super::fields::{fields, memory_of};
use super::identifiers::identifier;
use super::phase_names::range_text;
use super::scope::Scope;
use super::{Network, doc, literal, long};
use crate::emit::text::thousands;
use crate::plan::routines::PhaseCode;
use crate::plan::{self, Extent, Partition, Phase, Source};

/// The call that starts the `place`-th phase of a plan.
pub fn emit(network: &Network<'_, '_>, plan: usize, place: usize) -> TokenStream {
    let code = &network.routines.phases[plan][place];
    let scope = &network.scopes[plan];
    let phase = &scope.plan.phases[place];
    let first_number = network.phases[plan][place].1;
    let last_number = first_number + phase.steps.len() - 1;
    let access = Access::of_phase(phase, scope);
    let fresh = fresh(network, plan, &access, code);

    let operations = plan::operations(&phase.steps);
    // As much as every target can count: no phase of more is shared out differently.
    let flops = literal(operations.min(u32::MAX as usize));
    let real_rows = access.reals.iter().map(|&source| {
        let ident = memory_of(source, scope);
        let width = literal(width_of(source, scope));
        match in_blocks(source, scope) {
            true => quote!(blocks(#ident, #width)),
            false => quote!(rows(#ident, #width)),
        }
    });
    let index_rows = access.indices.iter().map(|&source| {
        let ident = scope.ident_of(source);
        let width = literal(width_of(source, scope));
        quote!(rows(#ident, #width))
    });
    let widths = row_widths(phase, &access);
    let slot_rows = access.slots.iter().zip(&widths).map(|(written, &row)| {
        let ident = scope.slot(written.slot);
        match (phase.partition, scope.plan.slots[written.slot]) {
            (Partition::Examples, Extent::Blocks(len)) => {
                let width = literal(len);
                quote!(blocks_mut(#ident, #width))
            }
            (Partition::Examples, Extent::Examples(width)) => {
                let width = literal(width);
                quote!(rows_mut(#ident, #width))
            }
            _ => {
                let width = literal(row);
                quote!(rows_mut(#ident, #width))
            }
        }
    });
    let gradient_rows =
        access
            .gradients
            .iter()
            .zip(&widths[access.slots.len()..])
            .map(|(&parameter, &row)| {
                let ident = scope.gradient(parameter);
                let width = literal(row);
                quote!(rows_mut(#ident, #width))
            });
    let range = range_text(first_number, last_number);
    let line = doc(&match phase.partition {
        Partition::Examples => format!(
            "{range}, shared out by examples: {} operations each.",
            thousands(operations)
        ),
        Partition::Rows => format!("{range}, shared out by rows."),
        Partition::Alone => format!("{range}, on one thread."),
    });
    let (other, after) = code.after;
    let items = &network.routines.phases[other][after].items;
    let long = long::is_long(&access, items);
    let real_rows = array(real_rows.collect(), long);
    let index_rows = array(index_rows.collect(), long);
    let values = array(slot_rows.chain(gradient_rows).collect(), long);
    let method = |name: &str| identifier(&format!("{}{name}", if long { "long_" } else { "" }));
    match phase.partition {
        Partition::Examples => {
            let method = method("by_examples");
            quote! {
                #line
                team.#method(&#fresh, examples, #flops, #real_rows, #index_rows, #values, scratch);
            }
        }
        Partition::Rows => {
            let method = method("by_rows");
            quote! { #line team.#method(&#fresh, examples, #flops, #values, scratch); }
        }
        Partition::Alone => {
            let method = method("alone");
            quote! { #line team.#method(&#fresh, examples, #values, scratch); }
        }
    }
}

/// An array of the arguments of one kind that a phase takes; a long phase borrows it.
fn array(parts: Vec<TokenStream>, borrowed: bool) -> TokenStream {
    match borrowed {
        true => quote!(&[#(#parts),*]),
        false => quote!([#(#parts),*]),
    }
}

/// The phase with what it reads whole: its own struct or that of an equal phase.
fn fresh(network: &Network<'_, '_>, plan: usize, access: &Access, code: &PhaseCode) -> TokenStream {
    let Network {
        helper,
        modules,
        scopes,
        ..
    } = network;
    let (other, after) = code.after;
    // The method imports its own module as `steps`, and others by their names.
    let module = &modules[other];
    let path = match other == plan {
        true => quote!(steps),
        false if module == "steps" => quote!(#helper::steps),
        false => quote!(#module),
    };
    let name = &network.phases[other][after].0;
    let (scope, written) = network.code_of(other, after);
    let written = fields(&written, &scope, code.shared);
    let own = fields(access, &scopes[plan], code.shared);
    let given = written.iter().zip(&own).map(|(field, own)| {
        let (name, given) = (&field.name, &own.given);
        match *name == given.to_string() {
            true => quote!(#name),
            false => quote!(#name: #given),
        }
    });
    match own.is_empty() {
        true => quote!(#path::#name),
        false => quote!(#path::#name { #(#given),* }),
    }
}

/// True if a value is laid out in blocks of examples.
fn in_blocks(source: Source, scope: &Scope<'_>) -> bool {
    let Source::Value(value) = source else {
        return false;
    };
    matches!(scope.plan.values[value].extent, Extent::Blocks(_))
}

/// Elements of one example.
fn width_of(source: Source, scope: &Scope<'_>) -> usize {
    match source {
        Source::Input(index) => scope.inputs[index].ty.shape.count(),
        Source::Value(value) => match scope.plan.slots[scope.plan.values[value].slot] {
            Extent::Examples(width) => width,
            Extent::Shared(len) | Extent::Blocks(len) => len,
        },
        Source::Parameter(_)
        | Source::Direction(_)
        | Source::Buffer(_)
        | Source::Site(_)
        | Source::Gradient(_) => {
            unreachable!("parameters and buffers are shared")
        }
    }
}

/// The rows by which each written place is cut: slots first, then gradients.
fn row_widths(phase: &Phase, access: &Access) -> Vec<usize> {
    // The first step that writes each place, and the width of its rows.
    let mut widths: BTreeMap<Source, (usize, usize)> = BTreeMap::new();
    if phase.partition == Partition::Rows {
        for (place, step) in phase.steps.iter().enumerate() {
            for operand in step.kind.writes() {
                let width = || (place, step.kind.row_width());
                widths.entry(operand.source).or_insert_with(width);
            }
        }
    }
    let width = |sources: &mut dyn Iterator<Item = Source>| {
        let first = sources.filter_map(|source| widths.get(&source)).min();
        first.map_or(1, |(_, width)| *width)
    };
    let slots = access
        .slots
        .iter()
        .map(|written| width(&mut written.values.iter().copied().map(Source::Value)));
    let gradients = access
        .gradients
        .iter()
        .map(|&parameter| width(&mut std::iter::once(Source::Gradient(parameter))));
    slots.chain(gradients).collect()
}
