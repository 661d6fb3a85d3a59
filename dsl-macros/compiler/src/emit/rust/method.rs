//! The method of an entry point: it checks its arguments, divides the workspace, runs the phases and returns the
//! results.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::calls;
use super::entry::{Derived, EntryPoint, allowed, arguments, result_type, yielded_type};
use super::identifiers::identifier;
use super::scope::Scope;
use super::unpack::{MANY, bind, cut};
use super::words::Words;
use super::{braces, doc, doc_at, docs, literal};
use crate::elaborate::ResultType;
use crate::graph::{Batching, Element};
use crate::plan::{Extent, Source};

/// The section on errors in the documentation of a method.
pub const ERRORS: &str = "# Errors\n\nInput lengths that are no whole number of examples or do not agree, more examples than the\n\
     workspace holds, an index out of range.";

/// The modules whose phases a method calls.
pub struct Modules<'m> {
    /// The module around them.
    pub helper: &'m Ident,
    /// The module of the entry point itself, if it calls any of its own.
    pub own: Option<&'m Ident>,
    /// Those of entry points that it shares phases with.
    pub others: Vec<&'m Ident>,
}

/// The method of an entry point, which calls the phases of these modules.
pub fn emit(
    entry: &EntryPoint<'_>,
    runtime: &TokenStream,
    modules: &Modules<'_>,
    scope: &Scope<'_>,
    calls: TokenStream,
) -> TokenStream {
    let method = Method {
        entry,
        runtime,
        modules,
        scope,
        words: Words::of(&calls),
        has_calls: !calls.is_empty(),
    };
    method.emit(calls)
}

struct Method<'m, 'a> {
    entry: &'m EntryPoint<'a>,
    runtime: &'m TokenStream,
    modules: &'m Modules<'m>,
    scope: &'m Scope<'a>,
    /// The words of the calls of the phases.
    words: Words,
    has_calls: bool,
}

impl Method<'_, '_> {
    fn emit(&self, calls: TokenStream) -> TokenStream {
        let EntryPoint {
            name,
            attributes,
            visibility,
            inputs,
            plan,
            ..
        } = self.entry;
        let runtime = self.runtime;
        let mut arguments = arguments(inputs, |index| self.scope.input(index).clone());
        arguments.extend(self.entry.takes_direction.then(|| quote!(direction: &[T])));
        let allowed = allowed(arguments.len());
        let (imports, workers, own) = (
            self.imports(),
            self.imports_of_workers(),
            self.imports_of_modules(),
        );
        let (admit, checks, values) = (self.admission(), self.checks(), self.values());
        let (parts, begun, carved, split) = (self.parts(), self.begun(), self.carved(), self.gradients());
        let needs_training = !self.entry.derived.is_empty() || self.entry.training;
        let needs_training = needs_training.then(|| quote!(work.require_training()?;));
        let mut outputs = plan.outputs.iter();
        let result = results(self.entry.result, &mut outputs, self.scope);
        let derived = self.entry.derived.iter().map(|derived| match derived {
            Derived::Tangents => results(self.entry.result, &mut outputs, self.scope),
            Derived::ByInput => results(&ResultType::Tensor, &mut outputs, self.scope),
            Derived::ByParameters => quote!(&*gradient),
        });
        let derived: Vec<TokenStream> = derived.collect();
        let result = match derived.is_empty() {
            true => result,
            false => quote!((#result, #(#derived),*)),
        };
        let result_type = yielded_type(&result_type(self.entry.result), &self.entry.derived, runtime);
        let new_values = self.entry.updates.iter().map(|&buffer| {
            let range = self.scope.layout.buffer_constant(buffer);
            let value = slot_of(outputs.next(), self.scope);
            quote!(updates[buffers::#range].copy_from_slice(#value);)
        });
        let body = braces(
            quote! {
                #imports
                #workers
                #own
                #needs_training
                #admit
                #checks
                #values
                #parts
                #begun
                #carved
                #split
                #calls
                #(#new_values)*
                ::core::result::Result::Ok(#result)
            },
            self.entry.body,
        );
        let errors = match self.entry.takes_direction {
            true => format!("{ERRORS} A direction that is not as long as the parameters."),
            false => ERRORS.to_string(),
        };
        let error_doc = doc_at(&errors, self.entry.body);
        quote! {
            #attributes
            #[doc = ""]
            #error_doc
            #allowed
            #visibility fn #name<'w>(
                &self,
                work: &'w mut #runtime::Workspace<Self>,
                #(#arguments),*
            ) -> ::core::result::Result<#result_type, #runtime::Error> #body
        }
    }

    /// The number of examples, on which all arguments have to agree.
    fn admission(&self) -> TokenStream {
        let inputs = self.entry.inputs.iter().enumerate();
        let per_example = inputs.filter(|(_, input)| input.ty.batching == Batching::PerExample);
        let admitted = per_example.map(|(index, input)| {
            let (ident, text) = (self.scope.input(index), input.name.to_string());
            let width = literal(input.ty.shape.count());
            quote!((#text, #ident.len(), #width))
        });
        let admitted: Vec<TokenStream> = admitted.collect();
        match admitted.is_empty() {
            true => quote!(let examples = 1;),
            false => quote!(let examples = work.admit([#(#admitted),*])?;),
        }
    }

    /// True for numbers that are given once for the whole batch, as a slice.
    fn is_shared_slice(&self, index: usize) -> bool {
        let ty = &self.entry.inputs[index].ty;
        ty.batching == Batching::Shared && !ty.is_index() && !self.scope.is_number(Source::Input(index))
    }

    /// Checks of indices, and of the lengths of values that all examples share and of a direction.
    fn checks(&self) -> TokenStream {
        let checks = self.entry.inputs.iter().enumerate().filter_map(|(index, input)| {
            let (ident, text) = (self.scope.input(index), input.name.to_string());
            match input.ty.element {
                Element::Index { limit } => {
                    let limit = literal(limit);
                    Some(quote!(check_indices(#text, #ident, #limit)?;))
                }
                Element::Real if self.is_shared_slice(index) => {
                    let len = literal(input.ty.shape.count());
                    Some(quote!(check_shared(#text, #ident.len(), #len)?;))
                }
                Element::Real => None,
            }
        });
        let direction = quote!(check_direction::<Self>(direction)?;);
        let direction = self.entry.takes_direction.then_some(direction);
        checks.chain(direction).collect()
    }

    /// The bindings of everything that phases read besides values and arguments.
    fn values(&self) -> TokenStream {
        let has = |word: &str| self.words.mention(word);
        let parameters = has("parameters").then(|| quote!(let parameters: &[T] = &self.parameters;));
        let packed = has("packed").then(|| {
            let rows = self.entry.plan.packed_rows().map(calls::size);
            match self.entry.plan.needs_packed() {
                true => quote!(let packed = self.parameters.all_packed();),
                false => quote!(let packed = self.parameters.packed(#rows);),
            }
        });
        let reads_state = has("state") && self.entry.updates.is_empty();
        let state = reads_state.then(|| quote!(let state: &[T] = &self.buffers;));
        let batch_size = has("batch_size").then(|| quote!(let batch_size = T::literal(examples as f64);));
        let draws = has("draws").then(|| quote!(let draws = work.draws();));
        quote!(#parameters #packed #state #batch_size #draws)
    }

    /// The parts of the workspace that are used.
    fn parts(&self) -> TokenStream {
        let runtime = self.runtime;
        let team = self.has_calls.then(|| quote!(team,));
        let memory = (!self.entry.plan.slots.is_empty()).then(|| quote!(memory,));
        let gradient = self.entry.with_gradient().then(|| quote!(gradient,));
        let scratch = self.has_calls.then(|| quote!(scratch,));
        let updates = (!self.entry.updates.is_empty()).then(|| quote!(updates,));
        quote!(let #runtime::Parts { #team #memory #gradient #scratch #updates .. } = work.parts();)
    }

    /// The buffers before the step and after it, where it updates any.
    fn begun(&self) -> Option<TokenStream> {
        (!self.entry.updates.is_empty()).then(|| {
            let about = doc("What the buffers hold, and what `commit` will bring into them.");
            let state = match self.words.mention("state") {
                true => quote!(state),
                false => quote!(_),
            };
            quote! {
                #about
                let (#state, updates) = updates.begin(&self.buffers);
            }
        })
    }

    /// The slots of the workspace.
    fn carved(&self) -> Option<TokenStream> {
        let slots = &self.entry.plan.slots;
        if slots.is_empty() {
            return None;
        }
        let names: Vec<Ident> = (0..slots.len())
            .map(|slot| self.scope.slot(slot).clone())
            .collect();
        let extents = slots.iter().map(|extent| match *extent {
            Extent::Shared(len) => {
                let len = literal(len);
                quote!(Slot::Shared(#len))
            }
            Extent::Examples(width) => {
                let width = literal(width);
                quote!(Slot::Examples(#width))
            }
            Extent::Blocks(len) => {
                let len = literal(len);
                quote!(Slot::Blocks(#len))
            }
        });
        let about = docs::tenants(self.scope).map(|text| doc(&text));
        let extents: Vec<TokenStream> = extents.collect();
        let bound = match names.len() > MANY {
            true => cut(
                &names,
                &extents,
                quote!(Rest::of(memory)),
                |extents| quote!(carve(examples, [#(#extents),*])),
            ),
            false => bind(&names, "slots", quote!(carve(memory, examples, [#(#extents),*]))),
        };
        Some(quote!(#about #bound))
    }

    /// The parameters whose gradients are written, as they lie.
    fn reached(&self) -> Vec<usize> {
        let mut reached = self.entry.plan.gradients.clone();
        reached.sort_unstable();
        reached
    }

    /// The parts of the gradient that are written. The gradient buffer serves every entry point: what this one does not
    /// reach is zero.
    fn gradients(&self) -> Option<TokenStream> {
        if !self.entry.with_gradient() {
            return None;
        }
        let reached = self.reached();
        if reached.is_empty() {
            return Some(quote!(gradient.mean_over(examples, []);));
        }
        let names = reached
            .iter()
            .map(|&parameter| self.scope.gradient(parameter).clone());
        let names: Vec<Ident> = names.collect();
        let range = |&parameter: &usize| {
            let range = self.scope.layout.constant(parameter);
            quote!(layout::#range)
        };
        let ranges: Vec<TokenStream> = reached.iter().map(range).collect();
        Some(match names.len() > MANY {
            true => cut(
                &names,
                &ranges,
                quote!(gradient.begin_mean(examples, &[#(#ranges),*])),
                |ranges| quote!(split([#(#ranges),*])),
            ),
            false => bind(
                &names,
                "ranges",
                quote!(gradient.mean_over(examples, [#(#ranges),*])),
            ),
        })
    }

    /// The imports of the functions and types that the method itself uses.
    fn imports(&self) -> Option<TokenStream> {
        let (inputs, slots) = (self.entry.inputs, self.entry.plan.slots.len());
        let wanted = [
            ("Rest", slots > MANY),
            ("carve", slots > 0 && slots <= MANY),
            ("Slot", slots > 0),
            ("check_direction", self.entry.takes_direction),
            ("check_indices", inputs.iter().any(|input| input.ty.is_index())),
            (
                "check_shared",
                (0..inputs.len()).any(|index| self.is_shared_slice(index)),
            ),
        ];
        imports_of(self.runtime, &wanted)
    }

    /// The imports of the functions that hand memory to the workers.
    fn imports_of_workers(&self) -> Option<TokenStream> {
        let runtime = self.runtime;
        let wanted = [
            ("blocks", self.words.call("blocks")),
            ("blocks_mut", self.words.mention("blocks_mut")),
            ("rows", self.words.mention("rows")),
            ("rows_mut", self.words.mention("rows_mut")),
        ];
        imports_of(&quote!(#runtime::parallel), &wanted)
    }

    /// Modules of the network.
    fn imports_of_modules(&self) -> TokenStream {
        let Modules { helper, own, others } = self.modules;
        let has = |word: &str| self.words.mention(word);
        let needs_layout = self.entry.with_gradient() && !self.reached().is_empty() || has("layout");
        let needs_buffers = !self.entry.updates.is_empty() || has("buffers");
        let layout = needs_layout.then(|| quote!(use #helper::layout;));
        let buffers = needs_buffers.then(|| quote!(use #helper::buffers;));
        let steps = own.map(|own| quote!(use #helper::#own as steps;));
        let others = (!others.is_empty()).then(|| quote!(use #helper::{ #(#others),* };));
        quote!(#layout #buffers #steps #others)
    }
}

fn imports_of(path: &TokenStream, wanted: &[(&str, bool)]) -> Option<TokenStream> {
    let names: Vec<Ident> = wanted
        .iter()
        .filter(|(_, used)| *used)
        .map(|(name, _)| identifier(name))
        .collect();
    (!names.is_empty()).then(|| quote!(use #path::{ #(#names),* };))
}

fn results<'p>(
    result: &ResultType,
    outputs: &mut impl Iterator<Item = &'p Source>,
    scope: &Scope<'_>,
) -> TokenStream {
    match result {
        ResultType::Tuple(parts) => {
            let parts: Vec<TokenStream> = parts.iter().map(|part| results(part, outputs, scope)).collect();
            quote!((#(#parts),*))
        }
        single => {
            let slot = slot_of(outputs.next(), scope);
            match single {
                ResultType::Scalar => quote!(#slot[0]),
                _ => quote!(&*#slot),
            }
        }
    }
}

/// The slot that holds an output of the plan at the end.
fn slot_of<'s>(output: Option<&Source>, scope: &'s Scope<'_>) -> &'s Ident {
    match *output.expect("the plan has every output") {
        Source::Value(value) => scope.slot(scope.plan.values[value].slot),
        _ => unreachable!("outputs are values in the workspace"),
    }
}
