//! What a schedule is: phases of steps over values in one planned workspace.

mod operands;
mod scalar;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

pub use scalar::Scalar;

use crate::graph::{Batching, Element, Shape, Type, Val};
use crate::ops::leaf::Distribution;
use crate::ops::{Fold, Op};
use crate::schedule::view::View;

/// Everything the emitter needs of one entry point.
#[derive(Clone)]
pub struct Plan {
    /// What the steps compute, in the order they first write it.
    pub values: Vec<Value>,
    /// The memory the values live in, one after another in the workspace.
    pub slots: Vec<Extent>,
    pub phases: Vec<Phase>,
    /// Where each output of the graph lies in the end.
    pub outputs: Vec<Source>,
    /// The parameters whose gradients are written.
    pub gradients: Vec<usize>,
    /// How many loops over time there are; each has a variable of its own.
    pub repeats: usize,
    /// Stacks that may lie in the memory of another, whose rows have been read when theirs are stored.
    pub hosts: BTreeMap<usize, usize>,
    /// Values that no step writes, as they lie where another lay and are the same numbers: by value, the other one.
    pub continued: BTreeMap<usize, usize>,
}

impl Plan {
    /// The values somebody reads after the entry point has run.
    pub fn kept(&self) -> BTreeSet<Source> {
        self.outputs.iter().copied().collect()
    }
}

/// Where a step reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// An argument of the entry point.
    Input(usize),
    /// A parameter, by its place in the network's table.
    Parameter(usize),
    /// A buffer, by its place in the network's table: what it holds before the step.
    Buffer(usize),
    /// What random numbers of one place in the network are keyed by.
    Site(usize),
    /// A value in the workspace.
    Value(usize),
    /// The gradient of a parameter.
    Gradient(usize),
}

/// How much memory a value takes for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// This many elements, whatever the batch.
    Shared(usize),
    /// This many for each example.
    Examples(usize),
    /// This many for each block of 16 examples: what lies in blocks, partial sums.
    Blocks(usize),
}

impl Extent {
    /// The memory of a value of this kind with so many elements.
    pub fn of(batching: Batching, elements: usize) -> Extent {
        match batching {
            Batching::Shared => Extent::Shared(elements),
            Batching::PerExample => Extent::Examples(elements),
            Batching::PerBlock => Extent::Blocks(elements),
        }
    }

    /// The kind of a value that takes as much.
    pub fn batching(self) -> Batching {
        match self {
            Extent::Shared(_) => Batching::Shared,
            Extent::Examples(_) => Batching::PerExample,
            Extent::Blocks(_) => Batching::PerBlock,
        }
    }
}

/// One computed value.
#[derive(Clone, Debug)]
pub struct Value {
    pub name: String,
    pub extent: Extent,
    pub slot: usize,
}

/// Steps that run without waiting for other workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    pub partition: Partition,
    pub steps: Vec<Step>,
}

/// How a phase is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Partition {
    /// Each worker takes a range of the examples.
    Examples,
    /// Each worker takes a range of the rows of every result: sums over the batch.
    Rows,
    /// One worker does it: small shared values.
    Alone,
}

/// One numbered step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The source expressions it computes.
    pub text: String,
    /// The calls it belongs to: `logits.block2.attention1`.
    pub path: Rc<str>,
    /// Whether it belongs to the backward pass.
    pub backward: bool,
    pub kind: StepKind,
    /// Floating-point operations of one example (of the whole step if it is shared), or the largest number for more.
    pub flops: usize,
}

/// Floating-point operations of steps, or the largest number where there are more: loops within loops over time soon take
/// more than can be counted.
pub fn operations<'s>(steps: impl IntoIterator<Item = &'s Step>) -> usize {
    let each = steps.into_iter().map(|step| step.flops);
    each.fold(0, usize::saturating_add)
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StepKind {
    Gemm(Gemm),
    Kernel(KernelCall),
    Loop(Loop),
    Fold(FoldLoop),
    /// Zeros.
    Clear(Operand),
    /// Random numbers.
    Draw(Draw),
    /// Σ over the examples of a per-example value.
    SumExamples {
        x: Operand,
        result: Operand,
    },
    /// Σ over partial sums, one for each block of examples.
    SumBlocks {
        partials: Operand,
        result: Operand,
    },
    /// A loop over time: steps that run again and again.
    For(ForLoop),
}

/// Random numbers for every example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Draw {
    pub distribution: Distribution,
    /// What tells its numbers from those of other draws.
    pub site: Operand,
    pub result: Operand,
}

/// Steps that run `length` times, each time on the next part of stacked values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ForLoop {
    pub batching: Batching,
    /// The place of its variable among those of the plan.
    pub variable: usize,
    pub length: usize,
    /// Whether it begins with the last part.
    pub reversed: bool,
    pub steps: Vec<Step>,
}

/// A strided window on an input, parameter, value or gradient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    pub source: Source,
    pub view: View,
    /// Elements from one example (or block of examples) to the next; `None` where the value is shared.
    pub per_example: Option<usize>,
    pub element: Element,
    /// Of a part of a stacked value: how far each turn of which loop over time moves it.
    pub loop_strides: Vec<LoopStride>,
}

/// Elements from one turn of a loop over time to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoopStride {
    pub variable: usize,
    pub stride: usize,
}

/// A size of an axis: a literal, or that many times the number of examples or of blocks of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    pub of: Count,
    pub times: usize,
}

/// What there are several of, if anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Count {
    Literal,
    Examples,
    Blocks,
}

impl Size {
    pub fn literal(times: usize) -> Size {
        Size {
            of: Count::Literal,
            times,
        }
    }

    pub fn examples() -> Size {
        Size {
            of: Count::Examples,
            times: 1,
        }
    }

    pub fn is_literal(self) -> bool {
        self.of == Count::Literal
    }

    /// How many parts a value of this kind has for the batch.
    pub fn of_batching(batching: Batching) -> Size {
        let of = match batching {
            Batching::Shared => Count::Literal,
            Batching::PerExample => Count::Examples,
            Batching::PerBlock => Count::Blocks,
        };
        Size { of, times: 1 }
    }
}

impl fmt::Display for Size {
    /// `B` stands for the number of examples.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let batch = match self.of {
            Count::Literal => return write!(f, "{}", self.times),
            Count::Examples => "B",
            Count::Blocks => "B/16",
        };
        match self.times {
            1 => f.write_str(batch),
            times => write!(f, "{batch}·{times}"),
        }
    }
}

/// `C ← A·B`, once or in a loop over further axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gemm {
    /// Outer loops, each with its strides in A, B and C.
    pub loops: Vec<(Size, [usize; 3])>,
    pub m: Size,
    pub n: Size,
    pub k: Size,
    pub a: Operand,
    /// Strides from row to row, from column to column.
    pub a_strides: [usize; 2],
    pub b: Operand,
    pub b_strides: [usize; 2],
    pub c: Operand,
    pub c_stride: usize,
    pub epilogue: Epilogue,
    /// Whether the numbers of both factors are rounded to bf16.
    pub rounded: bool,
}

/// What happens to a product before it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Epilogue {
    Store,
    Bias(Operand),
    BiasRelu(Operand),
    /// Kept where this is positive, else 0.
    ReluGate(Operand),
    Normalise(Box<Normalise>),
    /// Of a convolution of blocks: as [`Epilogue::BiasRelu`], then the maximum of every two by two elements, and which of them
    /// it is.
    BiasReluPool {
        bias: Operand,
        winners: Operand,
    },
}

impl Epilogue {
    /// Whether it adds or multiplies vectors of the product's columns.
    pub fn is_by_columns(&self) -> bool {
        match self {
            Epilogue::Bias(_)
            | Epilogue::BiasRelu(_)
            | Epilogue::Normalise(_)
            | Epilogue::BiasReluPool { .. } => true,
            Epilogue::Store | Epilogue::ReluGate(_) => false,
        }
    }
}

/// `(product - mean)·scale + shift` by column or channel, plus a residual, rectified.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Normalise {
    pub mean: Operand,
    pub scale: Operand,
    pub shift: Operand,
    pub residual: Option<Operand>,
    pub relu: bool,
}

/// A call of a runtime kernel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelCall {
    pub op: Op,
    /// The types of the operator's arguments, which its literal sizes follow from.
    pub types: Vec<Type>,
    pub mode: CallMode,
    pub args: Vec<Operand>,
    pub epilogue: Epilogue,
    pub result: Operand,
}

/// How often a kernel is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallMode {
    /// Once for all examples.
    Batch,
    /// For each example, because something it takes one of differs from example to example.
    Each,
    /// Once, on shared values.
    Once,
}

/// One loop nest over a common iteration space: each statement one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Loop {
    pub batching: Batching,
    pub shape: Shape,
    pub operands: Vec<Operand>,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    pub name: String,
    pub value: Scalar,
    /// `None` where only later statements of the loop use it.
    pub store: Option<Operand>,
}

/// A sum or maximum over some axes of an iteration space.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FoldLoop {
    pub batching: Batching,
    pub shape: Shape,
    pub axes: Vec<usize>,
    pub by: Fold,
    pub operands: Vec<Operand>,
    pub value: Scalar,
    pub result: Operand,
}

/// A root of the graph and where it goes.
#[derive(Clone, Copy, Debug)]
pub enum Root {
    Output(Val),
    Gradient { parameter: usize, val: Val },
}
