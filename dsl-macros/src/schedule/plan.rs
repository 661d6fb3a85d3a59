//! What a schedule is: phases of steps over values in one planned workspace.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::graph::{Element, Kind, Number, Shape, Type, Val};
use crate::ops::leaf::Distribution;
use crate::ops::{Fold, Op};
use crate::schedule::view::View;

/// Everything the emitter needs of one entry point.
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
    pub fn of(kind: Kind, elements: usize) -> Extent {
        match kind {
            Kind::Shared => Extent::Shared(elements),
            Kind::PerExample => Extent::Examples(elements),
            Kind::PerBlock => Extent::Blocks(elements),
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
#[derive(Clone, Debug)]
pub struct Phase {
    pub by: By,
    pub steps: Vec<Step>,
}

/// How a phase is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
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
    /// Floating-point operations of one example (of the whole step if it is shared).
    pub flops: usize,
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
    Repeat(Repeat),
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
pub struct Repeat {
    pub kind: Kind,
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
    pub turns: Vec<Turn>,
}

/// Elements from one turn of a loop over time to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Turn {
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
    pub fn of_kind(kind: Kind) -> Size {
        let of = match kind {
            Kind::Shared => Count::Literal,
            Kind::PerExample => Count::Examples,
            Kind::PerBlock => Count::Blocks,
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
    pub then: Then,
    /// Whether the numbers of both factors are rounded to bf16.
    pub rounded: bool,
}

/// What happens to a product before it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Then {
    Store,
    Bias(Operand),
    BiasRelu(Operand),
    /// Kept where this is positive, else 0.
    ReluGate(Operand),
    Normalise(Box<Normalise>),
    /// Of a convolution of blocks: as [`Then::BiasRelu`], then the maximum of every two by two elements, and which of them
    /// it is.
    BiasReluPool {
        bias: Operand,
        winners: Operand,
    },
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
    pub then: Then,
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
    pub kind: Kind,
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
    pub kind: Kind,
    pub shape: Shape,
    pub axes: Vec<usize>,
    pub by: Fold,
    pub operands: Vec<Operand>,
    pub value: Scalar,
    pub result: Operand,
}

/// The expression of one element.
#[derive(Clone, Debug)]
pub enum Scalar {
    /// An element of an operand of the loop.
    Load(usize),
    /// An earlier statement of the loop.
    Local(usize),
    Constant(f64),
    /// The number of examples.
    BatchSize,
    /// 1 where the integer operand equals the class coordinate, which is linear in the loop's position.
    OneHot {
        operand: usize,
        class: View,
    },
    /// A coordinate, linear in the loop's position, as a number.
    Place(View),
    Apply {
        op: Op,
        args: Vec<Scalar>,
    },
}

/// What two expressions are compared by: constants bit by bit.
type Parts<'s> = (
    u8,
    Option<Number>,
    usize,
    Option<&'s View>,
    Option<&'s Op>,
    &'s [Scalar],
);

impl Scalar {
    fn parts(&self) -> Parts<'_> {
        match self {
            Scalar::Load(operand) => (0, None, *operand, None, None, &[]),
            Scalar::Local(statement) => (1, None, *statement, None, None, &[]),
            Scalar::Constant(value) => (2, Some(Number(*value)), 0, None, None, &[]),
            Scalar::BatchSize => (3, None, 0, None, None, &[]),
            Scalar::OneHot { operand, class } => (4, None, *operand, Some(class), None, &[]),
            Scalar::Apply { op, args } => (5, None, 0, None, Some(op), args),
            Scalar::Place(view) => (6, None, 0, Some(view), None, &[]),
        }
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Scalar) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Scalar {}

impl Hash for Scalar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl Scalar {
    /// The expression with parts replaced, from the outside in.
    pub fn rewrite(&self, replace: &mut dyn FnMut(&Scalar) -> Option<Scalar>) -> Scalar {
        if let Some(other) = replace(self) {
            return other;
        }
        match self {
            Scalar::Apply { op, args } => Scalar::Apply {
                op: op.clone(),
                args: args.iter().map(|arg| arg.rewrite(replace)).collect(),
            },
            other => other.clone(),
        }
    }

    /// Calls `visit` with every part of the expression.
    pub fn each(&self, visit: &mut dyn FnMut(&Scalar)) {
        visit(self);
        if let Scalar::Apply { args, .. } = self {
            args.iter().for_each(|arg| arg.each(visit));
        }
    }

    /// How many operations it takes.
    pub fn flops(&self) -> usize {
        match self {
            Scalar::Apply { args, .. } => 1 + args.iter().map(Scalar::flops).sum::<usize>(),
            _ => 0,
        }
    }
}

impl Then {
    /// What it reads.
    pub fn operands(&self) -> Vec<&Operand> {
        match self {
            Then::Store => Vec::new(),
            Then::Bias(operand) | Then::BiasRelu(operand) | Then::ReluGate(operand) => vec![operand],
            Then::Normalise(normalise) => normalise.operands(),
            Then::BiasReluPool { bias, winners: _ } => vec![bias],
        }
    }

    /// What is written besides the result.
    fn written(&self) -> Option<&Operand> {
        match self {
            Then::BiasReluPool { winners, .. } => Some(winners),
            _ => None,
        }
    }

    /// Whatever it reads or writes, to be changed.
    pub fn operands_mut(&mut self) -> Vec<&mut Operand> {
        match self {
            Then::Store => Vec::new(),
            Then::Bias(operand) | Then::BiasRelu(operand) | Then::ReluGate(operand) => vec![operand],
            Then::Normalise(normalise) => normalise.operands_mut(),
            Then::BiasReluPool { bias, winners } => vec![bias, winners],
        }
    }
}

impl Normalise {
    fn operands(&self) -> Vec<&Operand> {
        let numbers = [&self.mean, &self.scale, &self.shift];
        numbers.into_iter().chain(&self.residual).collect()
    }

    fn operands_mut(&mut self) -> Vec<&mut Operand> {
        let numbers = [&mut self.mean, &mut self.scale, &mut self.shift];
        numbers.into_iter().chain(&mut self.residual).collect()
    }
}

impl StepKind {
    /// What the step reads.
    pub fn reads(&self) -> Vec<&Operand> {
        match self {
            StepKind::Gemm(gemm) => [&gemm.a, &gemm.b]
                .into_iter()
                .chain(gemm.then.operands())
                .collect(),
            StepKind::Kernel(call) => call.args.iter().chain(call.then.operands()).collect(),
            StepKind::Loop(nest) => nest.operands.iter().collect(),
            StepKind::Fold(fold) => fold.operands.iter().collect(),
            StepKind::Clear(_) => Vec::new(),
            StepKind::Draw(draw) => vec![&draw.site],
            StepKind::SumExamples { x, .. } => vec![x],
            StepKind::SumBlocks { partials, .. } => vec![partials],
            StepKind::Repeat(repeat) => repeat.steps.iter().flat_map(|step| step.kind.reads()).collect(),
        }
    }

    /// Everything that the step itself reads and writes.
    pub fn operands_mut(&mut self) -> Vec<&mut Operand> {
        match self {
            StepKind::Gemm(Gemm { a, b, c, then, .. }) => {
                [a, b, c].into_iter().chain(then.operands_mut()).collect()
            }
            StepKind::Kernel(call) => (call.args.iter_mut())
                .chain(call.then.operands_mut())
                .chain([&mut call.result])
                .collect(),
            StepKind::Loop(nest) => {
                let stores = nest.statements.iter_mut();
                let stores = stores.filter_map(|statement| statement.store.as_mut());
                nest.operands.iter_mut().chain(stores).collect()
            }
            StepKind::Fold(fold) => fold.operands.iter_mut().chain([&mut fold.result]).collect(),
            StepKind::Clear(result) => vec![result],
            StepKind::Draw(draw) => vec![&mut draw.site, &mut draw.result],
            StepKind::SumExamples { x, result } => vec![x, result],
            StepKind::SumBlocks { partials, result } => vec![partials, result],
            StepKind::Repeat(_) => Vec::new(),
        }
    }

    /// The step, or the steps that it repeats.
    pub fn innermost(&self) -> Vec<&StepKind> {
        match self {
            StepKind::Repeat(repeat) => {
                let steps = repeat.steps.iter();
                steps.flat_map(|step| step.kind.innermost()).collect()
            }
            single => vec![single],
        }
    }

    /// What the step writes.
    pub fn writes(&self) -> Vec<&Operand> {
        match self {
            StepKind::Gemm(gemm) => vec![&gemm.c],
            StepKind::Kernel(call) => [&call.result].into_iter().chain(call.then.written()).collect(),
            StepKind::Loop(nest) => nest
                .statements
                .iter()
                .filter_map(|statement| statement.store.as_ref())
                .collect(),
            StepKind::Fold(fold) => vec![&fold.result],
            StepKind::Draw(draw) => vec![&draw.result],
            StepKind::Clear(result)
            | StepKind::SumExamples { result, .. }
            | StepKind::SumBlocks { result, .. } => {
                vec![result]
            }
            StepKind::Repeat(repeat) => repeat.steps.iter().flat_map(|step| step.kind.writes()).collect(),
        }
    }
}

/// A root of the graph and where it goes.
#[derive(Clone, Copy, Debug)]
pub enum Root {
    Output(Val),
    Gradient { parameter: usize, val: Val },
}
