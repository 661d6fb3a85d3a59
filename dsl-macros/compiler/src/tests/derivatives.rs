//! The derivatives that an entry point can ask for, of every network: they are slopes, and each stage computes the same.

use super::leaves::{Leaves, Random};
use super::{FIXTURES, Fixture, fixture};
use crate::compile::{derive, differentiate, graphs, parameter_layouts};
use crate::elaborate::{Derivative, Entry, Wrt};
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::graph::{Function, Val};
use crate::lowered::{self, lower};
use crate::optimise::optimise;
use crate::plan::Root;
use crate::plan::cost::flops;
use crate::program::Gradient;
use crate::schedule::batch_tiling::tile_batch;
use crate::schedule::check::{check, is_close, numbers};
use crate::schedule::schedule;

/// The examples of a batch.
const EXAMPLES: usize = 2;

/// Operations of an example from which on the interpreter takes long.
const LONG: usize = 200_000;

/// The derivatives of an entry point: those that it asks for, else all that need no value to be named.
pub fn asked(entry: &Entry) -> Vec<Derivative> {
    if !entry.derivatives.is_empty() {
        return entry.derivatives.clone();
    }
    let mut asked = vec![Derivative::Jvp];
    if entry.result.first_scalar_output().is_some() {
        let inputs = entry.inputs.iter().enumerate();
        let inputs = inputs.filter(|(_, input)| !input.ty.is_index());
        let by = inputs.map(|(index, input)| (input.name.clone(), Wrt::Input(index)));
        let parameters = (entry.name.clone(), Wrt::Parameters);
        asked.push(Derivative::Hvp);
        asked.push(Derivative::Grad(by.chain([parameters]).collect()));
    }
    asked
}

/// The functions of an entry point, each with the values that it linearises.
pub fn modes(entry: &Entry) -> impl Iterator<Item = (&Function, &[Val])> {
    let training = entry.training.iter();
    let training = training.map(|training| (&training.function, training.linearised.as_slice()));
    std::iter::once((&entry.function, entry.linearised.as_slice())).chain(training)
}

/// A derivative of one function of a network.
struct Case<'c> {
    entry: &'c Entry,
    function: &'c Function,
    asked: &'c Derivative,
    derived: Gradient,
    environment: Environment,
    label: String,
}

impl Case<'_> {
    /// What it yields beside the results.
    fn yielded(&self) -> Vec<Batch> {
        values(&self.derived.function, &self.environment).split_off(self.entry.result.count())
    }

    /// What it yields of the environment after `change`.
    fn results(&self, change: impl Fn(&mut Environment)) -> Vec<Vec<f64>> {
        let mut environment = self.environment.clone();
        change(&mut environment);
        let mut results = values(self.function, &environment);
        results.truncate(self.entry.result.count());
        results.iter().map(numbers).collect()
    }

    /// The gradient of the loss by every parameter, after `change`; zeros where there is none.
    fn gradient(&self, change: impl Fn(&mut Environment)) -> Vec<Vec<f64>> {
        let mut environment = self.environment.clone();
        change(&mut environment);
        let loss = self
            .entry
            .result
            .first_scalar_output()
            .expect("it has a gradient");
        let Gradient { function, parameters } = differentiate(self.function, loss);
        let before = function.outputs.len() - parameters.len();
        let mut all: Vec<Vec<f64>> = environment
            .parameters
            .values()
            .map(|array| vec![0.0; array.data.len()])
            .collect();
        for (parameter, value) in parameters.iter().zip(&values(&function, &environment)[before..]) {
            all[*parameter] = numbers(value);
        }
        all
    }
}

/// Networks of every kind, whose products with the Hessian are small enough.
const KINDS: [&str; 8] = [
    "batch_norm",
    "bidirectional",
    "derivatives",
    "lenet_small",
    "lstm",
    "mlp_small_parity",
    "residual",
    "transformer",
];

/// Calls `look` on every derivative of every small network, in both modes.
fn each_case(look: impl Fn(&Case<'_>)) {
    let mut seen: Vec<&str> = Vec::new();
    for fixture in FIXTURES {
        let model = fixture.model();
        let mut leaves = Leaves::of(&model);
        for entry in &model.entries {
            let environment = leaves.environment(&entry.inputs, EXAMPLES);
            for (function, linearised) in modes(entry) {
                for asked in &asked(entry) {
                    let derived = derive(asked, function, linearised, &entry.result);
                    let lowered = derived.function.copy();
                    let roots = Gradient {
                        function: lower(&optimise(lowered)),
                        parameters: derived.parameters.clone(),
                    };
                    let layouts = Default::default();
                    if flops(&schedule(&roots.function.graph, &roots.roots(), &layouts)) > LONG {
                        continue;
                    }
                    if matches!(asked, Derivative::Hvp) {
                        seen.push(fixture.name);
                    }
                    look(&Case {
                        entry,
                        function,
                        asked,
                        derived,
                        environment: environment.clone(),
                        label: format!("{}, {} of {}", fixture.name, asked.word(), entry.name),
                    });
                }
            }
        }
    }
    for kind in KINDS {
        assert!(seen.contains(&kind), "no product of {kind}");
    }
}

fn values(function: &Function, environment: &Environment) -> Vec<Batch> {
    interpret(&function.graph, &function.outputs, environment)
}

fn assert_same(wanted: &[Batch], found: &[Batch], label: &str, stage: &str) {
    assert_eq!(wanted.len(), found.len(), "{label}, {stage}: outputs");
    for (place, (wanted, found)) in wanted.iter().zip(found).enumerate() {
        let kinds = [wanted, found].map(std::mem::discriminant);
        assert_eq!(kinds[0], kinds[1], "{label}, {stage}: kind of output {place}");
        is_close(&numbers(wanted), &numbers(found), 1.0)
            .unwrap_or_else(|fault| panic!("{label}, {stage}, output {place}: {fault}"));
    }
}

#[test]
fn every_stage_keeps_what_is_derived() {
    each_case(|case| {
        let label = &case.label;
        let derived = values(&case.derived.function, &case.environment);
        let mut results = values(case.function, &case.environment);
        results.truncate(case.entry.result.count());
        assert_same(&results, &derived[..results.len()], label, "the results");
        let simple = optimise(case.derived.function.copy());
        assert_same(&derived, &values(&simple, &case.environment), label, "optimised");
        let lowered = lower(&simple);
        let lowered_values = |function: &lowered::Function| {
            lowered::verify::verify(function).unwrap_or_else(|fault| panic!("{label}: {fault}"));
            lowered::interpret::interpret(function, &case.environment)
        };
        assert_same(&derived, &lowered_values(&lowered), label, "lowered");
        assert_same(
            &derived,
            &lowered_values(&tile_batch(lowered)),
            label,
            "in blocks",
        );
    });
}

/// Central differences are a slope up to this.
const STEP: f64 = 1e-6;

fn assert_slopes(found: &[f64], ahead: &[f64], behind: &[f64], label: &str) {
    assert_eq!(found.len(), ahead.len(), "{label}: numbers");
    let slopes = ahead
        .iter()
        .zip(behind)
        .map(|(ahead, behind)| (ahead - behind) / (2.0 * STEP));
    for (place, (found, slope)) in found.iter().zip(slopes).enumerate() {
        let close = (found - slope).abs() <= 2e-6 * (1.0 + slope.abs());
        assert!(close, "{label}, at {place}: {found} derived, {slope} measured");
    }
}

/// The parameters moved along the direction.
fn along(step: f64) -> impl Fn(&mut Environment) {
    move |environment| {
        for (parameter, array) in &mut environment.parameters {
            let direction = &environment.directions[parameter].data;
            for (number, along) in array.data.iter_mut().zip(direction) {
                *number += step * along;
            }
        }
    }
}

#[test]
fn what_is_derived_is_a_slope() {
    each_case(|case| {
        let label = &case.label;
        let yielded: Vec<Vec<f64>> = case.yielded().iter().map(numbers).collect();
        match case.asked {
            Derivative::Jvp => {
                let (ahead, behind) = (case.results(along(STEP)), case.results(along(-STEP)));
                for (place, found) in yielded.iter().enumerate() {
                    assert_slopes(found, &ahead[place], &behind[place], label);
                }
            }
            Derivative::Hvp => {
                let (ahead, behind) = (case.gradient(along(STEP)), case.gradient(along(-STEP)));
                let still = |parameter: usize| vec![0.0; ahead[parameter].len()];
                for parameter in 0..ahead.len() {
                    let reached = case
                        .derived
                        .parameters
                        .iter()
                        .position(|&reached| reached == parameter);
                    let found = reached.map_or_else(|| still(parameter), |place| yielded[place].clone());
                    assert_slopes(&found, &ahead[parameter], &behind[parameter], label);
                }
            }
            Derivative::Grad(by) => {
                let inputs = by.iter().filter_map(|(_, wrt)| match wrt {
                    Wrt::Input(index) => Some(*index),
                    Wrt::Parameters => None,
                });
                for (index, found) in inputs.zip(&case.yielded()) {
                    input_slope(case, index, found);
                }
            }
            Derivative::Gnvp(_) => {}
        }
    });
}

/// Holds the gradient by an input against the slope along one direction.
fn input_slope(case: &Case<'_>, index: usize, found: &Batch) {
    let mut random = Random(5);
    let direction: Vec<f64> = numbers(found).iter().map(|_| random.between_ones()).collect();
    let shift = |step: f64| {
        let direction = direction.clone();
        move |environment: &mut Environment| {
            let mut along = direction.iter();
            let mut shifted = |array: &mut Array| {
                for (number, along) in array.data.iter_mut().zip(&mut along) {
                    *number += step * along;
                }
            };
            match environment.inputs.get_mut(&index).expect("it is an input") {
                Batch::Shared(array) => shifted(array),
                Batch::PerExample(arrays) => arrays.iter_mut().for_each(shifted),
            }
        }
    };
    let place = case
        .entry
        .result
        .first_scalar_output()
        .expect("it has a gradient");
    let loss = |step: f64| case.results(shift(step))[place][0];
    // That of the sum over the examples, or, by what these share, of the mean.
    let times = match found {
        Batch::Shared(_) => 1.0,
        Batch::PerExample(_) => EXAMPLES as f64,
    };
    let measured = times * (loss(STEP) - loss(-STEP)) / (2.0 * STEP);
    let found: f64 = numbers(found).iter().zip(&direction).map(|(a, b)| a * b).sum();
    let close = (found - measured).abs() <= 2e-6 * (1.0 + measured.abs());
    assert!(close, "{}: {found} derived, {measured} measured", case.label);
}

/// The Gauss–Newton product is the Hessian's of the network whose scores are linear, and has the regulariser's own.
#[test]
fn a_gauss_newton_product_linearises_what_it_names() {
    let model = fixture("derivatives").model();
    let entry = model
        .entries
        .iter()
        .find(|entry| entry.name == "loss")
        .expect("its loss");
    let mut leaves = Leaves::of(&model);
    let environment = leaves.environment(&entry.inputs, 5);
    let product = |asked: &Derivative| {
        let derived = derive(asked, &entry.function, &entry.linearised, &entry.result);
        let yielded = values(&derived.function, &environment).split_off(entry.result.count());
        yielded.iter().flat_map(numbers).collect::<Vec<f64>>()
    };
    let is = |word: &str| entry.derivatives.iter().find(|asked| asked.word() == word);
    let (hessian, gauss_newton) = (product(is("hvp").unwrap()), product(is("gnvp").unwrap()));
    assert_eq!(hessian.len(), gauss_newton.len());
    let direction: Vec<f64> = environment
        .directions
        .values()
        .flat_map(|array| array.data.clone())
        .collect();
    let curved: f64 = gauss_newton.iter().zip(&direction).map(|(a, b)| a * b).sum();
    assert!(curved > 0.0, "the loss is convex in the scores");
    assert!(is_close(&hessian, &gauss_newton, 0.0).is_err());
}

/// Fewer examples than a block, and more.
const BATCHES: [usize; 2] = [2, 17];

#[test]
fn every_pass_keeps_what_the_plan_of_a_derivative_computes() {
    FIXTURES.iter().for_each(held);
}

fn held(fixture: &Fixture) {
    let mut model = fixture.model();
    for entry in &mut model.entries {
        entry.derivatives = asked(entry);
        entry.evaluation_gradient = true;
    }
    let mut leaves = Leaves::of(&model);
    let graphs = graphs(&mut model);
    let layouts = parameter_layouts(&graphs);
    for graphs in graphs {
        let entry = graphs.entry;
        for mode in std::iter::once(graphs.evaluation).chain(graphs.training) {
            for (asked, derived) in entry.derivatives.iter().zip(mode.derivatives) {
                let laid = derived.map(|function| tile_batch(lower(&function)));
                let roots: Vec<Root> = laid.roots();
                let operations = flops(&schedule(&laid.function.graph, &roots, &layouts));
                let fits = |examples: &usize| examples.saturating_mul(operations) <= 2 * LONG;
                let batches = BATCHES.into_iter().filter(fits);
                let environments = batches.map(|examples| leaves.environment(&entry.inputs, examples));
                let environments: Vec<Environment> = environments.collect();
                let held = check(&laid.function, &roots, &layouts, &environments, 1.0);
                let label = format!("{}, {} of {}", fixture.name, asked.word(), entry.name);
                held.unwrap_or_else(|fault| panic!("{label}: {fault}"));
            }
        }
    }
}
