//! A phase of many steps or values: its steps in parts, each a function of its own, so that neither the compiler's time for
//! one function nor a stack frame grows with the depth of a network.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::access::Access;
use super::fields::{Declared, Field, cutting};
use super::identifiers::identifier;
use super::phase_names::range_text;
use super::scope::Scope;
use super::steps::{self, Block};
use super::trace::Passing;
use super::unpack::{MANY, bind};
use super::words::Words;
use super::{doc, literal};
use crate::collections::IntoCollection;
use crate::plan::routines::Item;
use crate::plan::{Partition, Phase, Source, Step};

/// Items of a part, and places that they touch.
const ITEMS: usize = 24;
const PLACES: usize = 96;

/// True if a phase with these accesses and items is compiled in parts.
pub fn is_long(access: &Access, items: &[Item]) -> bool {
    items.len() > MANY || access.slots.len() + access.gradients.len() > MANY
}

/// The struct of a phase and its parts; `whole` are all its steps, the first of which has that number.
pub fn emit(
    whole: &Block<'_, '_>,
    declared: &Declared,
    fields: &[Field],
    first_number: usize,
) -> TokenStream {
    let Declared { declaration, target } = declared;
    let cutting = cutting(&Phase {
        partition: whole.partition,
        steps: whole.steps.to_vec(),
    });
    let ranges = parts(whole.items, whole.steps);
    let places = Places::of(whole.access);
    let numbers = (1..=ranges.len()).map(literal);
    let calls = numbers.map(|number| quote!(share.part::<#number, _>(self);));
    let parts = ranges.iter().enumerate().map(|(number, range)| {
        let number = literal(number + 1);
        let (steps, items) = excerpt(whole, range.clone());
        let within = whole.passing.iter();
        let within = within.filter(|(_, passing)| steps.contains(&passing.before));
        let passing: Vec<(usize, Passing)> = within
            .map(|&(number, passing)| {
                let before = passing.before - steps.start;
                (number, Passing { before, ..passing })
            })
            .collect();
        let part = Block {
            steps: &whole.steps[steps.clone()],
            items: &items,
            passing: &passing,
            ..*whole
        };
        let code = steps::emit(&part, first_number + steps.start);
        let bound = bound(&part, fields, &places, &Words::of(&code));
        let about = doc(&format!(
            "{}.",
            range_text(first_number + steps.start, first_number + steps.end - 1)
        ));
        quote! {
            #about
            impl<T: Real> Part<#number, T> for #target {
                #[inline(always)]
                fn run<const FMA: bool>(&self, share: &mut LongShare<'_, T>) {
                    #bound
                    #code
                }
            }
        }
    });
    quote! {
        #declaration

        impl<T: Real> LongPhase<T> for #target {
            #cutting

            fn run(&self, share: &mut LongShare<'_, T>) {
                #(#calls)*
            }
        }

        #(#parts)*
    }
}

/// Ranges of items that make a part.
fn parts(items: &[Item], steps: &[Step]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut touched: BTreeSet<Source> = BTreeSet::new();
    for (place, item) in items.iter().enumerate() {
        let own: BTreeSet<Source> = sources(&steps[steps_of(item)]).into_set();
        match parts.last_mut() {
            Some(part) if part.len() < ITEMS && touched.union(&own).count() <= PLACES => {
                part.end = place + 1;
                touched.extend(own);
            }
            _ => {
                parts.push(place..place + 1);
                touched = own;
            }
        }
    }
    parts
}

fn steps_of(item: &Item) -> Range<usize> {
    match item {
        Item::Step(place) => *place..place + 1,
        Item::Call { steps, .. } => steps.clone(),
    }
}

/// The steps of some items, and these counted from the first of them.
fn excerpt(whole: &Block<'_, '_>, range: Range<usize>) -> (Range<usize>, Vec<Item>) {
    let items = &whole.items[range];
    let (first, last) = (steps_of(&items[0]).start, steps_of(&items[items.len() - 1]).end);
    let moved = items.iter().map(|item| match item {
        Item::Step(place) => Item::Step(place - first),
        Item::Call { routine, steps } => Item::Call {
            routine: *routine,
            steps: steps.start - first..steps.end - first,
        },
    });
    (first..last, moved.collect())
}

/// The sources that steps read or write, each as often as they do so.
fn sources(steps: &[Step]) -> impl Iterator<Item = Source> {
    let operands = steps
        .iter()
        .flat_map(|step| step.kind.reads().into_iter().chain(step.kind.writes()));
    operands.map(|operand| operand.source)
}

/// The position of each slice in the lists of a phase.
struct Places {
    reals: Vec<(Source, usize)>,
    indices: Vec<(Source, usize)>,
    slots: Vec<(usize, usize)>,
    gradients: Vec<(usize, usize)>,
}

impl Places {
    fn of(access: &Access) -> Places {
        fn sorted<K: Ord>(keys: impl Iterator<Item = K>) -> Vec<(K, usize)> {
            let mut places: Vec<(K, usize)> = keys.enumerate().map(|(place, key)| (key, place)).collect();
            places.sort_unstable();
            places
        }
        Places {
            reals: sorted(access.reals.iter().copied()),
            indices: sorted(access.indices.iter().copied()),
            slots: sorted(access.slots.iter().map(|written| written.slot)),
            gradients: sorted(access.gradients.iter().copied()),
        }
    }
}

fn find<K: Ord>(places: &[(K, usize)], key: &K) -> Option<usize> {
    let found = places.binary_search_by(|(other, _)| other.cmp(key));
    found.ok().map(|index| places[index].1)
}

/// The `let`s with which a part names what its steps touch; `words` are those of their code.
fn bound(part: &Block<'_, '_>, fields: &[Field], places: &Places, words: &Words) -> TokenStream {
    let Block { access, scope, .. } = part;
    let mut reals: BTreeSet<usize> = BTreeSet::new();
    let mut indices: BTreeSet<usize> = BTreeSet::new();
    let mut values: BTreeSet<usize> = BTreeSet::new();
    let mut whole: BTreeSet<Ident> = BTreeSet::new();
    for source in sources(part.steps) {
        let written = match source {
            Source::Value(value) => find(&places.slots, &scope.plan.values[value].slot),
            Source::Gradient(parameter) => {
                find(&places.gradients, &parameter).map(|place| access.slots.len() + place)
            }
            _ => None,
        };
        if let Some(place) = written {
            values.insert(place);
        } else if let Some(place) = find(&places.reals, &source) {
            reals.insert(place);
        } else if let Some(place) = find(&places.indices, &source) {
            indices.insert(place);
        } else {
            whole.insert(scope.ident_of(source));
        }
    }
    let given = ["parameters", "direction", "state", "draws", "batch_size"].map(identifier);
    let is_used = |field: &&Field| {
        words.mention(&field.name.to_string()) && (whole.contains(&field.name) || given.contains(&field.name))
    };
    let used: Vec<&Ident> = fields.iter().filter(is_used).map(|field| &field.name).collect();
    let rest = (used.len() < fields.len()).then(|| quote!(..));
    let own = (!used.is_empty()).then(|| quote!(let Self { #(#used,)* #rest } = *self;));
    let counted = ["examples", "blocks", "first", "watch"].into_iter();
    let counted: Vec<Ident> = counted
        .filter(|word| words.mention(word))
        .map(identifier)
        .collect();
    let counted = (!counted.is_empty()).then(|| quote!(let LongShare { #(#counted,)* .. } = *share;));
    let reals = taken("reals", "at", &reals, |place| scope.ident_of(access.reals[place]));
    let indices = taken("indices", "at", &indices, |place| {
        scope.ident_of(access.indices[place])
    });
    let name = |place: usize| name_of(place, access, scope);
    let rows_of = |place: &usize| {
        part.partition == Partition::Rows && words.mention(&scope.rows_of(&name(*place)).to_string())
    };
    let with_rows: BTreeSet<usize> = values.iter().copied().filter(rows_of).into_set();
    let rows = taken("values", "rows", &with_rows, |place| {
        scope.rows_of(&name(place)).clone()
    });
    let values = taken("values", "at", &values, name);
    let scratch = words
        .mention("scratch")
        .then(|| quote!(let scratch = &mut *share.scratch;));
    quote!(#own #counted #reals #indices #rows #values #scratch)
}

/// The name in a phase of the `place`th value that it writes.
fn name_of(place: usize, access: &Access, scope: &Scope<'_>) -> Ident {
    match access.slots.get(place) {
        Some(slot) => slot.bound_as(scope),
        None => scope
            .gradient(access.gradients[place - access.slots.len()])
            .clone(),
    }
}

/// `let [dense1, relu1] = share.values.at([4, 7]);`
fn taken(
    list: &str,
    by: &str,
    places: &BTreeSet<usize>,
    name: impl Fn(usize) -> Ident,
) -> Option<TokenStream> {
    let names: Vec<Ident> = places.iter().map(|&place| name(place)).collect();
    let places = places.iter().map(|&place| literal(place));
    let (field, method) = (identifier(list), identifier(by));
    (!names.is_empty()).then(|| bind(&names, list, quote!(share.#field.#method([#(#places),*]))))
}
