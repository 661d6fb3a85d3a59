//! NumPy's broadcasting as graph nodes, without detours.

use super::elaborator::Elaborator;
use crate::graph::{Graph, Shape, Val};
use crate::ops::movement::Reshape;

impl Elaborator<'_> {
    /// Broadcasts `val` to `shape`.
    pub fn broadcast(&self, val: Val, shape: &Shape) -> Val {
        let own = self.graph.ty(val).shape;
        if own == *shape {
            return val;
        }
        let lead = shape.rank() - own.rank();
        let kept: Vec<usize> = (0..own.rank())
            .filter(|&axis| own.0[axis] == shape.0[axis + lead])
            .collect();
        let squeezed = reshape(
            &self.graph,
            val,
            Shape(kept.iter().map(|&axis| own.0[axis]).collect()),
        );
        let axes = kept.iter().map(|axis| axis + lead).collect();
        self.graph.expr(squeezed).broadcast(shape.clone(), axes).val
    }
}

/// Reshapes `val` to another shape with the same number of elements; a reshape of a reshape becomes one.
pub fn reshape(graph: &Graph, val: Val, shape: Shape) -> Val {
    let mut source = val;
    while graph.node(source).op.is::<Reshape>() {
        source = graph.node(source).args[0];
    }
    graph.expr(source).reshape(shape).val
}
