//! steps → phases: steps that need no other worker's results run together; between phases the workers meet.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::*;
use crate::graph::Kind;
use crate::ops::{Lowering, Yields};

/// Groups steps, each after everything it reads, into as few phases as following the order greedily gives.
pub fn phases(steps: Vec<Step>) -> Vec<Phase> {
    let writers = writers(&steps);
    let mut waiting: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    let mut done: BTreeSet<usize> = BTreeSet::new();
    let mut phases: Vec<Phase> = Vec::new();
    // Small shared values first, then what they are for; sums last, so that as many as possible share a phase.
    let turns = [By::Alone, By::Examples, By::Rows];
    for by in turns.into_iter().cycle() {
        if waiting.iter().all(Option::is_none) {
            break;
        }
        let mut taken: Vec<usize> = Vec::new();
        for (place, step) in waiting.iter().enumerate() {
            let Some(step) = step.as_ref().filter(|step| by_of(&step.kind) == by) else {
                continue;
            };
            let before = |other: &usize| match by {
                // Workers see each other's rows only after the phase.
                By::Rows => done.contains(other),
                By::Examples | By::Alone => done.contains(other) || taken.contains(other),
            };
            if needs(step, &writers, place).iter().all(before) {
                taken.push(place);
            }
        }
        let steps: Vec<Step> = taken.iter().filter_map(|&place| waiting[place].take()).collect();
        done.extend(taken);
        if !steps.is_empty() {
            phases.push(Phase { by, steps });
        }
    }
    phases
}

/// Which steps write each place.
fn writers(steps: &[Step]) -> BTreeMap<Source, Vec<usize>> {
    let mut writers: BTreeMap<Source, Vec<usize>> = BTreeMap::new();
    for (place, step) in steps.iter().enumerate() {
        for write in step.kind.writes() {
            writers.entry(write.source).or_default().push(place);
        }
    }
    writers
}

/// The earlier steps a step waits for: those that write what it reads, and those that write parts of its own result.
fn needs(step: &Step, writers: &BTreeMap<Source, Vec<usize>>, place: usize) -> Vec<usize> {
    let touched = step.kind.reads().into_iter().chain(step.kind.writes());
    let earlier = touched
        .filter_map(|operand| writers.get(&operand.source))
        .flatten();
    earlier.copied().filter(|&other| other < place).collect()
}

/// Whether workers must get whole blocks of examples: a step sums over blocks, or its kernel works on one at a time,
/// which is what it has scratch memory for.
pub fn needs_blocks(phase: &Phase) -> bool {
    let by_blocks = |kind: &StepKind| match kind {
        StepKind::Kernel(call) => match call.op.rules().lower(&call.types) {
            Lowering::Kernel(kernel) => kernel.scratch || kernel.yields == Yields::Blocks,
            _ => false,
        },
        _ => false,
    };
    let kinds = phase.steps.iter().flat_map(|step| step.kind.innermost());
    phase.by == By::Examples && kinds.into_iter().any(by_blocks)
}

/// How a step is shared out.
pub fn by_of(kind: &StepKind) -> By {
    let by_kind = |kind: Kind| {
        if kind == Kind::Shared {
            By::Alone
        } else {
            By::Examples
        }
    };
    let by_result = |result: &Operand| {
        if result.per_example.is_some() {
            By::Examples
        } else {
            By::Alone
        }
    };
    match kind {
        StepKind::Loop(nest) => by_kind(nest.kind),
        StepKind::Repeat(repeat) => by_kind(repeat.kind),
        StepKind::Fold(fold) => by_kind(fold.kind),
        StepKind::Clear(result) | StepKind::Draw(Draw { result, .. }) => by_result(result),
        StepKind::SumExamples { .. } | StepKind::SumBlocks { .. } => By::Rows,
        StepKind::Gemm(gemm) => {
            let over_batch = gemm.a.per_example.is_some() && gemm.c.per_example.is_none();
            if over_batch { By::Rows } else { by_result(&gemm.c) }
        }
        StepKind::Kernel(call) => match (call.mode, call.op.rules().lower(&call.types)) {
            (CallMode::Once, _) => By::Alone,
            (CallMode::Batch, Lowering::Kernel(kernel)) if kernel.yields == Yields::Rows => By::Rows,
            _ => By::Examples,
        },
    }
}

/// Whether a sum over the batch is shared out by rows of its result: they lie one after the other.
pub fn splits_by_rows(gemm: &Gemm) -> bool {
    gemm.loops.is_empty()
        && gemm.c.view.offset == 0
        && gemm.m.is_literal()
        && gemm.n.is_literal()
        && gemm.c_stride == gemm.n.times
        && gemm.m.times * gemm.n.times == gemm.c.view.shape.count()
}

/// Length of the rows by which workers share out the result of a step of a row phase.
pub fn row_width(kind: &StepKind) -> usize {
    match kind {
        StepKind::Gemm(gemm) if splits_by_rows(gemm) => gemm.n.times,
        StepKind::Gemm(gemm) => gemm.c.view.shape.count(),
        StepKind::Kernel(call) => call.result.view.shape.0[1..].iter().product(),
        _ => 1,
    }
}
