//! Restores the batching of outputs that callers rely on.
//!
//! Input: the function before and after optimisation; output: the optimised function with the original
//! batching of each output. Unrolling a short loop can reveal that a result does not depend on the example;
//! such an output is made per example again, e.g. `c → select(x > x, x, c)` with some per-example input `x`.
//! Cost: a few nodes per output, and one search for an input.

use crate::graph::{Batching, Function};
use crate::ops::Op;
use crate::ops::leaf::Input;

/// The batching of each output of a function, and an input that differs between examples.
pub struct Kinds {
    outputs: Vec<Batching>,
    differs: Option<Op>,
}

impl Kinds {
    pub fn of(function: &Function) -> Kinds {
        let graph = &function.graph;
        let differs = |op: &Op| {
            let of_examples =
                |input: &Input| input.ty.batching == Batching::PerExample && input.ty.shape.count() > 0;
            op.get().is_some_and(of_examples)
        };
        Kinds {
            outputs: function
                .outputs
                .iter()
                .map(|&output| graph.ty(output).batching)
                .collect(),
            differs: graph.vals().map(|val| graph.node(val).op.clone()).find(differs),
        }
    }

    /// Gives the outputs of the function these batchings.
    pub fn restored(&self, mut function: Function) -> Function {
        let graph = &function.graph;
        for (output, &kind) in function.outputs.iter_mut().zip(&self.outputs) {
            if let (Batching::Shared, Batching::PerExample, Some(like)) =
                (graph.ty(*output).batching, kind, &self.differs)
            {
                let like = graph.expr(graph.apply(like.clone(), &[]));
                *output = graph.expr(*output).for_each(like).val;
            }
        }
        function
    }
}
