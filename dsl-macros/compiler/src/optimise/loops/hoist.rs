//! Hoisting: restructures every loop of a graph, inner loops first.
//!
//! Input and output: a function → an equal function whose loops satisfy the invariants of this folder, or
//! `None` if all do already. It generalises loop-invariant code motion (LLVM's LICM, XLA's
//! WhileLoopInvariantCodeMotion): a value that varies with the step but not with the carried state is hoisted
//! too, as a stack.
//!
//! ```text
//! loop { h = tanh(x[t]·W + h·U) }   →   p = x·W; loop { h = tanh(p[t] + h·U) }
//! ```
//!
//! Cost: one walk over the graph, and one [`restructure`] per loop.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::mutable::{MutableLoop, copy_node};
use super::restructure::restructure;
use crate::graph::{Function, Graph, Val};
use crate::ops::scan::{Part, Scan};

/// True if the graph has a loop.
pub fn has_loops(function: &Function) -> bool {
    let graph = &function.graph;
    graph.vals().any(|val| graph.node(val).op.is::<Scan>())
}

/// Restructures every loop, inner loops first; `None` if nothing changed.
pub fn hoist(function: &Function) -> Option<Function> {
    if !has_loops(function) {
        return None;
    }
    let from = &function.graph;
    let live = from.live(&function.outputs);
    let into = Graph::new();
    into.reserve_identities(from);
    let mut asked: BTreeMap<Val, Vec<usize>> = BTreeMap::new();
    for &val in &live {
        let node = from.node(val);
        if let Some(part) = node.op.rules().part() {
            asked.entry(node.args[0]).or_default().push(part);
        }
    }
    let mut copies: Vec<Option<Val>> = vec![None; from.len()];
    let mut results: BTreeMap<Val, Vec<Option<Val>>> = BTreeMap::new();
    let mut changed = false;
    for &val in &live {
        let node = from.node(val);
        let args = |copies: &[Option<Val>]| -> Vec<Val> {
            let copy = |arg: &Val| copies[arg.index()].expect("arguments come first");
            node.args.iter().map(copy).collect()
        };
        if let Some(scan) = node.op.get::<Scan>() {
            let args = args(&copies);
            let asked = asked.remove(&val).unwrap_or_default();
            let outer = into.set_origin(Some(node.origin.clone()));
            let (parts, moved) = rearranged(scan, &args, &into, &asked);
            into.set_origin(outer);
            changed |= moved;
            results.insert(val, parts);
            continue;
        }
        let copy = match node.op.rules().part() {
            Some(part) => {
                let copy = results[&node.args[0]][part].expect("what is asked for is given");
                if let Some(name) = from.name(val) {
                    into.set_name(copy, &name);
                }
                copy
            }
            None => copy_node(from, val, &into, &args(&copies)),
        };
        copies[val.index()] = Some(copy);
    }
    let outputs: Vec<Val> = (function.outputs.iter())
        .map(|output| copies[output.index()].expect("outputs are live"))
        .collect();
    changed.then_some(Function { graph: into, outputs })
}

/// Restructures one loop; returns its results and whether it changed.
fn rearranged(scan: &Scan, args: &[Val], outer: &Graph, asked: &[usize]) -> (Vec<Option<Val>>, bool) {
    let inner = hoist(&scan.body);
    let mut scan = scan.clone();
    let body_changed = inner.is_some();
    if let Some(body) = inner {
        outer.reserve_identities(&body.graph);
        scan.identity = outer.fresh_identity();
        scan.body = Rc::new(body);
    }
    let count = scan.body.outputs.len();
    let mut of = MutableLoop::open(&scan, args, outer);
    let mut results = vec![None; count];
    for carried in &mut of.carried {
        carried.parts.retain(|part| asked.contains(part));
    }
    of.collected
        .retain(|collected| collected.parts.iter().any(|part| asked.contains(part)));
    let fewer = of.collected.len() + scan.carried < count;
    if restructure(of, fewer, outer, &mut results) {
        return (results, true);
    }
    let node = outer.apply(scan, args);
    let part = |index| Some(outer.apply(Part { index }, &[node]));
    ((0..count).map(part).collect(), body_changed)
}
