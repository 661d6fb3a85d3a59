//! Checks that a graph is what every pass takes it to be.

use super::{Batching, Graph, Val};
use crate::arena;
use crate::ops::Op;

/// Checks each node `outputs` need, and that a sum over the batch has something that differs between examples.
pub fn verify(graph: &Graph, outputs: &[Val]) -> Result<(), String> {
    arena::verify(graph, outputs, &|node, args| match &node.op {
        Op::BatchSum(_) if args[0].batching == Batching::Shared => {
            Err("its argument is the same for all examples".to_string())
        }
        Op::Scan(scan) => verify(&scan.body.graph, &scan.body.outputs),
        _ => Ok(()),
    })
}
