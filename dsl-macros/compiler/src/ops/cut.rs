//! Parts of a graph as functions of their own: what lies above the marks, cut out and put back.

use std::collections::BTreeMap;

use super::leaf::Formal;
use super::scan::{Scan, copied};
use super::{Function, Graph, Op};
use crate::arena::Val;

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

/// Puts a function back into the graph that it was cut out of. Its loops are new ones there: they may differ from those of
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
