//! Epilogues: the operators that end the step of a product (bias, rectifier, gate, normalisation, pooling).

use std::collections::BTreeSet;

use super::normalisation::{Normalise, normalised_sum};
use super::{Selection, single};
use crate::lowered::{Computes, Graph, Layout, Leaf, Lowered, Movement, PerExample, ScalarOp, Val};
use crate::ops::KernelFunction;
use crate::ops::contract::Contract;
use crate::ops::elementwise::Elementwise;

/// A product and its epilogue.
#[derive(Clone, Copy, Debug)]
pub struct Fused {
    pub product: Val,
    pub then: FusedThen,
}

#[derive(Clone, Copy, Debug)]
pub enum FusedThen {
    Bias(Val),
    BiasRelu(Val),
    ReluGate(Val),
    Normalise(Normalise),
    /// Another node stands for the winners (the index of the maximum in each window), which the epilogue
    /// computes on the way.
    BiasReluPool {
        bias: Val,
        winners: Val,
    },
}

impl FusedThen {
    /// True if the product's step reads the value besides the product.
    pub(super) fn reads(&self, val: Val) -> bool {
        match *self {
            FusedThen::Bias(other) | FusedThen::BiasRelu(other) | FusedThen::ReluGate(other) => val == other,
            FusedThen::BiasReluPool { bias, .. } => val == bias,
            FusedThen::Normalise(other) => {
                [other.mean, other.scale, other.shift].contains(&val) || other.residual == Some(val)
            }
        }
    }
}

/// The epilogue that ends in `val`: `product + bias`, `relu(product + bias)`, `select(y > 0, product, 0)`, a
/// [`Normalise`], or a pooling of `relu(convolution + bias)`.
pub(super) fn epilogue_of(
    graph: &Graph,
    selection: &Selection,
    roots: &BTreeSet<Val>,
    val: Val,
) -> Option<Fused> {
    let node = graph.node(val);
    let is_product = |val: Val| {
        let fits = match &graph.node(val).op {
            Lowered::Contract(contract) => contracts_to_rows(graph, val, contract),
            Lowered::Kernel(op) => op.kernel.function.takes_epilogue(),
            _ => false,
        };
        fits && single(selection, roots, val) && graph.ty(val).layout != Layout::Shared
    };
    let with_bias = |sum: Val| -> Option<(Val, Val)> {
        let node = graph.node(sum);
        if node.op != Elementwise::Add.into() {
            return None;
        }
        let (product, bias) = (node.args[0], node.args[1]);
        let pairs = [(product, bias), (bias, product)];
        pairs
            .into_iter()
            .find(|&(product, bias)| is_product(product) && is_bias(graph, selection, product, bias))
    };
    let alone = |val: Val| single(selection, roots, val);
    let once = |val: Val| selection.lies_once(graph, val);
    let normalise = |sum: Val, relu: bool| {
        let (product, normalise) = normalised_sum(graph, &alone, &once, sum)?;
        let then = FusedThen::Normalise(Normalise { relu, ..normalise });
        is_product(product).then_some(Fused { product, then })
    };
    match &node.op {
        Lowered::Scalar(ScalarOp::Elementwise(Elementwise::Add)) => {
            let Some((product, bias)) = with_bias(val) else {
                return normalise(val, false);
            };
            Some(Fused {
                product,
                then: FusedThen::Bias(vector_of(graph, bias)),
            })
        }
        Lowered::Scalar(ScalarOp::Elementwise(Elementwise::Relu)) => {
            let sum = node.args[0];
            if !alone(sum) {
                return None;
            }
            let Some((product, bias)) = with_bias(sum) else {
                return normalise(sum, true);
            };
            Some(Fused {
                product,
                then: FusedThen::BiasRelu(vector_of(graph, bias)),
            })
        }
        Lowered::Kernel(op) if op.kernel.function == KernelFunction::MaxPool2dBlocks => {
            let relu = node.args[0];
            let winners = winners_beside(graph, selection, val).filter(|_| !roots.contains(&relu))?;
            if graph.node(relu).op != Elementwise::Relu.into() {
                return None;
            }
            let sum = graph.node(relu).args[0];
            let (product, bias) = with_bias(sum).filter(|_| single(selection, roots, sum))?;
            let pools = match &graph.node(product).op {
                Lowered::Kernel(op) => op.kernel.function.with_max_pool().is_some(),
                _ => false,
            };
            pools.then(|| Fused {
                product,
                then: FusedThen::BiasReluPool {
                    bias: vector_of(graph, bias),
                    winners,
                },
            })
        }
        Lowered::Scalar(ScalarOp::Elementwise(Elementwise::Select)) => {
            let (mask, product) = (node.args[0], node.args[1]);
            let mask = graph.node(mask);
            let is_gate = mask.op == Elementwise::Greater.into()
                && graph.as_constant(mask.args[1]) == Some(0.0)
                && graph.as_constant(node.args[2]) == Some(0.0);
            let gated = match &graph.node(product).op {
                Lowered::Contract(_) => true,
                // Among kernels, those that support the gate of a gradient.
                Lowered::Kernel(op) => op.kernel.function.takes_epilogue() && op.kernel.blocks,
                _ => false,
            };
            let stored = |val: Val| {
                graph.node(val).op == Elementwise::Relu.into() && graph.ty(val).layout != Layout::Shared
            };
            (is_gate && gated && stored(mask.args[0]) && is_product(product)).then(|| Fused {
                product,
                then: FusedThen::ReluGate(mask.args[0]),
            })
        }
        _ => None,
    }
}

/// The winners of a pooling, if they and the pooling are the only readers of the pooled value, which then
/// need not be stored.
fn winners_beside(graph: &Graph, selection: &Selection, pooling: Val) -> Option<Val> {
    let of = graph.node(pooling).args[0];
    let mut others = selection.readers[&of].iter().map(|reader| reader.node);
    let (one, other) = (others.next()?, others.next()?);
    let winners = if one == pooling { other } else { one };
    let are_winners = match &graph.node(winners).op {
        Lowered::Kernel(op) => matches!(
            op.computes,
            Computes::InBlocks {
                op: PerExample::Winners(_),
                ..
            }
        ),
        _ => false,
    };
    (are_winners && [one, other].contains(&pooling) && others.next().is_none()).then_some(winners)
}

/// True if a contraction is one GEMM whose columns are the last axis of the result: the rows are the examples
/// and the per-example argument's own axes, the columns come from the shared argument.
fn contracts_to_rows(graph: &Graph, val: Val, contract: &Contract) -> bool {
    let node = graph.node(val);
    let kinds = [graph.ty(node.args[0]).layout, graph.ty(node.args[1]).layout];
    let (rows, columns) = match kinds {
        [Layout::Examples, Layout::Shared] => (&contract.left, &contract.right),
        [Layout::Shared, Layout::Examples] => (&contract.right, &contract.left),
        _ => return false,
    };
    let Some((last, before)) = contract.result.split_last() else {
        return false;
    };
    let own = |letter: &u8| rows.contains(letter) && !columns.contains(letter);
    columns.contains(last) && !rows.contains(last) && before.iter().all(own)
}

/// The axis along which the epilogue adds a vector: the last axis of a GEMM, the channels of a convolution.
pub(super) fn bias_axis(graph: &Graph, product: Val) -> usize {
    match graph.node(product).op {
        Lowered::Contract(_) => graph.ty(product).shape.rank() - 1,
        _ => 0,
    }
}

/// True if `bias` repeats a shared vector along the axis that the epilogue adds it along: the last axis of a
/// GEMM, the channels of a convolution.
fn is_bias(graph: &Graph, selection: &Selection, product: Val, bias: Val) -> bool {
    let axis = bias_axis(graph, product);
    let along = match &graph.node(bias).op {
        Lowered::Movement(Movement::Broadcast(broadcast)) => broadcast.axes == [axis],
        _ => graph.ty(product).shape.rank() == 1,
    };
    let vector = vector_of(graph, bias);
    along
        && match graph.node(vector).op {
            Lowered::Leaf(Leaf::Parameter(_)) => true,
            // A vector computed by an earlier step, as the sum of two biases is.
            Lowered::Scalar(ScalarOp::Elementwise(_)) => selection.lies_once(graph, vector),
            _ => false,
        }
}

/// The vector that a bias repeats.
pub(super) fn vector_of(graph: &Graph, bias: Val) -> Val {
    match &graph.node(bias).op {
        Lowered::Movement(Movement::Broadcast(_)) => graph.node(bias).args[0],
        _ => bias,
    }
}
