//! Checks that a graph is one, whatever its operators are.

use super::{Graph, Node, Operation, Val};

/// A check of a node, from the types of its arguments.
pub type NodeCheck<'c, O> = &'c dyn Fn(&Node<O>, &[<O as Operation>::Type]) -> Result<(), String>;

/// Checks each node that `outputs` need: arguments come before their users, and its types are those that its
/// operator infers from them. `more` checks what else holds of a node. The error names the
/// first fault.
pub fn verify<O: Operation>(graph: &Graph<O>, outputs: &[Val], more: NodeCheck<'_, O>) -> Result<(), String> {
    if let Some(output) = outputs.iter().find(|output| output.index() >= graph.len()) {
        return Err(format!(
            "output {} is not in the graph of {} nodes",
            output.index(),
            graph.len()
        ));
    }
    for val in graph.live(outputs) {
        let node = graph.node(val);
        let at = |fault: String| format!("node {}, `{}`: {fault}", val.index(), node.op.name());
        if node.args.iter().any(|&arg| arg >= val) {
            return Err(at("an argument comes after its user".to_string()));
        }
        let args: Vec<O::Type> = node.args.iter().map(|&arg| graph.ty(arg)).collect();
        let inferred = match node.op.part() {
            Some(part) => {
                let ty = graph.node(node.args[0]).types.get(part).cloned();
                vec![ty.ok_or_else(|| at(format!("its argument has no part {part}")))?]
            }
            None => node.op.infer(&args).map_err(|mismatch| at(mismatch.text))?,
        };
        if inferred != node.types {
            return Err(at(format!(
                "its types {:?} are not what follows, {inferred:?}",
                node.types
            )));
        }
        more(&node, &args).map_err(at)?;
    }
    Ok(())
}
