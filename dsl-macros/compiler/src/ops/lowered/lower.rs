//! Lowering: graph → lowered graph, operator by operator.
//!
//! In: a function of a graph. Out: the same function of lowered operators, every value with the elements of
//! each example contiguous. What only marks a value for differentiation is gone.
//!
//! ```text
//! softmax1 = softmax(x)            →      softmax1 = kernel `softmax`(x)
//! relu1 = relu(mark(dense1))       →      relu1 = scalar `relu`(dense1)
//! ```
//!
//! Cost: linear in the live nodes. XLA and MLIR lower in the same way, from what a value means to how it is
//! computed.

use std::collections::HashMap;

use super::{Function, Graph};
use crate::arena::{Type, Val};
use crate::ops;

/// The same function in lowered operators.
pub fn lower(function: &ops::Function) -> Function {
    let (old, new) = (&function.graph, Graph::new());
    new.reserve_identities(old);
    let mut forms: HashMap<Val, Val> = HashMap::new();
    for val in old.live(&function.outputs) {
        let node = old.node(val);
        new.set_origin(Some(node.origin.clone()));
        let args: Vec<Val> = node.args.iter().map(|arg| forms[arg]).collect();
        let types: Vec<Type> = node.args.iter().map(|&arg| old.ty(arg)).collect();
        let form = match node.op.rules().lower(&types) {
            Some(op) => new.apply(op, &args),
            None => args[0],
        };
        if let Some(name) = old.name(val) {
            new.set_name(form, &name);
        }
        forms.insert(val, form);
    }
    new.set_origin(None);
    let outputs = function.outputs.iter().map(|output| forms[output]).collect();
    Function { graph: new, outputs }
}
