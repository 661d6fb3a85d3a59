//! No rule makes NaN of a number: the examples of all rules at 0, ±1, ±∞ and equal arguments.

use super::examples::EXAMPLES;
use super::*;
use crate::differentiate::pull_back;
use crate::optimise::{optimise, stabilise};

/// The values of leaves: so few numbers that arguments are often equal.
const EDGES: [f64; 7] = [0.0, 1.0, -1.0, 2.0, 0.5, f64::INFINITY, f64::NEG_INFINITY];

/// Number of environments for each example.
const DRAWS: u64 = 200;

/// The rule that deliberately replaces a bound by the exact value, −∞ instead of −100, as its documentation
/// says.
const EXACT: &str = "a log that has a stable form needs no bound";

/// The same leaves, holding edges.
fn at_edges(plain: &Environment, function: &Function, draw: u64) -> Environment {
    let mut state = draw;
    let mut next = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        // Half of the draws have few infinities; otherwise most sums would be NaN.
        let range = if draw.is_multiple_of(2) {
            5
        } else {
            EDGES.len() as u64
        };
        EDGES[((state >> 33) % range) as usize]
    };
    let mut environment = plain.clone();
    for val in function.graph.vals() {
        match &function.graph.node(val).op {
            Op::Input(leaf) if leaf.limit().is_none() => {
                let moved = match &environment.inputs[&leaf.index] {
                    Batch::Shared(array) => Batch::Shared(array.map(|_| next())),
                    Batch::PerExample(arrays) => {
                        Batch::PerExample(arrays.iter().map(|array| array.map(|_| next())).collect())
                    }
                };
                environment.inputs.insert(leaf.index, moved);
            }
            Op::Parameter(leaf) => {
                let moved = environment.parameters[&leaf.index].map(|_| next());
                environment.parameters.insert(leaf.index, moved);
            }
            _ => {}
        }
    }
    environment
}

/// Checks that `after` equals `before`, up to rounding, wherever `before` is finite.
fn assert_no_worse(before: &[Batch], after: &[Batch], what: &str, environment: &Environment) {
    for (before, after) in before.iter().zip(after) {
        for (&a, &b) in numbers(before).iter().zip(&numbers(after)) {
            let close = !a.is_finite() || (a - b).abs() <= 1e-9 * (1.0 + a.abs());
            assert!(close, "`{what}`: {a} became {b} in {environment:?}");
        }
    }
}

#[test]
fn no_rule_makes_a_value_worse() {
    for (name, build) in EXAMPLES.iter().filter(|(name, _)| *name != EXACT) {
        let function = || function_of(*build);
        let (before, after) = (function(), optimise(function()));
        let plain = environment(&before, 1.0);
        for draw in 0..DRAWS {
            let environment = at_edges(&plain, &before, draw);
            let found = [&before, &after].map(|function| values(function, &environment));
            assert_no_worse(&found[0], &found[1], name, &environment);
        }
    }
}

/// Rules that run before differentiation keep derivatives, also at points where that is hard.
#[test]
fn no_rule_makes_a_derivative_worse() {
    for (name, build) in EXAMPLES.iter().filter(|(name, _)| *name != EXACT) {
        let function = || {
            let graph = Graph::new();
            let mut outputs = vec![build(&graph).val];
            let leaves = graph.live(&outputs).into_iter().filter(|&val| {
                let real = !graph.ty(val).is_index();
                real && matches!(graph.node(val).op, Op::Input(_) | Op::Parameter(_))
            });
            outputs.extend(leaves.collect::<Vec<Val>>());
            Function { graph, outputs }
        };
        let differentiated = |function: Function| {
            let Function { graph, outputs } = function;
            let one = graph.constant(1.0).broadcast_to(&graph.ty(outputs[0]).shape).val;
            let gradients = pull_back(&graph, &[(outputs[0], one)], &outputs[1..]);
            (graph, gradients)
        };
        let (raw, plain) = (differentiated(function()), environment(&function(), 1.0));
        let stable = differentiated(stabilise(function()));
        let pairs: Vec<[Val; 2]> = raw
            .1
            .iter()
            .zip(&stable.1)
            .filter_map(|(&a, &b)| Some([a?, b?]))
            .collect();
        for draw in 0..DRAWS {
            let environment = at_edges(&plain, &function(), draw);
            for [a, b] in &pairs {
                let found = [(&raw.0, *a), (&stable.0, *b)]
                    .map(|(graph, val)| interpret(graph, &[val], &environment));
                assert_no_worse(&found[0], &found[1], name, &environment);
            }
        }
    }
}
