//! Loops of much arithmetic over one example, which idle workers may share: a step of its own, handed its slices.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::literal;
use super::nest::{Access, Form, Nest};
use crate::collections::IntoCollection;
use crate::plan::{Count, Loop, Scalar};

/// Operations on one example from which on help is worth asking for.
const WORTHWHILE: usize = 100_000;

impl Nest<'_, '_> {
    /// The loop as a step whose elements may be shared out; nothing where it is short, where it stores several values or
    /// its elements do not lie in one row, or where many examples at a time are what keeps the workers busy: in training.
    pub(super) fn shared(&self, nest: &Loop, store: usize) -> Option<TokenStream> {
        let [axis] = &self.axes[..] else { return None };
        let values = || nest.statements.iter().map(|statement| &statement.value);
        let operations = axis.size.times * values().map(Scalar::flops).sum::<usize>();
        if axis.size.of != Count::Examples
            || operations < WORTHWHILE
            || !self.scope.plan.gradients.is_empty()
            || self.accessors.len() != store + 1
            || values().any(counts_examples)
        {
            return None;
        }
        let in_a_row = |accessor: usize| {
            let lies = &self.accessors[accessor];
            !matches!(lies.kind, Access::Coordinate(_))
                && lies.offset == 0
                && lies.turns.is_empty()
                && axis.strides[accessor] == 1
        };
        if !(0..self.accessors.len()).all(in_a_row) {
            return None;
        }
        let written = self.scope.ident_of(self.source(store).0);
        let name = |accessor: usize| match self.overwritten_by(accessor) {
            Some(_) => written.clone(),
            None => self.scope.ident_of(self.source(accessor).0),
        };
        let forms: Vec<Form> = (0..=store).map(|accessor| Form::Row(name(accessor))).collect();
        let read: BTreeSet<Ident> = (0..store).map(name).filter(|name| *name != written).into_set();
        let read: Vec<Ident> = read.into_iter().collect();
        let body = self.statements(&nest.statements, &forms, store);
        let (count, reads, variable) = (self.count(0), literal(read.len()), &self.variables[0]);
        Some(quote! {
            struct Each;
            impl<T: Real> Elementwise<T, #reads> for Each {
                #[inline(always)]
                fn run<const FMA: bool>([#(#read),*]: [&[T]; #reads], #written: &mut [T]) {
                    #(let #read = &#read[..#written.len()];)*
                    for #variable in 0..#written.len() { #body }
                }
            }
            elementwise(Each, [#(&#read[..#count]),*], &mut #written[..#count]);
        })
    }
}

/// True if an expression contains the number of examples, which the step does not receive.
fn counts_examples(value: &Scalar) -> bool {
    let mut counts = false;
    value.each(&mut |part| counts |= *part == Scalar::BatchSize);
    counts
}
