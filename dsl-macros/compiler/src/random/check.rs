//! Checks one declaration in every stage of the compiler: each stage preserves the meaning of the one before
//! it, and none panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::TokenStream;

use crate::compile::{Mode, compile, derive, differentiate, graphs, lower_results, parameter_layouts};
use crate::diagnostics::Diagnostics;
use crate::differentiate::pull_back;
use crate::elaborate::{Derivative, Entry, Model, ROLL, elaborate_with};
use crate::emit::rust as emit;
use crate::graph::Function;
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::lowered::{self, lower};
use crate::ops::Op;
use crate::optimise::tests::as_written;
use crate::optimise::{optimise, stabilise};
use crate::plan::Root;
use crate::prelude;
use crate::program::{EntryGraphs, Gradient};
use crate::reference::{Data, Numbers};
use crate::schedule;
use crate::schedule::batch_tiling::tile_batch;
use crate::syntax;
use crate::syntax::ast::{Blocks, Network, Products};

/// The batch sizes: one example, a few, more than a block.
pub const BATCHES: &[usize] = &[2, 17, 1, 3];

/// The tolerance for rounding in f64 of each tensor, relative to its size or to 1.
const TOLERANCE: f64 = 1e-9;

thread_local! {
    static PRELUDE: Blocks = prelude::parse(&mut Diagnostics::new()).expect("the prelude is sound");
}

/// A failure, with the stage at which it occurred.
#[derive(Clone, Debug)]
pub struct Failure {
    pub stage: String,
    pub text: String,
}

fn failure(stage: &str, text: impl Into<String>) -> Failure {
    Failure {
        stage: stage.to_string(),
        text: text.into(),
    }
}

/// The last stage to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The plan after each pass, over poisoned memory.
    Plans,
    /// The emitted code, as far as it can be interpreted.
    Emission,
}

/// The thoroughness of a check.
#[derive(Clone, Copy, Debug)]
pub struct Care {
    /// The seed for the numbers of the leaves.
    pub seed: u64,
    /// The batch sizes on which values are compared; empty if only refusals and panics are sought.
    pub batches: &'static [usize],
    /// The last stage after the graph.
    pub end: End,
    /// True to compare derivatives with finite differences, rolled loops with unrolled ones, and to check the derivatives that
    /// an entry point can ask for.
    pub differences: bool,
}

/// Runs every stage of a declaration; a panic is a failure too.
pub fn check(text: &str, care: Care) -> Result<(), Failure> {
    match catch_unwind(AssertUnwindSafe(|| stages(text, care))) {
        Ok(result) => result,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(failure("a panic", text.unwrap_or("of another kind")))
        }
    }
}

/// The model of a declaration without mistakes.
pub fn sound(text: &str) -> Option<Model> {
    elaborated(&parsed(text).ok()?, ROLL).ok()
}

fn parsed(text: &str) -> Result<Network, Failure> {
    let tokens: TokenStream = text
        .parse()
        .map_err(|error| failure("tokens", format!("{error}")))?;
    let mut diagnostics = Diagnostics::new();
    let network = syntax::parse(tokens, &mut diagnostics).filter(|_| diagnostics.is_empty());
    network.ok_or_else(|| failure("syntax", diagnostics.render()))
}

fn elaborated(network: &Network, roll: bool) -> Result<Model, Failure> {
    let mut diagnostics = Diagnostics::new();
    let model = PRELUDE.with(|prelude| elaborate_with(network, prelude, roll, &mut diagnostics));
    let model = model.filter(|_| diagnostics.is_empty());
    model.ok_or_else(|| failure("elaboration", diagnostics.render()))
}

/// Refusals that types do not show: a parameter that no gradient reaches, a loss of the wrong input, no
/// parameters where some are asked for.
const REFUSED: [&str; 3] = ["no gradient gets to", "` takes ", "no parameter's name matches"];

/// True if every message is such a refusal.
fn is_refused_for_its_meaning(fault: &Failure) -> bool {
    let mut messages = fault.text.lines().filter(|line| !line.starts_with(' '));
    fault.stage == "elaboration"
        && messages.all(|message| REFUSED.iter().any(|refused| message.contains(refused)))
}

fn stages(text: &str, care: Care) -> Result<(), Failure> {
    let network = parsed(text)?;
    let model = match elaborated(&network, ROLL) {
        Err(fault) if is_refused_for_its_meaning(&fault) => return Ok(()),
        model => model?,
    };
    let calm = care.batches.is_empty();
    for entry in model.entries.iter().filter(|_| !calm) {
        for function in entry.functions() {
            let environments = environments(&model, entry, care);
            function_stages(entry, function, &environments, care).map_err(|fault| Failure {
                text: format!("`{}`: {}", entry.name, fault.text),
                ..fault
            })?;
        }
    }
    if care.differences && !calm {
        unrolled(&network, &model, care)?;
        written(&network, &model, care)?;
    }
    match care.end {
        End::Plans => return plans(model, care),
        End::Emission => {}
    }
    let compiled = compile(&network, model);
    let tokens = emit::emit(&[compiled]);
    match syn::parse2::<syn::File>(tokens) {
        Ok(_) => Ok(()),
        Err(error) => Err(failure("emission", error.to_string())),
    }
}

/// Checks every pass of the schedule, over poisoned memory.
fn plans(mut model: Model, care: Care) -> Result<(), Failure> {
    let mut data = Data::new(&model, Numbers::seeded(care.seed));
    for entry in model.entries.iter_mut().filter(|_| care.differences) {
        entry.derivatives = derivatives(entry);
    }
    let graphs = graphs(&mut model);
    let layouts = parameter_layouts(&graphs);
    for EntryGraphs {
        entry,
        evaluation,
        training,
    } in graphs
    {
        let environments = care.batches.iter();
        let environments: Vec<Environment> = environments
            .map(|&examples| directed(data.environment(&entry, examples)))
            .collect();
        let training = training.map(|training| (Mode::Training, training));
        for (mode, graphs) in std::iter::once((Mode::Evaluation, evaluation)).chain(training) {
            let held = |function: &lowered::Function, roots: &[Root], what: &str| {
                schedule::check::check(function, roots, &layouts, &environments, 1.0)
                    .map_err(|fault| failure("plans", format!("{what} of `{}`: {fault}", entry.name)))
            };
            let results = lower_results(&graphs.results, mode, Products::Full);
            held(&results, &results.output_roots(), "results")?;
            if let Some(gradient) = graphs.gradient {
                let laid = gradient.map(|function| tile_batch(lower(&function)));
                held(&laid.function, &laid.roots(), "gradient")?;
            }
            for (asked, derived) in entry.derivatives.iter().zip(graphs.derivatives) {
                let laid = derived.map(|function| tile_batch(lower(&function)));
                held(&laid.function, &laid.roots(), asked.word())?;
            }
        }
    }
    Ok(())
}

fn environments(model: &Model, entry: &Entry, care: Care) -> Vec<Environment> {
    let mut data = Data::new(model, Numbers::seeded(care.seed));
    let batches = care.batches.iter();
    batches
        .map(|&examples| directed(data.environment(entry, examples)))
        .collect()
}

/// The environment with a direction of the parameters.
fn directed(environment: Environment) -> Environment {
    let mut numbers = Numbers::seeded(environment.examples as u64);
    let parameters = environment.parameters.iter();
    let directions = parameters.map(|(&parameter, array)| (parameter, array.map(|_| numbers.real())));
    Environment {
        directions: directions.collect(),
        ..environment
    }
}

/// The derivatives that any entry point can ask for.
fn derivatives(entry: &Entry) -> Vec<Derivative> {
    let of_scalar = entry.result.first_scalar_output().map(|_| Derivative::Hvp);
    std::iter::once(Derivative::Jvp).chain(of_scalar).collect()
}

/// The values of a function for each batch, with the batch size.
type Values = Vec<(usize, Vec<Batch>)>;

fn values(function: &Function, environments: &[Environment]) -> Values {
    let one = |environment: &Environment| {
        let values = interpret(&function.graph, &function.outputs, environment);
        (environment.examples, values)
    };
    environments.iter().map(one).collect()
}

/// A part of the values.
fn part(values: &Values, range: impl Fn(&[Batch]) -> &[Batch]) -> Values {
    values
        .iter()
        .map(|(examples, values)| (*examples, range(values).to_vec()))
        .collect()
}

fn function_stages(
    entry: &Entry,
    function: &Function,
    environments: &[Environment],
    care: Care,
) -> Result<(), Failure> {
    let begin = values(function, environments);
    let stable = stabilise(function.copy());
    same("stabilised", &begin, &values(&stable, environments))?;
    let simple = optimise(function.copy());
    same("optimised", &begin, &values(&simple, environments))?;
    same("lowered", &begin, &lowered_values(&lower(&simple), environments)?)?;
    for asked in derivatives(entry).iter().filter(|_| care.differences) {
        derivative_stages(asked, entry, function, environments)?;
    }
    let Some(loss) = entry.result.first_scalar_output() else {
        return Ok(());
    };
    let derivative = differentiate(function, loss);
    let derived = values(&derivative.function, environments);
    let results = function.outputs.len();
    same(
        "beside its gradient",
        &begin,
        &part(&derived, |values| &values[..results]),
    )?;
    let gradients = part(&derived, |values| &values[results..]);
    let plain = values(&pulled_back(function, loss, &derivative), environments);
    same("derived of the stabilised", &plain, &gradients)?;
    if care.differences && !stopped(function) {
        for (environment, (_, gradients)) in environments.iter().zip(&gradients) {
            differences(function, loss, &derivative.parameters, environment, gradients)?;
        }
    }
    let simple = optimise(derivative.function);
    same("optimised gradient", &derived, &values(&simple, environments))?;
    let lowered = lower(&simple);
    same(
        "lowered gradient",
        &derived,
        &lowered_values(&lowered, environments)?,
    )?;
    let laid = tile_batch(lowered);
    same("in blocks", &derived, &lowered_values(&laid, environments)?)
}

/// Checks what a derivative yields on every stage, and that reverse sweeps yield the same.
fn derivative_stages(
    asked: &Derivative,
    entry: &Entry,
    function: &Function,
    environments: &[Environment],
) -> Result<(), Failure> {
    let word = asked.word();
    let derivative = derive(asked, function, &[], &entry.result);
    let derived = values(&derivative.function, environments);
    let results = entry.result.count();
    if let Some(loss) = entry.result.first_scalar_output() {
        let place = match asked {
            Derivative::Jvp => results + loss,
            _ => results,
        };
        let found = part(&derived, |values| match asked {
            Derivative::Jvp => &values[place..=place],
            _ => &values[place..],
        });
        let wanted = values(
            &by_reverse_sweeps(asked, function, loss, &derivative),
            environments,
        );
        same(&format!("{word} and its reverse sweeps"), &wanted, &found)?;
    }
    let simple = optimise(derivative.function);
    same(
        &format!("optimised {word}"),
        &derived,
        &values(&simple, environments),
    )?;
    let lowered = lower(&simple);
    let found = lowered_values(&lowered, environments)?;
    same(&format!("lowered {word}"), &derived, &found)?;
    let laid = lowered_values(&tile_batch(lowered), environments)?;
    same(&format!("{word} in blocks"), &derived, &laid)
}

/// The derivative of a loss along the direction, `⟨∇loss, v⟩`, or the gradient of that by the parameters that a product with
/// the Hessian reaches.
fn by_reverse_sweeps(asked: &Derivative, function: &Function, loss: usize, other: &Gradient) -> Function {
    let Function { graph, outputs } = function.copy();
    let mut parameters = Vec::new();
    for val in graph.live(&[outputs[loss]]) {
        if let Op::Parameter(parameter) = &graph.node(val).op {
            parameters.push((parameter.clone(), val));
        }
    }
    let wrt: Vec<_> = parameters.iter().map(|&(_, val)| val).collect();
    let gradients = pull_back(&graph, &[(outputs[loss], graph.constant(1.0).val)], &wrt);
    let mut slope = graph.constant(0.0);
    for ((parameter, _), gradient) in parameters.iter().zip(gradients) {
        let direction = graph.expr(graph.apply(parameter.direction(), &[]));
        if let Some(gradient) = gradient {
            slope = slope + (graph.expr(gradient) * direction).sum_all();
        }
    }
    let outputs = match asked {
        Derivative::Jvp => vec![slope.val],
        _ => {
            let rows = pull_back(&graph, &[(slope.val, graph.constant(1.0).val)], &wrt);
            let reached = |index: usize| {
                parameters
                    .iter()
                    .position(|(parameter, _)| parameter.index == index)
            };
            let places = other.parameters.iter().filter_map(|&index| reached(index));
            let row = |place: usize| {
                let zeros = || graph.constant(0.0).broadcast_to(&graph.ty(wrt[place]).shape).val;
                rows[place].unwrap_or_else(zeros)
            };
            places.map(row).collect()
        }
    };
    Function { graph, outputs }
}

/// The values of a lowered function for each batch; it must be sound.
fn lowered_values(function: &lowered::Function, environments: &[Environment]) -> Result<Values, Failure> {
    lowered::verify::verify(function).map_err(|fault| failure("lowered", fault))?;
    let one = |environment: &Environment| {
        let values = lowered::interpret::interpret(function, environment);
        (environment.examples, values)
    };
    Ok(environments.iter().map(one).collect())
}

/// The gradient of the function as elaborated, by the parameters of the other gradient.
fn pulled_back(function: &Function, loss: usize, other: &Gradient) -> Function {
    let Function { graph, outputs } = function.copy();
    let wrt: Vec<_> = other
        .parameters
        .iter()
        .filter_map(|&index| {
            graph.vals().find(
                |&val| matches!(&graph.node(val).op, Op::Parameter(parameter) if parameter.index == index),
            )
        })
        .collect();
    let gradients = pull_back(&graph, &[(outputs[loss], graph.constant(1.0).val)], &wrt);
    let zero = |&val| graph.constant(0.0).broadcast_to(&graph.ty(val).shape).val;
    let gradients = gradients.into_iter().zip(&wrt);
    let outputs = gradients
        .map(|(gradient, val)| gradient.unwrap_or_else(|| zero(val)))
        .collect();
    Function { graph, outputs }
}

/// True if a derivative is stopped on purpose, which finite differences do not see.
fn stopped(function: &Function) -> bool {
    function
        .graph
        .vals()
        .any(|val| match &function.graph.node(val).op {
            Op::StopGradient(_) | Op::CustomGradient(_) => true,
            Op::Scan(scan) => stopped(&scan.body),
            _ => false,
        })
}

/// The derivative along one direction of all parameters, measured on both sides; if these differ, there is a
/// corner.
fn differences(
    function: &Function,
    loss: usize,
    parameters: &[usize],
    environment: &Environment,
    gradients: &[Batch],
) -> Result<(), Failure> {
    let mut numbers = Numbers::seeded(17);
    let direction: Vec<Array> = parameters
        .iter()
        .map(|parameter| environment.parameters[parameter].map(|_| numbers.real()))
        .collect();
    let at = |step: f64| {
        let mut moved = environment.clone();
        for (parameter, along) in parameters.iter().zip(&direction) {
            let values = &mut moved.parameters.get_mut(parameter).expect("it is reached").data;
            values
                .iter_mut()
                .zip(&along.data)
                .for_each(|(value, along)| *value += step * along);
        }
        interpret(&function.graph, &function.outputs[loss..=loss], &moved)[0]
            .shared()
            .data[0]
    };
    let h = 1e-6;
    let (below, here, above) = (at(-h), at(0.0), at(h));
    let (left, right) = ((here - below) / h, (above - here) / h);
    let pairs = gradients.iter().zip(&direction);
    let derived: f64 = pairs
        .map(|(gradient, along)| {
            let products = gradient.shared().data.iter().zip(&along.data);
            products.map(|(slope, along)| slope * along).sum::<f64>()
        })
        .sum();
    let size = 1.0 + left.abs().max(right.abs());
    let measured = (left + right) / 2.0;
    let corner = (left - right).abs() > 1e-3 * size || !size.is_finite();
    match corner || (derived - measured).abs() <= 1e-3 * size {
        true => Ok(()),
        false => Err(failure(
            "finite differences",
            format!(
                "{derived} derived, {measured} measured, {} examples",
                environment.examples
            ),
        )),
    }
}

/// Checks that rolled and unrolled loops agree, except for the positions at which noise is drawn.
fn unrolled(network: &Network, rolled: &Model, care: Care) -> Result<(), Failure> {
    let unrolled = match elaborated(network, false) {
        // An unrolled loop reveals more about the input of a loss.
        Err(fault) if is_refused_for_its_meaning(&fault) => return Ok(()),
        model => model?,
    };
    for (entry, other) in rolled.entries.iter().zip(&unrolled.entries) {
        let environments = environments(rolled, entry, care);
        for (function, other) in entry.functions().zip(other.functions()) {
            if !random(function) {
                // An unrolled loop reveals more values to be shared.
                let turn_by_turn = spread(values(other, &environments));
                same(
                    "unrolled",
                    &turn_by_turn,
                    &spread(values(function, &environments)),
                )?;
            }
        }
    }
    Ok(())
}

/// Checks that derivatives within the language are those of the expressions as they are written: that no rule before them
/// changes a derivative, and each variable stays one.
fn written(network: &Network, model: &Model, care: Care) -> Result<(), Failure> {
    let other = as_written(|| elaborated(network, ROLL))?;
    for (entry, other) in model.entries.iter().zip(&other.entries) {
        let environments = environments(model, entry, care);
        for (function, other) in entry.functions().zip(other.functions()) {
            // Noise is drawn by the number of its place, which what is stabilised before it changes.
            if !random(function) {
                let (plain, stable) = (values(other, &environments), values(function, &environments));
                same("as written", &spread(plain), &spread(stable))?;
            }
        }
    }
    Ok(())
}

/// The values example by example.
fn spread(values: Values) -> Values {
    let one = |(examples, values): (usize, Vec<Batch>)| {
        let each = |value: Batch| {
            Batch::PerExample((0..examples).map(|example| value.of(example).clone()).collect())
        };
        (examples, values.into_iter().map(each).collect())
    };
    values.into_iter().map(one).collect()
}

/// True if it draws random numbers.
pub fn random(function: &Function) -> bool {
    function
        .graph
        .vals()
        .any(|val| match &function.graph.node(val).op {
            Op::Noise(_) => true,
            Op::Scan(scan) => random(&scan.body),
            _ => false,
        })
}

/// The elements, example by example.
pub fn numbers(batch: &Batch) -> Vec<f64> {
    match batch {
        Batch::Shared(array) => array.data.clone(),
        Batch::PerExample(arrays) => arrays.iter().flat_map(|array| array.data.clone()).collect(),
    }
}

/// Checks equality up to rounding, tensor by tensor, in every batch.
fn same(stage: &str, before: &Values, after: &Values) -> Result<(), Failure> {
    for ((examples, before), (_, after)) in before.iter().zip(after) {
        if before.len() != after.len() {
            return Err(failure(
                stage,
                format!("{} values became {}", before.len(), after.len()),
            ));
        }
        for (place, (before, after)) in before.iter().zip(after).enumerate() {
            if std::mem::discriminant(before) != std::mem::discriminant(after) {
                return Err(failure(stage, format!("the kind of value {place} changed")));
            }
            let (before, after) = (numbers(before), numbers(after));
            if !near(&before, &after, *examples) {
                let text = format!("value {place}, {examples} examples:\n{before:?}\n{after:?}");
                return Err(failure(stage, text));
            }
        }
    }
    Ok(())
}

fn near(before: &[f64], after: &[f64], examples: usize) -> bool {
    if before.len() != after.len() {
        return false;
    }
    // The unbiased variance of one example is 0/0.
    let defined = |value: f64| examples > 1 || value.is_finite();
    let pairs = || before.iter().zip(after).filter(|(before, _)| defined(**before));
    let size = pairs().map(|(before, _)| before * before).sum::<f64>().sqrt();
    let off = pairs().map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    // Written so that NaN fails.
    off <= TOLERANCE * (1.0 + size)
}
