//! The plan, the scheduler's intermediate representation: phases of steps over values that live in one
//! planned workspace.

pub mod cost;
#[cfg(test)]
pub mod interpret;
#[cfg(test)]
pub mod kernel_contracts;
mod operands;
mod packing;
mod partition;
#[cfg(test)]
pub mod print;
pub mod routines;
mod scalar;
#[cfg(test)]
pub mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

pub use packing::{Packing, Packings, RightFactor, WeightForm};
pub use scalar::Scalar;

use crate::lowered::{Element, KernelOp, Layout, Shape, Type, Val};
use crate::ops::leaf::Distribution;
use crate::ops::{Fold, epilogue};
use crate::view::View;

/// Everything that the emitter needs to know of one entry point.
#[derive(Clone)]
pub struct Plan {
    /// The values that the steps compute, in the order of their first write.
    pub values: Vec<Value>,
    /// The memory that the values live in; the slots follow each other in the workspace.
    pub slots: Vec<Extent>,
    pub phases: Vec<Phase>,
    /// The memory that each output of the graph ends up in.
    pub outputs: Vec<Source>,
    /// The parameters whose gradients are written.
    pub gradients: Vec<usize>,
    /// The number of loops over time; each has a variable of its own.
    pub repeats: usize,
    /// Stacks that may lie in the memory of another stack, because its rows have been read by the time theirs
    /// are stored: guest → host.
    pub hosts: BTreeMap<usize, usize>,
    /// Values that no step writes, because they lie in the memory of another value and hold the same numbers:
    /// value → that other value.
    pub continued: BTreeMap<usize, usize>,
    /// The number of values that are computed again where they are read.
    pub recomputed: usize,
}

impl Plan {
    /// True if any product or convolution is formed of rounded factors.
    pub fn rounds_products(&self) -> bool {
        let steps = self.phases.iter().flat_map(|phase| &phase.steps);
        let mut kinds = steps.flat_map(|step| step.kind.innermost());
        kinds.any(|kind| match kind {
            StepKind::Gemm(gemm) => gemm.rounded,
            StepKind::Kernel(call) => call.rounded,
            _ => false,
        })
    }

    /// The values that the caller reads after the entry point has run.
    pub fn kept(&self) -> BTreeSet<Source> {
        self.outputs.iter().copied().collect()
    }
}

/// The order in which the axes of a parameter lie in memory, outermost first, for each parameter that is not
/// row-major.
pub type ParameterLayouts = BTreeMap<usize, Vec<usize>>;

/// The memory that a step reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// An argument of the entry point.
    Input(usize),
    /// A parameter, by its index in the network's table.
    Parameter(usize),
    /// A buffer, by its index in the network's table; reading it gives its contents from before the step.
    Buffer(usize),
    /// The key of the random numbers drawn at one place in the network.
    Site(usize),
    /// A value in the workspace.
    Value(usize),
    /// The gradient of a parameter.
    Gradient(usize),
    /// The part of the direction that belongs to a parameter, laid out like it.
    Direction(usize),
}

/// The amount of memory that a value takes for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extent {
    /// This many elements, whatever the batch.
    Shared(usize),
    /// This many elements for each example.
    Examples(usize),
    /// This many for each block of 16 examples: values laid out in blocks, and partial sums.
    Blocks(usize),
}

impl Extent {
    /// The memory of a value with this layout and so many elements.
    pub fn of(layout: Layout, elements: usize) -> Extent {
        match layout {
            Layout::Shared => Extent::Shared(elements),
            Layout::Examples => Extent::Examples(elements),
            Layout::Blocks => Extent::Blocks(elements),
        }
    }

    /// The layout of the values that this memory is for.
    pub fn layout(self) -> Layout {
        match self {
            Extent::Shared(_) => Layout::Shared,
            Extent::Examples(_) => Layout::Examples,
            Extent::Blocks(_) => Layout::Blocks,
        }
    }
}

/// One computed value.
#[derive(Clone, Debug)]
pub struct Value {
    pub name: String,
    pub extent: Extent,
    pub slot: usize,
    /// The number of loops over time that it begins and ends within.
    pub depth: usize,
}

/// Steps that a worker runs without waiting for other workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    pub partition: Partition,
    pub steps: Vec<Step>,
}

/// The way a phase is divided among the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Partition {
    /// Each worker takes a range of the examples.
    Examples,
    /// Each worker takes a range of the rows of every result, as sums over the batch need.
    Rows,
    /// One worker runs the phase alone, as small shared values need.
    Alone,
}

/// One numbered step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The source expressions that the step computes.
    pub text: String,
    /// The path of layer calls that the step belongs to: `logits.block2.attention1`.
    pub path: Rc<str>,
    /// True if the step belongs to the backward pass.
    pub backward: bool,
    /// True if the step computes again what was not kept, and so waits for what stands before it.
    pub again: bool,
    pub kind: StepKind,
    /// Floating-point operations for one example (for the whole step if it is shared), saturating at the
    /// largest number.
    pub flops: usize,
}

/// The total of floating-point operations of some steps, saturating at the largest number: nested loops over
/// time soon take more operations than can be counted.
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
    /// Fills its operand with zeros.
    Clear(Operand),
    /// Draws random numbers.
    Draw(Draw),
    /// Sums a per-example value over the examples.
    SumExamples {
        x: Operand,
        result: Operand,
    },
    /// Sums partial sums over the blocks of examples, one for each block.
    SumBlocks {
        partials: Operand,
        result: Operand,
    },
    /// A loop over time: steps that run again in every iteration.
    For(ForLoop),
}

/// Random numbers for every example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Draw {
    pub distribution: Distribution,
    /// The key that tells its numbers from those of other draws.
    pub site: Operand,
    pub result: Operand,
}

/// Steps that run `length` times; each iteration works on the next part of the stacked values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ForLoop {
    pub layout: Layout,
    /// The index of its variable among those of the plan.
    pub variable: usize,
    pub length: usize,
    /// True if the loop runs backwards, from the last part to the first.
    pub reversed: bool,
    pub steps: Vec<Step>,
}

/// A strided window on an input, parameter, value or gradient.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    pub source: Source,
    pub view: View,
    /// The stride in elements from one example (or block of examples) to the next; `None` if the value is
    /// shared.
    pub per_example: Option<usize>,
    pub element: Element,
    /// The strides by which the loops over time move a part of a stacked value, one for each loop that does.
    pub loop_strides: Vec<LoopStride>,
}

/// The stride in elements from one iteration of a loop over time to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoopStride {
    pub variable: usize,
    pub stride: usize,
}

/// The size of an axis: a literal, or a multiple of the number of examples or of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    pub of: Count,
    pub times: usize,
}

/// The unit that a size counts.
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

    /// The number of parts, one for each example or block, that a value with this layout has for the batch.
    pub fn of_layout(layout: Layout) -> Size {
        let of = match layout {
            Layout::Shared => Count::Literal,
            Layout::Examples => Count::Examples,
            Layout::Blocks => Count::Blocks,
        };
        Size { of, times: 1 }
    }
}

impl fmt::Display for Size {
    /// Prints `B` for the number of examples.
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

/// `C ← A·B`, computed once or in a loop over further axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Gemm {
    /// The outer loops, each with its strides in A, B and C.
    pub loops: Vec<(Size, [usize; 3])>,
    pub m: Size,
    pub n: Size,
    pub k: Size,
    pub a: Operand,
    /// The strides from row to row and from column to column.
    pub a_strides: [usize; 2],
    pub b: Operand,
    pub b_strides: [usize; 2],
    pub c: Operand,
    pub c_stride: usize,
    pub epilogue: Epilogue,
    /// True if the elements of both factors are rounded to bf16.
    pub rounded: bool,
    /// True if the right factor, a parameter, may lie packed.
    pub packed: bool,
}

/// The epilogue of a product: the operations applied to it before it is stored.
pub type Epilogue = epilogue::Epilogue<Operand>;

/// A call of a runtime kernel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelCall {
    /// The function, its sizes and its arguments, and its meaning.
    pub op: KernelOp,
    /// The types of its arguments, from which its literal sizes follow.
    pub types: Vec<Type>,
    pub mode: CallMode,
    pub args: Vec<Operand>,
    pub epilogue: Epilogue,
    pub result: Operand,
    /// True if the elements of both factors, of a convolution, are rounded to bf16.
    pub rounded: bool,
}

/// The number of times a kernel is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallMode {
    /// Once for all examples.
    Batch,
    /// Once for each example, because an argument that the kernel expects shared differs from example to
    /// example.
    Each,
    /// Once, on shared values.
    Once,
}

/// One loop nest over a common iteration space; each statement computes one value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Loop {
    pub layout: Layout,
    pub shape: Shape,
    pub operands: Vec<Operand>,
    pub statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Statement {
    pub name: String,
    pub value: Scalar,
    /// The memory that the result is stored to; `None` if only later statements of the loop use it.
    pub store: Option<Operand>,
}

/// A reduction: the sum or maximum over some axes of an iteration space.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FoldLoop {
    pub layout: Layout,
    pub shape: Shape,
    pub axes: Vec<usize>,
    pub by: Fold,
    pub operands: Vec<Operand>,
    pub value: Scalar,
    pub result: Operand,
}

/// A root of the graph, and the place that its value goes to.
#[derive(Clone, Copy, Debug)]
pub enum Root {
    Output(Val),
    Gradient { parameter: usize, val: Val },
}
