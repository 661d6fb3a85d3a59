//! Convolutions fused with their pooling: the values in between are never stored, so the gradient asks for
//! the winners (the index of the maximum in each window) instead.

use std::collections::BTreeMap;

use super::{Tiling, is_convolution, kernel_of, on_blocks};
use crate::collections::IntoCollection;
use crate::lowered::{Function, Layout, PerExample, Val};
use crate::ops::epilogue::BIAS_RELU;
use crate::ops::{Kernel, KernelFunction, Sizes, pool};
use crate::schedule::fusion::epilogue::Epilogues;

/// The largest height and width of the kernel of a convolution that is fused with its pooling.
const FEW_EDGES: usize = 8;

/// The readers of each value; an output counts as a reader of itself.
pub(super) fn readers(function: &Function, live: &[Val]) -> BTreeMap<Val, Vec<Val>> {
    let mut readers: BTreeMap<Val, Vec<Val>> = live.iter().map(|&val| (val, Vec::new())).into_map();
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

impl Tiling<'_> {
    /// Emits the gradient of a maximum pooling. If the pooling is fused with its convolution, the rectified
    /// values are not stored, and the gradient reads the winners.
    pub(super) fn pooling_gradient(&mut self, val: Val, geometry: &pool::Geometry) -> Val {
        let node = self.old.node(val);
        let [pooled, d] = [node.args[0], node.args[1]];
        let Some(pooling) = self.pooling_at_once(pooled, geometry) else {
            return self.kernel(val, false);
        };
        let kernel = kernel_of(&node.op).expect("the gradient of a pooling is a kernel");
        let winners = match self.winners.get(&pooled) {
            Some(&winners) => winners,
            None => {
                let of = self.forms[&pooled].blocks;
                let of = of.expect("what a convolution makes lies in blocks");
                let op = on_blocks(
                    &Kernel {
                        order: vec![0],
                        ..kernel.clone()
                    },
                    KernelFunction::MaxPool2dBlocksWinners,
                    PerExample::Winners(geometry.clone()),
                    false,
                );
                let winners = self.new.apply(op, &[of]);
                self.name_after(winners, pooling, "winners")
            }
        };
        self.winners.insert(pooled, winners);
        let d = self.blocks(d);
        let spread = PerExample::Spread(geometry.clone());
        let op = on_blocks(kernel, KernelFunction::MaxPool2dBlocksSpread, spread, false);
        self.new.apply(op, &[winners, d])
    }

    /// The pooling of `relu(convolution + bias)`, if it and its gradient are the only readers, and the kernel on
    /// blocks can pool at once.
    fn pooling_at_once(&self, relu: Val, geometry: &pool::Geometry) -> Option<Val> {
        let epilogues = Epilogues {
            graph: self.old,
            alone: &|val| self.readers[&val].len() == 1,
            once: &|val| self.old.ty(val).layout == Layout::Shared,
            winners: &|_| None,
        };
        let convolution = epilogues.matched(BIAS_RELU, relu)?.product;
        if !geometry.is_halving() || !self.pools_at_once(convolution) {
            return None;
        }
        let mut poolings = Vec::new();
        for &reader in &self.readers[&relu] {
            let reading = self.old.node(reader);
            match kernel_of(&reading.op) {
                Some(kernel) if kernel.sizes != Sizes::Pool2d(geometry.clone()) => return None,
                Some(kernel) if kernel.function == KernelFunction::MaxPool2d => poolings.push(reader),
                Some(kernel)
                    if kernel.function == KernelFunction::MaxPool2dGradient && reading.args[1] != relu => {}
                _ => return None,
            }
        }
        match poolings.as_slice() {
            [pooling] => Some(*pooling),
            _ => None,
        }
    }

    /// True for a convolution of blocks whose kernel takes the maximum of every window too.
    fn pools_at_once(&self, val: Val) -> bool {
        let node = self.old.node(val);
        let Some(Kernel {
            function,
            sizes: Sizes::Conv2d(geometry),
            ..
        }) = kernel_of(&node.op)
        else {
            return false;
        };
        let on_blocks = function.on_blocks().and_then(KernelFunction::with_max_pool);
        let few_edges = geometry.kernel.iter().all(|&size| size <= FEW_EDGES);
        on_blocks.is_some() && few_edges && is_convolution(self.old, val)
    }
}
