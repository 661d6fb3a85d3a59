//! Recognises sums that apply a batch normalisation with known statistics to a product, and the residual
//! added to it.

use super::epilogue::{bias_axis, vector_of};
use crate::lowered::{Graph, Layout, Lowered, Movement, Val};
use crate::ops::elementwise::Elementwise;

/// A batch normalisation with known statistics: `(product - mean)·scale + shift`, plus a residual, rectified.
/// `mean`, `scale` and `shift` are vectors along the product's columns or channels.
#[derive(Clone, Copy, Debug)]
pub struct Normalise {
    pub mean: Val,
    pub scale: Val,
    pub shift: Val,
    pub residual: Option<Val>,
    pub relu: bool,
}

/// Matches `(product - mean)·scale + shift`, or its sum with a residual that has the layout of the product.
pub(super) fn normalised_sum(
    graph: &Graph,
    alone: &dyn Fn(Val) -> bool,
    once: &dyn Fn(Val) -> bool,
    sum: Val,
) -> Option<(Val, Normalise)> {
    if let Some(found) = normalised(graph, alone, once, sum) {
        return Some(found);
    }
    let [one, other] = arguments(graph, sum, Elementwise::Add)?;
    let (normalised, residual) = [(one, other), (other, one)]
        .into_iter()
        .filter(|&(one, _)| alone(one))
        .find_map(|(one, other)| Some((normalised(graph, alone, once, one)?, other)))?;
    let (product, normalise) = normalised;
    // The residual has the layout of the product if one call makes the product for all examples.
    let node = graph.node(product);
    let alike = match &node.op {
        Lowered::Kernel(op) => {
            let mut args = node.args.iter().enumerate();
            let is_shared = |arg: Val| graph.ty(arg).layout == Layout::Shared;
            args.all(|(place, &arg)| is_shared(arg) == op.kernel.shared.contains(&place))
                && graph.ty(residual) == graph.ty(product)
        }
        _ => false,
    };
    let residual = Some(residual);
    alike.then_some((
        product,
        Normalise {
            residual,
            ..normalise
        },
    ))
}

/// Matches `(product - mean)·scale + shift` as written: the vectors lie along the axis of a bias and in
/// memory `once`, and each intermediate value is read there `alone`.
fn normalised(
    graph: &Graph,
    alone: &dyn Fn(Val) -> bool,
    once: &dyn Fn(Val) -> bool,
    sum: Val,
) -> Option<(Val, Normalise)> {
    let with_vector = |val: Val, op: Elementwise, swaps: bool| {
        let [one, other] = arguments(graph, val, op)?;
        let vector = |rest: Val, vector: Val| Some((rest, shared_vector(graph, once, rest, vector)?));
        let swapped = || vector(other, one).filter(|_| swaps);
        vector(one, other)
            .or_else(swapped)
            .filter(|&(rest, _)| alone(rest))
    };
    let (scaled, shift) = with_vector(sum, Elementwise::Add, true)?;
    let (centred, scale) = with_vector(scaled, Elementwise::Mul, true)?;
    let (product, mean) = with_vector(centred, Elementwise::Sub, false)?;
    // Channels are the first axis of a convolution, columns the last axis of a matrix product.
    let axis = bias_axis(graph, product);
    let along = |axes: &[usize]| axes == [axis];
    let normalise = Normalise {
        mean: mean.0,
        scale: scale.0,
        shift: shift.0,
        residual: None,
        relu: false,
    };
    [mean, scale, shift]
        .iter()
        .all(|(_, axes)| along(axes))
        .then_some((product, normalise))
}

/// The arguments of a value, if this binary element-wise operator computes it.
fn arguments(graph: &Graph, val: Val, op: Elementwise) -> Option<[Val; 2]> {
    let node = graph.node(val);
    let found = node.op == op.into();
    found.then(|| [node.args[0], node.args[1]])
}

/// The shared vector that `val` is, or repeats for values like `like`, and the axes that it repeats it along.
fn shared_vector(
    graph: &Graph,
    once: &dyn Fn(Val) -> bool,
    like: Val,
    val: Val,
) -> Option<(Val, Vec<usize>)> {
    let axes = match &graph.node(val).op {
        Lowered::Movement(Movement::Broadcast(broadcast)) => broadcast.axes.clone(),
        _ => (0..graph.ty(like).shape.rank()).collect(),
    };
    let vector = vector_of(graph, val);
    let fits = once(vector) && graph.ty(vector).shape.rank() == 1 && axes.len() == 1;
    fits.then_some((vector, axes))
}
