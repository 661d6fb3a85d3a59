//! No silent cuts: a parameter that the loss depends on but that no derivative reaches is a mistake, reported
//! with the word that passes no derivative.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::model::Entry;
use super::wording::list;
use crate::diagnostics::Diagnostics;
use crate::differentiate::pull_back;
use crate::graph::{Function, Graph, Node, Val};
use crate::ops::elementwise::Elementwise;
use crate::ops::leaf::{Formal, Parameter};
use crate::ops::scan::Scan;

/// Reports the parameters that the first scalar of `entry` depends on only through words without a
/// derivative.
pub fn check(entry: &Entry, diagnostics: &mut Diagnostics) {
    let before = diagnostics.count();
    for function in entry.functions() {
        // A mistake in both modes is reported once.
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
    let is_parameter = |graph: &Graph, val: Val| graph.node(val).op.is::<Parameter>();
    let live = function.graph.live(&[loss]);
    // Nearly always nothing is suspicious, and no derivative needs to be built.
    if culprit(
        &function.graph,
        &live,
        |val| is_parameter(&function.graph, val),
        Reach::Some,
    )
    .is_none()
    {
        return;
    }
    let Function { graph, outputs } = function.copy();
    let parameters: Vec<Val> = live
        .iter()
        .copied()
        .filter(|&val| is_parameter(&graph, val))
        .collect();
    let gradients = pull_back(&graph, &[(outputs[place], graph.constant(1.0).val)], &parameters);
    // A number that no parameter affects smoothly is a metric, such as an accuracy; `loss` is trained.
    if gradients.iter().all(Option::is_none) && entry.name != "loss" {
        return;
    }
    let mut cut: BTreeMap<Vec<Val>, (Rc<Node>, Vec<String>)> = BTreeMap::new();
    for (&parameter, gradient) in parameters.iter().zip(&gradients) {
        let node = function.graph.node(parameter);
        // A parameter whose influence a loop overwrites does not reach the loss through any word.
        let reached = dependents(&function.graph, &live, |val| val == parameter);
        if !reached.contains(&loss) {
            continue;
        }
        let culprit = culprit(&function.graph, &live, |val| val == parameter, Reach::All);
        if let (Some(name), None, Some(culprit)) = (node.op.rules().declared_name(), gradient, culprit) {
            let (_, names) = cut.entry(culprit.path).or_insert((culprit.node, Vec::new()));
            names.push(name.to_string());
        }
    }
    for (culprit, names) in cut.into_values() {
        let (names, word) = (list(&names), described(&culprit));
        let text = format!(
            "no gradient gets to {names}: `{}` depends on them only through {word}, which passes none",
            entry.name
        );
        let help = "`mask.select(a, b)` passes gradients to `a` and `b`; `.stop_gradient()` says that none is wanted";
        diagnostics.error(culprit.origin.span, text).help(help);
    }
}

/// The reason why no derivative of `y` by `by` arrives, as the end of a sentence about `y` and `x`: `does not depend
/// on `x``.
pub fn reason(graph: &Graph, y: Val, by: Val, x: &str) -> String {
    let live = graph.live(&[y]);
    if !live.contains(&by) {
        return format!("does not depend on `{x}`");
    }
    if !dependents(graph, &live, |val| val == by).contains(&y) {
        return format!("depends on `{x}` only through `stop_gradient`");
    }
    let Some(Culprit { node, .. }) = culprit(graph, &live, |val| val == by, Reach::All) else {
        return format!("does not change with `{x}`");
    };
    let why = match node.origin.backward {
        true => "is constant piece by piece",
        false => "passes no derivative",
    };
    format!("depends on `{x}` only through {}, which {why}", described(&node))
}

/// A value that passes no derivative on.
struct Culprit {
    /// Its location: the loops around it, outermost first, then the value itself.
    path: Vec<Val>,
    node: Rc<Node>,
}

/// The user's name for a value that passes no derivative on: the last word of its expression (`less` is made
/// of `greater`), or its mask.
fn described(node: &Node) -> String {
    let operator = node.op.rules().name();
    let word = last_call(&node.origin.text).unwrap_or(operator);
    match (node.op.get(), node.origin.backward) {
        (_, true) => format!("the derivative of `{word}`"),
        (Some(Elementwise::Select), _) => format!("the mask of `{word}`"),
        _ => format!("`{word}`"),
    }
}

/// The last call of a chain: `g` in `x.f(1).g(y(2))`.
fn last_call(text: &str) -> Option<&str> {
    let inside = text.strip_suffix(')')?;
    let mut depth = 0;
    let open = inside.char_indices().rev().find(|&(_, letter)| {
        depth += i32::from(letter == ')') - i32::from(letter == '(');
        depth < 0
    })?;
    let before = &inside[..open.0];
    let word = before.rfind(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let word = &before[word.map_or(0, |at| at + 1)..];
    (!word.is_empty()).then_some(word)
}

/// The first value that depends on one of `sources` and passes no derivative on; values behind a
/// `stop_gradient` are intended.
fn culprit(graph: &Graph, live: &[Val], sources: impl Fn(Val) -> bool, reach: Reach) -> Option<Culprit> {
    let dependent = dependents(graph, live, &sources);
    for &val in live.iter().filter(|val| dependent.contains(val)) {
        let node = graph.node(val);
        if cuts(&node, |arg| dependent.contains(&arg), reach) {
            let path = vec![val];
            return Some(Culprit { path, node });
        }
        if let Some(scan) = node.op.get::<Scan>() {
            let moving = node.args.iter().map(|arg| dependent.contains(arg)).collect();
            if let Some(mut found) = culprit_in(scan, moving, reach) {
                found.path.insert(0, val);
                return Some(found);
            }
        }
    }
    None
}

/// True for a formal value whose argument is `moving`.
fn stands_for_one(node: &Node, moving: &[bool]) -> bool {
    node.op.get::<Formal>().is_some_and(|formal| moving[formal.index])
}

/// The same within a loop, some of whose arguments depend on the sources.
fn culprit_in(scan: &Scan, mut moving: Vec<bool>, reach: Reach) -> Option<Culprit> {
    let Function { graph, outputs } = &*scan.body;
    let live = graph.live(outputs);
    let source = |val: Val, moving: &[bool]| stands_for_one(&graph.node(val), moving);
    // The next iteration starts with the values that the previous one carries out.
    loop {
        let dependent = dependents(graph, &live, |val| source(val, &moving));
        let carried = (0..scan.carried).filter(|&place| dependent.contains(&outputs[place]));
        let grown: Vec<usize> = carried
            .map(|place| scan.constants + place)
            .filter(|&index| !moving[index])
            .collect();
        if grown.is_empty() {
            return culprit(graph, &live, |val| source(val, &moving), reach);
        }
        grown.into_iter().for_each(|index| moving[index] = true);
    }
}

/// The arguments of a node but for those from which the user wants no derivative.
fn followed(node: &Node) -> impl Iterator<Item = Val> {
    let args = node.args.iter().enumerate();
    let followed = args.filter(|&(place, _)| !node.op.rules().stops_derivative(place));
    followed.map(|(_, &arg)| arg)
}

/// The values of `live` that depend on one of `sources` other than through a `stop_gradient`.
fn dependents(graph: &Graph, live: &[Val], sources: impl Fn(Val) -> bool) -> BTreeSet<Val> {
    let mut dependent = BTreeSet::new();
    // The parts that depend on one, for each loop.
    let mut parts: BTreeMap<Val, Vec<bool>> = BTreeMap::new();
    for &val in live {
        let node = graph.node(val);
        let reached = match node.op.rules().part() {
            Some(part) => parts.get(&node.args[0]).is_some_and(|moving| moving[part]),
            None => followed(&node).any(|arg| dependent.contains(&arg)),
        };
        if let (true, Some(scan)) = (reached, node.op.get::<Scan>()) {
            let moving = node.args.iter().map(|arg| dependent.contains(arg)).collect();
            parts.insert(val, dependent_parts(scan, moving));
        }
        if sources(val) || reached {
            dependent.insert(val);
        }
    }
    dependent
}

/// The parts of a loop that depend on the arguments marked in `moving`: a value that a step overwrites is
/// forgotten.
fn dependent_parts(scan: &Scan, mut moving: Vec<bool>) -> Vec<bool> {
    let Function { graph, outputs } = &*scan.body;
    let live = graph.live(outputs);
    let mut parts = vec![false; outputs.len()];
    // Nothing new is forgotten after as many iterations as there are carried values, and nothing new is
    // reached after as many more.
    for _ in 0..scan.length.min(2 * scan.carried + 1) {
        let dependent = dependents(graph, &live, |val| stands_for_one(&graph.node(val), &moving));
        for (place, output) in outputs.iter().enumerate() {
            let now = dependent.contains(output);
            match place < scan.carried {
                true => {
                    parts[place] = now;
                    moving[scan.constants + place] = now;
                }
                false => parts[place] |= now,
            }
        }
    }
    parts
}

/// The share of the dependent arguments that must lack a derivative for an operator to count as a cut.
#[derive(Clone, Copy)]
enum Reach {
    /// All arguments: none passes a derivative.
    All,
    /// At least one argument: with several parameters, one may be cut off.
    Some,
}

/// True if an operator passes no derivative to the arguments that `depend`, although the user did not ask for
/// that.
fn cuts(node: &Node, depend: impl Fn(Val) -> bool, reach: Reach) -> bool {
    let rules = node.op.rules();
    let passes = |place| rules.passes_derivative(place);
    let dependent =
        || (0..node.args.len()).filter(|&place| depend(node.args[place]) && !rules.stops_derivative(place));
    let some = dependent().any(|place| !passes(place));
    match reach {
        Reach::All => some && !dependent().any(passes),
        Reach::Some => some,
    }
}
