//! Automatic differentiation as a graph transformation: reverse mode (`pull_back`) and forward mode
//! (`push_forward`), two sweeps over the rules of the operators. Nothing here knows an operator.
//!
//! Input: a graph and seeds, either cotangents of outputs or tangents of inputs. Output: derivatives as new
//! nodes of the same graph, which can therefore be differentiated again. Invariant: a derivative has the
//! shape of its value, and is per example only if the value is.
//!
//! ```text
//! y = tanh(a · b)   →   d_p = d_y · (1 - y · y);  d_a = d_p · b;  d_b = d_p · a      (p = a · b)
//! ```
//!
//! Cost: linear in the live nodes; each rule adds a bounded number of nodes, and cotangents of a value with
//! several users are summed (the cheap gradient principle of Griewank & Walther, *Evaluating Derivatives*).
//! Unlike a tape, no value is stored here: the graph is pure, and scheduling decides what stays in memory.

#[cfg(test)]
pub mod check;
mod recompute;
pub mod second_order;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use recompute::Recomputed;

use crate::collections::IntoCollection;
use crate::graph::{Batching, Expr, Graph, Node, Origin, Val};
use crate::ops::{Linearity, Sweeps};

/// The sweeps for operators that hold graphs.
const SWEEPS: Sweeps = Sweeps {
    pull_back,
    push_forward,
};

/// The same where each example keeps its own gradient by a shared value.
const EACH_SWEEPS: Sweeps = Sweeps {
    pull_back: pull_back_each,
    push_forward,
};

/// A derivative that was asked for but is cut off: no path leads from the differentiated value to `by`, or
/// every path passes an operator that has no derivative.
#[cfg(test)]
#[derive(Debug)]
pub struct Cut {
    /// The value to differentiate by.
    pub by: Val,
}

/// The gradient of the scalar `y` by each of `wrt`; an error if no derivative reaches one of them. For a
/// per-example value it is the derivative of the sum over the examples.
#[cfg(test)]
pub fn gradient(graph: &Graph, y: Val, wrt: &[Val]) -> Result<Vec<Val>, Cut> {
    let one = graph.constant(1.0).broadcast_to(&graph.ty(y).shape).val;
    let gradients = pull_back(graph, &[(y, one)], wrt);
    wrt.iter()
        .zip(gradients)
        .map(|(&by, gradient)| gradient.ok_or(Cut { by }))
        .collect()
}

/// Reverse sweep: computes, for each of `wrt`, the vector-Jacobian product `Σ seedᵀ · ∂output/∂wrt` over the
/// pairs `(output, seed)`; `None` if no derivative arrives. The values of `wrt` count as independent of each
/// other: no derivative passes through one of them to another. The gradient of a shared value is shared,
/// summed over the examples that use it; the seed of a shared output must be shared.
pub fn pull_back(graph: &Graph, seeds: &[(Val, Val)], wrt: &[Val]) -> Vec<Option<Val>> {
    reverse(graph, seeds, wrt, Sum::OverExamples)
}

/// The same, but the gradient of a shared value is per example: what each example contributes to the sum. Nothing
/// between outputs and `wrt` may join examples.
pub fn pull_back_each(graph: &Graph, seeds: &[(Val, Val)], wrt: &[Val]) -> Vec<Option<Val>> {
    reverse(graph, seeds, wrt, Sum::OfEach)
}

/// What the gradient of a shared value is the sum of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sum {
    /// All uses by all examples.
    OverExamples,
    /// The uses by each example.
    OfEach,
}

fn reverse(graph: &Graph, seeds: &[(Val, Val)], wrt: &[Val], sum: Sum) -> Vec<Option<Val>> {
    let sweeps = match sum {
        Sum::OverExamples => SWEEPS,
        Sum::OfEach => EACH_SWEEPS,
    };
    let outputs: Vec<Val> = seeds.iter().map(|&(output, _)| output).collect();
    let order = graph.live(&outputs);
    let concerned = depending_on(graph, &order, wrt);
    let mut recomputed = Recomputed::new(graph, &order, &outputs);
    // The adjoints of each node, one per part.
    let mut adjoints: BTreeMap<Val, Vec<Option<Val>>> = BTreeMap::new();
    for &(output, seed) in seeds {
        accumulate(graph, &mut adjoints, output, 0, graph.expr(seed));
    }
    for &val in order.iter().rev() {
        if !concerned.contains(&val) || wrt.contains(&val) {
            continue;
        }
        let Some(dy) = adjoints.get(&val).cloned() else {
            continue;
        };
        let node = graph.node(val);
        let outer = enter(graph, &node);
        name_after(graph, val, &dy);
        let wanted: Vec<bool> = node.args.iter().map(|arg| concerned.contains(arg)).collect();
        if let Some(part) = node.op.rules().part() {
            if let Some(dy) = dy[0] {
                accumulate(graph, &mut adjoints, node.args[0], part, graph.expr(dy));
            }
        } else {
            let (x, y) = recomputed.read(val);
            let x: Vec<Expr<'_>> = x.into_iter().map(|arg| graph.expr(arg)).collect();
            let dy: Vec<Option<Expr<'_>>> = dy.into_iter().map(|dy| dy.map(|dy| graph.expr(dy))).collect();
            let contributions = node.op.rules().vjp_parts(&x, graph.expr(y), &dy, &wanted, sweeps);
            let per_example =
                node.types[0].batching == Batching::PerExample && !node.op.rules().crosses_batch();
            for (&arg, contribution) in node.args.iter().zip(contributions) {
                let Some(contribution) = contribution.filter(|_| concerned.contains(&arg)) else {
                    continue;
                };
                // Every example uses a shared value: its derivative is the sum over the examples.
                let crosses = sum == Sum::OverExamples
                    && graph.ty(arg).batching == Batching::Shared
                    && (per_example || contribution.batching() == Batching::PerExample);
                let contribution = if crosses {
                    contribution.batch_sum()
                } else {
                    contribution
                };
                accumulate(graph, &mut adjoints, arg, 0, contribution);
            }
        }
        graph.set_origin(outer);
    }
    wrt.iter()
        .map(|by| adjoints.get(by).and_then(|parts| parts[0]))
        .collect()
}

/// Names the adjoint of a value that the user named `h` `d_h`, unless it is one of the user's own values.
fn name_after(graph: &Graph, val: Val, adjoint: &[Option<Val>]) {
    if let (Some(name), &[Some(adjoint)]) = (graph.name(val), adjoint)
        && graph.node(adjoint).origin.backward
    {
        graph.set_name(adjoint, &format!("d_{name}"));
    }
}

fn accumulate(
    graph: &Graph,
    adjoints: &mut BTreeMap<Val, Vec<Option<Val>>>,
    to: Val,
    part: usize,
    contribution: Expr<'_>,
) {
    let parts = graph.node(to).types.len();
    let slot = &mut adjoints.entry(to).or_insert_with(|| vec![None; parts])[part];
    *slot = Some(match *slot {
        None => contribution.val,
        Some(sum) => (graph.expr(sum) + graph.expr(contribution.val)).val,
    });
}

/// Forward sweep: computes the derivative of each output along the tangents `(value, tangent)`; `None` if it
/// is zero because no path connects them. As in the reverse sweep, values with a tangent count as independent
/// of each other; the tangent of a shared value must be shared.
pub fn push_forward(graph: &Graph, outputs: &[Val], tangents: &[(Val, Val)]) -> Vec<Option<Val>> {
    let mut moved: BTreeMap<Val, Vec<Option<Val>>> = tangents
        .iter()
        .map(|&(val, tangent)| (val, vec![Some(tangent)]))
        .into_map();
    let wrt: Vec<Val> = tangents.iter().map(|&(val, _)| val).collect();
    let order = graph.live(outputs);
    let concerned = depending_on(graph, &order, &wrt);
    for &val in &order {
        if !concerned.contains(&val) || moved.contains_key(&val) {
            continue;
        }
        let node = graph.node(val);
        let outer = enter(graph, &node);
        let tangent_of = |arg: &Val| {
            moved
                .get(arg)
                .and_then(|parts| parts[0])
                .map(|tangent| graph.expr(tangent))
        };
        let parts = match node.op.rules().part() {
            Some(part) => vec![moved.get(&node.args[0]).and_then(|parts| parts[part])],
            None => {
                let dx: Vec<Option<Expr<'_>>> = node.args.iter().map(tangent_of).collect();
                tangents_of(graph, &node, val, &dx)
                    .into_iter()
                    .map(|dy| dy.map(|dy| dy.val))
                    .collect()
            }
        };
        graph.set_origin(outer);
        moved.insert(val, parts);
    }
    outputs
        .iter()
        .map(|output| moved.get(output).and_then(|parts| parts[0]))
        .collect()
}

/// The forward rule of one node, chosen by the linearity that the operator states.
fn tangents_of<'g>(
    graph: &'g Graph,
    node: &Node,
    val: Val,
    dx: &[Option<Expr<'g>>],
) -> Vec<Option<Expr<'g>>> {
    if dx.iter().all(Option::is_none) {
        return vec![None; node.types.len()];
    }
    let x: Vec<Expr<'g>> = node.args.iter().map(|&arg| graph.expr(arg)).collect();
    let zero = |arg: Expr<'g>| graph.constant(0.0).broadcast_to(&arg.shape());
    let apply = |args: &[Expr<'g>]| {
        let args: Vec<Val> = args.iter().map(|arg| arg.val).collect();
        graph.expr(graph.apply(node.op.clone(), &args))
    };
    match node.op.rules().linearity() {
        Linearity::Constant => vec![None],
        Linearity::None => node.op.rules().jvp_parts(&x, graph.expr(val), dx, SWEEPS),
        Linearity::Jointly => {
            let args: Vec<Expr<'g>> = x
                .iter()
                .zip(dx)
                .map(|(&x, dx)| dx.unwrap_or_else(|| zero(x)))
                .collect();
            vec![Some(apply(&args))]
        }
        Linearity::Each(places) => {
            let terms = places.iter().filter_map(|&place| {
                let mut args = x.clone();
                args[place] = dx[place]?;
                Some(apply(&args))
            });
            vec![terms.reduce(|a, b| a + b)]
        }
    }
}

/// The nodes of `order` that depend on one of `wrt`.
fn depending_on(graph: &Graph, order: &[Val], wrt: &[Val]) -> BTreeSet<Val> {
    let mut concerned: BTreeSet<Val> = wrt.iter().copied().into_set();
    for &val in order {
        if graph.node(val).args.iter().any(|arg| concerned.contains(arg)) {
            concerned.insert(val);
        }
    }
    concerned
}

/// Marks the nodes made from here on as derivatives of `node`; returns the origin to restore.
fn enter(graph: &Graph, node: &Node) -> Option<Rc<Origin>> {
    graph.set_origin(Some(Rc::new(Origin {
        backward: true,
        ..(*node.origin).clone()
    })))
}
