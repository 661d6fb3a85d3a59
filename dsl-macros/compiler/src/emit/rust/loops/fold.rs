//! Sums and largest elements along some axes of a nest.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::identifiers::identifier;
use super::super::literal;
use super::super::scope::Scope;
use super::nest::{Access, Form, Nest};
use super::{Window, collect_coordinates, geometry, pairwise};
use crate::lowered::{BLOCK, Layout};
use crate::ops::Fold;
use crate::plan::{FoldLoop, Size};

/// Sums this long are kept in lanes, which a processor adds in parallel.
pub(super) const LANES: usize = 16;

pub fn emit_fold(fold: &FoldLoop, scope: &Scope<'_>) -> TokenStream {
    let (mut nest, result) = nest_of(fold, scope);
    if !nest.axes.last().is_none_or(|axis| axis.folded) {
        return rows_of_results(fold, nest, result);
    }
    nest.axes.sort_by_key(|axis| axis.folded);
    let kept = nest.axes.iter().filter(|axis| !axis.folded).count();
    if nest.axes.len() == kept {
        // Every folded axis has size 1.
        let (setup, forms) = nest.inner();
        let value = nest.scalar(&fold.value, &forms, &[]);
        let place = nest.place(&forms[result]);
        return nest.wrap(setup, quote!(#place = #value;));
    }
    let inner_size = nest.axes[nest.axes.len() - 1].size;
    if fold.by == Fold::Sum && inner_size.is_literal() && inner_size.times >= 2 * LANES {
        return in_lanes(fold, nest, result, kept);
    }
    one_by_one(fold, nest, result, kept)
}

/// The nest of a fold, and which of its accessors the result is.
pub(super) fn nest_of<'s, 'a>(fold: &FoldLoop, scope: &'s Scope<'a>) -> (Nest<'s, 'a>, usize) {
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
        fold.result.loop_strides.clone(),
    ));
    kinds.push(Access::Write(fold.result.source));
    let result = views.len() - 1;
    let nest = Nest::new(scope, fold.layout, &fold.shape.0, &fold.axes, views, kinds);
    (nest, result)
}

/// The initial value of a fold.
fn start(by: Fold) -> TokenStream {
    match by {
        Fold::Sum => quote!(T::ZERO),
        Fold::Max => quote!(T::NEG_INFINITY),
    }
}

fn combine(by: Fold, into: &TokenStream, value: &TokenStream) -> TokenStream {
    match by {
        Fold::Sum => quote!(#into += #value;),
        Fold::Max => quote!(#into = T::max(#into, #value);),
    }
}

/// Rows of results, each element folded by the loops around it.
fn rows_of_results(fold: &FoldLoop, mut nest: Nest<'_, '_>, result: usize) -> TokenStream {
    let last = nest.axes.pop().expect("it is kept");
    let outer = nest.axes.len();
    nest.axes.sort_by_key(|axis| axis.folded);
    nest.axes.push(last);
    let kept = nest.axes[..outer].iter().filter(|axis| !axis.folded).count();
    if fold.by == Fold::Sum && nest.axes[outer].size.is_literal() && pairwise::is_long(&nest, kept..outer, 1)
    {
        return pairwise::rows(fold, nest, result, kept);
    }
    let row = nest.row_of(result, kept);
    if fold.layout == Layout::Blocks && fold.by == Fold::Sum && nest.axes[outer].size == Size::literal(BLOCK)
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
    let body = combine(fold.by, &nest.place(&forms[result]), &value);
    let inner = nest.loops(kept..outer, nest.innermost(setup, body));
    let start = start(fold.by);
    nest.loops(0..kept, quote!(#row.fill(#start); #inner))
}

/// A sum whose innermost loop is long: a few lanes of it side by side.
fn in_lanes(fold: &FoldLoop, nest: Nest<'_, '_>, result: usize, kept: usize) -> TokenStream {
    let place = nest.element(result, kept);
    let (setup, forms) = nest.inner();
    let value = nest.scalar(&fold.value, &forms, &[]);
    let outer = nest.axes.len() - 1;
    let size = nest.axes[outer].size.times;
    if pairwise::is_long(&nest, kept..outer, size.div_ceil(LANES)) {
        return pairwise::in_lanes(nest, kept, setup, &value, &place);
    }
    let lanes = literal(LANES);
    let steps = lane_steps(&nest, 0..size / LANES * LANES, &value);
    let tail = lane_tail(&nest, &value);
    let inner = nest.loops(kept..outer, quote!(#setup #steps #tail));
    nest.loops(
        0..kept,
        quote! { let mut lanes = [T::ZERO; #lanes]; #inner #place = sum(&lanes); },
    )
}

/// Adds some elements of the innermost loop, whole vectors of them, to the lanes.
pub(super) fn lane_steps(
    nest: &Nest<'_, '_>,
    elements: std::ops::Range<usize>,
    value: &TokenStream,
) -> TokenStream {
    let variable = nest.variables.last();
    let (first, end, lanes) = (literal(elements.start), literal(elements.end), literal(LANES));
    quote! {
        for start in (#first..#end).step_by(#lanes) {
            for lane in 0..#lanes {
                let #variable = start + lane;
                lanes[lane] += #value;
            }
        }
    }
}

/// Adds what is left of the innermost loop after whole vectors.
pub(super) fn lane_tail(nest: &Nest<'_, '_>, value: &TokenStream) -> Option<TokenStream> {
    let variable = nest.variables.last();
    let size = nest.axes[nest.axes.len() - 1].size.times;
    let (whole, all, lanes) = (literal(size / LANES * LANES), literal(size), literal(LANES));
    let is_left = !size.is_multiple_of(LANES);
    is_left.then(|| quote! { for #variable in #whole..#all { lanes[#variable % #lanes] += #value; } })
}

/// A fold whose innermost loop is short, or finds the largest element.
fn one_by_one(fold: &FoldLoop, nest: Nest<'_, '_>, result: usize, kept: usize) -> TokenStream {
    let place = nest.element(result, kept);
    let (setup, forms) = nest.inner();
    let outer = nest.axes.len() - 1;
    if fold.by == Fold::Sum && pairwise::is_long(&nest, kept..outer + 1, 1) {
        let body = added(fold, &nest, &forms, &quote!(lanes[0]));
        return pairwise::one_by_one(nest, kept, setup, body, &place);
    }
    let accumulator = match fold.by {
        Fold::Sum => identifier("sum"),
        Fold::Max => identifier("largest"),
    };
    let body = added(fold, &nest, &forms, &quote!(#accumulator));
    let inner = nest.loops(kept..outer, nest.innermost(setup, body));
    let start = start(fold.by);
    nest.loops(
        0..kept,
        quote! { let mut #accumulator = #start; #inner #place = #accumulator; },
    )
}

/// One element, taken into the accumulator.
fn added(fold: &FoldLoop, nest: &Nest<'_, '_>, forms: &[Form], into: &TokenStream) -> TokenStream {
    match nest.where_counted(fold, forms) {
        // Adding 0 where a mask is off is doing nothing there.
        Some((condition, value)) => quote!(if #condition { #into += #value; }),
        None => combine(fold.by, into, &nest.scalar(&fold.value, forms, &[])),
    }
}
