//! Decides which buffers a training step updates: not those of layers that get no gradient.

use std::collections::{BTreeMap, BTreeSet};

use crate::collections::IntoCollection;
use crate::graph::{Element, Function, Graph, Node, Val};
use crate::ops::leaf::{Formal, Input, Parameter};
use crate::ops::scan::Scan;

/// Removes the updates that are behind a `stop_gradient`, or of layers that `loss` does not depend on, as the
/// statistics of a frozen layer are.
///
/// An update's sources are the nearest values among its operands that the `results` depend on too, such as
/// the mean by which a layer normalises. The update is removed if the gradient of the loss reaches none of
/// them, although it would reach one if no result were held back: a count of labels, which no gradient ever
/// reaches, is kept. Loops are searched too, so that it makes no difference whether a loop stays one.
pub fn keep_trained(graph: &Graph, results: &[Val], loss: Val, updates: &mut BTreeMap<usize, Val>) {
    if updates.is_empty() {
        return;
    }
    let used = reached(graph, results, &|_, _, _| true);
    let trained = reached(graph, &[loss], &passes);
    let trainable = reached(graph, results, &|graph, node, place| {
        node.op.rules().stops_derivative(place) || passes(graph, node, place)
    });
    updates.retain(|_, value| {
        let made_from = made_from(graph, *value, &used);
        made_from.is_disjoint(&trainable) || !made_from.is_disjoint(&trained)
    });
}

/// A value by its path: the loops around it, outermost first, then the value itself.
type Place = Vec<Val>;

/// The values of `used` that `value` is computed from without another of them in between. Values that no
/// result is trained by, buffers and the like, do not count.
fn made_from(graph: &Graph, value: Val, used: &BTreeSet<Place>) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    nearest(graph, &[value], &[], used, &mut found);
    found
}

/// Adds the values of `used` nearest to `values`; returns the formal values of a body that come before any of
/// them.
fn nearest(
    graph: &Graph,
    values: &[Val],
    path: &[Val],
    used: &BTreeSet<Place>,
    found: &mut BTreeSet<Place>,
) -> BTreeSet<usize> {
    let (mut formals, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), values.to_vec());
    while let Some(val) = open.pop() {
        let node = graph.node(val);
        let found_behind = node.op.is::<Input>() || node.op.is::<Parameter>() || node.op.is::<Formal>();
        let given = node.args.is_empty() && !found_behind;
        if given || !seen.insert(val) {
            continue;
        }
        let place = within(path, val);
        if used.contains(&place) {
            found.insert(place);
            continue;
        }
        formals.extend(node.op.get::<Formal>().map(|formal| formal.index));
        match node.op.rules().part() {
            Some(part) => {
                let (looped, path) = (graph.node(node.args[0]), within(path, node.args[0]));
                let scan = looped.op.get::<Scan>().expect("only loops have parts");
                let arguments = nearest_in(scan, part, &path, used, found);
                open.extend(arguments.iter().map(|&index| looped.args[index]));
            }
            None => open.extend(&node.args),
        }
    }
    formals
}

/// The same for a part of a loop: returns the arguments that come before any such value.
fn nearest_in(
    scan: &Scan,
    part: usize,
    path: &[Val],
    used: &BTreeSet<Place>,
    found: &mut BTreeSet<Place>,
) -> BTreeSet<usize> {
    let Function { graph, outputs } = &*scan.body;
    let mut values = vec![outputs[part]];
    loop {
        let formals = nearest(graph, &values, path, used, found);
        // An iteration starts with the values that the previous one carries out.
        let carried = formals
            .iter()
            .filter_map(|&index| outputs.get(index.checked_sub(scan.constants)?));
        let made: Vec<Val> = carried.copied().filter(|val| !values.contains(val)).collect();
        if made.is_empty() {
            return formals;
        }
        values.extend(made);
    }
}

/// True if a node passes the traversal on to the argument at an index.
type Passing<'a> = &'a dyn Fn(&Graph, &Node, usize) -> bool;

/// The values reachable from `roots` along edges that are `passing`.
fn reached(graph: &Graph, roots: &[Val], passing: Passing<'_>) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    reach(graph, roots, &[], passing, &mut places);
    places
}

/// Adds these values; returns the formal values of a body among them.
fn reach(
    graph: &Graph,
    roots: &[Val],
    path: &[Val],
    passing: Passing<'_>,
    places: &mut BTreeSet<Place>,
) -> BTreeSet<usize> {
    let mut reached: BTreeSet<Val> = roots.iter().copied().into_set();
    // The reached parts of each loop.
    let mut parts: BTreeMap<Val, BTreeSet<usize>> = BTreeMap::new();
    let mut formals = BTreeSet::new();
    for &val in graph.live(roots).iter().rev() {
        if !reached.contains(&val) {
            continue;
        }
        let node = graph.node(val);
        formals.extend(node.op.get::<Formal>().map(|formal| formal.index));
        if let Some(part) = node.op.rules().part() {
            parts.entry(node.args[0]).or_default().insert(part);
        }
        let handed = match node.op.get::<Scan>() {
            Some(scan) => reach_in(scan, &parts[&val], &within(path, val), passing, places),
            None => (0..node.args.len()).collect(),
        };
        let handed = handed.into_iter().filter(|&place| passing(graph, &node, place));
        reached.extend(handed.map(|place| node.args[place]));
    }
    places.extend(reached.into_iter().map(|val| within(path, val)));
    formals
}

/// The same for some parts of a loop: returns the reached arguments.
fn reach_in(
    scan: &Scan,
    parts: &BTreeSet<usize>,
    path: &[Val],
    passing: Passing<'_>,
    places: &mut BTreeSet<Place>,
) -> BTreeSet<usize> {
    let Function { graph, outputs } = &*scan.body;
    let (mut carried, collected): (BTreeSet<usize>, BTreeSet<usize>) =
        parts.iter().partition(|&&part| part < scan.carried);
    let mut arguments = BTreeSet::new();
    let mut begun = BTreeSet::new();
    // Walks from the last iteration to the first. Once two iterations in a row want the same values, all
    // earlier ones do; that is so after twice as many iterations as there are carried values, except for
    // values that swap in every iteration.
    let turns = 2 * scan.carried + 2 + scan.length % 2;
    for _ in 0..scan.length.min(turns) {
        let roots: Vec<Val> = carried
            .iter()
            .chain(&collected)
            .map(|&part| outputs[part])
            .collect();
        let formals = reach(graph, &roots, path, passing, places);
        let begins = scan.constants..scan.constants + scan.carried;
        begun = formals
            .iter()
            .copied()
            .filter(|index| begins.contains(index))
            .into_set();
        arguments.extend(formals.difference(&begun));
        let before: BTreeSet<usize> = begun.iter().map(|index| index - scan.constants).into_set();
        if before == carried {
            break;
        }
        carried = before;
    }
    &arguments | &begun
}

/// A value of the body at `path`.
fn within(path: &[Val], val: Val) -> Place {
    path.iter().copied().chain([val]).collect()
}

/// True if an operator passes a derivative to an argument; an index has none.
fn passes(graph: &Graph, node: &Node, place: usize) -> bool {
    let is_index = matches!(graph.ty(node.args[place]).element, Element::Index { .. });
    !is_index && node.op.rules().passes_derivative(place)
}
