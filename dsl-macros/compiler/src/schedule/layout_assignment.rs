//! Layout assignment: chooses the order in which the axes of each parameter lie in memory.
//!
//! In: the functions of all entry points. Out: the axis order of each parameter that is not row-major. A
//! matrix that products only ever read as `x · Wᵀ`, as a dense layer does, is kept transposed, so that a GEMM
//! reads the rows of its right factor in place:
//!
//! ```text
//! y = x·Wᵀ,  W: [out, in]      →      W lies in memory as [in, out]
//! ```
//!
//! Readers reach parameters by strides or copy them first, so an order changes speed, never results. A reader
//! other than a product, or a loop over time that carries or slices the matrix, rules the transposition out.
//! Cost: linear in the nodes of all functions. XLA has a pass of the same name for all its values; here only
//! parameters have a choice.

use std::collections::BTreeSet;

use crate::collections::IntoCollection;
use crate::graph::{Function, Val};
use crate::ops::Op;
use crate::plan::ParameterLayouts;

/// Transposes each matrix that is only ever the right-hand side of products that sum over its last axis
/// (`x · Wᵀ`, a dense layer): a GEMM then reads its rows in place.
pub fn assign_parameter_layouts<'a>(functions: impl Iterator<Item = &'a Function>) -> ParameterLayouts {
    let mut wishes = Preferences::default();
    for function in functions {
        wishes.of(function, &[]);
    }
    let swapped = wishes.transposed.difference(&wishes.plain);
    swapped.map(|&index| (index, vec![1, 0])).into_map()
}

/// The parameters that some reader wants transposed, and those that some reader wants as they are.
#[derive(Default)]
struct Preferences {
    transposed: BTreeSet<usize>,
    plain: BTreeSet<usize>,
}

impl Preferences {
    /// Adds the wishes of a function. `formals` maps its formal arguments to parameters, where they are
    /// parameters.
    fn of(&mut self, function: &Function, formals: &[Option<usize>]) {
        let graph = &function.graph;
        let parameter = |val: Val| match &graph.node(val).op {
            Op::Parameter(parameter) => Some(parameter.index),
            // A direction lies in memory as its parameter does.
            Op::Direction(direction) => Some(direction.index),
            Op::Formal(formal) => formals.get(formal.index).copied().flatten(),
            _ => None,
        };
        for val in graph.live(&function.outputs) {
            let node = graph.node(val);
            if let Op::Scan(scan) = &node.op {
                let formals: Vec<Option<usize>> = node.args.iter().map(|&arg| parameter(arg)).collect();
                self.plain.extend(formals.iter().skip(scan.constants).flatten());
                self.of(&scan.body, &formals[..scan.constants]);
                continue;
            }
            for (place, &arg) in node.args.iter().enumerate() {
                let Some(index) = parameter(arg) else {
                    continue;
                };
                let wants = match &node.op {
                    Op::Contract(contract) if graph.ty(arg).shape.rank() == 2 => {
                        let (own, other) = if place == 0 {
                            (&contract.left, &contract.right)
                        } else {
                            (&contract.right, &contract.left)
                        };
                        let summed =
                            |letter: &u8| other.contains(letter) && !contract.result.contains(letter);
                        Some(summed(&own[1]) && !summed(&own[0]))
                    }
                    _ => None,
                };
                match wants {
                    Some(true) => self.transposed.insert(index),
                    // Backward products sum over the other axis; they read it equally fast in either order.
                    Some(false) => false,
                    None => self.plain.insert(index),
                };
            }
        }
    }
}
