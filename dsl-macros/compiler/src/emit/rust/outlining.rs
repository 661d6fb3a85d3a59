//! Routines: steps that occur more than once, written once as a struct of what they touch, and their calls.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::access::Access;
use super::identifiers::identifier;
use super::scope::{Scope, part_of_slot};
use super::steps::{self, Block};
use super::words::Words;
use super::{doc, docs, phase_names};
use crate::names::Names;
use crate::plan::routines::{Item, Routine, Routines};
use crate::plan::{self, Extent, Partition, Phase, Step};

/// The routines of a network, by their numbers.
pub struct Outlined {
    routines: Vec<Option<Emitted>>,
}

/// One routine, emitted.
struct Emitted {
    /// The module of the entry point that it is written in.
    module: Ident,
    name: Ident,
    item: TokenStream,
    fields: Fields,
}

/// The fields of a routine: the words that its steps mention, then the places that they touch.
struct Fields {
    words: Vec<&'static str>,
    /// The names of places in the order of [`places`], where the routine reads or writes them at all.
    places: Vec<Ident>,
    /// The ranges of rows of what is written, where they are used.
    rows: Vec<Option<Ident>>,
}

/// A call and the slots that it hands over without naming what lies in them.
pub struct Call {
    pub tokens: TokenStream,
    pub slots: Vec<usize>,
}

/// The input from which routines are emitted.
struct Source<'s, 'a> {
    found: &'s Routines,
    names: Vec<Ident>,
    modules: &'s [Ident],
    scopes: &'s [Scope<'a>],
}

/// Words of generated code that a name of a routine could be taken for.
const RESERVED: &[&str] = &[
    "Draws",
    "Each",
    "Elementwise",
    "Epilogue",
    "LongPhase",
    "LongShare",
    "Matrix",
    "MatrixMut",
    "None",
    "Normalise",
    "Part",
    "Phase",
    "Range",
    "Real",
    "Routine",
    "Self",
    "Share",
    "Some",
    "T",
];

impl Outlined {
    /// Writes every routine, `modules` and `scopes` being those of the plans they were found in.
    pub fn new(found: &Routines, modules: &[Ident], scopes: &[Scope<'_>]) -> Outlined {
        let source = Source {
            found,
            names: names(found, scopes),
            modules,
            scopes,
        };
        let mut outlined = Outlined {
            routines: found.routines.iter().map(|_| None).collect(),
        };
        for place in 0..found.routines.len() {
            outlined.write(place, &source);
        }
        outlined
    }

    /// Writes a routine after those that it calls.
    fn write(&mut self, place: usize, source: &Source<'_, '_>) {
        if self.routines[place].is_some() {
            return;
        }
        let routine = &source.found.routines[place];
        for item in &routine.items {
            if let Item::Call { routine, .. } = item {
                self.write(*routine, source);
            }
        }
        let plan = routine.site.plan;
        let name = source.names[place].clone();
        let emitted = self.emit(routine, name, &source.modules[plan], &source.scopes[plan]);
        self.routines[place] = Some(emitted);
    }

    /// The items of the routines that are written in this module.
    pub fn items<'o>(&'o self, module: &'o Ident) -> impl Iterator<Item = &'o TokenStream> {
        let routines = self.routines.iter().flatten();
        let here = routines.filter(move |routine| routine.module == *module);
        here.map(|routine| &routine.item)
    }

    fn emit(&self, routine: &Routine, name: Ident, module: &Ident, scope: &Scope<'_>) -> Emitted {
        let (phase, steps) = origin(routine, scope);
        let access = Access::of_steps(phase.partition, steps, scope);
        let scope = scope.in_routine(&routine.paths[0], &access, steps);
        let block = Block {
            partition: phase.partition,
            steps,
            items: &routine.items,
            access: &access,
            scope: &scope,
            outlined: self,
            passing: &[],
            module,
        };
        let code = steps::emit(&block, 1);
        let used = Words::of(&code);
        let places = places(&access, &scope);
        let rows = places.iter().map(|place| {
            let rows = (place.written && phase.partition == Partition::Rows)
                .then(|| scope.rows_of(&place.name).clone());
            rows.filter(|rows| used.mention(&rows.to_string()))
        });
        let fields = Fields {
            words: ["examples", "blocks", "first", "batch_size", "scratch"]
                .into_iter()
                .filter(|word| used.mention(word))
                .collect(),
            rows: rows.collect(),
            places: places.iter().map(|place| place.name.clone()).collect(),
        };
        let words = fields.words.iter().map(|&word| {
            let ty = match word {
                "examples" | "blocks" | "first" => quote!(usize),
                "batch_size" => quote!(T),
                _ => quote!(&'a mut [T]),
            };
            (identifier(word), ty)
        });
        let held = places.iter().zip(&fields.rows).flat_map(|(place, rows)| {
            let rows = rows.clone().map(|rows| (rows, quote!(Range<usize>)));
            std::iter::once((place.name.clone(), place.ty.clone())).chain(rows)
        });
        let (idents, types): (Vec<Ident>, Vec<TokenStream>) = words.chain(held).unzip();
        let about = doc(&docs::routine(routine));
        let item = quote! {
            #about
            pub(crate) struct #name<'a, T> { #(pub(crate) #idents: #types),* }

            impl<T: Real> Routine for #name<'_, T> {
                #[inline(always)]
                fn run<const FMA: bool>(self) {
                    let Self { #(#idents),* } = self;
                    #code
                }
            }
        };
        Emitted {
            module: module.clone(),
            name,
            item,
            fields,
        }
    }

    /// The call of a routine from `block`, for these of its steps.
    pub fn call(&self, routine: usize, block: &Block<'_, '_>, steps: &[Step]) -> Call {
        let Emitted {
            module, name, fields, ..
        } = self.routines[routine]
            .as_ref()
            .expect("what a routine calls is written before it");
        let access = Access::of_steps(block.partition, steps, block.scope);
        let places = places(&access, block.scope);
        let words = fields.words.iter().map(|word| {
            let word = identifier(word);
            quote!(#word)
        });
        let slots = access.slots.iter().filter(|slot| !slot.is_one_value(block.scope));
        let slots: Vec<usize> = slots.map(|slot| slot.slot).collect();
        let mut given: Vec<TokenStream> = words.collect();
        for ((field, rows), place) in fields.places.iter().zip(&fields.rows).zip(&places) {
            let value = place.memory(block);
            let shorthand = *field == value.to_string();
            given.push(if shorthand { value } else { quote!(#field: #value) });
            if let Some(rows) = rows {
                let own = block.scope.rows_of(&place.name);
                given.push(if own == rows {
                    quote!(#rows)
                } else {
                    quote!(#rows: #own)
                });
            }
        }
        let path = match module == block.module {
            true => quote!(#name),
            false => quote!(super::#module::#name),
        };
        Call {
            tokens: quote!(call(#path { #(#given),* });),
            slots,
        }
    }
}

/// The steps that a routine is written after.
fn origin<'s>(routine: &Routine, scope: &'s Scope<'_>) -> (&'s Phase, &'s [Step]) {
    let phase = &scope.plan.phases[routine.site.phase];
    (phase, &phase.steps[routine.site.steps.clone()])
}

/// Names from what the steps come from: `Block1Attention1`, `Block1Backward`, of one loop from its result.
fn names(found: &Routines, scopes: &[Scope<'_>]) -> Vec<Ident> {
    let mut taken: Vec<Names> = scopes.iter().map(reserved).collect();
    let name = |routine: &Routine| {
        let scope = &scopes[routine.site.plan];
        let (phase, steps) = origin(routine, scope);
        let word = match steps {
            [step] => {
                let writes = step.kind.writes();
                let result = writes.first().expect("every step writes");
                camel_case(&scope.ident_of(result.source).to_string())
            }
            _ => {
                let path = &routine.paths[0];
                let (_, local) = path.split_once('.').unwrap_or(("", path));
                let pass = match (phase.partition, routine.backward) {
                    (Partition::Rows, _) => "Sums",
                    (_, true) => "Backward",
                    (_, false) => "",
                };
                format!("{}{pass}", camel_case(local))
            }
        };
        identifier(&taken[routine.site.plan].fresh(&word))
    };
    found.routines.iter().map(name).collect()
}

/// The names of types that an entry point's module has already.
fn reserved(scope: &Scope<'_>) -> Names {
    let mut names = Names::default();
    for word in RESERVED {
        names.reserve(word);
    }
    for (name, _) in phase_names::names(scope.plan) {
        names.reserve(&name.to_string());
    }
    names
}

/// `block1.layer_norm2` as `Block1LayerNorm2`.
fn camel_case(path: &str) -> String {
    let words = path.split(['.', '_']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters.clone()).collect::<String>()
    };
    words.map(capital).collect()
}

/// Something that steps read or write.
struct Place {
    name: Ident,
    ty: TokenStream,
    written: bool,
    source: PlaceSource,
}

enum PlaceSource {
    Of(plan::Source),
    /// The packed form of a parameter.
    Packed(usize),
    /// A slot in which values follow each other.
    Slot {
        slot: usize,
        extent: Extent,
    },
}

/// The places that steps touch; equal steps have them in the same order.
fn places(access: &Access, scope: &Scope<'_>) -> Vec<Place> {
    let read = |source: plan::Source| {
        let is_index = matches!(source, plan::Source::Input(index) if scope.inputs[index].ty.is_index());
        Place {
            name: scope.ident_of(source),
            ty: match source {
                plan::Source::Site(_) => quote!(Draws),
                _ if scope.is_number(source) => quote!(T),
                _ if is_index => quote!(&'a [u32]),
                _ => quote!(&'a [T]),
            },
            written: false,
            source: PlaceSource::Of(source),
        }
    };
    let written = |name: &Ident, source: PlaceSource| Place {
        name: name.clone(),
        ty: quote!(&'a mut [T]),
        written: true,
        source,
    };
    let parameters = access
        .parameters
        .iter()
        .map(|&parameter| plan::Source::Parameter(parameter));
    let packed = access.packed.iter().map(|&parameter| Place {
        name: scope.packed_ident(parameter).clone(),
        ty: scope.packed_type(parameter),
        written: false,
        source: PlaceSource::Packed(parameter),
    });
    let directions = access
        .directions
        .iter()
        .map(|&parameter| plan::Source::Direction(parameter));
    let buffers = access.buffers.iter().map(|&buffer| plan::Source::Buffer(buffer));
    let sites = access.sites.iter().map(|&site| plan::Source::Site(site));
    let reads = [&access.shared, &access.reals, &access.indices]
        .into_iter()
        .flatten()
        .copied();
    let slots = access.slots.iter().map(|slot| {
        let source = match slot.is_one_value(scope) {
            true => PlaceSource::Of(plan::Source::Value(slot.values[0])),
            false => PlaceSource::Slot {
                slot: slot.slot,
                extent: slot.extent,
            },
        };
        written(&slot.bound_as(scope), source)
    });
    let gradients = access.gradients.iter().map(|&parameter| {
        written(
            scope.gradient(parameter),
            PlaceSource::Of(plan::Source::Gradient(parameter)),
        )
    });
    let others = directions.chain(buffers).chain(sites).chain(reads);
    parameters
        .map(read)
        .chain(packed)
        .chain(others.map(read))
        .chain(slots)
        .chain(gradients)
        .collect()
}

impl Place {
    /// The expression for it in a block that passes it on to a routine.
    fn memory(&self, block: &Block<'_, '_>) -> TokenStream {
        let (slot, extent) = match self.source {
            PlaceSource::Of(source) => return block.scope.slice(source),
            PlaceSource::Packed(parameter) => return block.scope.packed(parameter),
            PlaceSource::Slot { slot, extent } => (slot, extent),
        };
        let memory = block.scope.slot(slot);
        let written = block.access.slot(slot);
        match written.is_some_and(|written| written.extent == extent) {
            true => quote!(#memory),
            false => part_of_slot(memory, extent),
        }
    }
}
