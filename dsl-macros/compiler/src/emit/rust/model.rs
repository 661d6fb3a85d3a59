//! The emitted type: struct, constructors, the traits of the runtime, methods, and the module with the steps.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use super::costs::Costs;
use super::entry::{self, EntryPoint};
use super::geometries::Geometries;
use super::identifiers::{derivative_constant, gradient_constant, results_constant};
use super::layout::Layout;
use super::outlining::Outlined;
use super::scope::Scope;
use super::{
    Network, batch, braces, costs, doc, docs, family, literal, modes, phase_names, pictures, text, trace,
    train,
};
use crate::plan::Plan;
use crate::program::CompiledNetwork;

/// The type of a declaration, then what belongs to each of its networks: of a family several, else one.
pub fn emit(members: &[CompiledNetwork<'_>]) -> TokenStream {
    let Some(first) = members.first() else {
        return TokenStream::new();
    };
    let network = first.network;
    let (name, visibility, attributes) = (&network.name, &network.visibility, &network.attributes);
    let runtime = &network.runtime;
    // One type has the same fields in all its members.
    let stateful = members.iter().any(has_buffers);
    let buffers = stateful.then(|| quote!(buffers: #runtime::Parameters<T>,));
    // The members of a family have the same arguments in different shapes.
    let batch = train::loss(first).and_then(|loss| batch::emit(first, &loss.entry.inputs));
    let (import, mut structure) = batch.map(|batch| (batch.import, batch.structure)).unzip();
    let emitted: Vec<Member> = members
        .iter()
        .map(|compiled| member(compiled, stateful, structure.take()))
        .collect();
    let keyword = quote_spanned!(network.keyword=> struct);
    let fields = quote!(parameters: #runtime::Parameters<T>, #buffers);
    let fields = braces(fields, network.end);
    let networks = emitted.iter().map(|member| &member.tokens);
    let about = match &network.family {
        Some(_) => doc(&family::summary(members)),
        None => emitted.iter().map(|member| &member.summary).cloned().collect(),
    };
    let parameters = family::parameters(network);
    quote! {
        #attributes
        #[doc = ""]
        #about
        #[derive(Clone, Debug)]
        #visibility #keyword #name<#parameters T: #runtime::Real = f32> #fields

        #import

        #(#networks)*
    }
}

/// One network.
struct Member {
    /// The text about it in the documentation.
    summary: TokenStream,
    tokens: TokenStream,
}

/// `stateful`: whether the type has a field for buffers; `batch`: the struct of a batch that its module is to hold.
fn member(compiled: &CompiledNetwork<'_>, stateful: bool, batch: Option<TokenStream>) -> Member {
    let network = compiled.network;
    let runtime = &network.runtime;
    let layout = Layout::new(&compiled.model, &compiled.layouts, &compiled.packings);
    let helper = family::helper(compiled);
    let geometries = Geometries::default();
    let points: Vec<EntryPoint<'_>> = compiled.entries.iter().flat_map(modes::points).collect();
    let routines = &compiled.routines;
    let scopes: Vec<Scope<'_>> = points
        .iter()
        .map(|point| entry::scope(point, &layout, &geometries))
        .collect();
    let modules_of: Vec<Ident> = points.iter().map(entry::module).collect();
    let trained = train::trained(compiled, &points);
    let mut emitting = Network {
        runtime,
        helper: &helper,
        outlined: Outlined::new(routines, &modules_of, &scopes),
        modules: modules_of,
        phases: points
            .iter()
            .map(|point| phase_names::names(point.plan))
            .collect(),
        scopes,
        routines,
        shown: BTreeSet::new(),
    };
    if let Some(plan) = trained {
        emitting.shown = trace::code_of(&emitting, plan);
    }
    let mut methods = TokenStream::new();
    let mut modules = layout.module(runtime);
    for (place, point) in points.iter().enumerate() {
        let emitted = entry::emit(point, &emitting, place);
        methods.extend(emitted.method);
        modules.extend(emitted.module);
    }
    modules.extend(geometries.module(runtime));

    let (name, visibility, values) = (&network.name, &network.visibility, family::values(compiled));
    let picture = pictures::inline(compiled);
    let costs = points
        .iter()
        .map(|point| costs::of(point.name.to_string(), point.plan, point.values));
    let costs: Vec<Costs> = costs.collect();
    let rounded = points.iter().any(|point| point.plan.rounds_products());
    let summary = docs::summary(&compiled.layers, &layout, &costs, rounded) + &picture;
    let summary = doc(&summary);
    let gradients = gradients(compiled, &helper);
    let constructors = constructors(compiled, &gradients.shown, &costs::emit(&costs, runtime));
    let mut texts = gradients.texts;
    texts.extend(trained.map(|plan| trace::table(&emitting, plan)));
    let contract = contract(compiled, stateful, &helper, &geometries, &points);
    let train = train::emit(compiled);
    // As unusual as the type's own name.
    let module = helper.to_string();
    let unusual = (module.contains(char::is_uppercase) || module.contains("__"))
        .then(|| quote!(#[allow(non_snake_case)]));
    let helper_doc = doc(&format!(
        "The compiled form of {}: where its parameters lie, and the steps of its entry points.",
        family::link(compiled)
    ));
    // The documentation of the type cannot describe each of several networks; that of the methods does.
    let about = network.family.as_ref().map(|_| &summary);
    // Methods stand at the user's tokens, so rustc would tell of those that are not called.
    let tokens = quote! {
        #constructors

        #about
        #[allow(dead_code)]
        impl<T: #runtime::Real> #name<#values T> {
            #methods
        }

        #contract
        #train

        #helper_doc

        #unusual
        #visibility mod #helper {
            #batch
            #texts
            #modules
        }
    };
    Member { summary, tokens }
}

/// The derived graphs of a network, as constants of its type.
struct Gradients {
    /// The constants that users read. Each only names its text: documentation shows the value of a literal.
    shown: TokenStream,
    /// The texts, in the module beside the type.
    texts: TokenStream,
}

fn gradients(compiled: &CompiledNetwork<'_>, helper: &Ident) -> Gradients {
    let (mut shown, mut texts) = (TokenStream::new(), TokenStream::new());
    for entry in &compiled.entries {
        let name = entry.entry.name.to_string();
        let mode = entry.training.as_ref().map_or("", |_| " in training mode");
        let gradient = entry.gradient_text();
        let gradient = gradient.map(|text| (gradient_constant(&name), "gradient".to_string(), text));
        let asked = entry.derivative_texts().map(|(asked, text)| {
            let word = asked.word();
            (derivative_constant(&name, word), format!("`{word}`"), text)
        });
        let of =
            |what: String| format!("The derived graph of `{name}` and its {what}{mode}, one line a value.");
        let derived = gradient.into_iter().chain(asked);
        let derived = derived.map(|(constant, what, graph)| (constant, of(what), graph));
        let results = entry.results_text().map(|text| {
            let about = format!("The graph of `{name}`, which contains derivatives{mode}, one line a value.");
            (results_constant(&name), about, text)
        });
        let pictures = pictures::of(entry);
        let pictures = pictures
            .iter()
            .map(|(constant, about, picture)| (constant.clone(), about.clone(), *picture));
        for (constant, about, graph) in derived.chain(results).chain(pictures) {
            let about = doc(&about);
            let text = text(graph);
            shown.extend(quote! {
                #about
                pub const #constant: &'static str = #helper::#constant;
            });
            texts.extend(quote! {
                #about
                pub(super) const #constant: &str = #text;
            });
        }
    }
    Gradients { shown, texts }
}

fn constructors(compiled: &CompiledNetwork<'_>, gradients: &TokenStream, costs: &TokenStream) -> TokenStream {
    let (name, values) = (&compiled.network.name, family::values(compiled));
    let runtime = &compiled.network.runtime;
    quote! {
        impl #name<#values f32> {
            #gradients

            #costs

            /// A network of `f32` with first values drawn from `seed`; for `f64` see `Network::new`.
            pub fn new(seed: u64) -> Self {
                <Self as #runtime::Network>::new(seed)
            }

            /// Everything a step needs, allocated once; for `f64` see `Network::workspace`.
            pub fn workspace() -> #runtime::WorkspaceBuilder<Self> {
                <Self as #runtime::Network>::workspace()
            }
        }
    }
}

/// `impl Network`: what every network has.
fn contract(
    compiled: &CompiledNetwork<'_>,
    stateful: bool,
    helper: &Ident,
    geometries: &Geometries,
    points: &[EntryPoint<'_>],
) -> TokenStream {
    let (name, values, text) = (
        &compiled.network.name,
        family::values(compiled),
        family::shown(compiled),
    );
    let runtime = &compiled.network.runtime;
    let forward: Vec<&Plan> = compiled
        .entries
        .iter()
        .map(|entry| &entry.evaluation.results)
        .collect();
    let all: Vec<&Plan> = points.iter().map(|point| point.plan).collect();
    let per_thread = geometries.scratch(helper, runtime);
    let (state_layout, state) = match has_buffers(compiled) {
        true => (
            quote!(const BUFFERS: #runtime::Layout = #helper::buffers::LAYOUT;),
            quote! {
                fn buffers(&self) -> &[T] {
                    &self.buffers
                }

                fn buffers_mut(&mut self) -> &mut [T] {
                    &mut self.buffers
                }
            },
        ),
        false => (quote!(), quote!()),
    };
    let (formal, field) = match stateful {
        true => (quote!(buffers), quote!(, buffers)),
        false => (quote!(_), quote!()),
    };
    let (training, inference) = (
        memory(&all, &per_thread, runtime),
        memory(&forward, &per_thread, runtime),
    );
    quote! {
        impl<T: #runtime::Real> #runtime::Network for #name<#values T> {
            type Element = T;
            const NAME: &'static str = #text;
            const LAYOUT: #runtime::Layout = #helper::layout::LAYOUT;
            #state_layout
            const TRAINING_MEMORY: #runtime::Memory = #training;
            const INFERENCE_MEMORY: #runtime::Memory = #inference;

            fn from_values(
                parameters: #runtime::Parameters<T>,
                #formal: #runtime::Parameters<T>,
            ) -> Self {
                Self { parameters #field }
            }

            fn parameters(&self) -> &#runtime::Parameters<T> {
                &self.parameters
            }

            fn parameters_mut(&mut self) -> &mut #runtime::Parameters<T> {
                &mut self.parameters
            }

            #state
        }
    }
}

fn has_buffers(compiled: &CompiledNetwork<'_>) -> bool {
    !compiled.model.buffers.is_empty()
}

/// The workspace that serves every one of these plans.
fn memory(plans: &[&Plan], per_thread: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let most = |part: fn(&Plan) -> usize| literal(plans.iter().map(|plan| part(plan)).max().unwrap_or(0));
    let (fixed, per_block) = (
        most(|plan| docs::memory(plan).0),
        most(|plan| docs::memory(plan).1),
    );
    quote!(#runtime::Memory { fixed: #fixed, per_block: #per_block, per_thread: #per_thread })
}
