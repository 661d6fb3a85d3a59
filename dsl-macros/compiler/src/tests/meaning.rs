//! No pass changes what a network computes: by the interpreter, its outputs and gradients are the same on every stage.

use super::FIXTURES;
use super::leaves::{Leaves, Random};
use crate::compile::differentiate;
use crate::elaborate::Entry;
use crate::graph::Function;
use crate::graph::interpret::{Array, Batch, Environment, interpret};
use crate::lowered::{self, lower};
use crate::optimise::{optimise, stabilise};
use crate::program::Gradient;
use crate::schedule::batch_tiling::tile_batch;
use crate::schedule::channels_last::lay_channels_last;
use crate::schedule::check::numbers;

/// The examples of a batch.
const EXAMPLES: usize = 2;

/// The largest `‖before − after‖` allowed for a tensor, as a part of `‖before‖`: rounding in f64.
const TOLERANCE: f64 = 1e-12;

#[test]
fn every_pass_keeps_the_outputs_of_every_network() {
    each_function(|_, function, environment| {
        let elaborated = values(function, environment);
        let stable = stabilise(function.copy());
        assert_same(&elaborated, &values(&stable, environment), "stabilised");
        let simple = optimise(function.copy());
        assert_same(&elaborated, &values(&simple, environment), "optimised");
        let lowered = lower(&simple);
        assert_same(&elaborated, &lowered_values(&lowered, environment), "lowered");
        let laid = lay_channels_last(lowered);
        assert_same(&elaborated, &lowered_values(&laid, environment), "channels last");
    });
}

#[test]
fn every_pass_keeps_the_gradients_of_every_network() {
    each_function(|entry, function, environment| {
        let Some(loss) = entry.result.first_scalar_output() else {
            return;
        };
        let elaborated = values(function, environment);
        let derivative = differentiate(function, loss).function;
        let derived = values(&derivative, environment);
        let outputs = elaborated.len();
        assert!(derived.len() > outputs, "the loss depends on a parameter");
        assert_same(&elaborated, &derived[..outputs], "beside its gradient");
        let moving = derived[outputs..]
            .iter()
            .flat_map(numbers)
            .any(|slope| slope != 0.0);
        assert!(moving, "a gradient that is all 0 shows nothing");
        let simple = optimise(derivative);
        assert_same(&derived, &values(&simple, environment), "optimised gradient");
        let lowered = lower(&simple);
        assert_same(
            &derived,
            &lowered_values(&lowered, environment),
            "lowered gradient",
        );
        let laid = tile_batch(lowered);
        assert_same(&derived, &lowered_values(&laid, environment), "in blocks");
    });
}

/// The outputs of a lowered function, which must be sound.
fn lowered_values(function: &lowered::Function, environment: &Environment) -> Vec<Batch> {
    lowered::verify::verify(function).unwrap_or_else(|fault| panic!("{fault}"));
    lowered::interpret::interpret(function, environment)
}

/// Finite differences of the elaborated graph along one direction in the space of all parameters: what the derivation
/// itself must agree with.
#[test]
fn gradients_agree_with_finite_differences() {
    each_function(|entry, function, environment| {
        let Some(loss) = entry.result.first_scalar_output() else {
            return;
        };
        let Gradient {
            function: derivative,
            parameters,
        } = differentiate(function, loss);
        let gradients = &values(&derivative, environment)[function.outputs.len()..];
        let mut random = Random(11);
        let direction: Vec<Array> = parameters
            .iter()
            .map(|parameter| environment.parameters[parameter].map(|_| random.between_ones()))
            .collect();
        let loss = |step: f64| {
            let mut moved = environment.clone();
            for (parameter, along) in parameters.iter().zip(&direction) {
                let values = &mut moved.parameters.get_mut(parameter).expect("it is reached").data;
                for (value, along) in values.iter_mut().zip(&along.data) {
                    *value += step * along;
                }
            }
            values(function, &moved)[0].shared().data[0]
        };
        // So small a step seldom takes a rectifier or a maximum across its kink.
        let h = 1e-7;
        let measured = (loss(h) - loss(-h)) / (2.0 * h);
        let pairs = gradients.iter().zip(&direction);
        let derived: f64 = pairs
            .map(|(gradient, along)| dot(&gradient.shared().data, &along.data))
            .sum();
        let close = (derived - measured).abs() <= 1e-6 * (1.0 + measured.abs());
        assert!(close, "{}: {derived} derived, {measured} measured", entry.name);
    });
}

/// Calls `check` on every entry point of every network, in both modes, with values for its leaves.
fn each_function(check: impl Fn(&Entry, &Function, &Environment)) {
    for fixture in FIXTURES {
        let model = fixture.model();
        let mut leaves = Leaves::of(&model);
        for entry in &model.entries {
            let environment = leaves.environment(&entry.inputs, EXAMPLES);
            for function in entry.functions() {
                check(entry, function, &environment);
            }
        }
    }
}

fn values(function: &Function, environment: &Environment) -> Vec<Batch> {
    interpret(&function.graph, &function.outputs, environment)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn assert_same(before: &[Batch], after: &[Batch], stage: &str) {
    assert_eq!(before.len(), after.len(), "{stage}: outputs");
    for (place, (before, after)) in before.iter().zip(after).enumerate() {
        let kinds = [before, after].map(std::mem::discriminant);
        assert_eq!(kinds[0], kinds[1], "{stage}: kind of output {place}");
        let (before, after) = (numbers(before), numbers(after));
        assert_eq!(before.len(), after.len(), "{stage}: output {place}");
        let difference: Vec<f64> = before.iter().zip(&after).map(|(a, b)| a - b).collect();
        let (off, size) = (dot(&difference, &difference).sqrt(), dot(&before, &before).sqrt());
        // Written so that NaN fails.
        assert!(
            off <= TOLERANCE * size,
            "{stage}: output {place} is off by {off} of {size}"
        );
    }
}
