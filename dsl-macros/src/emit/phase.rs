//! One phase of an entry point: a struct of what every worker reads whole, its `run`, and the call that starts it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::access::Access;
use super::identifiers::identifier;
use super::routines::Outlined;
use super::scope::Scope;
use super::steps::{self, Block};
use super::unpack::unpack;
use super::words::Words;
use super::{calls, doc, docs, literal};
use crate::schedule::plan::{By, Extent, Phase, Source, StepKind};
use crate::schedule::routines::Item;

/// The tokens of a phase: its item in the entry's module and its call in the method.
pub struct Emitted {
    pub item: TokenStream,
    pub call: TokenStream,
}

/// `Steps3To7`: a phase by the numbers of its steps.
pub fn name(phase: &Phase, first_number: usize) -> Ident {
    match phase.steps.len() {
        1 => identifier(&format!("Step{first_number}")),
        steps => identifier(&format!("Steps{first_number}To{}", first_number + steps - 1)),
    }
}

/// `items` is what the phase does, `own` the module it is in.
pub fn emit(
    phase: &Phase,
    items: &[Item],
    first_number: usize,
    own: &Ident,
    scope: &Scope<'_>,
    outlined: &Outlined,
) -> Emitted {
    // What the method calls that module.
    let module = identifier("steps");
    let last_number = first_number + phase.steps.len() - 1;
    let name = name(phase, first_number);
    let access = Access::of_phase(phase, scope);
    let block = Block {
        by: phase.by,
        steps: &phase.steps,
        items,
        access: &access,
        scope,
        outlined,
        module: own,
    };
    let steps = steps::emit(&block, first_number);

    let read_fields = access.shared.iter().map(|&source| {
        let ident = scope.ident_of(source);
        let ty = if scope.is_number(source) {
            quote!(T)
        } else if is_index(source, scope) {
            quote!(&'a [u32])
        } else {
            quote!(&'a [T])
        };
        (ident, ty)
    });
    let mut fields: Vec<(Ident, TokenStream)> = Vec::new();
    let parameters = !access.parameters.is_empty();
    if parameters {
        fields.push((identifier("parameters"), quote!(&'a [T])));
    }
    let state = !access.buffers.is_empty();
    if state {
        fields.push((identifier("state"), quote!(&'a [T])));
    }
    if access.batch_size {
        fields.push((identifier("batch_size"), quote!(T)));
    }
    fields.extend(read_fields);
    let field_names: Vec<&Ident> = fields.iter().map(|(name, _)| name).collect();
    let sources = [parameters, state, access.batch_size]
        .into_iter()
        .filter(|used| *used)
        .map(|_| None);
    let given = sources
        .chain(access.shared.iter().copied().map(Some))
        .zip(&field_names)
        .map(|(source, name)| {
            let given = source.map_or_else(|| (*name).clone(), |source| memory_of(source, scope));
            if given == **name {
                quote!(#name)
            } else {
                quote!(#name: #given)
            }
        });
    let given: Vec<TokenStream> = given.collect();
    let field_types = fields.iter().map(|(_, ty)| ty);
    let borrows = fields.iter().any(|(_, ty)| ty.to_string().contains('\''));

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
    let counts_examples = words.mention("examples");
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
    if phase.by == By::Rows {
        let used = |value: &Ident| match scope.rows_of(value) {
            rows if words.mention(&rows.to_string()) => rows.clone(),
            _ => Ident::new("_", Span::call_site()),
        };
        let rows: Vec<Ident> = values.iter().map(used).collect();
        field("rows", &rows);
    }
    if counts_examples {
        share_fields.insert(0, quote!(examples));
    }
    if uses_scratch {
        share_fields.push(quote!(scratch));
    }
    let about = doc(&match phase.by {
        By::Examples => format!(
            "{}, for a range of the examples.",
            range_text(first_number, last_number)
        ),
        By::Rows => format!(
            "{}, for a range of the rows of each result.",
            range_text(first_number, last_number)
        ),
        By::Alone => format!("{}, on one thread.", range_text(first_number, last_number)),
    });
    // A phase without fields still has to name its element type.
    let (declaration, fresh) = if fields.is_empty() {
        (quote!(pub(crate) struct #name;), quote!(#module::#name))
    } else {
        let declaration =
            quote!(pub(crate) struct #name<'a, T> { #(pub(crate) #field_names: #field_types),* });
        let declaration = if borrows {
            declaration
        } else {
            quote!(pub(crate) struct #name<T> { #(pub(crate) #field_names: T),* })
        };
        (declaration, quote!(#module::#name { #(#given),* }))
    };
    let target = match (fields.is_empty(), borrows) {
        (true, _) => quote!(#name),
        (false, true) => quote!(#name<'_, T>),
        (false, false) => quote!(#name<T>),
    };
    let unpack = (!fields.is_empty()).then(|| quote!(let Self { #(#field_names),* } = *self;));
    let item = quote! {
        #about
        #declaration

        impl<T: Real> Phase<T, #r, #i, #w> for #target {
            #[inline(always)]
            fn run<const FMA: bool>(&self, share: Share<'_, T, #r, #i, #w>) {
                #unpack
                let Share { #(#share_fields,)* .. } = share;
                #unpacked
                #steps
            }
        }
    };

    let operations: usize = phase.steps.iter().map(|step| step.flops).sum();
    let flops = literal(operations);
    let real_rows = access.reals.iter().map(|&source| {
        let ident = memory_of(source, scope);
        let width = literal(width_of(source, scope));
        quote!(rows(#ident, #width))
    });
    let index_rows = access.indices.iter().zip(&indices).map(|(&source, ident)| {
        let width = literal(width_of(source, scope));
        quote!(rows(#ident, #width))
    });
    let widths = row_widths(phase, &access);
    let slot_rows = access.slots.iter().zip(&widths).map(|(written, &row)| {
        let ident = scope.slot(written.slot);
        match (phase.by, scope.plan.slots[written.slot]) {
            (By::Examples, Extent::Blocks(len)) => {
                let width = literal(len);
                quote!(blocks_mut(#ident, #width))
            }
            (By::Examples, Extent::Examples(width)) => {
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
    let values = quote!([#(#slot_rows,)* #(#gradient_rows),*]);
    let range = range_text(first_number, last_number);
    let line = doc(&match phase.by {
        By::Examples => format!(
            "{range}, shared out by examples: {} operations each.",
            docs::thousands(operations)
        ),
        By::Rows => format!("{range}, shared out by rows."),
        By::Alone => format!("{range}, on one thread."),
    });
    let call = match phase.by {
        By::Examples => quote! {
            #line
            team.by_examples(&#fresh, examples, #flops, [#(#real_rows),*], [#(#index_rows),*], #values, scratch);
        },
        By::Rows => quote! { #line team.by_rows(&#fresh, examples, #flops, #values, scratch); },
        By::Alone => quote! { #line team.alone(&#fresh, examples, #values, scratch); },
    };
    Emitted { item, call }
}

fn range_text(first: usize, last: usize) -> String {
    if first == last {
        format!("Step {first}")
    } else {
        format!("Steps {first} to {last}")
    }
}

fn is_index(source: Source, scope: &Scope<'_>) -> bool {
    matches!(source, Source::Input(index) if scope.inputs[index].ty.is_index())
}

/// Elements of one example.
fn width_of(source: Source, scope: &Scope<'_>) -> usize {
    match source {
        Source::Input(index) => scope.inputs[index].ty.shape.count(),
        Source::Value(value) => match scope.plan.slots[scope.plan.values[value].slot] {
            Extent::Examples(width) => width,
            Extent::Shared(len) | Extent::Blocks(len) => len,
        },
        Source::Parameter(_) | Source::Buffer(_) | Source::Gradient(_) => {
            unreachable!("parameters and buffers are shared")
        }
    }
}

/// The rows by which each written place is cut: slots first, then gradients.
fn row_widths(phase: &Phase, access: &Access) -> Vec<usize> {
    let width = |wanted: &dyn Fn(Source) -> bool| {
        let writes = |kind: &StepKind| kind.writes().iter().any(|operand| wanted(operand.source));
        let step = phase.steps.iter().find(|step| writes(&step.kind));
        match (phase.by, step) {
            (By::Rows, Some(step)) => calls::row_width(&step.kind),
            _ => 1,
        }
    };
    let slots = access.slots.iter().map(|written| {
        width(&|source| matches!(source, Source::Value(value) if written.values.contains(&value)))
    });
    let gradients = access
        .gradients
        .iter()
        .map(|&parameter| width(&|source| source == Source::Gradient(parameter)));
    slots.chain(gradients).collect()
}

/// What the method calls the memory of a source.
fn memory_of(source: Source, scope: &Scope<'_>) -> Ident {
    match source {
        Source::Value(value) => scope.slot(scope.plan.values[value].slot).clone(),
        source => scope.ident_of(source),
    }
}
