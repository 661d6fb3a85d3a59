//! Batch tiling: the layout of the values of a training step in blocks, with the 16 examples of each block
//! side by side.
//!
//! In: the lowered function of a training step, per-example values row by row. Out: the same function with
//! values between convolutions in blocks, converted by `to_blocks` and `from_blocks` at the borders. A region of
//! blocks begins at a convolution and extends through every operator that treats all examples of a block
//! alike, up to a contraction or a softmax, which need each example's elements contiguous:
//!
//! ```text
//! image → conv → relu → flatten → dense
//! image → to_blocks → conv → relu → flatten → from_blocks → dense
//! ```
//!
//! Each vector register then holds one element of 16 examples, so no convolution kernel is too narrow and no
//! row too short. If the batch is no multiple of 16, the last block is computed in full; invariant: the
//! examples that it lacks enter no sum (they are 0 there or cleared before the sum, and what they are
//! multiplied by is finite). A step on one image
//! costs as much as one on 16, so inference is not tiled.
//!
//! Cost: linear in the nodes. oneDNN's blocked layouts (`nChw16c`) put 16 channels side by side in the same
//! way.

mod pooled;

use std::collections::BTreeMap;

use crate::lowered::{
    Assembly, BLOCK, Border, Computes, Function, Graph, KernelOp, Layout, Leaf, Lowered, Movement,
    PerExample, ScalarOp, Val, blocked,
};
use crate::ops::conv::Geometry;
use crate::ops::elementwise::Elementwise;
use crate::ops::movement::{Broadcast, Pad, Reshape, Slice, Transpose};
use crate::ops::{Fold, Kernel, KernelFunction, Operator, Sizes, Yields};

/// The same function, laid out for a step of training.
pub fn tile_batch(function: Function) -> Function {
    let live = function.graph.live(&function.outputs);
    let convolves = |&val: &Val| is_convolution(&function.graph, val);
    if !live.iter().any(convolves) {
        return function;
    }
    let new = Graph::new();
    new.reserve_identities(&function.graph);
    let mut tiling = Tiling {
        old: &function.graph,
        new: &new,
        readers: pooled::readers(&function, &live),
        forms: BTreeMap::new(),
        winners: BTreeMap::new(),
        missing: Vec::new(),
    };
    for val in live {
        let node = function.graph.node(val);
        new.set_origin(Some(node.origin.clone()));
        let form = tiling.form(val);
        if let (Some(name), Some(own)) = (function.graph.name(val), form.blocks.or(form.rows)) {
            new.set_name(own, &name);
        }
        tiling.forms.insert(val, form);
    }
    let outputs = function.outputs.iter().map(|&val| tiling.rows(val)).collect();
    new.set_origin(None);
    Function { graph: new, outputs }
}

/// The contents of a value of blocks for the examples that the last block lacks, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Missing {
    /// Infinities and NaN among it.
    Anything,
    Finite,
    Zero,
}

/// The result of an expression of one element whose worst argument is this.
fn of_expression(op: &dyn Operator, worst: Missing) -> Missing {
    match worst {
        Missing::Zero if op.maps_zero_to_zero() => Missing::Zero,
        _ if op.keeps_finite() => worst.min(Missing::Finite),
        _ => Missing::Anything,
    }
}

/// True for the operators that begin a region of blocks: convolutions of per-example values with shared
/// weights.
fn is_convolution(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    let layouts: Vec<Layout> = node.args.iter().map(|&arg| graph.ty(arg).layout).collect();
    let Some(Kernel {
        function: KernelFunction::Conv2d | KernelFunction::Conv2dInputGradient,
        sizes: Sizes::Conv2d(geometry),
        ..
    }) = kernel_of(&node.op)
    else {
        return false;
    };
    layouts == [Layout::Examples, Layout::Shared] && stays_near(geometry)
}

/// The call of a kernel that an operator is, if it is one.
fn kernel_of(op: &Lowered) -> Option<&Kernel> {
    match op {
        Lowered::Kernel(op) => Some(&op.kernel),
        _ => None,
    }
}

/// The number of elements, for one example, that the kernels on blocks may go back and forth over before they
/// move on: so few that those of a block stay in a second-level cache.
const NEAR: usize = 8192;

/// True if the rows of all channels that a row of results depends on fit within `NEAR` elements, forwards and
/// backwards. Where they do not, as in networks for large photographs, the kernels for rows are faster.
fn stays_near(geometry: &Geometry) -> bool {
    let [from, _, width] = geometry.input;
    let [to, _, out_width] = geometry.output;
    let larger = (from * width).max(to * out_width) / geometry.groups;
    larger * geometry.kernel[0] <= NEAR
}

/// The forms that a value has in the new graph so far.
#[derive(Clone, Copy, Default)]
struct Forms {
    /// The original form: shared, or the elements of each example contiguous.
    rows: Option<Val>,
    blocks: Option<Val>,
    /// True if the value is computed in blocks and converted to rows only on demand.
    native: bool,
}

struct Tiling<'g> {
    old: &'g Graph,
    new: &'g Graph,
    /// The readers of each value; an output counts as a reader of itself.
    readers: BTreeMap<Val, Vec<Val>>,
    forms: BTreeMap<Val, Forms>,
    /// The winners of each pooled value: the index of the maximum in each window, stored instead of the value
    /// itself.
    winners: BTreeMap<Val, Val>,
    /// The contents of each value of the new graph for the examples that the last block lacks.
    missing: Vec<Missing>,
}

impl Tiling<'_> {
    /// Computes a value in the form that suits it best.
    fn form(&mut self, val: Val) -> Forms {
        let node = self.old.node(val);
        // Left to its batch sum, whose kernel computes and sums it at once.
        if self.is_weight_gradient(val) {
            return Forms::default();
        }
        let differ = |&arg: &Val| self.old.ty(arg).layout == Layout::Examples;
        let native = node.args.iter().any(|arg| self.forms[arg].native);
        let blocks = match kernel_of(&node.op) {
            _ if is_convolution(self.old, val) => Some(self.kernel(val, false)),
            Some(Kernel {
                function: KernelFunction::MaxPool2dGradient,
                sizes: Sizes::Pool2d(geometry),
                ..
            }) if native && node.args.iter().all(differ) => Some(self.pooling_gradient(val, geometry)),
            // No kernel takes a block of weights, one for each example.
            Some(kernel) if !kernel.shared.is_empty() => None,
            Some(kernel) if native && kernel.function.on_blocks().is_some() => {
                node.args.iter().all(differ).then(|| self.kernel(val, false))
            }
            None if native => self.moved(val, &node.op),
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

    /// True for the gradient of a convolution's weight that all examples share.
    fn is_weight_gradient(&self, val: Val) -> bool {
        let node = self.old.node(val);
        let function = kernel_of(&node.op).map(|kernel| kernel.function);
        function == Some(KernelFunction::Conv2dWeightGradient)
            && (node.args.iter()).all(|&arg| self.old.ty(arg).layout == Layout::Examples)
    }

    fn as_it_was(&mut self, val: Val) -> Val {
        let node = self.old.node(val);
        if let (Lowered::BatchSum, &[of]) = (&node.op, node.args.as_slice()) {
            if self.is_weight_gradient(of) {
                let sums = self.kernel(of, true);
                return self.new.apply(Lowered::BatchSum, &[sums]);
            }
            if self.forms[&of].native {
                let block = self.blocks(of);
                let sums = self.cross(Border::BlockSum, block);
                return self.new.apply(Lowered::BatchSum, &[sums]);
            }
        }
        let args: Vec<Val> = node.args.iter().map(|&arg| self.rows(arg)).collect();
        self.new.apply(node.op.clone(), &args)
    }

    /// The value with the elements of each example contiguous.
    fn rows(&mut self, val: Val) -> Val {
        let forms = self.forms[&val];
        let rows = match (forms.rows, forms.blocks) {
            (Some(rows), _) => rows,
            (None, Some(blocks)) => {
                let rows = self.cross(Border::FromBlocks, blocks);
                self.name_after(rows, val, "rows")
            }
            (None, None) => self.as_it_was(val),
        };
        self.forms.entry(val).or_default().rows = Some(rows);
        rows
    }

    /// Emits the kernel that brings a value over the border of the region of blocks.
    fn cross(&self, border: Border, val: Val) -> Val {
        let ty = self.new.ty(val);
        let example = ty
            .of_example()
            .expect("a block has its examples in its last axis");
        self.new
            .apply(Lowered::border(border, example.shape.count()), &[val])
    }

    /// The value with the examples of each block side by side; a shared value is repeated for each of them.
    fn blocks(&mut self, val: Val) -> Val {
        if let Some(blocks) = self.forms[&val].blocks {
            return blocks;
        }
        let ty = self.old.ty(val);
        let node = self.old.node(val);
        let blocks = match (&node.op, ty.layout) {
            (Lowered::Movement(Movement::Broadcast(broadcast)), Layout::Examples) => {
                let of = self.blocks(node.args[0]);
                self.repeated(of, broadcast)
            }
            (Lowered::Movement(Movement::Broadcast(broadcast)), _) => {
                let of = self.rows(node.args[0]);
                self.new.apply(
                    Broadcast {
                        shape: blocked(&broadcast.shape),
                        axes: broadcast.axes.clone(),
                    },
                    &[of],
                )
            }
            (_, Layout::Examples) => {
                let rows = self.rows(val);
                let blocks = self.cross(Border::ToBlocks, rows);
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

    /// Names a converted value after the original, if that has a name.
    fn name_after(&self, form: Val, val: Val, word: &str) -> Val {
        let name = match &self.old.node(val).op {
            Lowered::Leaf(Leaf::Input(input)) => Some(input.name.as_str().into()),
            _ => self.old.name(val),
        };
        if let Some(name) = name {
            self.new.set_name(form, &format!("{name}_{word}"));
        }
        form
    }

    /// Repeats the value of a block in the way that the value of an example is repeated.
    fn repeated(&self, of: Val, broadcast: &Broadcast) -> Val {
        let examples = broadcast.shape.rank();
        let axes = broadcast.axes.iter().copied().chain([examples]).collect();
        let shape = blocked(&broadcast.shape);
        self.new.apply(Broadcast { shape, axes }, &[of])
    }

    /// The contents of a value of blocks for the examples that the last block lacks. Each value is examined once,
    /// after its arguments.
    fn missing(&mut self, val: Val) -> Missing {
        for next in self.new.vals_from(self.missing.len()) {
            let missing = self.missing_of(next);
            self.missing.push(missing);
        }
        self.missing[val.index()]
    }

    /// Images are 0 for missing examples, and so is every linear function of values that are. What examples
    /// share is no worse for those that are missing than for the others.
    fn missing_of(&self, val: Val) -> Missing {
        use Missing::{Anything, Finite, Zero};
        let node = self.new.node(val);
        if node.types.iter().all(|ty| ty.layout == Layout::Shared) {
            return Finite;
        }
        let of = |place: usize| self.missing[node.args[place].index()];
        let is_shared = |place: usize| self.new.ty(node.args[place]).layout == Layout::Shared;
        let worst = (0..node.args.len()).map(of).min().unwrap_or(Anything);
        match &node.op {
            Lowered::Kernel(op) => match &op.computes {
                Computes::Border(Border::ToBlocks | Border::ClearMissing) => Zero,
                Computes::Border(Border::FromBlocks | Border::BlockSum)
                | Computes::Operator(_)
                | Computes::ChannelsLast(_) => Anything,
                Computes::InBlocks { op, .. } => {
                    let spreads = op.spreads_second();
                    match of(usize::from(spreads)) {
                        // Zero times a weight that all examples share, or times an image that is finite.
                        Zero if worst >= Finite || spreads => Zero,
                        _ => worst.min(Finite),
                    }
                }
            },
            Lowered::Movement(_) | Lowered::Assembly(Assembly::Pad(_)) => of(0),
            Lowered::Assembly(Assembly::Concat(_)) => worst,
            Lowered::Reduction(reduction) => match reduction.by() {
                Fold::Sum => of(0),
                Fold::Max => of(0).min(Finite),
            },
            Lowered::Scalar(ScalarOp::Elementwise(op)) => match op {
                Elementwise::Select => {
                    let is_zero = |place: usize| self.new.as_constant(node.args[place]) == Some(0.0);
                    let chosen = [1, 2].map(|place| if is_zero(place) { Zero } else { of(place) });
                    chosen[0].min(chosen[1])
                }
                // The other factor must be shared for a product of 0: one that differs between examples might
                // be too large for a missing example, and 0·∞ is not 0.
                Elementwise::Mul => match (of(0), of(1)) {
                    (Zero, _) if is_shared(1) => Zero,
                    (_, Zero) if is_shared(0) => Zero,
                    _ => worst.min(Finite),
                },
                // A divisor that differs between examples may well be 0 for those that are missing.
                Elementwise::Div if is_shared(1) => of(0),
                op => of_expression(op, worst),
            },
            Lowered::Scalar(ScalarOp::Power(power)) => of_expression(power, worst),
            _ => Anything,
        }
    }

    /// Clears a value for missing examples unless it holds no worse than `most` for them.
    fn cleared(&mut self, val: Val, most: Missing) {
        if self.old.ty(val).layout == Layout::Shared {
            return;
        }
        let blocks = self.blocks(val);
        if self.missing(blocks) < most {
            self.forms.entry(val).or_default().blocks = Some(self.cross(Border::ClearMissing, blocks));
        }
    }

    /// Emits a convolution or pooling of blocks.
    fn kernel(&mut self, val: Val, summed: bool) -> Val {
        let node = self.old.node(val);
        if summed {
            // The kernel sums over whole blocks: a missing example adds its image times 0.
            self.cleared(node.args[0], Missing::Finite);
            self.cleared(node.args[1], Missing::Zero);
        }
        let args = node.args.iter().map(|&arg| match self.old.ty(arg).layout {
            Layout::Shared => self.rows(arg),
            _ => self.blocks(arg),
        });
        let args: Vec<Val> = args.collect();
        let Lowered::Kernel(called) = &node.op else {
            unreachable!("only kernels run on blocks")
        };
        let Computes::Operator(op) = &called.computes else {
            unreachable!("its arguments are laid out for the first time")
        };
        let kernel = &called.kernel;
        let function = kernel.function.on_blocks().expect("checked when it was laid out");
        let op = PerExample::Operator(op.clone());
        self.new.apply(on_blocks(kernel, function, op, summed), &args)
    }

    /// Emits an operator that works element by element or on some axes, whatever axes follow them; the
    /// examples of the block are one more last axis.
    fn moved(&mut self, val: Val, op: &Lowered) -> Option<Val> {
        let node = self.old.node(val);
        let rank = self.old.ty(val).shape.rank();
        let and = |sizes: &[usize], last: usize| sizes.iter().copied().chain([last]).collect();
        let moved: Lowered = match op {
            Lowered::Scalar(ScalarOp::Elementwise(_) | ScalarOp::Power(_))
            | Lowered::Movement(Movement::Again(_))
            | Lowered::Reduction(_)
            | Lowered::Assembly(Assembly::Concat(_)) => op.clone(),
            Lowered::Movement(Movement::Broadcast(broadcast)) => {
                let of = self.blocks(node.args[0]);
                return Some(self.repeated(of, broadcast));
            }
            Lowered::Movement(Movement::Reshape(reshape)) => Reshape {
                shape: blocked(&reshape.shape),
            }
            .into(),
            Lowered::Movement(Movement::Transpose(transpose)) => Transpose {
                order: and(&transpose.order, rank),
            }
            .into(),
            Lowered::Movement(Movement::Slice(slice)) => Slice {
                starts: and(&slice.starts, 0),
                sizes: and(&slice.sizes, BLOCK),
            }
            .into(),
            Lowered::Assembly(Assembly::Pad(pad)) => Pad {
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

/// The same call of a kernel on blocks of examples, by another function.
fn on_blocks(kernel: &Kernel, function: KernelFunction, op: PerExample, summed: bool) -> Lowered {
    Lowered::from(KernelOp {
        kernel: Kernel {
            function,
            blocks: true,
            yields: Yields::Examples,
            ..kernel.clone()
        },
        computes: Computes::InBlocks { op, summed },
    })
}

#[cfg(test)]
mod tests;
