//! A copyable handle on a value.

use super::{Batching, Graph, Operation, Shape, Type, Val};

/// A value of a graph. `ops` adds the operators that derivative rules are written in.
pub struct Expr<'g, O> {
    pub graph: &'g Graph<O>,
    pub val: Val,
}

impl<O> Clone for Expr<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Expr<'_, O> {}

impl<O: Operation> Expr<'_, O> {
    pub fn ty(self) -> Type {
        self.graph.ty(self.val)
    }

    pub fn shape(self) -> Shape {
        self.ty().shape
    }

    pub fn batching(self) -> Batching {
        self.ty().batching
    }
}
