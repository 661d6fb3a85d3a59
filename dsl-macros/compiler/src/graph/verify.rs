//! Checks that a graph is what every pass takes it to be.

use super::{Batching, Graph, Type, Val};
use crate::ops::Op;

/// Checks each node `outputs` need: arguments come before their users, its types are those its operator infers from
/// them, and a sum over the batch has something that differs between examples. The error names the first fault.
pub fn verify(graph: &Graph, outputs: &[Val]) -> Result<(), String> {
    if let Some(output) = outputs.iter().find(|output| output.index() >= graph.len()) {
        return Err(format!(
            "output {} is not in the graph of {} nodes",
            output.index(),
            graph.len()
        ));
    }
    for val in graph.live(outputs) {
        let node = graph.node(val);
        let place = format!("node {}, `{}`", val.index(), node.op.rules().name());
        if node.args.iter().any(|&arg| arg >= val) {
            return Err(format!("{place}: an argument comes after its user"));
        }
        let inferred = match node.op.rules().part() {
            Some(part) => graph
                .node(node.args[0])
                .types
                .get(part)
                .cloned()
                .map(|ty| vec![ty])
                .ok_or_else(|| format!("{place}: its argument has no part {part}"))?,
            None => {
                let args: Vec<Type> = node.args.iter().map(|&arg| graph.ty(arg)).collect();
                node.op
                    .rules()
                    .infer(&args)
                    .map_err(|mismatch| format!("{place}: {}", mismatch.text))?
            }
        };
        if inferred != node.types {
            return Err(format!(
                "{place}: its types {:?} are not what follows, {inferred:?}",
                node.types
            ));
        }
        if matches!(node.op, Op::BatchSum(_)) && graph.ty(node.args[0]).batching == Batching::Shared {
            return Err(format!("{place}: its argument is the same for all examples"));
        }
        if let Op::Scan(scan) = &node.op {
            verify(&scan.body.graph, &scan.body.outputs).map_err(|fault| format!("{place}: {fault}"))?;
        }
    }
    Ok(())
}
