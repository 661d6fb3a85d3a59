//! Which values of a training step lie in blocks, the 16 examples of each side by side.
//!
//! What flows through convolutions does: from a convolution on, through everything that treats all examples of a block
//! alike, up to where a contraction or a softmax wants the numbers of an example in a row. There, and where images come
//! in, values are brought from one form to the other. Of a batch that is no multiple of 16 the rest of the last block is
//! computed as well and left out of every sum; a step on one image costs as much as one on 16, so inference stays as it
//! is.

mod pooled;

use std::collections::BTreeMap;

use crate::graph::{BLOCK, Batching, Function, Graph, Val};
use crate::ops::Op;
use crate::ops::batch::BatchSum;
use crate::ops::blocks::{BlockSum, Blocked, ClearMissing, FromBlocks, ToBlocks, blocked};
use crate::ops::conv::{Conv2d, Conv2dInputGradient, Geometry};
use crate::ops::elementwise::Elementwise;
use crate::ops::movement::{Broadcast, Pad, Reshape, Slice, Transpose};

/// The same values, laid out for a step of training.
pub fn tile_batch(function: &Function) -> Function {
    let live = function.graph.live(&function.outputs);
    let convolves = |&val: &Val| is_convolution(&function.graph, val);
    if !live.iter().any(convolves) {
        return function.copy();
    }
    let new = Graph::new();
    new.reserve_identities(&function.graph);
    let mut layout = Layout {
        old: &function.graph,
        new: &new,
        readers: pooled::readers(function, &live),
        forms: BTreeMap::new(),
        winners: BTreeMap::new(),
        clear: Vec::new(),
    };
    for val in live {
        let node = function.graph.node(val);
        new.set_origin(Some(node.origin.clone()));
        let form = layout.form(val);
        if let (Some(name), Some(own)) = (function.graph.name(val), form.blocks.or(form.rows)) {
            new.set_name(own, &name);
        }
        layout.forms.insert(val, form);
    }
    let outputs = function.outputs.iter().map(|&val| layout.rows(val)).collect();
    new.set_origin(None);
    Function { graph: new, outputs }
}

/// What begins a region of blocks: a convolution of something that differs from example to example.
fn is_convolution(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    let kinds: Vec<Batching> = node.args.iter().map(|&arg| graph.ty(arg).batching).collect();
    let geometry = match &node.op {
        Op::Conv2d(Conv2d(geometry)) | Op::Conv2dInputGradient(Conv2dInputGradient(geometry)) => geometry,
        _ => return false,
    };
    kinds == [Batching::PerExample, Batching::Shared] && stays_near(geometry)
}

/// Elements that the kernels on blocks go back and forth over before they move on, of one example: so few that those of
/// a block stay in a second-level cache.
const NEAR: usize = 8192;

/// Whether the rows of all channels that a row of results is made of stay near, in both directions. Where they do not,
/// as in the layers of networks for large photographs, the kernels for rows are faster.
fn stays_near(geometry: &Geometry) -> bool {
    let [from, _, width] = geometry.input;
    let [to, _, out_width] = geometry.output;
    let larger = (from * width).max(to * out_width) / geometry.groups;
    larger * geometry.kernel[0] <= NEAR
}

/// The forms that a value has in the new graph so far.
#[derive(Clone, Copy, Default)]
struct Forms {
    /// As it was: shared, or the numbers of an example in a row.
    rows: Option<Val>,
    blocks: Option<Val>,
    /// Whether it is computed in blocks, and brought from there to rows where it is asked for.
    native: bool,
}

struct Layout<'g> {
    old: &'g Graph,
    new: &'g Graph,
    /// What reads each value; an output reads itself.
    readers: BTreeMap<Val, Vec<Val>>,
    forms: BTreeMap<Val, Forms>,
    /// Of what is pooled on the way to where it would be stored, which element of each window is its maximum.
    winners: BTreeMap<Val, Val>,
    /// Of the new graph's values so far, whether they are 0 for the examples that the last block lacks.
    clear: Vec<bool>,
}

impl Layout<'_> {
    /// A value in the form in which it is best computed.
    fn form(&mut self, val: Val) -> Forms {
        let node = self.old.node(val);
        // Summed over the batch, which the kernel does on the way.
        if self.is_weight_gradient(val) {
            return Forms::default();
        }
        let differ = |&arg: &Val| self.old.ty(arg).batching == Batching::PerExample;
        let native = node.args.iter().any(|arg| self.forms[arg].native);
        let blocks = match &node.op {
            _ if is_convolution(self.old, val) => Some(self.kernel(val, false)),
            Op::MaxPool2dGradient(gradient) if native && node.args.iter().all(differ) => {
                Some(self.pooling_gradient(val, &gradient.0))
            }
            // There is no kernel for a block of weights, one for each example.
            Op::Conv2d(_) | Op::Conv2dInputGradient(_) => None,
            op if native && Blocked::is_known(op) => {
                node.args.iter().all(differ).then(|| self.kernel(val, false))
            }
            op if native => self.moved(val, op),
            _ => None,
        };
        match blocks {
            Some(_) => Forms {
                rows: None,
                blocks,
                native: true,
            },
            None => Forms {
                rows: Some(self.as_it_was(val)),
                ..Forms::default()
            },
        }
    }

    /// A gradient by a weight that is the same for all examples.
    fn is_weight_gradient(&self, val: Val) -> bool {
        let node = self.old.node(val);
        matches!(node.op, Op::Conv2dWeightGradient(_))
            && node
                .args
                .iter()
                .all(|&arg| self.old.ty(arg).batching == Batching::PerExample)
    }

    fn as_it_was(&mut self, val: Val) -> Val {
        let node = self.old.node(val);
        if let (Op::BatchSum(_), &[of]) = (&node.op, node.args.as_slice()) {
            if self.is_weight_gradient(of) {
                let sums = self.kernel(of, true);
                return self.new.apply(BatchSum, &[sums]);
            }
            if self.forms[&of].native {
                let block = self.blocks(of);
                let sums = self.new.apply(BlockSum, &[block]);
                return self.new.apply(BatchSum, &[sums]);
            }
        }
        let args: Vec<Val> = node.args.iter().map(|&arg| self.rows(arg)).collect();
        self.new.apply(node.op.clone(), &args)
    }

    /// The numbers of each example in a row.
    fn rows(&mut self, val: Val) -> Val {
        let forms = self.forms[&val];
        let rows = match (forms.rows, forms.blocks) {
            (Some(rows), _) => rows,
            (None, Some(blocks)) => {
                let rows = self.new.apply(FromBlocks, &[blocks]);
                self.name_after(rows, val, "rows")
            }
            (None, None) => self.as_it_was(val),
        };
        self.forms.entry(val).or_default().rows = Some(rows);
        rows
    }

    /// The examples of each block side by side; of a shared value the same for each of them.
    fn blocks(&mut self, val: Val) -> Val {
        if let Some(blocks) = self.forms[&val].blocks {
            return blocks;
        }
        let ty = self.old.ty(val);
        let node = self.old.node(val);
        let blocks = match (&node.op, ty.batching) {
            (Op::Broadcast(broadcast), Batching::PerExample) => {
                let of = self.blocks(node.args[0]);
                self.repeated(of, broadcast)
            }
            (Op::Broadcast(broadcast), _) => {
                let of = self.rows(node.args[0]);
                self.new.apply(
                    Broadcast {
                        shape: blocked(&broadcast.shape),
                        axes: broadcast.axes.clone(),
                    },
                    &[of],
                )
            }
            (_, Batching::PerExample) => {
                let rows = self.rows(val);
                let blocks = self.new.apply(ToBlocks, &[rows]);
                self.name_after(blocks, val, "blocks")
            }
            _ => {
                let rows = self.rows(val);
                self.new.apply(
                    Broadcast {
                        shape: blocked(&ty.shape),
                        axes: (0..ty.shape.rank()).collect(),
                    },
                    &[rows],
                )
            }
        };
        self.forms.entry(val).or_default().blocks = Some(blocks);
        blocks
    }

    /// The other form of a value that has a name.
    fn name_after(&self, form: Val, val: Val, word: &str) -> Val {
        let name = match &self.old.node(val).op {
            Op::Input(input) => Some(input.name.as_str().into()),
            _ => self.old.name(val),
        };
        if let Some(name) = name {
            self.new.set_name(form, &format!("{name}_{word}"));
        }
        form
    }

    /// A block's value repeated as each example's is.
    fn repeated(&self, of: Val, broadcast: &Broadcast) -> Val {
        let examples = broadcast.shape.rank();
        let axes = broadcast.axes.iter().copied().chain([examples]).collect();
        let shape = blocked(&broadcast.shape);
        self.new.apply(Broadcast { shape, axes }, &[of])
    }

    /// Whether a value is 0 for the examples that the last block lacks. Every value is asked once, after its arguments.
    fn is_clear(&mut self, val: Val) -> bool {
        for next in self.new.vals_from(self.clear.len()) {
            let clear = self.stays_clear(next);
            self.clear.push(clear);
        }
        self.clear[val.index()]
    }

    /// An image is 0 there, and so is what is linear in it.
    fn stays_clear(&self, val: Val) -> bool {
        let node = self.new.node(val);
        let clear = |place: usize| self.clear[node.args[place].index()];
        match &node.op {
            Op::ToBlocks(_) | Op::ClearMissing(_) => true,
            Op::Blocked(blocked) => {
                let spreads = matches!(*blocked.op, Op::MaxPool2dGradient(_) | Op::MaxPool2dSpread(_));
                clear(usize::from(spreads))
            }
            Op::Reshape(_) | Op::Transpose(_) | Op::Slice(_) | Op::Pad(_) | Op::Sum(_) => clear(0),
            Op::Concat(_) => (0..node.args.len()).all(clear),
            Op::Broadcast(_) => node.types[0].batching == Batching::PerBlock && clear(0),
            Op::Elementwise(Elementwise::Select) => {
                let is_zero = |place: usize| self.new.expr(node.args[place]).is(0.0);
                [1, 2].into_iter().all(|place| is_zero(place) || clear(place))
            }
            // Not what differs between examples: where none is, it might be infinite.
            Op::Elementwise(Elementwise::Mul | Elementwise::Div) => {
                let is_shared = |place: usize| self.new.ty(node.args[place]).batching == Batching::Shared;
                clear(0) && is_shared(1)
                    || node.op == Op::Elementwise(Elementwise::Mul) && is_shared(0) && clear(1)
            }
            Op::Elementwise(Elementwise::Neg | Elementwise::Relu) => clear(0),
            Op::Elementwise(Elementwise::Add | Elementwise::Sub) => clear(0) && clear(1),
            _ => false,
        }
    }

    /// The gradient of a convolution's result, which its kernel sums over whole blocks.
    fn cleared(&mut self, val: Val) {
        let blocks = self.blocks(val);
        if !self.is_clear(blocks) {
            self.forms.entry(val).or_default().blocks = Some(self.new.apply(ClearMissing, &[blocks]));
        }
    }

    /// A convolution or pooling of blocks.
    fn kernel(&mut self, val: Val, summed: bool) -> Val {
        let node = self.old.node(val);
        if summed {
            self.cleared(node.args[1]);
        }
        let args = node.args.iter().map(|&arg| match self.old.ty(arg).batching {
            Batching::Shared => self.rows(arg),
            _ => self.blocks(arg),
        });
        let args: Vec<Val> = args.collect();
        let op = Box::new(node.op.clone());
        self.new.apply(Blocked { op, summed }, &args)
    }

    /// What is done to one element or some axes alike, whatever lies behind them.
    fn moved(&mut self, val: Val, op: &Op) -> Option<Val> {
        let node = self.old.node(val);
        let rank = self.old.ty(val).shape.rank();
        let and = |sizes: &[usize], last: usize| sizes.iter().copied().chain([last]).collect();
        let moved: Op = match op {
            Op::Elementwise(_) | Op::Power(_) | Op::Sum(_) | Op::Max(_) | Op::Concat(_) => op.clone(),
            Op::Broadcast(broadcast) => {
                let of = self.blocks(node.args[0]);
                return Some(self.repeated(of, broadcast));
            }
            Op::Reshape(reshape) => Reshape {
                shape: blocked(&reshape.shape),
            }
            .into(),
            Op::Transpose(transpose) => Transpose {
                order: and(&transpose.order, rank),
            }
            .into(),
            Op::Slice(slice) => Slice {
                starts: and(&slice.starts, 0),
                sizes: and(&slice.sizes, BLOCK),
            }
            .into(),
            Op::Pad(pad) => Pad {
                before: and(&pad.before, 0),
                after: and(&pad.after, 0),
            }
            .into(),
            _ => return None,
        };
        let args: Vec<Val> = node.args.iter().map(|&arg| self.blocks(arg)).collect();
        Some(self.new.apply(moved, &args))
    }
}

#[cfg(test)]
mod tests;
