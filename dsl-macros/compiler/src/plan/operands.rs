//! The operands that each kind of step reads and writes.

use super::{Gemm, KernelCall, Operand, StepKind};

impl KernelCall {
    /// True if the kernel updates its result in place instead of overwriting it.
    fn changes_result(&self) -> bool {
        self.op.is_in_place()
    }
}

impl StepKind {
    /// The operands that the step reads.
    pub fn reads(&self) -> Vec<&Operand> {
        match self {
            StepKind::Gemm(gemm) => [&gemm.a, &gemm.b]
                .into_iter()
                .chain(gemm.epilogue.reads())
                .collect(),
            StepKind::Kernel(call) => (call.args.iter())
                .chain(call.epilogue.reads())
                .chain(call.changes_result().then_some(&call.result))
                .collect(),
            StepKind::Loop(nest) => nest.operands.iter().collect(),
            StepKind::Fold(fold) => fold.operands.iter().collect(),
            StepKind::Clear(_) => Vec::new(),
            StepKind::Draw(draw) => vec![&draw.site],
            StepKind::SumExamples { x, .. } => vec![x],
            StepKind::SumBlocks { partials, .. } => vec![partials],
            StepKind::For(for_loop) => for_loop.steps.iter().flat_map(|step| step.kind.reads()).collect(),
        }
    }

    /// All operands that the step itself reads or writes, mutably; none for a loop over time.
    pub fn operands_mut(&mut self) -> Vec<&mut Operand> {
        match self {
            StepKind::Gemm(Gemm {
                a,
                b,
                c,
                epilogue: then,
                ..
            }) => [a, b, c].into_iter().chain(then.operands_mut()).collect(),
            StepKind::Kernel(call) => (call.args.iter_mut())
                .chain(call.epilogue.operands_mut())
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
            StepKind::For(_) => Vec::new(),
        }
    }

    /// The step itself, or for a loop over time the steps inside it.
    pub fn innermost(&self) -> Vec<&StepKind> {
        match self {
            StepKind::For(for_loop) => {
                let steps = for_loop.steps.iter();
                steps.flat_map(|step| step.kind.innermost()).collect()
            }
            single => vec![single],
        }
    }

    /// The operands that the step writes.
    pub fn writes(&self) -> Vec<&Operand> {
        match self {
            StepKind::Gemm(gemm) => vec![&gemm.c],
            StepKind::Kernel(call) => [&call.result]
                .into_iter()
                .chain(call.epilogue.winners())
                .collect(),
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
            StepKind::For(for_loop) => for_loop
                .steps
                .iter()
                .flat_map(|step| step.kind.writes())
                .collect(),
        }
    }
}
