//! The primitives. Each is defined once: element-wise ones as a line of the table in `elementwise`, structural
//! ones as a file that holds name, shape rule, derivative rules, meaning, lowering and sample shapes.
//!
//! To add a structural operator: write its file, add its line to `operators!` below. Its tests come with it: they
//! run over the samples that every registered operator must bring (`sample::Sampled`).

pub mod batch;
mod chain;
pub mod concat;
pub mod contract;
pub mod conv;
pub mod copy;
pub mod cumsum;
pub mod elementwise;
pub mod epilogue;
mod expr;
pub mod formula;
pub mod gather;
pub mod kernel;
pub mod leaf;
pub mod lowered;
pub mod movement;
pub mod pool;
pub mod power;
pub mod reduce;
pub mod scan;
pub mod softmax;

#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;

use crate::arena::{self, Array, Batching, Mismatch, Shape, Type, Val};
use crate::view::View;
use formula::Formula;
pub use kernel::{Kernel, KernelFunction, Sizes, Yields};
use lowered::Lowered;

/// Graphs of these operators.
pub type Graph = arena::Graph<Op>;

/// A node of such a graph.
pub type Node = arena::Node<Op>;

/// A value of such a graph, in the notation of formulas.
pub type Expr<'g> = arena::Expr<'g, Op>;

/// Such a graph and the values asked of it.
pub type Function = arena::Function<Op>;

/// Everything the compiler knows about one primitive.
pub trait Operator {
    /// The word in printed graphs.
    fn name(&self) -> &'static str;

    /// The attributes that distinguish this instance, as printed after the arguments: `axes = [1]`.
    fn attributes(&self) -> String {
        String::new()
    }

    /// The types it yields, or why it refuses the arguments.
    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch>;

    /// The arguments in which it is linear; the forward rule follows from them.
    fn linearity(&self) -> Linearity;

    /// Reverse rule: for each argument its contribution `dyᵀ · ∂y/∂x`, or `None` where no derivative passes.
    fn vjp<'g>(&self, x: &[Expr<'g>], y: Expr<'g>, dy: Expr<'g>) -> Vec<Option<Expr<'g>>>;

    /// Reverse rule of an operator with several results: one adjoint for each, where there is one. Contributions that
    /// are not `wanted` are dropped, so a rule may save itself the work.
    fn vjp_parts<'g>(
        &self,
        x: &[Expr<'g>],
        y: Expr<'g>,
        dy: &[Option<Expr<'g>>],
        _wanted: &[bool],
        _sweeps: Sweeps,
    ) -> Vec<Option<Expr<'g>>> {
        match dy[0] {
            Some(dy) => self.vjp(x, y, dy),
            None => vec![None; x.len()],
        }
    }

    /// Forward rule of an operator with several results: one tangent for each.
    fn jvp_parts<'g>(
        &self,
        x: &[Expr<'g>],
        y: Expr<'g>,
        dx: &[Option<Expr<'g>>],
        _sweeps: Sweeps,
    ) -> Vec<Option<Expr<'g>>> {
        vec![self.jvp(x, y, dx)]
    }

    /// The number of the result that it takes from its argument, for the one operator that takes results
    /// apart.
    fn part(&self) -> Option<usize> {
        None
    }

    /// True if its reverse rule itself sums over the batch the contributions to shared arguments.
    fn crosses_batch(&self) -> bool {
        false
    }

    /// Forward rule for `Linearity::None`: the derivative of the result along `dx`.
    fn jvp<'g>(&self, _x: &[Expr<'g>], _y: Expr<'g>, _dx: &[Option<Expr<'g>>]) -> Option<Expr<'g>> {
        None
    }

    /// All steps of a loop at once: the arguments that are `over` the steps have one more axis, of `length`, in front,
    /// and so has the result. At least one argument is over them. `None` where it has to be computed step by step.
    fn vmap<'g>(&self, _length: usize, _args: &[Expr<'g>], _over: &[bool]) -> Option<Expr<'g>> {
        None
    }

    /// The sum over the steps of what `vmap` yields; where that has a shorter form, and where only the sum can be had.
    fn vmap_sum<'g>(&self, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
        Some(self.vmap(length, args, over)?.sum(vec![0]))
    }

    /// Meaning, for one example.
    fn evaluate(&self, args: &[&Array]) -> Array;

    /// The expression of one element, of an element-wise operator.
    fn formula(&self) -> Option<Formula> {
        None
    }

    /// True if each element of the result follows from one element of each argument.
    fn is_elementwise(&self) -> bool {
        self.formula().is_some()
    }

    /// True if its two arguments may be exchanged.
    fn commutes(&self) -> bool {
        self.formula().is_some_and(Formula::commutes)
    }

    /// True if it is linear in all its arguments together, so that sums pass through it: `Σ f(x) = f(Σ x)`.
    fn passes_sums(&self) -> bool {
        match self.formula() {
            Some(formula) => formula.is_linear(),
            None => self.part().is_none() && matches!(self.linearity(), Linearity::Jointly),
        }
    }

    /// True if a derivative passes to the argument at `place`.
    fn passes_derivative(&self, place: usize) -> bool {
        match self.linearity() {
            Linearity::Constant => false,
            Linearity::Each(places) => places.contains(&place),
            Linearity::Jointly | Linearity::None => true,
        }
    }

    /// True if it is there so that no derivative passes to the argument at `place`.
    fn stops_derivative(&self, _place: usize) -> bool {
        false
    }

    /// True if the result is 0 where all arguments are.
    fn maps_zero_to_zero(&self) -> bool {
        false
    }

    /// True if the result is finite where all arguments are, unless it is too large for a number: it grows no
    /// faster than a polynomial.
    fn keeps_finite(&self) -> bool {
        false
    }

    /// True if every element of the result is 0 or 1.
    fn yields_mask(&self) -> bool {
        matches!(self.formula(), Some(Formula::Compare(_)))
    }

    /// True if every element of the result is an element of the first argument, whatever that holds.
    fn picks_elements(&self) -> bool {
        false
    }

    /// True if it reads its argument's memory in another way, and computes nothing.
    fn is_view(&self) -> bool {
        false
    }

    /// A view's way to read the memory that its argument lies in as `of` says; `None` where no strides describe it.
    fn view(&self, _of: &View) -> Option<View> {
        None
    }

    /// True if no rule may see through it before differentiation: it keeps a value apart from equal ones, or from its
    /// derivative.
    fn keeps_apart(&self) -> bool {
        false
    }

    /// True if it takes the machine one or two instructions an element.
    fn is_light(&self) -> bool {
        self.formula().is_some_and(Formula::is_light)
    }

    /// True for a product or a kernel, which gains from work on much at once.
    fn is_heavy(&self) -> bool {
        false
    }

    /// True if it draws random numbers, new ones in each step of the loops around it.
    fn draws(&self) -> bool {
        false
    }

    /// True if it makes one value for the whole batch of those of the examples.
    fn sums_batch(&self) -> bool {
        false
    }

    /// True if it can be computed only together with the sum over the batch of its results.
    fn needs_batch_sum(&self) -> bool {
        false
    }

    /// The name that the declaration has for it, of what a network is given or holds.
    fn declared_name(&self) -> Option<&str> {
        None
    }

    /// The operator of the lowered level that computes it; `None` if it is its argument itself.
    fn lower(&self, args: &[Type]) -> Option<Lowered>;
}

/// A value with its adjoint or its tangent.
pub type Paired = (Val, Val);

/// The reverse sweep: `(graph, outputs with their seeds, wrt)` → a gradient by each of `wrt`.
pub type PullBack = fn(&Graph, &[Paired], &[Val]) -> Vec<Option<Val>>;

/// The forward sweep: `(graph, outputs, values with their tangents)` → the tangent of each output.
pub type PushForward = fn(&Graph, &[Val], &[Paired]) -> Vec<Option<Val>>;

/// The two sweeps of differentiation, for an operator whose derivative is that of a graph it holds.
#[derive(Clone, Copy)]
pub struct Sweeps {
    pub pull_back: PullBack,
    pub push_forward: PushForward,
}

/// The way an operator depends on its arguments.
pub enum Linearity {
    /// Linear in all its arguments together: `concat`, `reshape`.
    Jointly,
    /// Linear in each of these arguments while the others stay; constant almost everywhere in the rest.
    Each(&'static [usize]),
    /// No derivative passes: comparisons, integers, leaves.
    Constant,
    /// States its own `jvp`.
    None,
}

/// The way a reduction joins elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    Sum,
    Max,
}

/// The kind of a result: per example as soon as one argument is.
pub fn joint_kind(args: &[Type]) -> Batching {
    args.iter()
        .map(|arg| arg.batching)
        .max()
        .unwrap_or(Batching::Shared)
}

/// The operator on arguments that all have an axis of `length` in front: those not `over` the steps repeat along it.
pub fn on_stacks<'g>(op: impl Into<Op>, length: usize, args: &[Expr<'g>], over: &[bool]) -> Option<Expr<'g>> {
    let stacked = args.iter().zip(over).map(|(&arg, &over)| match over {
        true => arg.val,
        false => arg.repeated_over(length).val,
    });
    let stacked: Vec<_> = stacked.collect();
    Some(args[0].graph.expr(args[0].graph.apply(op, &stacked)))
}

/// One real result of the joint kind.
pub fn real(args: &[Type], shape: impl Into<Shape>) -> Result<Vec<Type>, Mismatch> {
    Ok(vec![Type::real(joint_kind(args), shape)])
}

/// Refuses integer arguments where numbers are needed.
pub fn need_real(name: &str, args: &[Type]) -> Result<(), Mismatch> {
    match args.iter().find(|arg| arg.is_index()) {
        Some(index) => Err(
            Mismatch::new(format!("`{name}` needs numbers, this is an index: {index}"))
                .help("use `.one_hot()` or `.embedding(width)` to turn an index into numbers"),
        ),
        None => Ok(()),
    }
}

impl arena::Operation for Op {
    type Type = Type;

    fn name(&self) -> &'static str {
        self.rules().name()
    }

    fn infer(&self, args: &[Type]) -> Result<Vec<Type>, Mismatch> {
        self.rules().infer(args)
    }

    fn part(&self) -> Option<usize> {
        self.rules().part()
    }
}

/// An operator of the registry.
pub trait Registered: Sized {
    /// The instance that `op` is, if it is of this operator.
    fn of(op: &Op) -> Option<&Self>;
}

impl Op {
    /// The instance that this is, if it is of the operator `T`.
    pub fn get<T: Registered>(&self) -> Option<&T> {
        T::of(self)
    }

    /// True if this is an instance of the operator `T`.
    pub fn is<T: Registered>(&self) -> bool {
        T::of(self).is_some()
    }
}

/// The registry: one line an operator, and one line for the table whose lines are operators.
macro_rules! operators {
    (table $table:ident($lines:path), $($variant:ident($path:path)),* $(,)?) => {
        /// A primitive with what distinguishes the instance.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Op { $table($lines), $($variant($path)),* }

        /// A primitive without what distinguishes the instance.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Opcode { $table($lines), $($variant),* }

        impl Opcode {
            /// A small number that no other operator has.
            pub fn number(self) -> usize {
                enum Structural { $($variant),* }
                match self {
                    Opcode::$table(line) => line as usize,
                    $(Opcode::$variant => <$lines>::ALL.len() + Structural::$variant as usize),*
                }
            }
        }

        impl Op {
            pub fn rules(&self) -> &dyn Operator {
                match self {
                    Op::$table(op) => op,
                    $(Op::$variant(op) => op),*
                }
            }

            pub fn opcode(&self) -> Opcode {
                match self {
                    Op::$table(line) => Opcode::$table(*line),
                    $(Op::$variant(_) => Opcode::$variant),*
                }
            }

            /// Every operator's samples, by the operator's place in the registry.
            #[cfg(test)]
            pub fn samples() -> Vec<(&'static str, Vec<sample::Sample>)> {
                vec![
                    (stringify!($table), <$lines as sample::Sampled>::samples()),
                    $((stringify!($variant), <$path as sample::Sampled>::samples())),*
                ]
            }
        }

        operators!(@one $table($lines) $($variant($path))*);
    };
    (@one $($variant:ident($path:path))*) => { $(
        impl From<$path> for Op {
            fn from(op: $path) -> Op {
                Op::$variant(op)
            }
        }

        impl Registered for $path {
            fn of(op: &Op) -> Option<&$path> {
                match op {
                    Op::$variant(op) => Some(op),
                    _ => None,
                }
            }
        }
    )* };
}

operators! {
    table Elementwise(elementwise::Elementwise),
    Input(leaf::Input),
    Parameter(leaf::Parameter),
    Direction(leaf::Direction),
    Buffer(leaf::Buffer),
    Constant(leaf::Constant),
    BatchSize(leaf::BatchSize),
    Iota(leaf::Iota),
    Noise(leaf::Noise),
    Formal(leaf::Formal),
    Mark(leaf::Mark),
    Opaque(leaf::Opaque),
    Again(leaf::Again),
    StopGradient(leaf::StopGradient),
    CustomGradient(leaf::CustomGradient),
    Power(power::Power),
    BatchSum(batch::BatchSum),
    Contract(contract::Contract),
    Sum(reduce::Sum),
    Max(reduce::Max),
    Cumsum(cumsum::Cumsum),
    Broadcast(movement::Broadcast),
    Reshape(movement::Reshape),
    Transpose(movement::Transpose),
    Slice(movement::Slice),
    Pad(movement::Pad),
    Concat(concat::Concat),
    OneHot(gather::OneHot),
    Number(gather::Number),
    Gather(gather::Gather),
    ScatterAdd(gather::ScatterAdd),
    Softmax(softmax::Softmax),
    LogSoftmax(softmax::LogSoftmax),
    Conv2d(conv::Conv2d),
    Conv2dInputGradient(conv::Conv2dInputGradient),
    Conv2dWeightGradient(conv::Conv2dWeightGradient),
    MaxPool2d(pool::MaxPool2d),
    MaxPool2dGradient(pool::MaxPool2dGradient),
    MaxPool2dAt(pool::MaxPool2dAt),
    MeanPool2d(pool::MeanPool2d),
    MeanPool2dGradient(pool::MeanPool2dGradient),
    Scan(scan::Scan),
    Part(scan::Part),
}
