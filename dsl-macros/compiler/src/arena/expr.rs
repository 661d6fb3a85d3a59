//! A copyable handle on a value.

use super::{Graph, Operation, Val};

/// A value of a graph. `ops` adds the operators that derivative rules are written in.
pub struct Expr<'g, O: Operation> {
    pub graph: &'g Graph<O>,
    pub val: Val,
}

impl<O: Operation> Clone for Expr<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O: Operation> Copy for Expr<'_, O> {}

impl<O: Operation> Expr<'_, O> {
    pub fn ty(self) -> O::Type {
        self.graph.ty(self.val)
    }
}
