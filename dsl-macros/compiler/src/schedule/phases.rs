//! Phases: groups steps that need no results of other workers. Between phases the workers meet at a barrier.
//!
//! In: steps in the order of the graph. Out: phases, each with one partition (by examples, by rows, or
//! alone). A step that computes again what was not kept stays behind all steps before it, sums over the batch
//! included: they are the last to read what the next block was computed from. Invariant: a step reads only what earlier phases wrote, or what earlier steps of its phase wrote
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

use crate::plan::*;

/// Groups steps greedily in their order: each joins the earliest phase of its partition that is not before
/// anything it reads.
pub fn phases(steps: Vec<Step>) -> Vec<Phase> {
    // Phases cycle through the partitions: small shared values come before the steps that use them, and sums
    // over the batch come last, so that as many sums as possible share a phase.
    let turns = [Partition::Alone, Partition::Examples, Partition::Rows];
    let mut written: BTreeMap<Source, usize> = BTreeMap::new();
    let mut phases: BTreeMap<usize, Phase> = BTreeMap::new();
    let mut last = 0;
    for step in steps {
        let by = step.kind.partition();
        // A step waits for the steps that write its operands, and for those that write other parts of its
        // result.
        let touched = step.kind.reads().into_iter().chain(step.kind.writes());
        let earliest = touched.filter_map(|operand| written.get(&operand.source)).max();
        // What is computed again would otherwise be computed right after the first time.
        let earliest = if step.again { Some(&last) } else { earliest };
        let earliest = match (earliest, by) {
            (None, _) => 0,
            // Workers see each other's rows only after the phase.
            (Some(latest), Partition::Rows) => latest + 1,
            (Some(latest), Partition::Examples | Partition::Alone) => *latest,
        };
        let turn = (earliest..)
            .find(|turn| turns[turn % turns.len()] == by)
            .expect("every way has its turn");
        last = last.max(turn);
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
