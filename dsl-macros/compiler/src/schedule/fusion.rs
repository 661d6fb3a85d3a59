//! Operator fusion: selects the nodes that become steps of their own and those that become part of another
//! node's step.
//!
//! In: the live nodes of a graph. Out: a [`Selection`]: nodes inlined into the loop that reads them, fused
//! into a product as its epilogue, or absorbed by the product or batch sum that computes them on the way.
//! Movements (views) are never steps; they are read through strides.
//!
//! ```text
//! y = relu(x·W + b)           →      one GEMM with epilogue `Bias`, `Relu`
//! z = exp(x) · 2 + y          →      one loop, `exp(x)` and the product inlined
//! ```
//!
//! Invariant: a node without a step of its own is no root, and is computed by each step that reads it or by
//! the step that absorbs it. (A reader that turns out to need it in memory stores it after all.) Cost: linear
//! in the nodes and their uses, quadratic in the slices of one value. XLA fuses in the same way; epilogues
//! for bias, ReLU and its gate are known from cuBLASLt.

pub mod epilogue;

use std::collections::{BTreeMap, BTreeSet};

use epilogue::Epilogues;
pub use epilogue::Fused;

use crate::collections::IntoCollection;
use crate::lowered::{Graph, Layout, Leaf, Lowered, Movement, ScalarOp, Val};
use crate::ops::elementwise::Elementwise;
use crate::ops::{KernelFunction, Yields};

/// The role of each node.
pub struct Selection {
    /// Nodes without a step: the step of another node computes them on the way.
    pub absorbed: BTreeSet<Val>,
    /// Element-wise nodes that are computed where they are read.
    pub inlined: BTreeSet<Val>,
    /// Element-wise nodes that are the epilogue of a GEMM or convolution.
    pub fused: BTreeMap<Val, Fused>,
    /// The uses of each node; the uses of a view count as uses of its argument.
    pub readers: BTreeMap<Val, Vec<Reader>>,
    /// Values that several steps read, though no element is read twice: each step reads another slice.
    parted: BTreeSet<Val>,
    body: Option<Body>,
}

/// The body of a loop over time that runs for each example. A shared value that the body computes lies in
/// memory once per example; only the loop's constant arguments lie there once.
#[derive(Clone, Copy, Debug)]
pub struct Body {
    /// The number of its formal arguments, the first ones, that stay the same in all iterations.
    pub constants: usize,
}

/// One use of a value.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub node: Val,
    /// True if a movement on the way regroups (`reshaped`) or repeats (`repeated`) elements.
    pub reshaped: bool,
    pub repeated: bool,
}

pub fn select(graph: &Graph, live: &[Val], roots: &BTreeSet<Val>, body: Option<Body>) -> Selection {
    let readers = readers(graph, live);
    let mut selection = Selection {
        absorbed: BTreeSet::new(),
        inlined: BTreeSet::new(),
        fused: BTreeMap::new(),
        parted: parted(graph, live, &readers),
        readers,
        body,
    };
    for &val in live.iter().rev() {
        if selection.absorbed.contains(&val) || selection.inlined.contains(&val) {
            continue;
        }
        let fused = Epilogues {
            graph,
            alone: &|val| single(&selection, roots, val),
            once: &|val| selection.lies_once(graph, val),
            winners: &|pooling| winners_beside(graph, &selection, roots, pooling),
        }
        .of(val);
        if let Some(fused) = fused {
            if let Some(&winners) = fused.epilogue.winners() {
                selection.absorbed.extend([winners, graph.node(val).args[0]]);
            }
            selection.fused.insert(val, fused);
        }
        if graph.node(val).op == Lowered::BatchSum {
            let of = graph.node(val).args[0];
            if single(&selection, roots, of) && sums_directly(graph, of) {
                selection.absorbed.insert(of);
            }
        }
    }
    // Nodes between a product and the end of its epilogue are computed by the epilogue.
    for (end, fused) in selection.fused.clone() {
        let mut below = vec![end];
        while let Some(val) = below.pop() {
            for arg in graph.node(val).args.clone() {
                let stays = fused.epilogue.reads().any(|&read| read == arg);
                if arg == fused.product {
                    selection.absorbed.insert(arg);
                } else if !stays
                    && is_scalar(graph, arg)
                    && (single(&selection, roots, arg) || selection.absorbed.contains(&arg))
                {
                    selection.absorbed.insert(arg);
                    below.push(arg);
                }
            }
        }
    }
    // The height of each value: the number of expressions and views nested below it, down to stored values.
    let mut heights: BTreeMap<Val, usize> = BTreeMap::new();
    for &val in live {
        let below = graph.node(val).args.iter().map(|arg| heights[arg]).max();
        let below = below.unwrap_or(0);
        let free = !selection.absorbed.contains(&val)
            && !selection.fused.contains_key(&val)
            && !roots.contains(&val)
            && below < TALLEST;
        let inlined = free && is_scalar(graph, val) && may_inline(graph, &selection, val);
        if inlined {
            selection.inlined.insert(val);
        }
        let is_view = matches!(graph.node(val).op, Lowered::Movement(_));
        heights.insert(val, if inlined || is_view { below + 1 } else { 0 });
    }
    selection
}

impl Selection {
    /// True if a value lies in memory once, for all examples.
    fn lies_once(&self, graph: &Graph, val: Val) -> bool {
        let is_constant = |body: Body| match &graph.node(val).op {
            Lowered::Leaf(Leaf::Formal { index, .. }) => *index < body.constants,
            op => matches!(
                op,
                Lowered::Leaf(Leaf::Parameter(_) | Leaf::Direction(_) | Leaf::Buffer(_))
            ),
        };
        graph.ty(val).layout == Layout::Shared && self.body.is_none_or(is_constant)
    }
}

/// The greatest height of an expression before one of its values is stored: far beyond what reads well or
/// runs faster, and low enough for this compiler and rustc to walk it recursively.
const TALLEST: usize = 32;

/// True if the node is an expression of one element.
pub fn is_scalar(graph: &Graph, val: Val) -> bool {
    matches!(
        graph.node(val).op,
        Lowered::Scalar(_) | Lowered::OneHot(_) | Lowered::Iota(_)
    )
}

fn readers(graph: &Graph, live: &[Val]) -> BTreeMap<Val, Vec<Reader>> {
    let mut readers: BTreeMap<Val, Vec<Reader>> = live.iter().map(|&val| (val, Vec::new())).into_map();
    for &val in live.iter().rev() {
        let node = graph.node(val);
        for &arg in &node.args {
            let through: Vec<Reader> = if let Lowered::Movement(movement) = &node.op {
                let reshaped = matches!(movement, Movement::Reshape(_));
                let repeated = matches!(movement, Movement::Broadcast(_))
                    && graph.ty(arg).shape.count() < graph.ty(val).shape.count();
                let pass = |reader: &Reader| Reader {
                    reshaped: reader.reshaped || reshaped,
                    repeated: reader.repeated || repeated,
                    ..*reader
                };
                readers[&val].iter().map(pass).collect()
            } else {
                vec![Reader {
                    node: val,
                    reshaped: false,
                    repeated: false,
                }]
            };
            readers
                .get_mut(&arg)
                .expect("arguments of live nodes are live")
                .extend(through);
        }
    }
    readers
}

/// True if exactly one step reads the value, and reads it unmoved.
fn single(selection: &Selection, roots: &BTreeSet<Val>, val: Val) -> bool {
    let readers = &selection.readers[&val];
    readers.len() == 1 && !readers[0].reshaped && !readers[0].repeated && !roots.contains(&val)
}

/// The winners of a pooling, if they and the pooling are the only readers of the pooled value, which then
/// need not be stored.
fn winners_beside(graph: &Graph, selection: &Selection, roots: &BTreeSet<Val>, pooling: Val) -> Option<Val> {
    let of = graph.node(pooling).args[0];
    let mut others = selection.readers[&of].iter().map(|reader| reader.node);
    let (one, other) = (others.next()?, others.next()?);
    let winners = if one == pooling { other } else { one };
    let are_winners = match &graph.node(winners).op {
        Lowered::Kernel(op) => op.kernel.function == KernelFunction::MaxPool2dBlocksWinners,
        _ => false,
    };
    let only = [one, other].contains(&pooling) && others.next().is_none() && !roots.contains(&of);
    (are_winners && only).then_some(winners)
}

/// True if a batch sum of the node needs no per-example result in memory.
fn sums_directly(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    match &node.op {
        // Both sides differ from example to example, so the batch is one more axis to sum over. It joins the
        // other summed axes only if no third sort of axis lies between them.
        Lowered::Contract(contract) => {
            let joint = |letter: &&u8| contract.right.contains(letter);
            let summed = contract
                .left
                .iter()
                .filter(joint)
                .any(|letter| !contract.result.contains(letter));
            let kept = contract
                .left
                .iter()
                .filter(joint)
                .any(|letter| contract.result.contains(letter));
            !(summed && kept)
                && node
                    .args
                    .iter()
                    .all(|&arg| graph.ty(arg).layout == Layout::Examples)
        }
        Lowered::Kernel(op) => {
            op.kernel.yields != Yields::Examples
                && node
                    .args
                    .iter()
                    .all(|&arg| graph.ty(arg).layout == Layout::Examples)
        }
        _ => false,
    }
}

/// An element-wise node is computed where it is read if only one step reads it, or if it costs next to
/// nothing.
fn may_inline(graph: &Graph, selection: &Selection, val: Val) -> bool {
    let readers = &selection.readers[&val];
    let into_loops = readers.iter().all(|reader| {
        let inlinable =
            is_scalar(graph, reader.node) || matches!(graph.node(reader.node).op, Lowered::Reduction(_));
        inlinable
            && !reader.reshaped
            && !selection.fused.contains_key(&reader.node)
            && !selection.absorbed.contains(&reader.node)
    });
    if !into_loops {
        return false;
    }
    if is_cheap(graph, val) || is_shift(graph, val) && readers.iter().all(|reader| !reader.repeated) {
        return true;
    }
    let once = |reader: &Reader| !reader.repeated && graph.ty(reader.node).layout == graph.ty(val).layout;
    readers.iter().all(once) && (readers.len() == 1 || selection.parted.contains(&val))
}

/// Values of which every element is read once, though several steps read them: each reads another slice, as
/// the gates of an LSTM do of one sum.
fn parted(graph: &Graph, live: &[Val], readers: &BTreeMap<Val, Vec<Reader>>) -> BTreeSet<Val> {
    let mut slices: BTreeMap<Val, Vec<Val>> = BTreeMap::new();
    for &val in live {
        let node = graph.node(val);
        if let Lowered::Movement(Movement::Slice(_)) = node.op {
            slices.entry(node.args[0]).or_default().push(val);
        }
    }
    let ranges = |val: &Val| -> Vec<(usize, usize)> {
        match &graph.node(*val).op {
            Lowered::Movement(Movement::Slice(slice)) => {
                let sizes = slice.starts.iter().zip(&slice.sizes);
                sizes.map(|(&start, &size)| (start, start + size)).collect()
            }
            _ => unreachable!("only slices are asked"),
        }
    };
    let apart = |one: &Val, other: &Val| {
        let pairs = ranges(one).into_iter().zip(ranges(other));
        pairs
            .into_iter()
            .any(|(one, other)| one.1 <= other.0 || other.1 <= one.0)
    };
    let is_parted = |(of, slices): &(&Val, &Vec<Val>)| {
        let all = readers[of].len() == slices.len() && slices.iter().all(|slice| readers[slice].len() == 1);
        all && slices
            .iter()
            .enumerate()
            .all(|(place, one)| slices[..place].iter().all(|other| apart(one, other)))
    };
    slices.iter().filter(is_parted).map(|(of, _)| *of).into_set()
}

/// True for a value minus a few shared numbers, such as `x - mean` of a channel. Recomputed wherever it is
/// read, it needs no memory but that of `x`, which takes as long to read as the result would.
fn is_shift(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    if node.op != Elementwise::Sub.into() {
        return false;
    }
    let (moved, by) = (graph.node(node.args[0]), graph.node(node.args[1]));
    let few = match &by.op {
        Lowered::Movement(Movement::Broadcast(_)) => {
            graph.ty(by.args[0]).shape.count() < graph.ty(val).shape.count()
        }
        _ => false,
    };
    // A minuend that repeats a smaller value, or that would itself be computed first, does not qualify.
    let repeats = matches!(moved.op, Lowered::Movement(Movement::Broadcast(_)));
    let stored = !is_scalar(graph, node.args[0]) && !repeats;
    few && stored && by.types[0].layout == Layout::Shared && moved.types[0].layout != Layout::Shared
}

/// True for comparisons of indices and positions, and for numbers made of literals and the batch size.
fn is_cheap(graph: &Graph, val: Val) -> bool {
    let node = graph.node(val);
    match &node.op {
        Lowered::OneHot(_)
        | Lowered::Scalar(ScalarOp::Number(_))
        | Lowered::Iota(_)
        | Lowered::Leaf(Leaf::Constant(_) | Leaf::BatchSize) => true,
        Lowered::Movement(Movement::Broadcast(_)) => is_cheap(graph, node.args[0]),
        Lowered::Scalar(ScalarOp::Elementwise(
            Elementwise::Greater | Elementwise::GreaterEqual | Elementwise::Equal,
        )) => node.args.iter().all(|&arg| is_cheap(graph, arg)),
        Lowered::Scalar(_) => {
            graph.ty(val).shape.rank() == 0 && node.args.iter().all(|&arg| is_cheap(graph, arg))
        }
        _ => false,
    }
}
