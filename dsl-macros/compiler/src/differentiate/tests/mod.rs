//! Small whole graphs that need all of the algebra.

mod batch;
mod cut;
mod identity;
mod printed;
mod recurrent;

use super::check::{Trial, assert_close};
use super::{gradient, pull_back, push_forward};
use crate::graph::{Expr, Val};
use crate::ops::elementwise::Elementwise;

fn tanh(x: Expr<'_>) -> Expr<'_> {
    x.unary(Elementwise::Tanh)
}

/// `‖x‖²`
fn square(x: Expr<'_>) -> Expr<'_> {
    (x * x).sum_all()
}

fn vals(exprs: &[Expr<'_>]) -> Vec<Val> {
    exprs.iter().map(|expr| expr.val).collect()
}

/// The gradient of `y`, which must reach all of `wrt`.
fn gradient_of<'g>(y: Expr<'g>, wrt: &[Expr<'g>]) -> Vec<Expr<'g>> {
    let gradients = gradient(y.graph, y.val, &vals(wrt)).expect("nothing is cut");
    gradients.into_iter().map(|val| y.graph.expr(val)).collect()
}

/// The derivative of each of `ys` along `tangents` of `wrt`.
fn derivative_along<'g>(ys: &[Expr<'g>], wrt: &[Expr<'g>], tangents: &[Expr<'g>]) -> Vec<Expr<'g>> {
    let graph = ys[0].graph;
    let pairs: Vec<(Val, Val)> = vals(wrt).into_iter().zip(vals(tangents)).collect();
    let moved = push_forward(graph, &vals(ys), &pairs);
    moved
        .into_iter()
        .map(|val| graph.expr(val.expect("everything moves")))
        .collect()
}
