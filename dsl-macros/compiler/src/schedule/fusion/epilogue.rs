//! Recognises epilogues: the operations that a product can apply to its result before it is stored.
//!
//! In: a lowered graph, and what its readers are. Out: the product and the stages that end in a value, if the
//! kernel of the product declares that it can do them (`ops::epilogue`).
//!
//! ```text
//! relu(add(conv2d(x, w), broadcast(b)))      →      conv2d(x, w), then `Bias(b)`, `Relu`
//! ```
//!
//! Each pattern is matched from its last stage to its first. Invariant: what lies between the stages is read by
//! the next stage alone. Cost: the number of patterns times their length for each value.

use crate::lowered::{Graph, Layout, Leaf, Lowered, Movement, ScalarOp, Val};
use crate::ops::KernelFunction;
use crate::ops::contract::Contract;
use crate::ops::elementwise::Elementwise;
use crate::ops::epilogue::{Epilogue, PATTERNS, Stage, StageKind};

/// A product and its epilogue.
#[derive(Clone, Debug)]
pub struct Fused {
    pub product: Val,
    pub epilogue: Epilogue<Val>,
}

/// A graph in which epilogues are looked for.
pub struct Epilogues<'g> {
    pub graph: &'g Graph,
    /// True if exactly one step reads a value, and reads it unmoved.
    pub alone: &'g dyn Fn(Val) -> bool,
    /// True if a value lies in memory once, for all examples.
    pub once: &'g dyn Fn(Val) -> bool,
    /// The winners that, beside a pooling, are the only other reader of what it pools.
    pub winners: &'g dyn Fn(Val) -> Option<Val>,
}

impl Epilogues<'_> {
    /// The epilogue that ends in a value.
    pub fn of(&self, val: Val) -> Option<Fused> {
        let patterns = PATTERNS.iter();
        let mut found = patterns.filter_map(|pattern| {
            let fused = self.matched(pattern, val)?;
            self.can_do(fused.product, pattern).then_some(fused)
        });
        found.next()
    }

    /// The product and the stages of a pattern that ends in a value, whatever its kernel can do.
    pub fn matched(&self, pattern: &[StageKind], val: Val) -> Option<Fused> {
        let Some((&last, before)) = pattern.split_last() else {
            return self.is_product(val).then(|| Fused {
                product: val,
                epilogue: Epilogue::store(),
            });
        };
        let mut found = self.before(last, val).into_iter().filter_map(|(of, stage)| {
            if !before.is_empty() && last != StageKind::MaxPool && !(self.alone)(of) {
                return None;
            }
            let mut fused = self.matched(before, of)?;
            let stage = self.operand_of(stage, fused.product)?;
            fused.epilogue.stages.push(stage);
            Some(fused)
        });
        found.next()
    }

    /// The ways in which a value may be the result of a stage: what the stage is applied to, and the stage with
    /// its operand as it stands in the graph.
    fn before(&self, kind: StageKind, val: Val) -> Vec<(Val, Stage<Val>)> {
        let node = self.graph.node(val);
        let args = node.args.as_slice();
        let is = |op: Elementwise| node.op == op.into();
        let either = |stage: fn(Val) -> Stage<Val>| match (is(Elementwise::Add), args) {
            (true, &[a, b]) => vec![(a, stage(b)), (b, stage(a))],
            _ => Vec::new(),
        };
        match kind {
            StageKind::Bias => either(Stage::Bias),
            StageKind::Shift => either(Stage::Shift),
            StageKind::Residual => either(Stage::Residual),
            StageKind::Scale if is(Elementwise::Mul) => {
                vec![(args[0], Stage::Scale(args[1])), (args[1], Stage::Scale(args[0]))]
            }
            StageKind::Mean if is(Elementwise::Sub) => vec![(args[0], Stage::Mean(args[1]))],
            StageKind::Relu if is(Elementwise::Relu) => vec![(args[0], Stage::Relu)],
            StageKind::Gate if is(Elementwise::Select) => {
                let mask = self.graph.node(args[0]);
                let is_zero = |val: Val| self.graph.as_constant(val) == Some(0.0);
                let is_gate =
                    mask.op == Elementwise::Greater.into() && is_zero(mask.args[1]) && is_zero(args[2]);
                match is_gate {
                    true => vec![(args[1], Stage::Gate(mask.args[0]))],
                    false => Vec::new(),
                }
            }
            StageKind::MaxPool => match &node.op {
                Lowered::Kernel(op) if op.kernel.function == KernelFunction::MaxPool2dBlocks => {
                    let winners = (self.winners)(val).into_iter();
                    winners
                        .map(|winners| (args[0], Stage::MaxPool(winners)))
                        .collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// The stage with the operand that the kernel reads, if it lies as the kernel needs it beside the product.
    fn operand_of(&self, stage: Stage<Val>, product: Val) -> Option<Stage<Val>> {
        let fits = |val: &Val, stage: &Stage<Val>| match stage {
            Stage::Bias(_) => self.is_bias(*val),
            _ => (self.once)(*val),
        };
        match &stage {
            Stage::Bias(operand) | Stage::Mean(operand) | Stage::Scale(operand) | Stage::Shift(operand) => {
                let vector = self.vector_of(*operand, product)?;
                fits(&vector, &stage).then(|| stage.map(|_| vector))
            }
            Stage::Residual(operand) => self.lies_beside(*operand, product).then_some(stage),
            Stage::Gate(operand) => {
                let is_relu = self.graph.node(*operand).op == Elementwise::Relu.into();
                let is_stored = self.graph.ty(*operand).layout != Layout::Shared;
                (is_relu && is_stored).then_some(stage)
            }
            Stage::Relu | Stage::MaxPool(_) => Some(stage),
        }
    }

    /// True if a value is a product that may have an epilogue.
    fn is_product(&self, val: Val) -> bool {
        let fits = match &self.graph.node(val).op {
            Lowered::Contract(contract) => contracts_to_rows(self.graph, val, contract),
            Lowered::Kernel(op) => op.kernel.function.takes_epilogue(),
            _ => false,
        };
        fits && (self.alone)(val) && self.graph.ty(val).layout != Layout::Shared
    }

    /// True if the kernel of a product declares that it can do these stages.
    fn can_do(&self, product: Val, pattern: &[StageKind]) -> bool {
        let function = match &self.graph.node(product).op {
            Lowered::Kernel(op) => op.kernel.function,
            _ => KernelFunction::Gemm,
        };
        function.can_do(pattern)
    }

    /// The vector that `val` is, or repeats, along the axis that an epilogue of the product takes vectors along:
    /// the last axis of a GEMM, the channels of a convolution, which come first unless they lie last.
    fn vector_of(&self, val: Val, product: Val) -> Option<Val> {
        let rank = self.graph.ty(product).shape.rank();
        let axis = match &self.graph.node(product).op {
            Lowered::Contract(_) => rank - 1,
            Lowered::Kernel(op) if op.has_channels_last() => rank - 1,
            _ => 0,
        };
        let node = self.graph.node(val);
        match &node.op {
            Lowered::Movement(Movement::Broadcast(broadcast)) => {
                (broadcast.axes == [axis]).then_some(node.args[0])
            }
            _ => (rank == 1).then_some(val),
        }
    }

    /// True for a vector that may be a bias: a parameter or its direction, or one computed by an earlier step, as the sum of two
    /// biases is.
    fn is_bias(&self, vector: Val) -> bool {
        match self.graph.node(vector).op {
            Lowered::Leaf(Leaf::Parameter(_) | Leaf::Direction(_)) => true,
            Lowered::Scalar(ScalarOp::Elementwise(_)) => (self.once)(vector),
            _ => false,
        }
    }

    /// True if a value has the layout of a product, which it has if one call makes the product for all
    /// examples.
    fn lies_beside(&self, val: Val, product: Val) -> bool {
        let node = self.graph.node(product);
        let Lowered::Kernel(op) = &node.op else {
            return false;
        };
        let mut args = node.args.iter().enumerate();
        let is_shared = |arg: Val| self.graph.ty(arg).layout == Layout::Shared;
        args.all(|(place, &arg)| is_shared(arg) == op.kernel.shared.contains(&place))
            && self.graph.ty(val) == self.graph.ty(product)
    }
}

/// True if a contraction is one GEMM whose columns are the last axis of the result: the rows are the examples
/// and the per-example argument's own axes, the columns come from the shared argument.
fn contracts_to_rows(graph: &Graph, val: Val, contract: &Contract) -> bool {
    let node = graph.node(val);
    let layouts = [graph.ty(node.args[0]).layout, graph.ty(node.args[1]).layout];
    let (rows, columns) = match layouts {
        [Layout::Examples, Layout::Shared] => (&contract.left, &contract.right),
        [Layout::Shared, Layout::Examples] => (&contract.right, &contract.left),
        _ => return false,
    };
    let Some((last, before)) = contract.result.split_last() else {
        return false;
    };
    let own = |letter: &u8| rows.contains(letter) && !columns.contains(letter);
    columns.contains(last) && !rows.contains(last) && before.iter().all(own)
}
