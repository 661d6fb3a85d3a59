//! In which order the axes of each parameter lie in memory.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Function;
use crate::ops::Op;
use crate::schedule::steps::Orders;

/// A matrix that is only ever the right-hand side of products summing over its last axis (`x · Wᵀ`, a dense layer)
/// is kept transposed: a GEMM then reads its rows in place.
pub fn orders<'a>(functions: impl Iterator<Item = &'a Function>) -> Orders {
    let mut transposed: BTreeSet<usize> = BTreeSet::new();
    let mut plain: BTreeSet<usize> = BTreeSet::new();
    for Function { graph, outputs } in functions {
        for val in graph.live(outputs) {
            let node = graph.node(val);
            for (place, &arg) in node.args.iter().enumerate() {
                let Op::Parameter(parameter) = &graph.node(arg).op else {
                    continue;
                };
                let wants = match &node.op {
                    Op::Contract(contract) if parameter.shape.rank() == 2 => {
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
                    Some(true) => transposed.insert(parameter.index),
                    // Backward products read it the other way round, in either order equally well.
                    Some(false) => false,
                    None => plain.insert(parameter.index),
                };
            }
        }
    }
    let swapped = transposed.difference(&plain).map(|&index| (index, vec![1, 0]));
    swapped.collect::<BTreeMap<usize, Vec<usize>>>()
}
