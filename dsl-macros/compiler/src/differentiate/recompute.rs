//! Recomputation: what a call of a function under `#[recompute]` computes, a second time for the reverse sweep.
//!
//! Input: the nodes that a sweep goes through. Output: for each node of such a call a copy, computed from the values that the
//! call is given. Between these values and the copies stands `again`, so that no rule makes the copies one with the
//! originals. What the call yields is there anyway and is not computed again, nor is what all examples share: parameters and
//! statistics of the batch are small. Noise is drawn once. Variables that the user differentiates by are kept like what the call
//! is given.
//!
//! ```text
//! y = f(g(x)),  f and g in the call   →   g' = g(again(x));  d_x = f'(g')·g'(x)·d_y
//! ```
//!
//! Memory then holds what the calls are given instead of what they compute, for one more way forth: the trade of Chen et al.
//! (2016), "Training Deep Nets with Sublinear Memory Cost", PyTorch's `checkpoint` and JAX's `remat`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::collections::IntoCollection;
use crate::graph::{Batching, Graph, Origin, Val};
use crate::ops::Op;
use crate::ops::leaf::Again;

/// The copies that a sweep has made so far.
pub struct Recomputed<'g> {
    graph: &'g Graph,
    /// What is read outside of the call that computes it.
    yielded: BTreeSet<Val>,
    /// The copy of each value, by the call that it is computed again for.
    copies: BTreeMap<(u32, Val), Val>,
}

impl<'g> Recomputed<'g> {
    /// For a sweep through `order`, from these outputs.
    pub fn new(graph: &'g Graph, order: &[Val], outputs: &[Val]) -> Recomputed<'g> {
        let mut yielded: BTreeSet<Val> = outputs.iter().copied().into_set();
        for &val in order {
            let node = graph.node(val);
            let inside = node.origin.recomputed;
            let others = |arg: &&Val| graph.node(**arg).origin.recomputed != inside;
            yielded.extend(node.args.iter().filter(others));
        }
        Recomputed {
            graph,
            yielded,
            copies: BTreeMap::new(),
        }
    }

    /// The values that a derivative of `val` reads, its arguments and itself: copies of them if it is computed in such a call.
    pub fn read(&mut self, val: Val) -> (Vec<Val>, Val) {
        let node = self.graph.node(val);
        let Some(call) = node.origin.recomputed else {
            return (node.args.clone(), val);
        };
        let args = node.args.iter().map(|&arg| self.of(call, arg));
        (args.collect(), self.of(call, val))
    }

    fn of(&mut self, call: u32, val: Val) -> Val {
        if let Some(&copy) = self.copies.get(&(call, val)) {
            return copy;
        }
        let copy = self.copy(call, val);
        self.copies.insert((call, val), copy);
        copy
    }

    fn copy(&mut self, call: u32, val: Val) -> Val {
        let node = self.graph.node(val);
        let is_shared = node.types.iter().all(|ty| ty.batching == Batching::Shared);
        if node.args.is_empty() || is_shared {
            return val;
        }
        // A copy of a variable would be another value, by which a further derivative does not differentiate.
        let is_variable = matches!(node.op, Op::Mark(_));
        if node.origin.recomputed != Some(call) || is_variable {
            let identity = self.graph.fresh_identity();
            return self.graph.apply(Again { identity }, &[val]);
        }
        if self.yielded.contains(&val) {
            return val;
        }
        let args: Vec<Val> = node.args.iter().map(|&arg| self.of(call, arg)).collect();
        if args == node.args {
            return val;
        }
        let outer = self.graph.set_origin(Some(Rc::new(Origin {
            backward: true,
            recomputed: None,
            ..(*node.origin).clone()
        })));
        let copy = self.graph.reapply(&node.op, &args);
        self.graph.set_origin(outer);
        copy
    }
}
