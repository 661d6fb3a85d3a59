//! A loop nest: its axes, what is indexed in it, and the slices its innermost loop runs over.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::calls;
use super::super::identifiers::identifier;
use super::super::literal;
use super::super::scope::Scope;
use crate::lowered::Layout;
use crate::names::Names;
use crate::plan::{LoopStride, Size, Source};
use crate::view::View;

/// One axis of a nest: its size and the stride of every accessor along it.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) size: Size,
    pub(super) strides: Vec<usize>,
    /// True if a fold runs along it.
    pub(super) folded: bool,
}

/// Something indexed by the position of the nest.
pub(super) struct Accessor {
    pub(super) offset: usize,
    /// The strides by which the iterations of loops over time move it, if it is a part of a stacked value.
    pub(super) turns: Vec<LoopStride>,
    pub(super) kind: Access,
}

pub(super) enum Access {
    Read(Source),
    Write(Source),
    /// A coordinate, as the class of a one-hot row: no memory, only a number.
    Coordinate(View),
}

/// A nest ready to be written.
pub(super) struct Nest<'s, 'a> {
    pub(super) scope: &'s Scope<'a>,
    pub(super) axes: Vec<Axis>,
    pub(super) accessors: Vec<Accessor>,
    pub(super) variables: Vec<Ident>,
    pub(super) names: Names,
}

/// The code of an accessor in the innermost loop.
pub(super) enum Form {
    /// `name[j]`
    Row(Ident),
    /// A value that does not change along the innermost axis.
    Fixed(TokenStream),
    /// `source[offset + j * stride]`, or the number itself for a coordinate.
    Any(TokenStream),
}

impl<'s, 'a> Nest<'s, 'a> {
    pub(super) fn new(
        scope: &'s Scope<'a>,
        layout: Layout,
        shape: &[usize],
        folded: &[usize],
        windows: Vec<(View, Option<usize>, Vec<LoopStride>)>,
        kinds: Vec<Access>,
    ) -> Nest<'s, 'a> {
        let mut axes: Vec<Axis> = Vec::new();
        if layout != Layout::Shared {
            let strides = windows
                .iter()
                .map(|(_, per_example, _)| per_example.unwrap_or(0))
                .collect();
            axes.push(Axis {
                size: Size::of_layout(layout),
                strides,
                folded: false,
            });
        }
        for (place, &size) in shape.iter().enumerate() {
            if size == 1 {
                continue;
            }
            let strides: Vec<usize> = windows.iter().map(|(view, ..)| view.strides[place]).collect();
            let folded = folded.contains(&place);
            let follows = |last: &Axis| {
                last.folded == folded
                    && last
                        .strides
                        .iter()
                        .zip(&strides)
                        .all(|(outer, inner)| *outer == size * inner)
            };
            match axes.last_mut() {
                Some(last) if follows(last) => {
                    last.size.times *= size;
                    last.strides = strides;
                }
                _ => axes.push(Axis {
                    size: Size::literal(size),
                    strides,
                    folded,
                }),
            }
        }
        let mut names = scope.names.clone();
        let words = ["i", "j", "k", "l", "m", "n"];
        let mut next = words.iter();
        let variables = axes
            .iter()
            .map(|axis| {
                let word = if axis.size.times == 1 && !axis.size.is_literal() {
                    "b"
                } else {
                    next.next().unwrap_or(&"i")
                };
                identifier(&names.fresh(word))
            })
            .collect();
        let accessors = windows
            .into_iter()
            .zip(kinds)
            .map(|((view, _, turns), kind)| Accessor {
                offset: view.offset,
                turns,
                kind,
            })
            .collect();
        Nest {
            scope,
            axes,
            accessors,
            variables,
            names,
        }
    }

    pub(super) fn count(&self, axis: usize) -> TokenStream {
        calls::size(self.axes[axis].size)
    }

    /// `b * 128 + i * 4 + 3`, over the given axes; `None` for 0.
    pub(super) fn offset(&self, accessor: usize, axes: std::ops::Range<usize>) -> Option<TokenStream> {
        let mut terms: Vec<TokenStream> = Vec::new();
        for axis in axes {
            let variable = &self.variables[axis];
            match self.axes[axis].strides[accessor] {
                0 => {}
                1 => terms.push(quote!(#variable)),
                stride => {
                    let stride = literal(stride);
                    terms.push(quote!(#variable * #stride));
                }
            }
        }
        terms.extend(self.scope.turned(&self.accessors[accessor].turns));
        if self.accessors[accessor].offset != 0 {
            let offset = literal(self.accessors[accessor].offset);
            terms.push(quote!(#offset));
        }
        (!terms.is_empty()).then(|| quote!(#(#terms)+*))
    }

    pub(super) fn source(&self, accessor: usize) -> (Source, bool) {
        match self.accessors[accessor].kind {
            Access::Read(source) => (source, false),
            Access::Write(source) => (source, true),
            Access::Coordinate(_) => unreachable!("a coordinate is no memory"),
        }
    }

    /// The store of this nest that overwrites the memory of a read; the read therefore goes through it. It
    /// stores another value of the same slot, or the same value for the next iteration of a loop over time.
    pub(super) fn overwritten_by(&self, accessor: usize) -> Option<usize> {
        let slot_of = |source: Source| match source {
            Source::Value(value) => Some(self.scope.plan.values[value].slot),
            _ => None,
        };
        let Access::Read(source) = self.accessors[accessor].kind else {
            return None;
        };
        let slot = slot_of(source)?;
        let same_place = |other: usize| {
            let mut axes = self.axes.iter();
            self.accessors[accessor].offset == self.accessors[other].offset
                && axes.all(|axis| axis.strides[accessor] == axis.strides[other])
        };
        (0..self.accessors.len()).find(|&other| match self.accessors[other].kind {
            Access::Write(written) => slot_of(written) == Some(slot) && same_place(other),
            _ => false,
        })
    }

    /// Slices and fixed values for the innermost loop, and how each accessor is written in it.
    pub(super) fn inner(&self) -> (TokenStream, Vec<Form>) {
        let depth = self.axes.len().saturating_sub(1);
        let mut setup: Vec<TokenStream> = Vec::new();
        let mut names = self.names.clone();
        let mut forms: Vec<Form> = Vec::new();
        // Stores first: reads in place go through them.
        let mut order: Vec<usize> = (0..self.accessors.len()).collect();
        order.sort_by_key(|&accessor| !matches!(self.accessors[accessor].kind, Access::Write(_)));
        let mut made: Vec<Option<Form>> = (0..self.accessors.len()).map(|_| None).collect();
        let windows = Windows::of(self);
        for accessor in order {
            let stride = self.axes.last().map_or(0, |axis| axis.strides[accessor]);
            let variable = self.variables.last();
            if let Access::Coordinate(_) = self.accessors[accessor].kind {
                let at = self
                    .offset(accessor, 0..self.axes.len())
                    .unwrap_or_else(|| quote!(0));
                made[accessor] = Some(Form::Any(at));
                continue;
            }
            let (source, write) = self.source(accessor);
            if windows.overwritten[accessor].is_some() || made[accessor].is_some() {
                continue;
            }
            let beside = windows.stores.get(&source).map_or(&[][..], Vec::as_slice);
            if write && stride == 1 && beside.len() > 1 {
                let (split, rows) = self.rows_side_by_side(beside, &windows, &mut names);
                setup.push(split);
                for (place, name) in rows {
                    made[place] = Some(Form::Row(name));
                }
                continue;
            }
            let memory = self.scope.memory(source);
            let base = self.offset(accessor, 0..depth);
            made[accessor] = Some(if self.scope.is_number(source) {
                Form::Fixed(memory)
            } else if self.axes.is_empty() {
                let at = base.unwrap_or_else(|| quote!(0));
                Form::Any(quote!(#memory[#at]))
            } else if stride == 0 && !write {
                let at = base.unwrap_or_else(|| quote!(0));
                let name = windows.name(self, source, &mut names);
                setup.push(quote!(let #name = #memory[#at];));
                Form::Fixed(quote!(#name))
            } else if stride == 1 {
                let count = self.count(depth);
                let name = windows.name(self, source, &mut names);
                let borrow = if write { quote!(&mut) } else { quote!(&) };
                let row = match base {
                    Some(base) => quote!(#borrow #memory[#base..][..#count]),
                    None => quote!(#borrow #memory[..#count]),
                };
                setup.push(quote!(let #name = #row;));
                Form::Row(name)
            } else {
                let stride = literal(stride);
                let at = match base {
                    Some(base) => quote!(#base + #variable * #stride),
                    None => quote!(#variable * #stride),
                };
                Form::Any(quote!(#memory[#at]))
            });
        }
        for accessor in 0..made.len() {
            let form = match made[accessor].take() {
                Some(form) => form,
                None => {
                    let store = windows.overwritten[accessor].expect("every other accessor has a form");
                    match &forms.get(store).or(made.get(store).and_then(Option::as_ref)) {
                        Some(Form::Row(name)) => Form::Row(name.clone()),
                        Some(Form::Any(place)) => Form::Any(place.clone()),
                        _ => unreachable!("a store is a row or a place"),
                    }
                }
            };
            forms.push(form);
        }
        (quote!(#(#setup)*), forms)
    }

    /// Several rows of one memory, to be written in one loop: it is split between them.
    fn rows_side_by_side(
        &self,
        stores: &[usize],
        windows: &Windows,
        names: &mut Names,
    ) -> (TokenStream, Vec<(usize, Ident)>) {
        let depth = self.axes.len() - 1;
        let length = self.axes[depth].size.times;
        let count = self.count(depth);
        let offset = |place: usize| self.accessors[stores[place]].offset;
        let (source, _) = self.source(stores[0]);
        let memory = self.scope.memory(source);
        let mut tokens = TokenStream::new();
        let mut rows = Vec::new();
        for (place, &store) in stores.iter().enumerate() {
            let name = windows.name(self, source, names);
            // The rest of the memory, from the first element of this row on.
            let from = match place {
                0 => match self.offset(store, 0..depth) {
                    Some(base) => quote!(#memory[#base..]),
                    None => quote!(#memory),
                },
                _ => match offset(place) - offset(place - 1) - length {
                    0 => quote!(more),
                    gap => {
                        let gap = literal(gap);
                        quote!(more[#gap..])
                    }
                },
            };
            tokens.extend(match place + 1 == stores.len() {
                false => quote!(let (#name, more) = #from.split_at_mut(#count);),
                true => quote!(let #name = &mut #from[..#count];),
            });
            rows.push((store, name));
        }
        (tokens, rows)
    }

    pub(super) fn innermost(&self, setup: TokenStream, body: TokenStream) -> TokenStream {
        match self.axes.len().checked_sub(1) {
            Some(last) => {
                let (variable, count) = (&self.variables[last], self.count(last));
                quote!(#setup for #variable in 0..#count { #body })
            }
            None => quote!(#setup #body),
        }
    }

    pub(super) fn loops(&self, axes: std::ops::Range<usize>, body: TokenStream) -> TokenStream {
        axes.rev().fold(body, |body, axis| {
            let (variable, count) = (&self.variables[axis], self.count(axis));
            quote!(for #variable in 0..#count { #body })
        })
    }

    pub(super) fn wrap(&self, setup: TokenStream, body: TokenStream) -> TokenStream {
        self.loops(0..self.axes.len().saturating_sub(1), self.innermost(setup, body))
    }

    /// The row of a store below the first `depth` loops.
    pub(super) fn row_of(&self, accessor: usize, depth: usize) -> TokenStream {
        let (source, _) = self.source(accessor);
        let ident = self.scope.ident_of(source);
        let count = self.count(self.axes.len() - 1);
        match self.offset(accessor, 0..depth) {
            Some(base) => quote!(#ident[#base..][..#count]),
            None => quote!(#ident[..#count]),
        }
    }

    /// The place of a store below the first `depth` loops.
    pub(super) fn element(&self, accessor: usize, depth: usize) -> TokenStream {
        let (source, _) = self.source(accessor);
        let ident = self.scope.ident_of(source);
        let at = self.offset(accessor, 0..depth).unwrap_or_else(|| quote!(0));
        quote!(#ident[#at])
    }
}

/// The relations between the accessors of a nest.
struct Windows {
    /// The result of `overwritten_by` for each accessor.
    overwritten: Vec<Option<usize>>,
    /// The stores to each source, in the order in which they lie.
    stores: BTreeMap<Source, Vec<usize>>,
    /// The number of windows on each source; a read that goes through a store has none of its own.
    counts: BTreeMap<Source, usize>,
}

impl Windows {
    fn of(nest: &Nest<'_, '_>) -> Windows {
        let overwritten = (0..nest.accessors.len()).map(|accessor| nest.overwritten_by(accessor));
        let overwritten: Vec<Option<usize>> = overwritten.collect();
        let mut stores: BTreeMap<Source, Vec<usize>> = BTreeMap::new();
        let mut counts: BTreeMap<Source, usize> = BTreeMap::new();
        for (place, accessor) in nest.accessors.iter().enumerate() {
            match accessor.kind {
                Access::Read(source) if overwritten[place].is_none() => {
                    *counts.entry(source).or_default() += 1
                }
                Access::Write(source) => {
                    *counts.entry(source).or_default() += 1;
                    stores.entry(source).or_default().push(place);
                }
                _ => {}
            }
        }
        for stores in stores.values_mut() {
            stores.sort_by_key(|&accessor| nest.accessors[accessor].offset);
        }
        Windows {
            overwritten,
            stores,
            counts,
        }
    }

    /// The source's own name, shadowed in the loop; names of their own if there are several windows on it.
    fn name(&self, nest: &Nest<'_, '_>, source: Source, names: &mut Names) -> Ident {
        let own = nest.scope.ident_of(source);
        match self.counts.get(&source) {
            Some(2..) => identifier(&names.fresh(&own.to_string())),
            _ => own,
        }
    }
}
