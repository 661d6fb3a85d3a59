//! The driver: declaration → tokens, the stages of the compiler in order.

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;
use crate::elaborate::{
    Derivative, Entry, Model, ParameterDeclaration, ROLL, ResultType, Training, elaborate_with, is_word,
};
use crate::emit::rust as emit;
use crate::graph::{Function, Shape, Type, Val};
use crate::import::Declaration;
use crate::layers::layers;
use crate::lowered::{Function as LoweredFunction, lower};
use crate::optimise::{optimise, stabilise};
use crate::plan::routines::Routines;
use crate::plan::{Packings, ParameterLayouts, Plan};
use crate::prelude;
use crate::program::plans::GradientPlan;
use crate::program::{
    CompiledNetwork, Drawn, EntryGraphs, EntryPlans, Gradient, ModeGraphs, ModePlans, computed_values,
    print_derivative,
};
use crate::schedule::batch_tiling::tile_batch;
use crate::schedule::channels_last::lay_channels_last;
use crate::schedule::mixed_precision::round_products;
use crate::schedule::outlining::{Planned, routines};
use crate::schedule::weight_packing::{mark_products, packings};
use crate::schedule::{assign_parameter_layouts, schedule};
use crate::syntax;
use crate::syntax::ast::{Blocks, Expr, Network, Products};
use crate::syntax::references::References;
use crate::syntax::unused::Unused;

/// Compiles a declaration whose imports are known: tokens → ast → model → graphs → plans → tokens.
pub fn network(declaration: &Declaration) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let Some(mut network) = syntax::parse(declaration.tokens.clone(), &mut diagnostics) else {
        return diagnostics.into_tokens();
    };
    network.runtime = declaration.runtime.clone();
    match declaration.imported(&mut diagnostics) {
        Some((imported, _)) if diagnostics.is_empty() => network.imported = imported,
        _ => return with_outline(&network, diagnostics),
    }
    let Some(prelude) = prelude::parse(&mut diagnostics) else {
        return with_outline(&network, diagnostics);
    };
    let members = members(&network);
    let mut models = Vec::new();
    for member in &members {
        let mut found = Diagnostics::new();
        models.extend(elaborate_with(&member.network, &prelude, ROLL, &mut found));
        match &member.label {
            Some(label) => diagnostics.add_member(label, found),
            None => diagnostics = found,
        }
    }
    if !diagnostics.is_empty() || models.len() < members.len() {
        return with_outline(&network, diagnostics);
    }
    let mut warnings = emit::warnings::unused(&Unused::of(
        &network.functions,
        &network.constants,
        &network.initializers,
    ));
    // The untrained parameters of one member of a family are those of every member.
    let untrained = models.first().map(|model: &Model| model.untrained.as_slice());
    warnings.extend(emit::warnings::untrained(untrained.unwrap_or_default()));
    let compiled = members.iter().zip(models).map(|(member, model)| CompiledNetwork {
        values: member.values.clone(),
        ..compile(&member.network, model)
    });
    let mut tokens = emit::emit(&compiled.collect::<Vec<CompiledNetwork<'_>>>());
    tokens.extend(warnings);
    tokens.extend(references(&network, &prelude, declaration));
    tokens
}

/// What the tokens of a network refer to: words, and functions of its own.
fn references(network: &Network, prelude: &Blocks, declaration: &Declaration) -> TokenStream {
    let declared = emit::references::Declared {
        network: network.family.is_none().then_some(&network.name),
        functions: &network.functions,
        imported: declaration.aliases().collect(),
        attributes: &network.said,
    };
    let references = References::of(&network.functions, &network.constants, &network.initializers);
    emit::references::emit(&network.runtime, &references, &declared, |name| {
        is_word(name, prelude)
    })
}

/// Compiles a model to plans. Nothing here can fail: elaboration has checked everything.
pub fn compile(network: &Network, mut model: Model) -> CompiledNetwork<'_> {
    let layers = layers(&model);
    let graphs = graphs(&mut model);
    let layouts = parameter_layouts(&graphs);
    let entries = graphs.into_iter().map(|graphs| {
        let entry = graphs.entry;
        let plans_of =
            |mode: Mode, graphs: ModeGraphs| mode_plans(graphs, mode, &entry, &layouts, &model, network);
        EntryPlans {
            evaluation: plans_of(Mode::Evaluation, graphs.evaluation),
            training: graphs.training.map(|graphs| plans_of(Mode::Training, graphs)),
            entry,
        }
    });
    let mut entries: Vec<EntryPlans> = entries.collect();
    let packings = pack_weights(&mut entries, &model);
    let routines = outline(&entries, &model);
    CompiledNetwork {
        network,
        values: Vec::new(),
        model,
        layers,
        layouts,
        packings,
        entries,
        routines,
    }
}

/// Assigns the layout of each parameter, which all entry points share.
pub fn parameter_layouts(graphs: &[EntryGraphs]) -> ParameterLayouts {
    assign_parameter_layouts(graphs.iter().flat_map(EntryGraphs::functions))
}

/// Decides which parameters calls that yield results read packed.
fn pack_weights(entries: &mut [EntryPlans], model: &Model) -> Packings {
    let parameters = sizes(&model.parameters);
    let results = entries.iter().map(|entry| &entry.evaluation.results);
    let packings = packings(results, &parameters);
    for entry in entries {
        entry.plans_mut().for_each(|plan| mark_products(plan, &packings));
    }
    packings
}

/// The number of elements of each parameter or buffer.
fn sizes(declared: &[ParameterDeclaration]) -> Vec<usize> {
    let shapes = declared.iter().map(|parameter| &parameter.shape);
    shapes.map(Shape::count).collect()
}

/// Finds the code that the phases of all entry points share.
fn outline(entries: &[EntryPlans], model: &Model) -> Routines {
    let (parameters, buffers) = (sizes(&model.parameters), sizes(&model.buffers));
    let planned = entries.iter().flat_map(|entry| {
        let inputs: Vec<Type> = entry.entry.inputs.iter().map(|input| input.ty.clone()).collect();
        entry.plans().map(move |plan| (plan, inputs.clone()))
    });
    let planned = planned.map(|(plan, inputs)| Planned {
        plan,
        inputs,
        parameters: &parameters,
        buffers: &buffers,
    });
    routines(&planned.collect::<Vec<Planned<'_>>>())
}

/// Takes the entry points out of a model, as optimised graphs.
pub fn graphs(model: &mut Model) -> Vec<EntryGraphs> {
    let entries = std::mem::take(&mut model.entries).into_iter();
    let graphs = entries.map(|mut entry| {
        let evaluation = Training {
            function: std::mem::replace(&mut entry.function, Function::empty()),
            updates: Vec::new(),
            linearised: std::mem::take(&mut entry.linearised),
        };
        let training = entry.training.take();
        // One trains by the gradient of training mode, so the other is compiled only where it is asked for.
        let in_evaluation = training.is_none() || entry.evaluation_gradient;
        EntryGraphs {
            evaluation: mode_graphs(evaluation, &entry, in_evaluation),
            training: training.map(|training| mode_graphs(training, &entry, true)),
            entry,
        }
    });
    graphs.collect()
}

/// Derives the graphs of the results and, if they are wanted in this mode, of the gradient and the derivatives that are asked for.
fn mode_graphs(mode: Training, entry: &Entry, is_derived: bool) -> ModeGraphs {
    let Training {
        function,
        updates,
        linearised,
    } = mode;
    let loss = entry.result.first_scalar_output().filter(|_| is_derived);
    let asked = entry.derivatives.iter().filter(|_| is_derived);
    let derivatives = asked.map(|asked| derive(asked, &function, &linearised, &entry.result).map(optimise));
    ModeGraphs {
        gradient: loss.map(|loss| differentiate(&function, loss).map(optimise)),
        derivatives: derivatives.collect(),
        results: optimise(function),
        updates,
    }
}

/// The gradient of output `loss`, as the reverse sweep produces it.
pub fn differentiate(function: &Function, loss: usize) -> Gradient {
    let stable = stabilise(function.copy());
    Gradient::of(stable, loss)
}

/// What a derivative that is asked for yields, as the sweeps produce it; it changes no buffer.
pub fn derive(asked: &Derivative, function: &Function, linearised: &[Val], result: &ResultType) -> Gradient {
    let prepared = Gradient::prepared(asked, function, linearised, result);
    Gradient::asked(asked, stabilise(prepared), result)
}

/// The mode of an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Evaluation,
    Training,
}

/// Results in lowered operators. In evaluation images lie channels last: between two calls the parameters seldom change, so that packed
/// weights pay. Kernels that round factors have one layout.
pub fn lower_results(results: &Function, mode: Mode, products: Products) -> LoweredFunction {
    let lowered = lower(results);
    match (mode, products) {
        (Mode::Evaluation, Products::Full) => lay_channels_last(lowered),
        _ => lowered,
    }
}

/// Schedules graphs as plans.
fn mode_plans(
    graphs: ModeGraphs,
    mode: Mode,
    entry: &Entry,
    layouts: &ParameterLayouts,
    model: &Model,
    network: &Network,
) -> ModePlans {
    let rounded = |plan: Plan| match network.products {
        Products::Full => plan,
        Products::Bf16 => round_products(plan),
    };
    let ModeGraphs {
        results,
        gradient,
        updates,
        derivatives,
    } = graphs;
    let title = |method: &str| format!("{}.{}{method}", network.name, entry.name);
    let plan_of = |gradient: Gradient, text: String, drawn: Drawn| {
        let values = computed_values(&gradient.function);
        let laid = gradient.map(|function| tile_batch(lower(&function)));
        let plan = schedule(&laid.function.graph, &laid.roots(), layouts);
        GradientPlan {
            plan: rounded(plan),
            text,
            values,
            drawn,
        }
    };
    let gradient = gradient.map(|gradient| {
        let text = gradient.print(model, &updates);
        let drawn = Drawn::of_gradient(
            &title("_and_grad"),
            &gradient,
            &updates,
            model,
            &network.documents,
        );
        plan_of(gradient, text, drawn)
    });
    let derivatives = entry.derivatives.iter().zip(derivatives);
    let derivatives = derivatives.map(|(asked, derived)| {
        let text = derived.print_asked(asked, entry, model);
        let title = title(&format!("_{}", asked.word()));
        let drawn = Drawn::of_derivative(&title, &derived, (asked, entry), model, &network.documents);
        plan_of(derived, text, drawn)
    });
    let derivatives = derivatives.collect();
    let differentiated = entry.result.first_scalar_output().is_some();
    let text = match differentiated {
        true => None,
        false => print_derivative(&results, &updates),
    };
    let drawn = Drawn::of_results(&title(""), &results, &updates, model, &network.documents);
    let values = computed_values(&results);
    let results = lower_results(&results, mode, network.products);
    let plan = schedule(&results.graph, &results.output_roots(), layouts);
    ModePlans {
        results: rounded(plan),
        text,
        values,
        drawn,
        gradient,
        updates,
        derivatives,
    }
}

/// One network of a declaration.
struct Member {
    network: Network,
    /// The label that distinguishes it from other members: `` `WIDTH = 8` ``.
    label: Option<String>,
    values: Vec<Expr>,
}

/// The members of a family; any other declaration is its own only member.
fn members(network: &Network) -> Vec<Member> {
    let Some(family) = &network.family else {
        return vec![Member {
            network: network.clone(),
            label: None,
            values: Vec::new(),
        }];
    };
    let members = family.members.iter().map(|member| Member {
        network: network.member(&member.values),
        label: Some(member.describe(&family.parameters)),
        values: member.values.clone(),
    });
    members.collect()
}

/// The syntax errors of a declaration, with its outline.
pub fn syntax_errors(tokens: &TokenStream, runtime: &TokenStream) -> Option<TokenStream> {
    let mut diagnostics = Diagnostics::new();
    let network = syntax::parse(tokens.clone(), &mut diagnostics);
    match (network, diagnostics.is_empty()) {
        (_, true) => None,
        (Some(mut network), false) => {
            network.runtime = runtime.clone();
            Some(with_outline(&network, diagnostics))
        }
        (None, false) => Some(diagnostics.into_tokens()),
    }
}

/// Errors, together with an outline that keeps the rest of the user's crate compiling.
fn with_outline(network: &Network, diagnostics: Diagnostics) -> TokenStream {
    let mut tokens = diagnostics.into_tokens();
    tokens.extend(emit::outline::emit(network));
    tokens
}

#[cfg(test)]
mod tests;
