//! Mutation tests of the checkers, with plans broken on purpose: the verifier must find unsound plans, the
//! interpreter those that are sound but wrong.

mod faults;

use faults::{FAULTS, Fault};
use quote::quote;

use super::check::is_right;
use super::schedule;
use crate::compile::{graphs, parameter_layouts};
use crate::diagnostics::Diagnostics;
use crate::elaborate::elaborate;
use crate::graph::interpret::Environment;
use crate::lowered::{BLOCK, Lowered, lower};
use crate::plan::ParameterLayouts;
use crate::plan::Plan;
use crate::plan::verify::{Leaves, verify};
use crate::program::{EntryGraphs, Gradient};
use crate::schedule::batch_tiling::tile_batch;
use crate::syntax;
use crate::tests::leaves;

/// A network whose gradient is scheduled.
pub enum Network {
    Perceptron,
    /// A loop over time and its backward pass.
    Recurrent,
    /// Values in blocks of examples.
    Convolution,
    /// Shared values beside per-example ones.
    Joined,
}

impl Network {
    fn tokens(&self) -> proc_macro2::TokenStream {
        match self {
            Network::Perceptron => quote! {
                pub struct Perceptron;
                pub fn loss(&self, x: Tensor<4>, t: Tensor<4>) -> Scalar {
                    let hidden = x.dense(4).relu();
                    (hidden.dense(4).tanh() - t).square().sum()
                }
            },
            Network::Recurrent => quote! {
                pub struct Recurrent;
                pub fn loss(&self, x: Tensor<5, 3>, t: Tensor<5, 3>) -> Scalar {
                    (x.rnn(3) - t).square().sum()
                }
            },
            Network::Convolution => quote! {
                pub struct Convolution;
                pub fn loss(&self, image: Tensor<1, 6, 6>) -> Scalar {
                    let features = image.conv(2, 3).sigmoid().conv(2, 3);
                    let pooled = features.max_pool(2).flatten().dense(3);
                    pooled.square().sum() + features.square().sum()
                }
            },
            Network::Joined => quote! {
                pub struct Joined;
                pub fn loss(&self, x: Tensor<2, 3>) -> Scalar {
                    let token = param([1, 3], constant(0.5));
                    let rows = concat([token, x.tanh()], axis = 0);
                    rows.pad(0, 1, 0).dense(4).softmax().square().sum()
                }
            },
        }
    }
}

/// A sound plan with everything that it is compared with.
struct Sound {
    gradient: Gradient<Lowered>,
    layouts: ParameterLayouts,
    leaves: Leaves,
    plan: Plan,
    environments: Vec<Environment>,
}

impl Sound {
    fn of(network: &Network) -> Sound {
        let mut diagnostics = Diagnostics::new();
        let syntax = syntax::parse(network.tokens(), &mut diagnostics).expect("it is a network");
        let model = elaborate(&syntax, &mut diagnostics);
        assert!(diagnostics.is_empty(), "{}", diagnostics.render());
        let mut model = model.expect("it is sound");
        let mut values = leaves::Leaves::of(&model);
        let graphs = graphs(&mut model);
        let layouts = parameter_layouts(&graphs);
        let EntryGraphs {
            entry, evaluation, ..
        } = graphs.into_iter().next().expect("it has an entry point");
        let environments = [1, 3, BLOCK + 1].map(|examples| values.environment(&entry.inputs, examples));
        let gradient = evaluation.gradient.expect("it has a loss");
        let gradient = gradient.map(|function| tile_batch(lower(&function)));
        let (graph, roots) = (&gradient.function.graph, gradient.roots());
        Sound {
            plan: schedule(graph, &roots, &layouts),
            leaves: Leaves::of(graph, &roots),
            environments: environments.to_vec(),
            layouts,
            gradient,
        }
    }

    /// True for each of verifier and interpreter that finds fault with a plan.
    fn found(&self, plan: &Plan) -> [bool; 2] {
        let (function, roots) = (&self.gradient.function, self.gradient.roots());
        let right = is_right(plan, function, &roots, &self.layouts, &self.environments);
        [verify(plan, &self.leaves).is_err(), right.is_err()]
    }
}

#[test]
fn every_seeded_fault_is_found() {
    let mut missed: Vec<String> = Vec::new();
    for Fault {
        what,
        network,
        make,
        found,
    } in FAULTS
    {
        let sound = Sound::of(network);
        assert_eq!(
            sound.found(&sound.plan),
            [false, false],
            "before it is broken: {what}"
        );
        let mut broken = sound.plan.clone();
        if !make(&mut broken) {
            missed.push(format!("it cannot be made: {what}"));
            continue;
        }
        let by = sound.found(&broken);
        if by != *found {
            missed.push(format!(
                "found by the verifier, by the interpreter {by:?}: {what}"
            ));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// Gives any two values of a plan the same slot: if the verifier accepts it, the results stay the same.
#[test]
fn no_slot_is_shared_too_early() {
    for network in [Network::Perceptron, Network::Recurrent, Network::Convolution] {
        let sound = Sound::of(&network);
        let (mut refused, mut shared) = (0, 0);
        let values = &sound.plan.values;
        let alike = |one: usize, other: usize| {
            let (one, other) = (&values[one], &values[other]);
            let both = [one, other]
                .iter()
                .all(|value| value.slot < sound.plan.slots.len());
            both && one.extent == other.extent && one.slot != other.slot
        };
        for one in 0..values.len() {
            for other in (0..one).filter(|&other| alike(one, other)) {
                let mut broken = sound.plan.clone();
                broken.values[one].slot = values[other].slot;
                match sound.found(&broken) {
                    [true, _] => refused += 1,
                    [false, right] => {
                        let names = [&values[one].name, &values[other].name];
                        assert!(!right, "{names:?} are needed at once");
                        shared += 1;
                    }
                }
            }
        }
        assert!(
            refused > 0,
            "{shared} pairs may share a slot, and no pair may not"
        );
    }
}
