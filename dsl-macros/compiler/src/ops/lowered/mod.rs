//! The operators of the lowered level, each a way to compute: an expression of one element, another view of
//! memory, a fold, a product, a call of a kernel, a loop over time.
//!
//! Every operator of graphs [lowers](super::Operator::lower) to one of them. The scheduler decides by them how values are laid out,
//! what is fused and what becomes a step; it knows no other operators.

pub mod channels_last;
mod kernel;
mod leaves;
mod lower;
mod pooling;
mod types;

pub use kernel::{Border, Computes, KernelOp};
pub use leaves::Leaf;
pub use lower::lower;
pub use pooling::PerExample;
pub use types::{BLOCK, Layout, Type, blocked};

use super::formula::Formula;
use super::{Fold, Operator, concat, contract, elementwise, gather, leaf, movement, power, reduce};
use crate::arena::{self, Batching, Mismatch, Shape, Val};
use crate::view::View;

/// Graphs of these operators.
pub type Graph = arena::Graph<Lowered>;

/// Such a graph and the values asked of it.
pub type Function = arena::Function<Lowered>;

/// A loop over time whose body is lowered.
pub type Scan = arena::Scan<Lowered>;

/// An operator of the lowered level.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Lowered {
    /// There before the first step.
    Leaf(Leaf),
    /// One expression per element.
    Scalar(ScalarOp),
    /// `1` where the last axis' index equals the integer argument.
    OneHot(gather::OneHot),
    /// The place along its only axis, as a number.
    Iota(leaf::Iota),
    /// Another way to read its argument's memory.
    Movement(Movement),
    /// Its arguments written to parts of the result, which is zero elsewhere.
    Assembly(Assembly),
    /// A loop that folds some axes.
    Reduction(Reduction),
    /// A GEMM, or several.
    Contract(contract::Contract),
    /// A function of the runtime's `kernels`.
    Kernel(Box<KernelOp>),
    /// Random numbers for each example.
    Draw(leaf::Noise),
    /// Σ over the batch: over its examples, or over its blocks.
    BatchSum,
    /// A loop over time.
    Scan(Scan),
    /// One of the results of a loop over time.
    Part(usize),
}

/// An enum of operators of graphs whose rules stay what they are.
macro_rules! operators_kept {
    ($($(#[$doc:meta])* $name:ident in $kept:ident { $($variant:ident($path:path)),* $(,)? })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($variant($path)),* }

        impl $name {
            /// The rules of the operator.
            pub fn rules(&self) -> &dyn Operator {
                match self { $($name::$variant(op) => op),* }
            }
        }

        $(impl From<$path> for Lowered {
            fn from(op: $path) -> Lowered {
                Lowered::$kept($name::$variant(op))
            }
        })*
    )* };
}

operators_kept! {
    /// An expression of one element.
    ScalarOp in Scalar {
        Elementwise(elementwise::Elementwise),
        Power(power::Power),
        Number(gather::Number),
    }
    /// A movement of elements that strides can often describe.
    Movement in Movement {
        Broadcast(movement::Broadcast),
        Reshape(movement::Reshape),
        Transpose(movement::Transpose),
        Slice(movement::Slice),
        Again(leaf::Again),
    }
    /// A value made of parts.
    Assembly in Assembly {
        Pad(movement::Pad),
        Concat(concat::Concat),
    }
    /// A sum or maximum over some axes.
    Reduction in Reduction {
        Sum(reduce::Sum),
        Max(reduce::Max),
    }
}

impl Lowered {
    /// The rules of the operator of graphs that this one computes on every unit of its arguments, if it is one.
    pub fn rules(&self) -> Option<&dyn Operator> {
        match self {
            Lowered::Scalar(op) => Some(op.rules()),
            Lowered::OneHot(op) => Some(op),
            Lowered::Iota(op) => Some(op),
            Lowered::Movement(op) => Some(op.rules()),
            Lowered::Assembly(op) => Some(op.rules()),
            Lowered::Reduction(op) => Some(op.rules()),
            Lowered::Contract(op) => Some(op),
            Lowered::Draw(op) => Some(op),
            Lowered::Kernel(op) => op.rules(),
            Lowered::Leaf(_) | Lowered::BatchSum | Lowered::Scan(_) | Lowered::Part(_) => None,
        }
    }

    /// The attributes that distinguish this instance, as printed after the arguments.
    pub fn attributes(&self) -> String {
        match self {
            Lowered::Leaf(leaf) => leaf.attributes(),
            Lowered::Kernel(op) => op.attributes(),
            Lowered::Scan(scan) => scan.attributes(),
            Lowered::Part(part) => part.to_string(),
            other => other.rules().map_or(String::new(), |rules| rules.attributes()),
        }
    }
}

impl arena::Operation for Lowered {
    type Type = Type;

    fn name(&self) -> &'static str {
        match self {
            Lowered::Leaf(leaf) => leaf.name(),
            Lowered::Kernel(op) => op.name(),
            Lowered::BatchSum => "batch_sum",
            Lowered::Scan(_) => "scan",
            Lowered::Part(_) => "part",
            other => other.rules().map_or("", |rules| rules.name()),
        }
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        match self {
            Lowered::Leaf(leaf) => Ok(vec![leaf.ty()]),
            Lowered::Kernel(op) => op.infer(args),
            Lowered::BatchSum => Ok(vec![Type::real(Layout::Shared, args[0].shape.clone())]),
            Lowered::Scan(scan) => Ok(scan.types()),
            Lowered::Part(_) => unreachable!("the graph takes the type of a part from its node"),
            other => infer_unit(other.rules(), args),
        }
    }

    fn part(&self) -> Option<usize> {
        match self {
            Lowered::Part(part) => Some(*part),
            _ => None,
        }
    }
}

/// The types of an operator that works on each unit of its arguments: examples, or blocks of them.
fn infer_unit(rules: Option<&dyn Operator>, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
    let layouts = |layout: Layout| args.iter().find(|arg| arg.layout == layout);
    if let (Some(examples), Some(blocks)) = (layouts(Layout::Examples), layouts(Layout::Blocks)) {
        return Err(Mismatch::new(format!(
            "{examples} lies in no blocks, {blocks} does"
        )));
    }
    let layout = args.iter().map(|arg| arg.layout).max();
    let units: Vec<arena::Type> = args.iter().map(Type::of_unit).collect();
    let types = rules.map_or(Ok(Vec::new()), |rules| rules.infer(&units))?;
    let of_unit = |ty: arena::Type| match (ty.batching, layout) {
        (Batching::PerExample, Some(layout)) => Type {
            layout,
            ..Type::from(ty)
        },
        _ => Type::from(ty),
    };
    Ok(types.into_iter().map(of_unit).collect())
}

impl ScalarOp {
    /// The expression of one element.
    pub fn formula(&self) -> Formula {
        let formula = self.rules().formula();
        formula.expect("every expression of one element has a formula")
    }

    /// The value at one element.
    pub fn value(&self, args: &[f64]) -> f64 {
        match self {
            ScalarOp::Elementwise(op) => op.value(args),
            ScalarOp::Power(power) => power.value(args[0]),
            ScalarOp::Number(_) => args[0],
        }
    }
}

impl Movement {
    /// The view of the result, from a view of the argument; `None` where the argument must be copied first.
    pub fn view(&self, of: &View) -> Option<View> {
        self.rules().view(of)
    }
}

impl Assembly {
    /// The views of the result that arguments of these shapes are written to.
    pub fn parts(&self, result: &View, args: &[Shape]) -> Vec<View> {
        match self {
            Assembly::Pad(pad) => vec![result.slice(&pad.before, &args[0].0)],
            Assembly::Concat(concat) => {
                let corners = concat.corners(args).into_iter().zip(args);
                corners
                    .map(|(corner, shape)| result.slice(&corner, &shape.0))
                    .collect()
            }
        }
    }
}

impl Reduction {
    pub fn axes(&self) -> &[usize] {
        match self {
            Reduction::Sum(sum) => &sum.axes,
            Reduction::Max(max) => &max.axes,
        }
    }

    pub fn by(&self) -> Fold {
        match self {
            Reduction::Sum(_) => Fold::Sum,
            Reduction::Max(_) => Fold::Max,
        }
    }
}

impl Scan {
    /// The types of its results: the last carried values, then the stacks.
    fn types(&self) -> Vec<Type> {
        let outputs = self.body.outputs.iter().enumerate();
        let ty = |(part, &output): (usize, &Val)| {
            let mut ty = self.body.graph.ty(output);
            if part >= self.carried {
                ty.shape.0.insert(0, self.length);
            }
            ty
        };
        outputs.map(ty).collect()
    }
}

impl Graph {
    /// The literal that a value is, broadcast or not.
    pub fn as_constant(&self, val: Val) -> Option<f64> {
        let node = self.node(val);
        match &node.op {
            Lowered::Leaf(Leaf::Constant(leaf::Constant(number))) => Some(number.0),
            Lowered::Movement(Movement::Broadcast(_)) => self.as_constant(node.args[0]),
            _ => None,
        }
    }
}
