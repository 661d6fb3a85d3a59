//! One phase of an entry point: a struct of what every worker reads whole, and its `run`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::access::Access;
use super::identifiers::identifier;
use super::scope::Scope;
use super::steps::{self, Block};
use super::unpack::unpack;
use super::words::Words;
use super::{Network, doc, literal, long};
use crate::plan::{Partition, Phase, Plan, Source};

/// `Steps3To7`: a phase by the numbers of its steps.
fn name(phase: &Phase, first_number: usize) -> Ident {
    match phase.steps.len() {
        1 => identifier(&format!("Step{first_number}")),
        steps => identifier(&format!("Steps{first_number}To{}", first_number + steps - 1)),
    }
}

/// The phases of a plan with their names, and the number of the first step of each.
pub fn names(plan: &Plan) -> Vec<(Ident, usize)> {
    let mut first = 1;
    let named = plan.phases.iter().map(|phase| {
        let number = first;
        first += phase.steps.len();
        (name(phase, number), number)
    });
    named.collect()
}

/// What every worker reads whole.
pub struct Field {
    pub name: Ident,
    pub ty: TokenStream,
    /// What the method hands over.
    pub given: TokenStream,
}

/// The fields of a phase. One whose code serves other phases too is handed parameters, buffers and what random numbers are
/// keyed by one by one.
pub fn fields(access: &Access, scope: &Scope<'_>, shared: bool) -> Vec<Field> {
    let slice = quote!(&'a [T]);
    let word = |word: &str, ty: &TokenStream| {
        let name = identifier(word);
        Field {
            given: quote!(#name),
            ty: ty.clone(),
            name,
        }
    };
    let part = |source: Source| Field {
        name: scope.ident_of(source),
        ty: match source {
            Source::Site(_) => quote!(Draws),
            _ => slice.clone(),
        },
        given: scope.slice(source),
    };
    let parameters = access
        .parameters
        .iter()
        .map(|&parameter| Source::Parameter(parameter));
    let buffers = access.buffers.iter().map(|&buffer| Source::Buffer(buffer));
    let sites = access.sites.iter().map(|&site| Source::Site(site));
    let mut fields: Vec<Field> = Vec::new();
    match shared {
        true => fields.extend(parameters.chain(buffers).chain(sites).map(part)),
        false => {
            fields.extend(parameters.take(1).map(|_| word("parameters", &slice)));
            fields.extend(buffers.take(1).map(|_| word("state", &slice)));
            fields.extend(sites.take(1).map(|_| word("draws", &quote!(Draws))));
        }
    }
    if access.batch_size {
        fields.push(word("batch_size", &quote!(T)));
    }
    fields.extend(access.shared.iter().map(|&source| {
        let given = memory_of(source, scope);
        Field {
            name: scope.ident_of(source),
            ty: if scope.is_number(source) {
                quote!(T)
            } else if is_index(source, scope) {
                quote!(&'a [u32])
            } else {
                slice.clone()
            },
            given: quote!(#given),
        }
    }));
    fields
}

/// The struct of the `place`-th phase of a plan and its `run`.
pub fn emit(network: &Network<'_, '_>, plan: usize, place: usize) -> TokenStream {
    let code = &network.found.phases[plan][place];
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

/// The struct of a phase, and what implementations of traits call it.
pub struct Declared {
    pub declaration: TokenStream,
    pub target: TokenStream,
}

fn declaration(about: &str, name: &Ident, fields: &[Field]) -> Declared {
    let about = doc(about);
    let names = fields.iter().map(|field| &field.name);
    let types: Vec<&TokenStream> = fields.iter().map(|field| &field.ty).collect();
    // A struct names the lifetime and the element type if its fields do.
    let words = Words::of(&quote!(#(#types)*));
    let (parameters, arguments) = match (words.mention("a"), words.mention("T")) {
        (false, false) => (quote!(), quote!()),
        (true, false) => (quote!(<'a>), quote!(<'_>)),
        (false, true) => (quote!(<T>), quote!(<T>)),
        (true, true) => (quote!(<'a, T>), quote!(<'_, T>)),
    };
    Declared {
        declaration: match fields.is_empty() {
            true => quote!(#about pub(crate) struct #name;),
            false => {
                quote!(#about pub(crate) struct #name #parameters { #(pub(crate) #names: #types),* })
            }
        },
        target: quote!(#name #arguments),
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

/// Says that a batch may be cut between any two examples, where it may.
pub fn by_blocks(phase: &Phase) -> Option<TokenStream> {
    (phase.partition == Partition::Examples && !phase.needs_blocks()).then(|| {
        quote!(
            const BY_BLOCKS: bool = false;
        )
    })
}

/// `Steps 3 to 7`
pub fn range_text(first: usize, last: usize) -> String {
    if first == last {
        format!("Step {first}")
    } else {
        format!("Steps {first} to {last}")
    }
}

fn is_index(source: Source, scope: &Scope<'_>) -> bool {
    matches!(source, Source::Input(index) if scope.inputs[index].ty.is_index())
}

/// What the method calls the memory of a source.
pub fn memory_of(source: Source, scope: &Scope<'_>) -> Ident {
    match source {
        Source::Value(value) => scope.slot(scope.plan.values[value].slot).clone(),
        source => scope.ident_of(source),
    }
}
