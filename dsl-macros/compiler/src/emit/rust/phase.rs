//! One phase of an entry point: a struct of what every worker reads whole, and its `run`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::access::Access;
use super::fields::{Declared, by_blocks, declaration, fields};
use super::identifiers::identifier;
use super::phase_names::range_text;
use super::steps::{self, Block};
use super::unpack::unpack;
use super::words::Words;
use super::{Network, literal, long};
use crate::plan::Partition;

/// The struct of the `place`-th phase of a plan and its `run`.
pub fn emit(network: &Network<'_, '_>, plan: usize, place: usize) -> TokenStream {
    let code = &network.routines.phases[plan][place];
    let scope = match code.shared {
        true => &network.scopes[plan].in_routine(),
        false => &network.scopes[plan],
    };
    let phase = &scope.plan.phases[place];
    let (name, first_number) = &network.phases[plan][place];
    let (first_number, last_number) = (*first_number, first_number + phase.steps.len() - 1);
    let access = Access::of_phase(phase, scope);
    let block = Block {
        partition: phase.partition,
        steps: &phase.steps,
        items: &code.items,
        access: &access,
        scope,
        outlined: &network.outlined,
        module: &network.modules[plan],
    };
    let fields = fields(&access, scope, code.shared);
    if long::is_long(&access, &code.items) {
        let declared = declaration(&about(phase.partition, first_number, last_number), name, &fields);
        return long::emit(&block, &declared, &fields, first_number);
    }
    let steps = steps::emit(&block, first_number);
    let field_names: Vec<&Ident> = fields.iter().map(|field| &field.name).collect();

    let reals: Vec<Ident> = access
        .reals
        .iter()
        .map(|&source| scope.ident_of(source))
        .collect();
    let indices: Vec<Ident> = access
        .indices
        .iter()
        .map(|&source| scope.ident_of(source))
        .collect();
    let slots = access.slots.iter().map(|slot| slot.bound_as(scope));
    let gradients = access
        .gradients
        .iter()
        .map(|&parameter| scope.gradient(parameter).clone());
    let values: Vec<Ident> = slots.chain(gradients).collect();
    let (r, i, w) = (
        literal(reals.len()),
        literal(indices.len()),
        literal(values.len()),
    );

    let words = Words::of(&steps);
    let uses_scratch = access.scratch;
    // Short patterns stand in the `let` of the share, the rest in lines of their own.
    let mut share_fields: Vec<TokenStream> = Vec::new();
    let mut unpacked = TokenStream::new();
    let mut field = |word: &str, names: &[Ident]| {
        let word = identifier(word);
        match names {
            [one] => share_fields.push(quote!(#word: [#one])),
            names => {
                share_fields.push(quote!(#word));
                unpacked.extend(unpack(names, quote!(#word)));
            }
        }
    };
    if !reals.is_empty() {
        field("reals", &reals);
    }
    if !indices.is_empty() {
        field("indices", &indices);
    }
    field("values", &values);
    if phase.partition == Partition::Rows {
        let used = |value: &Ident| match scope.rows_of(value) {
            rows if words.mention(&rows.to_string()) => rows.clone(),
            _ => Ident::new("_", Span::call_site()),
        };
        let rows: Vec<Ident> = values.iter().map(used).collect();
        field("rows", &rows);
    }
    let counted = ["examples", "blocks", "first"].into_iter();
    let counted = counted.filter(|word| words.mention(word)).map(|word| {
        let word = identifier(word);
        quote!(#word)
    });
    share_fields.splice(0..0, counted);
    if uses_scratch {
        share_fields.push(quote!(scratch));
    }
    let Declared { declaration, target } =
        declaration(&about(phase.partition, first_number, last_number), name, &fields);
    let by_blocks = by_blocks(phase);
    let unpack = (!fields.is_empty()).then(|| quote!(let Self { #(#field_names),* } = *self;));
    quote! {
        #declaration

        impl<T: Real> Phase<T, #r, #i, #w> for #target {
            #by_blocks

            #[inline(always)]
            fn run<const FMA: bool>(&self, share: Share<'_, T, #r, #i, #w>) {
                #unpack
                let Share { #(#share_fields,)* .. } = share;
                #unpacked
                #steps
            }
        }
    }
}

fn about(partition: Partition, first: usize, last: usize) -> String {
    let range = range_text(first, last);
    match partition {
        Partition::Examples => format!("{range}, for a range of the examples."),
        Partition::Rows => format!("{range}, for a range of the rows of each result."),
        Partition::Alone => format!("{range}, on one thread."),
    }
}
