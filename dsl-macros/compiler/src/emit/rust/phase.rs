//! One phase of an entry point: a struct of what every worker reads whole, and its `run`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::fields::{Declared, cutting, declaration, fields};
use super::identifiers::identifier;
use super::phase_names::range_text;
use super::steps::{self, Block};
use super::trace::{self, Passing};
use super::words::Words;
use super::{Network, literal, long};
use crate::plan::Partition;

/// The struct of the `place`-th phase of a plan and its `run`.
pub fn emit(network: &Network<'_, '_>, plan: usize, place: usize) -> TokenStream {
    let code = &network.routines.phases[plan][place];
    let (scope, access) = network.code_of(plan, place);
    let scope = scope.as_ref();
    let phase = &scope.plan.phases[place];
    let (name, first_number) = &network.phases[plan][place];
    let (first_number, last_number) = (*first_number, first_number + phase.steps.len() - 1);
    let passing = match network.shown.contains(&(plan, place)) {
        true => trace::passing(phase, &access, &code.items, scope),
        false => Vec::new(),
    };
    let passing: Vec<(usize, Passing)> = passing.into_iter().enumerate().collect();
    let block = Block {
        partition: phase.partition,
        steps: &phase.steps,
        items: &code.items,
        access: &access,
        scope,
        outlined: &network.outlined,
        passing: &passing,
        module: &network.modules[plan],
    };
    let fields = fields(&access, scope, code.shared);
    let declared = declaration(&about(phase.partition, first_number, last_number), name, &fields);
    if long::is_long(&access, &code.items) {
        return long::emit(&block, &declared, &fields, first_number);
    }
    let steps = steps::emit(&block, first_number);
    let handed = Handed::to(&block);
    let (r, i, w) = (
        literal(handed.reals.len()),
        literal(handed.indices.len()),
        literal(handed.values.len()),
    );
    let bound = handed.bound(&Words::of(&steps), access.scratch);
    let Declared { declaration, target } = declared;
    let cutting = cutting(phase);
    let field_names: Vec<&Ident> = fields.iter().map(|field| &field.name).collect();
    let own = (!fields.is_empty()).then(|| quote!(let Self { #(#field_names),* } = *self;));
    quote! {
        #declaration

        impl<T: Real> Phase<T, #r, #i, #w> for #target {
            #cutting

            #[inline(always)]
            fn run<const FMA: bool>(&self, share: Share<'_, T, #r, #i, #w>) {
                #own
                #bound
                #steps
            }
        }
    }
}

/// The names of the slices that a worker is handed for its share of a phase.
struct Handed {
    reals: Vec<Ident>,
    indices: Vec<Ident>,
    /// The written ones, of the workspace and of gradients.
    values: Vec<Ident>,
    /// The range of the rows of each written one, where the phase is shared out by rows.
    rows: Vec<Ident>,
}

/// Characters of a `let` that a formatter leaves on one line, with the indentation of a phase before it.
const LINE: usize = 78;

impl Handed {
    fn to(block: &Block<'_, '_>) -> Handed {
        let Block { access, scope, .. } = block;
        let named = |sources: &[_]| sources.iter().map(|&source| scope.ident_of(source)).collect();
        let slots = access.slots.iter().map(|slot| slot.bound_as(scope));
        let gradients = access
            .gradients
            .iter()
            .map(|&parameter| scope.gradient(parameter).clone());
        let values: Vec<Ident> = slots.chain(gradients).collect();
        let rows = match block.partition {
            Partition::Rows => values.iter().map(|value| scope.rows_of(value).clone()).collect(),
            _ => Vec::new(),
        };
        Handed {
            reals: named(&access.reals),
            indices: named(&access.indices),
            values,
            rows,
        }
    }

    /// The `let`s that name what code of these words uses of a share. Short arrays stand in the pattern of the share, while that
    /// fits on a line, the others in lines of their own.
    fn bound(&self, words: &Words, scratch: bool) -> TokenStream {
        let mentioned = |name: &Ident| match words.mention(&name.to_string()) {
            true => name.clone(),
            false => Ident::new("_", Span::call_site()),
        };
        let rows: Vec<Ident> = self.rows.iter().map(mentioned).collect();
        let lists = [
            ("reals", &self.reals),
            ("indices", &self.indices),
            ("values", &self.values),
            ("rows", &rows),
        ];
        let lists = lists.into_iter().filter(|(_, names)| !names.is_empty());
        let lists: Vec<(Ident, &Vec<Ident>)> = lists.map(|(word, names)| (identifier(word), names)).collect();
        let counted = ["examples", "blocks", "first", "watch"];
        let counted = counted.into_iter().filter(|word| words.mention(word));
        let counted: Vec<Ident> = counted.map(identifier).collect();
        let scratch = scratch.then(|| quote!(scratch,));
        // Arrays of as many names as `most` stand in the pattern.
        let share = |most: usize| {
            let within = lists.iter().map(|(word, names)| match names.len() <= most {
                true => quote!(#word: [#(#names),*],),
                false => quote!(#word,),
            });
            quote!(let Share { #(#counted,)* #(#within)* #scratch .. } = share;)
        };
        let longest = lists.iter().map(|(_, names)| names.len()).max().unwrap_or(0);
        let fits = |most: &usize| width(&share(*most)) <= LINE;
        let most = [longest, 1].into_iter().find(fits).unwrap_or(0);
        let share = share(most);
        let rest = lists.iter().filter(|(_, names)| names.len() > most);
        let rest = rest.map(|(word, names)| quote!(let [#(#names),*] = #word;));
        quote!(#share #(#rest)*)
    }
}

/// Characters of a statement as a formatter writes it; tokens as text have a space before every sign.
fn width(statement: &TokenStream) -> usize {
    let text = statement.to_string();
    [" ,", " :", " ;", "[ ", " ]"]
        .iter()
        .fold(text.chars().count(), |width, sign| {
            width - text.matches(sign).count()
        })
}

fn about(partition: Partition, first: usize, last: usize) -> String {
    let range = range_text(first, last);
    match partition {
        Partition::Examples => format!("{range}, for a range of the examples."),
        Partition::Rows => format!("{range}, for a range of the rows of each result."),
        Partition::Alone => format!("{range}, on one thread."),
    }
}
