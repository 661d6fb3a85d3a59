//! No silent cut: a parameter the loss depends on, but to which no derivative gets, is a mistake where the words on the
//! way pass none.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::list;
use super::model::Entry;
use crate::diagnostics::Diagnostics;
use crate::differentiate::pull_back;
use crate::graph::{Function, Graph, Val};
use crate::ops::elementwise::Elementwise;
use crate::ops::{Linearity, Op};

/// Reports the parameters that the first scalar of `entry` depends on through words without derivative alone.
pub fn check(entry: &Entry, diagnostics: &mut Diagnostics) {
    let before = diagnostics.count();
    for function in entry.functions() {
        // What is wrong in both modes is told once.
        if diagnostics.count() == before {
            check_function(entry, function, diagnostics);
        }
    }
}

fn check_function(entry: &Entry, function: &Function, diagnostics: &mut Diagnostics) {
    let Some(place) = entry.result.first_scalar_output() else {
        return;
    };
    let Some(&loss) = function.outputs.get(place) else {
        return;
    };
    let is_parameter = |graph: &Graph, val: Val| matches!(graph.node(val).op, Op::Parameter(_));
    let live = function.graph.live(&[loss]);
    // Nearly always nothing is suspicious and there is nothing to derive.
    if culprit(&function.graph, &live, |val| is_parameter(&function.graph, val)).is_none() {
        return;
    }
    let Function { graph, outputs } = function.copy();
    let parameters: Vec<Val> = live
        .iter()
        .copied()
        .filter(|&val| is_parameter(&graph, val))
        .collect();
    let gradients = pull_back(&graph, &[(outputs[place], graph.constant(1.0).val)], &parameters);
    // A number to which no parameter contributes smoothly is a measure, such as an accuracy; `loss` is trained on.
    if gradients.iter().all(Option::is_none) && entry.name != "loss" {
        return;
    }
    let mut cut: BTreeMap<Val, Vec<String>> = BTreeMap::new();
    for (&parameter, gradient) in parameters.iter().zip(&gradients) {
        let node = function.graph.node(parameter);
        let culprit = culprit(&function.graph, &live, |val| val == parameter);
        if let (Op::Parameter(declared), None, Some(culprit)) = (&node.op, gradient, culprit) {
            cut.entry(culprit).or_default().push(declared.name.clone());
        }
    }
    for (culprit, names) in cut {
        let culprit = function.graph.node(culprit);
        let (names, word) = (list(&names), culprit.op.rules().name());
        let text = format!(
            "no gradient gets to {names}: `{}` depends on them only through `{word}`, which passes none",
            entry.name
        );
        let help = "`mask.select(a, b)` passes gradients to `a` and `b`; `.stop_gradient()` says that none is wanted";
        diagnostics.error(culprit.origin.span, text).help(help);
    }
}

/// The first value that depends on one of `sources` and passes no derivative on; what is behind a `stop_gradient` is
/// wanted so.
fn culprit(graph: &Graph, live: &[Val], sources: impl Fn(Val) -> bool) -> Option<Val> {
    let mut dependent = BTreeSet::new();
    for &val in live {
        let node = graph.node(val);
        let stopped = matches!(node.op, Op::StopGradient(_));
        let depends = sources(val) || !stopped && node.args.iter().any(|arg| dependent.contains(arg));
        if depends && cuts(graph, val) {
            return Some(val);
        }
        if depends {
            dependent.insert(val);
        }
    }
    None
}

/// Whether an operator passes no derivative to any argument though the user did not ask for that.
fn cuts(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    match &node.op {
        Op::StopGradient(_) => false,
        Op::Elementwise(op) => matches!(
            op,
            Elementwise::Sign | Elementwise::Greater | Elementwise::GreaterEqual | Elementwise::Equal
        ),
        op => !node.args.is_empty() && matches!(op.rules().linearity(), Linearity::Constant),
    }
}
