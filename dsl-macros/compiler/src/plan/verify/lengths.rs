//! Checks that the slices handed to kernels have the lengths that the kernels assert.
//!
//! Every length is constant, a multiple of the number of examples or a multiple of the number of blocks, and
//! so is every required length. If two of these agree, or one suffices, for one example and for many, they do
//! for every batch.

use super::super::kernel_contracts::{self, Called, border_of, reach};
use super::super::*;
use super::Checked;
use crate::lowered::{BLOCK, Layout};
use crate::ops::Yields;

/// The batch sizes that stand for all.
const EXAMPLES: [usize; 2] = [1, 64 * BLOCK + 1];

/// A step for a batch of one size.
struct At<'c, 'p> {
    checked: &'c Checked<'p>,
    phase: &'c Phase,
    around: &'c [(usize, usize)],
    examples: usize,
}

impl Checked<'_> {
    pub(super) fn lengths(
        &self,
        step: &Step,
        phase: &Phase,
        around: &[(usize, usize)],
    ) -> Result<(), String> {
        EXAMPLES.into_iter().try_for_each(|examples| {
            let at = At {
                checked: self,
                phase,
                around,
                examples,
            };
            match &step.kind {
                StepKind::Gemm(gemm) => at.gemm(gemm),
                StepKind::Kernel(call) => at.kernel(call),
                StepKind::SumExamples { x, result } => at.sum(x, result, examples),
                StepKind::SumBlocks { partials, result } => {
                    at.sum(partials, result, examples.div_ceil(BLOCK))
                }
                StepKind::Draw(draw) => {
                    let into = at.from(&draw.result, 0)?;
                    kernel_contracts::draw(examples, draw.result.view.shape.count(), into)
                }
                StepKind::Loop(_) | StepKind::Fold(_) | StepKind::Clear(_) | StepKind::For(_) => Ok(()),
            }
        })
    }
}

impl At<'_, '_> {
    fn count(&self, size: Size) -> usize {
        size.times
            * match size.of {
                Count::Literal => 1,
                Count::Examples => self.examples,
                Count::Blocks => self.examples.div_ceil(BLOCK),
            }
    }

    /// The length of the slice of an operand's source.
    fn named(&self, operand: &Operand) -> usize {
        let parts = match self.checked.kind_of(operand) {
            Some(Layout::Examples) => self.examples,
            Some(Layout::Blocks) => self.examples.div_ceil(BLOCK),
            Some(Layout::Shared) | None => 1,
        };
        parts * self.checked.width_of(operand)
    }

    /// The length of that slice from the operand's first element on, after the loops over time have moved the
    /// operand as far as they do.
    fn from(&self, operand: &Operand, moved: usize) -> Result<usize, String> {
        let turns = operand.loop_strides.iter().map(|turn| {
            let around = self
                .around
                .iter()
                .find(|(variable, _)| *variable == turn.variable);
            around.map_or(0, |(_, length)| length.saturating_sub(1) * turn.stride)
        });
        let first = operand.view.offset + turns.sum::<usize>() + moved;
        let left = self.named(operand).checked_sub(first);
        left.ok_or_else(|| format!("{:?} is shorter than {first}", operand.source))
    }

    /// The length of the slice that a kernel is handed for an operand.
    fn handed(&self, operand: &Operand) -> Result<usize, String> {
        match self.checked.kind_of(operand) {
            Some(Layout::Shared) => {
                let (left, count) = (self.from(operand, 0)?, operand.view.shape.count());
                match count <= left {
                    true => Ok(count),
                    false => Err(format!("{:?} holds no {count} elements", operand.source)),
                }
            }
            _ => Ok(self.named(operand)),
        }
    }

    fn handed_for(&self, operand: &Operand) -> Result<usize, String> {
        match operand.per_example {
            Some(_) => Ok(operand.view.shape.count()),
            None => self.handed(operand),
        }
    }

    fn gemm(&self, gemm: &Gemm) -> Result<(), String> {
        let [m, n, k] = [gemm.m, gemm.n, gemm.k].map(|size| self.count(size));
        let by_rows = gemm.partition() == Partition::Rows;
        if by_rows && gemm.splits_by_rows() && m * n != self.checked.width_of(&gemm.c) {
            return Err(format!("{m} rows of {n} are not all of {:?}", gemm.c.source));
        }
        let moved = |side: usize| -> usize {
            let loops = gemm.loops.iter();
            loops
                .map(|(size, strides)| self.count(*size).saturating_sub(1) * strides[side])
                .sum()
        };
        let lens = [
            self.from(&gemm.a, moved(0))?,
            self.from(&gemm.b, moved(1))?,
            self.from(&gemm.c, moved(2))?,
        ];
        kernel_contracts::product(gemm, [m, n, k], lens)?;
        let reach = reach(m, n, [gemm.c_stride, 1]);
        kernel_contracts::end(
            &gemm.epilogue,
            n,
            reach,
            false,
            &|operand| match operand.per_example {
                Some(_) => self.from(operand, moved(2)),
                None => self.handed(operand),
            },
        )
    }

    fn kernel(&self, call: &KernelCall) -> Result<(), String> {
        if let Some(border) = border_of(&call.op) {
            let from = call.args.first().unwrap_or(&call.result);
            return kernel_contracts::border(
                call,
                border,
                self.examples,
                [self.named(from), self.named(&call.result)],
            );
        }
        let kernel = &call.op.kernel;
        let all_rows = 0..call.result.view.shape.0.first().copied().unwrap_or(1);
        let units = match (call.mode, kernel.blocks) {
            (CallMode::Batch, true) => self.examples.div_ceil(BLOCK),
            (CallMode::Batch, false) => self.examples,
            (CallMode::Each | CallMode::Once, _) => 1,
        };
        let len = |operand: &Operand| match call.mode {
            CallMode::Each => self.handed_for(operand),
            CallMode::Batch | CallMode::Once => self.handed(operand),
        };
        let called = Called::new(call, units, all_rows)?;
        if call.mode == CallMode::Batch && kernel.yields == Yields::Rows {
            let width = call.row_width();
            if self.phase.partition != Partition::Rows || width != called.row_width() {
                return Err(format!("rows of {width}, not {}", called.row_width()));
            }
        }
        let args = call
            .args
            .iter()
            .map(len)
            .collect::<Result<Vec<usize>, String>>()?;
        let result = match (call.mode, call.result.per_example) {
            (CallMode::Each, Some(_)) => call.result.view.shape.count(),
            _ => self.named(&call.result),
        };
        called.check(&args, result, &len)
    }

    fn sum(&self, x: &Operand, result: &Operand, rows: usize) -> Result<(), String> {
        let columns = 0..self.named(result);
        kernel_contracts::sum_rows(
            rows,
            x.view.shape.count(),
            &columns,
            [self.named(x), self.named(result)],
        )
    }
}
