//! Phases: groups steps that need no results of other workers. Between phases the workers meet at a barrier.
//!
//! In: steps in the order of the graph. Out: phases, each with one partition (by examples, by rows, or
//! alone). Invariant: a step reads only what earlier phases wrote, or what earlier steps of its phase wrote
//! for the same examples; so a worker needs no lock within a phase.
//!
//! ```text
//! v1 ← x·W,  ∂W ← Σ x·d,  v2 ← relu(v1)
//!     →
//! by examples: v1, v2     barrier     by rows: ∂W
//! ```
//!
//! Cost: linear in the operands of all steps, up to a logarithm. A phase is a superstep of the
//! bulk-synchronous model (Valiant, *A bridging model for parallel computation*, 1990).

use std::collections::BTreeMap;

use super::plan::*;
use crate::graph::Batching;
use crate::ops::{Lowering, Yields};

/// Groups steps greedily in their order: each joins the earliest phase of its partition that is not before
/// anything it reads.
pub fn phases(steps: Vec<Step>) -> Vec<Phase> {
    // Phases cycle through the partitions: small shared values come before the steps that use them, and sums
    // over the batch come last, so that as many sums as possible share a phase.
    let turns = [Partition::Alone, Partition::Examples, Partition::Rows];
    let mut written: BTreeMap<Source, usize> = BTreeMap::new();
    let mut phases: BTreeMap<usize, Phase> = BTreeMap::new();
    for step in steps {
        let by = partition_of(&step.kind);
        // A step waits for the steps that write its operands, and for those that write other parts of its
        // result.
        let touched = step.kind.reads().into_iter().chain(step.kind.writes());
        let earliest = touched.filter_map(|operand| written.get(&operand.source)).max();
        let earliest = match (earliest, by) {
            (None, _) => 0,
            // Workers see each other's rows only after the phase.
            (Some(latest), Partition::Rows) => latest + 1,
            (Some(latest), Partition::Examples | Partition::Alone) => *latest,
        };
        let turn = (earliest..)
            .find(|turn| turns[turn % turns.len()] == by)
            .expect("every way has its turn");
        for write in step.kind.writes() {
            let latest = written.entry(write.source).or_default();
            *latest = turn.max(*latest);
        }
        let steps = Vec::new();
        let phase = phases.entry(turn).or_insert(Phase { partition: by, steps });
        phase.steps.push(step);
    }
    phases.into_values().collect()
}

/// True if workers must get whole blocks of examples: a step sums over blocks, or its kernel works on one
/// block at a time, with scratch memory for just one.
pub fn needs_blocks(phase: &Phase) -> bool {
    let by_blocks = |kind: &StepKind| match kind {
        StepKind::Kernel(call) => match call.op.rules().lower(&call.types) {
            Lowering::Kernel(kernel) => kernel.scratch || kernel.yields == Yields::Blocks,
            _ => false,
        },
        _ => false,
    };
    let kinds = phase.steps.iter().flat_map(|step| step.kind.innermost());
    phase.partition == Partition::Examples && kinds.into_iter().any(by_blocks)
}

/// The partition of a step.
pub fn partition_of(kind: &StepKind) -> Partition {
    let by_batching = |batching: Batching| {
        if batching == Batching::Shared {
            Partition::Alone
        } else {
            Partition::Examples
        }
    };
    let by_result = |result: &Operand| {
        if result.per_example.is_some() {
            Partition::Examples
        } else {
            Partition::Alone
        }
    };
    match kind {
        StepKind::Loop(nest) => by_batching(nest.batching),
        StepKind::For(for_loop) => by_batching(for_loop.batching),
        StepKind::Fold(fold) => by_batching(fold.batching),
        StepKind::Clear(result) | StepKind::Draw(Draw { result, .. }) => by_result(result),
        StepKind::SumExamples { .. } | StepKind::SumBlocks { .. } => Partition::Rows,
        StepKind::Gemm(gemm) => {
            let over_batch = gemm.a.per_example.is_some() && gemm.c.per_example.is_none();
            if over_batch {
                Partition::Rows
            } else {
                by_result(&gemm.c)
            }
        }
        StepKind::Kernel(call) => match (call.mode, call.op.rules().lower(&call.types)) {
            (CallMode::Once, _) => Partition::Alone,
            (CallMode::Batch, Lowering::Kernel(kernel)) if kernel.yields == Yields::Rows => Partition::Rows,
            _ => Partition::Examples,
        },
    }
}

/// True if a sum over the batch can be divided by rows of its result: they are contiguous and follow each
/// other.
pub fn splits_by_rows(gemm: &Gemm) -> bool {
    gemm.loops.is_empty()
        && gemm.c.view.offset == 0
        && gemm.m.is_literal()
        && gemm.n.is_literal()
        && gemm.c_stride == gemm.n.times
        && gemm.m.times * gemm.n.times == gemm.c.view.shape.count()
}

/// The length of the rows by which the result of a step is divided among the workers of a row phase.
pub fn row_width(kind: &StepKind) -> usize {
    match kind {
        StepKind::Gemm(gemm) if splits_by_rows(gemm) => gemm.n.times,
        StepKind::Gemm(gemm) => gemm.c.view.shape.count(),
        StepKind::Kernel(call) => call.result.view.shape.0[1..].iter().product(),
        _ => 1,
    }
}
