//! Checks that a lowered graph is what the scheduler takes it to be.

use super::{Function, Layout, Lowered};
use crate::arena;

/// Checks each node that the outputs need, and that a sum over the batch has something to sum.
pub fn verify(function: &Function) -> Result<(), String> {
    arena::verify(&function.graph, &function.outputs, &|node, args| match &node.op {
        Lowered::BatchSum if args[0].layout == Layout::Shared => {
            Err("its argument is the same for all examples".to_string())
        }
        Lowered::Scan(scan) => verify(&scan.body),
        _ => Ok(()),
    })
}
