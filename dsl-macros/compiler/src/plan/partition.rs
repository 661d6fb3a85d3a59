//! The division of steps among the workers.

use super::*;
use crate::ops::{Kernel, Yields};

/// The number of elements above which a weight takes longer to read than a block of examples is worth.
const LARGE: usize = 64 << 10;

impl StepKind {
    /// The partition that the step needs.
    pub fn partition(&self) -> Partition {
        match self {
            StepKind::Loop(nest) => Partition::of_layout(nest.layout),
            StepKind::For(for_loop) => Partition::of_layout(for_loop.layout),
            StepKind::Fold(fold) => Partition::of_layout(fold.layout),
            StepKind::Clear(result) | StepKind::Draw(Draw { result, .. }) => Partition::of_result(result),
            StepKind::SumExamples { .. } | StepKind::SumBlocks { .. } => Partition::Rows,
            StepKind::Gemm(gemm) => gemm.partition(),
            StepKind::Kernel(call) => match call.mode {
                CallMode::Once => Partition::Alone,
                CallMode::Batch if call.op.kernel.yields == Yields::Rows => Partition::Rows,
                CallMode::Batch | CallMode::Each => Partition::Examples,
            },
        }
    }

    /// The length of the rows by which the result is divided among the workers of a row phase.
    pub fn row_width(&self) -> usize {
        match self {
            StepKind::Gemm(gemm) if gemm.splits_by_rows() => gemm.n.times,
            StepKind::Gemm(gemm) => gemm.c.view.shape.count(),
            StepKind::Kernel(call) => call.row_width(),
            _ => 1,
        }
    }
}

impl Partition {
    fn of_layout(layout: Layout) -> Partition {
        match layout {
            Layout::Shared => Partition::Alone,
            Layout::Examples | Layout::Blocks => Partition::Examples,
        }
    }

    fn of_result(result: &Operand) -> Partition {
        match result.per_example {
            Some(_) => Partition::Examples,
            None => Partition::Alone,
        }
    }
}

impl Gemm {
    /// The partition that the product needs: a sum over the batch is divided by rows.
    pub fn partition(&self) -> Partition {
        match (self.a.per_example, self.c.per_example) {
            (Some(_), None) => Partition::Rows,
            _ => Partition::of_result(&self.c),
        }
    }

    /// True if a sum over the batch can be divided by rows of its result: they are contiguous and follow each
    /// other.
    pub fn splits_by_rows(&self) -> bool {
        self.loops.is_empty()
            && self.c.view.offset == 0
            && self.m.is_literal()
            && self.n.is_literal()
            && self.c_stride == self.n.times
            && self.m.times * self.n.times == self.c.view.shape.count()
    }
}

impl KernelCall {
    /// The number of elements of a row of the result.
    pub fn row_width(&self) -> usize {
        self.result.view.shape.0[1..].iter().product()
    }
}

impl StepKind {
    /// True for a product of all examples with a large weight.
    pub fn has_large_weight(&self) -> bool {
        let StepKind::Gemm(gemm) = self else {
            return false;
        };
        let is_weight = matches!(gemm.b.source, Source::Parameter(_) | Source::Direction(_));
        is_weight && gemm.c.per_example.is_some() && gemm.b.view.shape.count() >= LARGE
    }
}

impl Phase {
    /// True if workers must get whole blocks of examples: a step sums over blocks, or its kernel works on one block at a time.
    pub fn needs_blocks(&self) -> bool {
        self.has_kernel(|kernel| kernel.blocks || kernel.yields == Yields::Blocks)
    }

    /// True if it treats few examples at a time as well as many: convolutions go back and forth over the image of one example, or
    /// over a block of them.
    pub fn takes_few(&self) -> bool {
        self.has_kernel(|kernel| kernel.scratch || kernel.yields == Yields::Blocks)
    }

    /// True if each example costs the same by itself as among many: it is treated alone, and no large weight is read for it.
    pub fn takes_one_by_one(&self) -> bool {
        let mut kinds = self.steps.iter().flat_map(|step| step.kind.innermost());
        self.takes_few() && !self.needs_blocks() && !kinds.any(StepKind::has_large_weight)
    }

    /// True if it goes by examples, and calls such a kernel.
    fn has_kernel(&self, is: impl Fn(&Kernel) -> bool) -> bool {
        let mut kinds = self.steps.iter().flat_map(|step| step.kind.innermost());
        self.partition == Partition::Examples
            && kinds.any(|kind| matches!(kind, StepKind::Kernel(call) if is(&call.op.kernel)))
    }
}
