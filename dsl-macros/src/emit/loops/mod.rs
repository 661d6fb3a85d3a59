//! Element-wise loops and folds: one nest over literal sizes, operands as slices of the innermost row.

mod nest;
mod scalar;
mod shared;

use proc_macro2::TokenStream;
use quote::quote;

use super::identifiers::identifier;
use super::literal;
use super::scope::Scope;
use crate::graph::{BLOCK, Kind};
use crate::ops::Fold;
use crate::schedule::plan::{FoldLoop, Loop, Operand, Scalar, Size, Turn};
use crate::schedule::view::View;
use nest::{Access, Nest};

/// Sums this long are kept in lanes, which a processor adds in parallel.
const LANES: usize = 16;

pub fn emit_loop(nest: &Loop, scope: &Scope<'_>) -> TokenStream {
    let mut views: Vec<Window> = nest.operands.iter().map(geometry).collect();
    let mut kinds: Vec<Access> = nest
        .operands
        .iter()
        .map(|operand| Access::Read(operand.source))
        .collect();
    let mut coordinates = Vec::new();
    for statement in &nest.statements {
        collect_coordinates(&statement.value, &mut coordinates);
    }
    for coordinate in &coordinates {
        views.push((coordinate.clone(), None, Vec::new()));
        kinds.push(Access::Coordinate(coordinate.clone()));
    }
    let first_store = views.len();
    for store in nest
        .statements
        .iter()
        .filter_map(|statement| statement.store.as_ref())
    {
        views.push(geometry(store));
        kinds.push(Access::Write(store.source));
    }
    let nest_of = Nest::new(scope, nest.kind, &nest.shape.0, &[], views, kinds);
    if let Some(code) = nest_of.shared(nest, first_store) {
        return code;
    }
    let (setup, forms) = nest_of.inner();
    let body = nest_of.statements(&nest.statements, &forms, first_store);
    nest_of.wrap(setup, body)
}

pub fn emit_fold(fold: &FoldLoop, scope: &Scope<'_>) -> TokenStream {
    let mut views: Vec<Window> = fold.operands.iter().map(geometry).collect();
    let mut kinds: Vec<Access> = fold
        .operands
        .iter()
        .map(|operand| Access::Read(operand.source))
        .collect();
    let mut coordinates = Vec::new();
    collect_coordinates(&fold.value, &mut coordinates);
    for coordinate in &coordinates {
        views.push((coordinate.clone(), None, Vec::new()));
        kinds.push(Access::Coordinate(coordinate.clone()));
    }
    // The result seen from the whole space: it does not move along the folded axes.
    let kept: Vec<usize> = (0..fold.shape.rank())
        .filter(|axis| !fold.axes.contains(axis))
        .collect();
    views.push((
        fold.result.view.broadcast(&fold.shape, &kept),
        fold.result.per_example,
        fold.result.turns.clone(),
    ));
    kinds.push(Access::Write(fold.result.source));
    let result = views.len() - 1;
    let mut nest = Nest::new(scope, fold.kind, &fold.shape.0, &fold.axes, views, kinds);
    let (start, accumulator) = match fold.by {
        Fold::Sum => (quote!(T::ZERO), identifier("sum")),
        Fold::Max => (quote!(T::NEG_INFINITY), identifier("largest")),
    };
    let combine = |into: TokenStream, value: TokenStream| match fold.by {
        Fold::Sum => quote!(#into += #value;),
        Fold::Max => quote!(#into = T::max(#into, #value);),
    };
    let inner_folded = nest.axes.last().is_none_or(|axis| axis.folded);
    if !inner_folded {
        // Rows of results, each element folded by the loops around it.
        let last = nest.axes.pop().expect("it is kept");
        let outer = nest.axes.len();
        nest.axes.sort_by_key(|axis| axis.folded);
        nest.axes.push(last);
        let kept = nest.axes[..outer].iter().filter(|axis| !axis.folded).count();
        let row = nest.row_of(result, kept);
        if fold.kind == Kind::PerBlock
            && fold.by == Fold::Sum
            && nest.axes[outer].size == Size::literal(BLOCK)
        {
            // One register of sums, one for each example of the block.
            nest.accessors.truncate(result);
            let (setup, forms) = nest.inner();
            let value = nest.scalar(&fold.value, &forms, &[]);
            let lane = &nest.variables[outer];
            let inner = nest.innermost(setup, quote!(lanes[#lane] += #value;));
            let inner = nest.loops(kept..outer, inner);
            let lanes = literal(BLOCK);
            return nest.loops(
                0..kept,
                quote! { let mut lanes = [T::ZERO; #lanes]; #inner #row.copy_from_slice(&lanes); },
            );
        }
        let (setup, forms) = nest.inner();
        let value = nest.scalar(&fold.value, &forms, &[]);
        let place = nest.place(&forms[result]);
        let body = combine(place, value);
        let inner = nest.loops(kept..outer, nest.innermost(setup, body));
        return nest.loops(0..kept, quote!(#row.fill(#start); #inner));
    }
    nest.axes.sort_by_key(|axis| axis.folded);
    let kept = nest.axes.iter().filter(|axis| !axis.folded).count();
    let place = nest.element(result, kept);
    if nest.axes.len() == kept {
        // Every folded axis has size 1.
        let (setup, forms) = nest.inner();
        let value = nest.scalar(&fold.value, &forms, &[]);
        let place = nest.place(&forms[result]);
        return nest.wrap(setup, quote!(#place = #value;));
    }
    let (setup, forms) = nest.inner();
    let value = nest.scalar(&fold.value, &forms, &[]);
    let outer = nest.axes.len() - 1;
    let inner_size = nest.axes[outer].size;
    if fold.by == Fold::Sum && inner_size.is_literal() && inner_size.times >= 2 * LANES {
        let variable = &nest.variables[outer];
        let lanes = literal(LANES);
        let (whole, all) = (
            literal(inner_size.times / LANES * LANES),
            literal(inner_size.times),
        );
        let tail = (!inner_size.times.is_multiple_of(LANES)).then(|| {
            quote! { for #variable in #whole..#all { lanes[#variable % #lanes] += #value; } }
        });
        let inner = quote! {
            #setup
            for start in (0..#whole).step_by(#lanes) {
                for lane in 0..#lanes {
                    let #variable = start + lane;
                    lanes[lane] += #value;
                }
            }
            #tail
        };
        let inner = nest.loops(kept..outer, inner);
        let lanes = literal(LANES);
        return nest.loops(
            0..kept,
            quote! { let mut lanes = [T::ZERO; #lanes]; #inner #place = sum(&lanes); },
        );
    }
    let body = match nest.where_counted(fold, &forms) {
        // Adding 0 where a mask is off is doing nothing there.
        Some((condition, value)) => quote!(if #condition { #accumulator += #value; }),
        None => combine(quote!(#accumulator), value),
    };
    let inner = nest.loops(kept..outer, nest.innermost(setup, body));
    nest.loops(
        0..kept,
        quote! { let mut #accumulator = #start; #inner #place = #accumulator; },
    )
}

/// What of a memory an accessor moves over: the view, from example to example, from turn to turn.
type Window = (View, Option<usize>, Vec<Turn>);

fn geometry(operand: &Operand) -> Window {
    (operand.view.clone(), operand.per_example, operand.turns.clone())
}

fn collect_coordinates(value: &Scalar, coordinates: &mut Vec<View>) {
    match value {
        Scalar::OneHot { class: view, .. } | Scalar::Place(view) if !coordinates.contains(view) => {
            coordinates.push(view.clone());
        }
        Scalar::Apply { args, .. } => args.iter().for_each(|arg| collect_coordinates(arg, coordinates)),
        _ => {}
    }
}
