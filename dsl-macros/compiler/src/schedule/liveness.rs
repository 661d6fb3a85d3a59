//! Liveness: the live range of each value, from the first step that needs it to the last.
//!
//! In: phases. Out: an interval of steps for each value. Steps are counted over all phases, those of a loop
//! over time once. A value that a loop needs in every iteration lives as long as the whole loop; a value made
//! and used up within an iteration lives from step to step.
//!
//! ```text
//! 0: v1 ← x·A        v1: 0 to 3
//! 1: for t: v2[t] ← v1 + s        v2: 1 to 3  (a stack: holds the parts of all iterations)
//! 2:        s ← v2[t]·B
//! 3: y ← Σ v2 + v1
//! ```
//!
//! Cost: linear in the operands of all steps. [`buffer_assignment`](super::buffer_assignment) gives values
//! whose ranges do not overlap the same memory; live ranges and their use for storage are those of Chaitin
//! (*Register allocation and spilling via graph coloring*, 1982).

use std::collections::BTreeMap;

use crate::collections::IntoCollection;
use crate::plan::*;

/// The first and the last step that need a value, and the phases of these steps.
pub struct LiveRange {
    pub first: usize,
    pub last: usize,
    pub phases: (usize, usize),
}

/// A step other than a loop over time, with its context.
pub struct Leaf<'p> {
    pub phase: usize,
    pub step: &'p Step,
    /// The loops over time around it, outermost first: their variables, and their first and last leaf.
    pub within: Vec<(usize, (usize, usize))>,
}

/// The steps of all phases in order, those of a loop over time once.
pub fn leaves(phases: &[Phase]) -> Vec<Leaf<'_>> {
    fn add<'p>(
        steps: &'p [Step],
        phase: usize,
        within: &[(usize, (usize, usize))],
        leaves: &mut Vec<Leaf<'p>>,
    ) {
        for step in steps {
            let StepKind::For(for_loop) = &step.kind else {
                let within = within.to_vec();
                leaves.push(Leaf { phase, step, within });
                continue;
            };
            let first = leaves.len();
            let last = first + step.kind.innermost().len() - 1;
            let within = [within, &[(for_loop.variable, (first, last))]].concat();
            add(&for_loop.steps, phase, &within, leaves);
        }
    }
    let mut leaves = Vec::new();
    for (index, phase) in phases.iter().enumerate() {
        add(&phase.steps, index, &[], &mut leaves);
    }
    leaves
}

/// The number of loops over time that a value lives within: it begins and ends in each of their iterations.
pub fn depths(leaves: &[Leaf<'_>]) -> BTreeMap<usize, usize> {
    let mut around: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for leaf in leaves {
        for operand in leaf.step.kind.writes().into_iter().chain(leaf.step.kind.reads()) {
            let Source::Value(value) = operand.source else {
                continue;
            };
            // A stack holds the results of all iterations of its loop, so it lives outside of it.
            let is_stacked =
                |variable: &usize| operand.loop_strides.iter().any(|turn| turn.variable == *variable);
            let variables = leaf.within.iter().map(|(variable, _)| *variable);
            let own: Vec<usize> = variables.take_while(|variable| !is_stacked(variable)).collect();
            let common = around.entry(value).or_insert_with(|| own.clone());
            let same = common
                .iter()
                .zip(&own)
                .take_while(|(one, other)| one == other)
                .count();
            common.truncate(same);
        }
    }
    around
        .into_iter()
        .map(|(value, around)| (value, around.len()))
        .into_map()
}

/// The live range of each value that a step writes. `phases` is the number of phases; outputs live on after
/// the last.
pub fn live_ranges(
    leaves: &[Leaf<'_>],
    depths: &BTreeMap<usize, usize>,
    phases: usize,
    outputs: &[Source],
) -> BTreeMap<usize, LiveRange> {
    let mut ranges: BTreeMap<usize, LiveRange> = BTreeMap::new();
    for (place, leaf) in leaves.iter().enumerate() {
        for operand in leaf.step.kind.writes().into_iter().chain(leaf.step.kind.reads()) {
            let Source::Value(value) = operand.source else {
                continue;
            };
            // A value that lives outside of a loop around this step is needed in all its iterations.
            let (first, last) = match leaf.within.get(depths[&value]) {
                Some((_, reach)) => *reach,
                None => (place, place),
            };
            let range = ranges.entry(value).or_insert(LiveRange {
                first,
                last,
                phases: (leaf.phase, leaf.phase),
            });
            range.last = last;
            range.phases.1 = leaf.phase;
        }
    }
    for output in outputs {
        if let Source::Value(value) = output {
            let range = ranges.get_mut(value).expect("outputs are written");
            range.last = usize::MAX - 1;
            range.phases.1 = phases;
        }
    }
    ranges
}
