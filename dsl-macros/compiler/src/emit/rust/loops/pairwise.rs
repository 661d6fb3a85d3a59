//! Sums of many terms: blocks of a few, added up in a binary tree ([`Pairwise`] of the runtime), so that nothing is lost to
//! their number. How they are cut follows from the shape alone.

use std::ops::Range;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::identifiers::identifier;
use super::super::literal;
use super::fold::{LANES, lane_steps, lane_tail, nest_of};
use super::nest::{Axis, Nest};
use crate::plan::{FoldLoop, Size};

/// Terms of a block, as in the runtime's kernels.
const TERMS: usize = 8;

/// Terms up to which a sum is one chain of additions, as in the runtime's kernels.
const CHAIN: usize = 128;

/// The most columns of results whose sums are formed side by side: what waits in the tree is to stay in a near cache.
const COLUMNS: usize = 192;

/// True if the loops over `axes`, with `terms` terms in each iteration, would make too long a chain of
/// additions.
pub(super) fn is_long(nest: &Nest<'_, '_>, axes: Range<usize>, terms: usize) -> bool {
    let turns = nest.axes[axes].iter().map(|axis| axis.size.times);
    turns.fold(terms, usize::saturating_mul) > CHAIN
}

/// Loops that add terms to `lanes`, from the inside out, on the way to being cut into blocks.
struct Blocks {
    code: TokenStream,
    /// Terms of each lane in one run of the code, or blocks if it has been cut.
    terms: usize,
    is_cut: bool,
    /// The names of the sums and of the first iteration of a block, and the number of sums side by side.
    sums: Ident,
    first: Ident,
    lanes: usize,
}

impl Blocks {
    fn new(nest: &mut Nest<'_, '_>, code: TokenStream, terms: usize, lanes: usize) -> Blocks {
        Blocks {
            code,
            terms,
            is_cut: false,
            sums: identifier(&nest.names.fresh("sums")),
            first: identifier(&nest.names.fresh("block")),
            lanes,
        }
    }

    /// The code as one block.
    fn block(&self, code: &TokenStream) -> TokenStream {
        let (sums, lanes) = (&self.sums, literal(self.lanes));
        quote! { let mut lanes = [T::ZERO; #lanes]; #code #sums.add(&mut lanes); }
    }

    /// Puts a loop over an axis around it, and cuts that where a block would be too long.
    fn around(&mut self, nest: &Nest<'_, '_>, axis: usize) {
        let (variable, times, code) = (&nest.variables[axis], nest.axes[axis].size.times, &self.code);
        let count = literal(times);
        if self.is_cut || self.terms * times <= TERMS {
            self.code = quote!(for #variable in 0..#count { #code });
            self.terms *= times;
            return;
        }
        let turns = (TERMS / self.terms).max(1);
        self.code = if turns == 1 {
            let block = self.block(code);
            quote!(for #variable in 0..#count { #block })
        } else {
            let (step, first) = (literal(turns), &self.first);
            let end = match times.is_multiple_of(turns) {
                true => quote!(#first + #step),
                false => quote!((#first + #step).min(#count)),
            };
            let block = self.block(&quote!(for #variable in #first..#end { #code }));
            quote!(for #first in (0..#count).step_by(#step) { #block })
        };
        (self.terms, self.is_cut) = (times.div_ceil(turns), true);
    }

    /// The whole: in the loops over the kept axes, the sums of all blocks and then what becomes of them.
    fn finish(mut self, nest: &Nest<'_, '_>, kept: usize, outer: usize, store: TokenStream) -> TokenStream {
        for axis in (kept..outer).rev() {
            self.around(nest, axis);
        }
        let Blocks {
            code,
            terms,
            sums,
            lanes,
            ..
        } = self;
        let levels = literal((usize::BITS - terms.leading_zeros()) as usize);
        let lanes = literal(lanes);
        nest.loops(
            0..kept,
            quote! { let mut #sums = Pairwise::<T, #lanes, #levels>::new(); #code #store },
        )
    }
}

/// [`in_lanes`](super::fold) of many terms.
pub(super) fn in_lanes(
    mut nest: Nest<'_, '_>,
    kept: usize,
    setup: TokenStream,
    value: &TokenStream,
    place: &TokenStream,
) -> TokenStream {
    let outer = nest.axes.len() - 1;
    let size = nest.axes[outer].size.times;
    let (whole, tail) = (size / LANES * LANES, lane_tail(&nest, value));
    let steps = lane_steps(&nest, 0..whole, value);
    let code = quote!(#setup #steps #tail);
    let mut blocks = Blocks::new(&mut nest, code, size.div_ceil(LANES), LANES);
    if blocks.terms > TERMS {
        // Blocks that are whole have a number of turns that is known, so that nobody asks whether a place is there.
        let step = TERMS * LANES;
        let (in_blocks, lanes) = (size / step * step, literal(LANES));
        let (end, step) = (literal(in_blocks), literal(step));
        let (variable, first) = (nest.variables.last(), &blocks.first);
        let block = blocks.block(&quote! {
            for start in (#first..#first + #step).step_by(#lanes) {
                for lane in 0..#lanes {
                    let #variable = start + lane;
                    lanes[lane] += #value;
                }
            }
        });
        let rest = (in_blocks < size).then(|| {
            let steps = (in_blocks < whole).then(|| lane_steps(&nest, in_blocks..whole, value));
            blocks.block(&quote!(#steps #tail))
        });
        blocks.code = quote!(#setup for #first in (0..#end).step_by(#step) { #block } #rest);
        (blocks.terms, blocks.is_cut) = (size.div_ceil(TERMS * LANES), true);
    }
    let (sums, lanes) = (blocks.sums.clone(), literal(LANES));
    let store = quote! { let mut lanes = [T::ZERO; #lanes]; #sums.total(&mut lanes); #place = sum(&lanes); };
    blocks.finish(&nest, kept, outer, store)
}

/// [`one_by_one`](super::fold) of many terms: `body` adds one to `lanes[0]`.
pub(super) fn one_by_one(
    mut nest: Nest<'_, '_>,
    kept: usize,
    setup: TokenStream,
    body: TokenStream,
    place: &TokenStream,
) -> TokenStream {
    let outer = nest.axes.len() - 1;
    let mut blocks = Blocks::new(&mut nest, body, 1, 1);
    blocks.around(&nest, outer);
    let code = &blocks.code;
    blocks.code = quote!(#setup #code);
    let sums = blocks.sums.clone();
    let store = quote! { let mut sum = [T::ZERO]; #sums.total(&mut sum); #place = sum[0]; };
    blocks.finish(&nest, kept, outer, store)
}

/// [`rows_of_results`](super::fold) of many terms each: strips of a row that are summed side by side.
pub(super) fn rows(fold: &FoldLoop, nest: Nest<'_, '_>, result: usize, kept: usize) -> TokenStream {
    let outer = nest.axes.len() - 1;
    let count = nest.axes[outer].size.times;
    if count <= COLUMNS {
        return strip(fold, nest, result, kept);
    }
    let width = (COLUMNS / 4..=COLUMNS)
        .rev()
        .find(|width| count.is_multiple_of(*width))
        .unwrap_or(COLUMNS);
    let covered = count / width * width;
    let rest = (covered < count).then(|| {
        let (mut rest, _) = nest_of(fold, nest.scope);
        rest.axes = nest.axes.clone();
        let last = &mut rest.axes[outer];
        last.size = Size::literal(count - covered);
        for (accessor, stride) in rest.accessors.iter_mut().zip(&last.strides) {
            accessor.offset += stride * covered;
        }
        strip(fold, rest, result, kept)
    });
    let mut strips = nest;
    let last = &mut strips.axes[outer];
    last.size = Size::literal(width);
    let axis = Axis {
        size: Size::literal(count / width),
        strides: last.strides.iter().map(|stride| stride * width).collect(),
        folded: false,
    };
    strips.axes.insert(kept, axis);
    let variable = identifier(&strips.names.fresh("strip"));
    strips.variables.insert(kept, variable);
    let strips = strip(fold, strips, result, kept + 1);
    quote!(#strips #rest)
}

/// The innermost axis, every element of it summed over the axes from `kept` on.
fn strip(fold: &FoldLoop, mut nest: Nest<'_, '_>, result: usize, kept: usize) -> TokenStream {
    let outer = nest.axes.len() - 1;
    let row = nest.row_of(result, kept);
    nest.accessors.truncate(result);
    let (setup, forms) = nest.inner();
    let value = nest.scalar(&fold.value, &forms, &[]);
    let lane = &nest.variables[outer];
    let inner = nest.innermost(setup, quote!(lanes[#lane] += #value;));
    let width = nest.axes[outer].size.times;
    let blocks = Blocks::new(&mut nest, inner, 1, width);
    let store = {
        let sums = &blocks.sums;
        quote!(#sums.total(&mut #row);)
    };
    blocks.finish(&nest, kept, outer, store)
}
