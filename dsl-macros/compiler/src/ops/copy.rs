//! Copies of parts of a graph: into another graph, and of what lies above the marks, taken out and put back.

use std::collections::BTreeMap;

use super::leaf::Formal;
use super::scan::Scan;
use super::{Expr, Function, Graph, Op};
use crate::arena::Val;

/// Copies what some values of a graph need into another, each node by `apply`, which is given the copies of its arguments.
pub fn copied<'b>(
    from: &Graph,
    vals: &[Val],
    into: &'b Graph,
    mut apply: impl FnMut(Val, &Op, &[Val]) -> Val,
) -> Vec<Expr<'b>> {
    let mut copies: Vec<Option<Val>> = vec![None; from.len()];
    let copy_of = |copies: &[Option<Val>], val: &Val| copies[val.index()].expect("arguments come first");
    for val in from.live(vals) {
        let node = from.node(val);
        let args: Vec<Val> = node.args.iter().map(|arg| copy_of(&copies, arg)).collect();
        let outer = into.set_origin(Some(node.origin.clone()));
        let copy = apply(val, &node.op, &args);
        into.set_origin(outer);
        if let Some(name) = from.name(val) {
            into.set_name(copy, &name);
        }
        copies[val.index()] = Some(copy);
    }
    vals.iter().map(|val| into.expr(copy_of(&copies, val))).collect()
}

/// The marks that formal values stand for, by the index of these.
pub type Marks = BTreeMap<usize, Val>;

/// What lies between some values and the marks below them, as a function in which a formal value stands for each mark.
pub fn above_marks(graph: &Graph, vals: &[Val]) -> (Function, Marks) {
    let into = Graph::new();
    into.reserve_identities(graph);
    let mut marks = Marks::new();
    let outputs = copied(graph, vals, &into, |val, op, args| match op {
        Op::Mark(_) => {
            let (index, ty) = (into.fresh_identity() as usize, graph.ty(val));
            marks.insert(index, val);
            into.apply(Formal { index, ty }, &[])
        }
        op => into.apply(op.clone(), args),
    });
    let outputs = outputs.into_iter().map(|output| output.val).collect();
    let above = Function { graph: into, outputs };
    (above, marks)
}

/// Puts a function back into the graph that it was taken out of. Its loops are new ones there: they may differ from those of
/// their identity.
pub fn put_back(function: &Function, graph: &Graph, marks: &Marks) -> Vec<Val> {
    graph.reserve_identities(&function.graph);
    let new_loop = |scan: &Scan| Scan {
        identity: graph.fresh_identity(),
        ..scan.clone()
    };
    let outputs = copied(
        &function.graph,
        &function.outputs,
        graph,
        |_, op, args| match op {
            Op::Formal(formal) if marks.contains_key(&formal.index) => marks[&formal.index],
            Op::Scan(scan) => graph.apply(new_loop(scan), args),
            op => graph.apply(op.clone(), args),
        },
    );
    outputs.into_iter().map(|output| output.val).collect()
}
