//! Loop unrolling: replaces a loop by its steps, one after the other.
//!
//! Input: a loop. Output: its results as values of the outer graph; no loop remains. It serves loops that
//! cannot stay loops, such as one whose next step needs statistics of the batch, and loops of one step.
//!
//! ```text
//! loop over t < 2 { h = f(h, x[t]) }   →   f(f(h₀, x[0]), x[1])
//! ```
//!
//! Cost: steps × nodes of the body. Known from every optimising compiler (LLVM's LoopUnroll, XLA's
//! WhileLoopUnroller).

use std::collections::BTreeMap;

use super::mutable::{MutableLoop, copy};
use crate::collections::IntoCollection;
use crate::graph::{Expr, Graph, Val};

/// Writes the steps into `outer` and the results that are asked for into `results`.
pub fn unroll(of: &MutableLoop, outer: &Graph, results: &mut [Option<Val>]) {
    let mut state: Vec<Val> = of.carried.iter().map(|carried| carried.start).collect();
    let mut stacks: Vec<Vec<Option<Expr<'_>>>> = vec![vec![None; of.length]; of.collected.len()];
    let roots = of.roots();
    for step in 0..of.length {
        let t = if of.reversed { of.length - 1 - step } else { step };
        let constants = of.constants.iter().map(|given| (given.formal, given.value));
        let stacked = of
            .stacked
            .iter()
            .map(|given| (given.formal, slice(outer.expr(given.value), t).val));
        let carried = of
            .carried
            .iter()
            .zip(&state)
            .map(|(carried, &value)| (carried.formal, value));
        let given: BTreeMap<Val, Val> = constants.chain(stacked).chain(carried).into_map();
        let mut values = copy(&of.body, &roots, outer, &given);
        for (stack, value) in stacks.iter_mut().zip(values.split_off(state.len())) {
            let shape = outer.ty(value).shape.0;
            stack[t] = Some(outer.expr(value).reshape([&[1], &shape[..]].concat()));
        }
        state = values;
    }
    for (carried, value) in of.carried.iter().zip(state) {
        carried.parts.iter().for_each(|&part| results[part] = Some(value));
    }
    for (collected, stack) in of.collected.iter().zip(stacks) {
        let steps: Vec<Expr<'_>> = stack.into_iter().flatten().collect();
        let stack = match steps[..] {
            [only] => only,
            _ => Expr::concat(&steps, 0),
        };
        collected
            .parts
            .iter()
            .for_each(|&part| results[part] = Some(stack.val));
    }
}

/// The `t`-th slice of a stack.
pub fn slice(stack: Expr<'_>, t: usize) -> Expr<'_> {
    let shape = stack.shape().0;
    let mut starts = vec![0; shape.len()];
    starts[0] = t;
    stack
        .slice(starts, [&[1], &shape[1..]].concat())
        .reshape(shape[1..].to_vec())
}
