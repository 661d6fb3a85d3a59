//! Marks: the values of variables that a function differentiates by are kept apart from equal expressions, so that a
//! derivative finds all uses of the variable, and nothing else.
//!
//! ```text
//! let u = x * x;            →   u = mark(x · x)
//! (u * x * x).grad(u)       →   x · x, where u · u would have the derivative 2 u
//! ```

use super::elaborator::Elaborator;
use super::value::Value;
use crate::graph::{Graph, Val};
use crate::ops::leaf::{Buffer, Formal, Input, Mark, Parameter};
use crate::optimise::stabilised;

/// True for a value that equals no other, so that all who read it mean this one.
pub fn is_variable(graph: &Graph, val: Val) -> bool {
    let op = &graph.node(val).op;
    op.is::<Input>() || op.is::<Parameter>() || op.is::<Buffer>() || op.is::<Formal>() || op.is::<Mark>()
}

impl Elaborator<'_> {
    /// The value that the variable `name` of this call gets: marked, if the function differentiates by it.
    pub fn marked(&mut self, name: &str, value: &Value) -> Value {
        match self.frame().differentiation_variables.contains(name) {
            true => self.mark(value),
            false => value.clone(),
        }
    }

    /// The value that an argument gets: a variable of the caller stays what it is.
    pub fn marked_argument(&mut self, name: &str, value: Value) -> Value {
        match &value {
            Value::Tensor(val) if is_variable(&self.graph, *val) => value,
            _ => self.marked(name, &value),
        }
    }

    fn mark(&self, value: &Value) -> Value {
        match value {
            Value::Tensor(val) if !self.graph.ty(*val).is_index() => {
                let outer = self.graph.set_origin(Some(self.graph.node(*val).origin.clone()));
                // What lies below a mark is not looked at again when something above it is differentiated.
                let stable = stabilised(&self.graph, &[*val])[0];
                let identity = self.graph.fresh_identity();
                let mark = self.graph.apply(Mark { identity }, &[stable]);
                self.graph.set_origin(outer);
                Value::Tensor(mark)
            }
            Value::Tuple(parts) => Value::Tuple(parts.iter().map(|part| self.mark(part)).collect()),
            Value::Array(parts) => Value::Array(parts.iter().map(|part| self.mark(part)).collect()),
            other => other.clone(),
        }
    }
}
