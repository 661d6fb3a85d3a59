//! Products of a matrix of second derivatives with a direction: sweeps over what a sweep has made.
//!
//! Nothing here forms a matrix. A product costs a small multiple of the value itself, and shares with value and gradient what
//! they have in common, as it is all one graph.

use super::{pull_back, push_forward};
use crate::graph::{Function, Graph, Val};
use crate::ops::copy::copied;
use crate::ops::leaf::Mark;

/// The product of the Hessian of the scalar `y` with a direction, row by row: for each value of `along` the derivative, along
/// all their directions, of the gradient of `y` by it (forward over reverse; Pearlmutter, *Fast Exact Multiplication by the
/// Hessian*, 1994). `None` where the row is zero because no path connects it.
pub fn hessian_vector(graph: &Graph, y: Val, along: &[(Val, Val)]) -> Vec<Option<Val>> {
    let wrt: Vec<Val> = along.iter().map(|&(value, _)| value).collect();
    let gradients = pull_back(graph, &[(y, graph.constant(1.0).val)], &wrt);
    push_forward_each(graph, &gradients, along)
}

/// The product of the generalised Gauss–Newton matrix of the scalar `y` with a direction: with `y = f(θ, z(θ))`,
/// `z` being the values of `through`,
///
/// ```text
/// Jᵀ (∂²f/∂z²) J v + (∂²f/∂θ²) v,      J = ∂z/∂θ
/// ```
///
/// so that only `z` is linearised (Schraudolph, *Fast Curvature Matrix-Vector Products for Second-Order Gradient Descent*, 2002;
/// Martens, *Deep Learning via Hessian-Free Optimization*, 2010). A term that does not pass `z`, such as a regulariser,
/// contributes its own Hessian. No derivative of `f` by `z` may depend on `θ` but through `z`: see [`mixed_with`].
pub fn gauss_newton_vector(graph: &Graph, y: Val, through: &[Val], along: &[(Val, Val)]) -> Vec<Option<Val>> {
    let wrt: Vec<Val> = along.iter().map(|&(value, _)| value).collect();
    let moved = push_forward(graph, through, along);
    let moved = through.iter().zip(moved);
    let moved: Vec<(Val, Val)> = moved.filter_map(|(&z, along)| Some((z, along?))).collect();
    // Neither `θ` nor `z` passes a derivative on to the other: the gradient is that of `f`.
    let gradients = gradients_beside(graph, y, through, &wrt);
    let bent = push_forward_each(graph, &gradients, &[moved.as_slice(), along].concat());
    let (by_through, own) = bent.split_at(through.len());
    let seeds = through.iter().zip(by_through);
    let seeds: Vec<(Val, Val)> = seeds.filter_map(|(&z, seed)| Some((z, (*seed)?))).collect();
    let back = pull_back(graph, &seeds, &wrt);
    let sum = |(own, back): (&Option<Val>, Option<Val>)| match (*own, back) {
        (Some(own), Some(back)) => Some((graph.expr(own) + graph.expr(back)).val),
        (one, other) => one.or(other),
    };
    own.iter().zip(back).map(sum).collect()
}

/// Those of `wrt` that the gradient of `y` by `through` depends on in another way than through these values: a term of `y`
/// mixes the two, and no Gauss–Newton matrix linearises `through` alone.
pub fn mixed_with(graph: &Graph, y: Val, through: &[Val], wrt: &[Val]) -> Vec<Val> {
    let gradients = gradients_beside(graph, y, through, wrt);
    let gradients = gradients[..through.len()].iter().flatten();
    let one = |gradient: Val| graph.constant(1.0).broadcast_to(&graph.ty(gradient).shape).val;
    let seeds: Vec<(Val, Val)> = gradients.map(|&gradient| (gradient, one(gradient))).collect();
    let all = [through, wrt].concat();
    let mixed = pull_back(graph, &seeds, &all).split_off(through.len());
    let mixed = wrt.iter().zip(mixed);
    mixed.filter_map(|(&value, mixed)| mixed.map(|_| value)).collect()
}

/// The gradients of `y` by `through` and then by `wrt`, all of them independent of each other.
pub fn gradients_beside(graph: &Graph, y: Val, through: &[Val], wrt: &[Val]) -> Vec<Option<Val>> {
    let one = graph.constant(1.0).val;
    pull_back(graph, &[(y, one)], &[through, wrt].concat())
}

/// The derivatives along tangents of the values that there are.
fn push_forward_each(graph: &Graph, values: &[Option<Val>], tangents: &[(Val, Val)]) -> Vec<Option<Val>> {
    let there: Vec<Val> = values.iter().copied().flatten().collect();
    let mut moved = push_forward(graph, &there, tangents).into_iter();
    let moved = values
        .iter()
        .map(|value| value.and_then(|_| moved.next().flatten()));
    moved.collect()
}

/// The same function with each of `values` behind a mark, through which no rewriting looks. Its outputs are those of the
/// function, then the marks.
pub fn marked(function: &Function, values: &[Val]) -> Function {
    let (old, new) = (&function.graph, Graph::new());
    new.reserve_identities(old);
    let roots = [function.outputs.as_slice(), values].concat();
    let copies = copied(old, &roots, &new, |val, op, args| {
        let copy = new.apply(op.clone(), args);
        if !values.contains(&val) {
            return copy;
        }
        old.name(val).iter().for_each(|name| new.set_name(copy, name));
        let identity = new.fresh_identity();
        new.apply(Mark { identity }, &[copy])
    });
    let outputs = copies.into_iter().map(|copy| copy.val).collect();
    Function { outputs, graph: new }
}
