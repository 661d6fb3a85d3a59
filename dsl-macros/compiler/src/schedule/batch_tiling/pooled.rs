//! Convolutions fused with their pooling: the values in between are never stored, so the gradient asks for
//! the winners (the index of the maximum in each window) instead.

use std::collections::BTreeMap;

use super::{Layout, is_convolution};
use crate::graph::{Function, Val};
use crate::ops::Op;
use crate::ops::blocks::Blocked;
use crate::ops::conv::Conv2d;
use crate::ops::elementwise::Elementwise;
use crate::ops::pool;

/// The largest height and width of the kernel of a convolution that is fused with its pooling.
const FEW_EDGES: usize = 8;

/// The readers of each value; an output counts as a reader of itself.
pub(super) fn readers(function: &Function, live: &[Val]) -> BTreeMap<Val, Vec<Val>> {
    let mut readers: BTreeMap<Val, Vec<Val>> = live.iter().map(|&val| (val, Vec::new())).collect();
    for &val in live {
        for &arg in &function.graph.node(val).args {
            readers.entry(arg).or_default().push(val);
        }
    }
    for &output in &function.outputs {
        readers.entry(output).or_default().push(output);
    }
    readers
}

impl Layout<'_> {
    /// Emits the gradient of a maximum pooling. If the pooling is fused with its convolution, the rectified
    /// values are not stored, and the gradient reads the winners.
    pub(super) fn pooling_gradient(&mut self, val: Val, geometry: &pool::Geometry) -> Val {
        let node = self.old.node(val);
        let [pooled, d] = [node.args[0], node.args[1]];
        let Some(pooling) = self.pooling_at_once(pooled, geometry) else {
            return self.kernel(val, false);
        };
        let apply = |op: Op, args: &[Val]| {
            let op = Box::new(op);
            self.new.apply(Blocked { op, summed: false }, args)
        };
        let winners = match self.winners.get(&pooled) {
            Some(&winners) => winners,
            None => {
                let of = self.forms[&pooled].blocks;
                let of = of.expect("what a convolution makes lies in blocks");
                let winners = apply(pool::MaxPool2dWinners(geometry.clone()).into(), &[of]);
                self.name_after(winners, pooling, "winners")
            }
        };
        self.winners.insert(pooled, winners);
        let d = self.blocks(d);
        let op = Box::new(pool::MaxPool2dSpread(geometry.clone()).into());
        self.new.apply(Blocked { op, summed: false }, &[winners, d])
    }

    /// The pooling of `relu(convolution + bias)`, if it and its gradient are the only readers.
    fn pooling_at_once(&self, relu: Val, geometry: &pool::Geometry) -> Option<Val> {
        let only = |val: Val| self.readers[&val].len() == 1;
        let node = |val: Val| self.old.node(val);
        let is = |val: Val, op: Elementwise| node(val).op == Op::Elementwise(op);
        if !geometry.is_halving() || !is(relu, Elementwise::Relu) {
            return None;
        }
        let sum = node(relu).args[0];
        if !is(sum, Elementwise::Add) || !only(sum) {
            return None;
        }
        let convolves = |val: Val| match &node(val).op {
            Op::Conv2d(Conv2d(geometry)) => {
                let few_edges = geometry.kernel.iter().all(|&size| size <= FEW_EDGES);
                few_edges && only(val) && is_convolution(self.old, val)
            }
            _ => false,
        };
        let is_bias = |val: Val| match &node(val).op {
            Op::Broadcast(broadcast) => {
                broadcast.axes == [0] && matches!(node(node(val).args[0]).op, Op::Parameter(_))
            }
            _ => false,
        };
        let [a, b] = [node(sum).args[0], node(sum).args[1]];
        if !(convolves(a) && is_bias(b) || convolves(b) && is_bias(a)) {
            return None;
        }
        let mut poolings = Vec::new();
        for &reader in &self.readers[&relu] {
            match &node(reader).op {
                Op::MaxPool2d(other) if other.0 == *geometry => poolings.push(reader),
                Op::MaxPool2dGradient(other) if other.0 == *geometry && node(reader).args[1] != relu => {}
                _ => return None,
            }
        }
        match poolings.as_slice() {
            [pooling] => Some(*pooling),
            _ => None,
        }
    }
}
