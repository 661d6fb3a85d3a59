//! Which buffers a step of training updates: not those of what gets no gradient.

use std::collections::{BTreeMap, BTreeSet};

use super::cuts;
use crate::graph::{Element, Graph, Node, Val};
use crate::ops::Op;

/// Leaves out the updates that are behind a `stop_gradient`, or of what `loss` does not depend on, as the statistics of a frozen
/// layer are.
///
/// What an update is made from are the values nearest to it that the `results` depend on too, such as the mean by which a layer
/// normalises. The update is left out if the gradient of the loss gets to none of them, though it would to one if no result
/// were held back: a count of labels, to which none ever gets, goes on.
pub fn keep_trained(graph: &Graph, results: &[Val], loss: Val, updates: &mut BTreeMap<usize, Val>) {
    if updates.is_empty() {
        return;
    }
    let used: BTreeSet<Val> = graph.live(results).into_iter().collect();
    let trained = reached(graph, &[loss], false);
    let trainable = reached(graph, results, true);
    updates.retain(|_, value| {
        let made_from = made_from(graph, *value, &used);
        made_from.is_disjoint(&trainable) || !made_from.is_disjoint(&trained)
    });
}

/// The values of `used` that `value` is computed from without another of them in between. What no result is trained by, buffers
/// and the like, is none.
fn made_from(graph: &Graph, value: Val, used: &BTreeSet<Val>) -> BTreeSet<Val> {
    let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![value]);
    while let Some(val) = open.pop() {
        let node = graph.node(val);
        let given = matches!(
            node.op,
            Op::Buffer(_) | Op::Constant(_) | Op::BatchSize(_) | Op::Iota(_) | Op::Noise(_)
        );
        if given || !seen.insert(val) {
            continue;
        }
        if used.contains(&val) {
            found.insert(val);
        } else {
            open.extend(&node.args);
        }
    }
    found
}

/// The values that a derivative of one of `roots` gets to; past what is held back, if asked.
fn reached(graph: &Graph, roots: &[Val], past_stops: bool) -> BTreeSet<Val> {
    let mut reached: BTreeSet<Val> = roots.iter().copied().collect();
    for &val in graph.live(roots).iter().rev() {
        if !reached.contains(&val) {
            continue;
        }
        let node = graph.node(val);
        let passing = (0..node.args.len()).filter(|&place| match node.op {
            Op::StopGradient(_) => past_stops,
            _ => passes(graph, &node, place),
        });
        reached.extend(passing.map(|place| node.args[place]));
    }
    reached
}

/// Whether an operator passes a derivative to an argument; an index has none.
fn passes(graph: &Graph, node: &Node, place: usize) -> bool {
    let is_index = matches!(graph.ty(node.args[place]).element, Element::Index { .. });
    !is_index && cuts::passes(node, place)
}
