//! Buffer assignment: values whose live ranges do not overlap share a slot of the workspace.
//!
//! In: values, the phases that read and write them, and the donations of `buffer_donation`. Out: a slot for
//! each value and the extent of each slot. In the order in which values begin to live, each takes the slot of
//! its host, else the slot of an operand that its loop may overwrite in place, else a free slot of its width,
//! else a new one:
//!
//! ```text
//! v1 ← x·A;  v2 ← relu(v1);  v3 ← v2·B;  v4 ← v3·C
//!     →      slot 0: v1, v2, v4      slot 1: v3
//! ```
//!
//! Within a phase a worker sees only its own rows of a slot, so a value that lives in one phase may take any
//! slot that is wide enough. A value that other phases read lies there for all workers and needs a slot of
//! exactly its width. Shared values do not share slots.
//!
//! Cost: n log n in the values as long as few widths differ, as in linear scan register allocation (Poletto
//! and Sarkar 1999). The task is that of XLA's buffer assignment.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::copy_elision::copied;
use super::liveness::{Leaf, LiveRange, depths, leaves, live_ranges};
use crate::plan::*;

struct Slot {
    extent: Extent,
    free_from: usize,
    /// True if every value so far lived in one phase only.
    local: bool,
}

/// The free slots by their unit (examples or blocks) and width; within one width by the step from which they
/// are free, and of those freed at the same step the first slot last.
#[derive(Default)]
struct Free(BTreeMap<(bool, usize), Freed>);

type Freed = BTreeSet<(usize, Reverse<usize>)>;

impl Free {
    /// The key by which free slots are found; `None` for shared values, which do not share slots.
    fn width(extent: Extent) -> Option<(bool, usize)> {
        match extent {
            Extent::Shared(_) => None,
            Extent::Examples(width) => Some((false, width)),
            Extent::Blocks(len) => Some((true, len)),
        }
    }

    /// A free slot for a value that begins at step `first`: one of exactly its width, or for a local value a
    /// wider one; among these the one freed last. Equal groups of steps then get equal slots, whatever was
    /// freed before them.
    fn find(&self, extent: Extent, local: bool, first: usize) -> Option<usize> {
        let (by_blocks, width) = Free::width(extent)?;
        let freed = |slots: &Freed| {
            let mut freed = slots.range(..=(first, Reverse(0)));
            freed.next_back().copied()
        };
        let just = self.0.get(&(by_blocks, width)).and_then(freed);
        let wider = || {
            let wider = self.0.range((by_blocks, width)..=(by_blocks, usize::MAX));
            wider.filter_map(|(_, slots)| freed(slots)).max()
        };
        let found = just.or_else(|| if local { wider() } else { None });
        found.map(|(_, Reverse(slot))| slot)
    }

    /// Marks a slot as taken up to this step.
    fn occupy(&mut self, place: usize, slot: &Slot, until: usize) {
        if let Some(width) = Free::width(slot.extent) {
            let slots = self.0.entry(width).or_default();
            slots.remove(&(slot.free_from, Reverse(place)));
            slots.insert((until, Reverse(place)));
        }
    }
}

/// Gives every live value a slot; a value that no step stores gets none. `hosts` maps a stack to one whose
/// rows have been read by the time its own are stored.
pub fn assign_buffers(
    values: &mut [Value],
    phases: &[Phase],
    outputs: &[Source],
    hosts: &BTreeMap<usize, usize>,
) -> Vec<Extent> {
    let leaves = leaves(phases);
    let depths = depths(&leaves);
    let ranges = live_ranges(&leaves, &depths, phases.len(), outputs);
    let mut slots: Vec<Slot> = Vec::new();
    let mut free = Free::default();
    let mut order: Vec<(usize, usize)> = ranges
        .iter()
        .map(|(&value, range)| (range.first, value))
        .collect();
    order.sort_unstable();
    for (_, value) in order {
        let range = &ranges[&value];
        let extent = values[value].extent;
        let local = range.phases.0 == range.phases.1;
        let of_host = || {
            let host = *hosts.get(&value)?;
            let (slot, own) = (values[host].slot, &slots[values[host].slot]);
            (own.free_from == ranges[&host].last + 1 && own.extent == extent).then_some(slot)
        };
        let slot = of_host().or_else(|| in_place(values, &leaves, (&ranges, &depths), value, &slots));
        let slot = slot.or_else(|| free.find(extent, local, range.first));
        let slot = slot.unwrap_or_else(|| {
            slots.push(Slot {
                extent,
                free_from: 0,
                local,
            });
            slots.len() - 1
        });
        free.occupy(slot, &slots[slot], range.last + 1);
        slots[slot].free_from = range.last + 1;
        slots[slot].local &= local;
        values[value].slot = slot;
        values[value].depth = depths[&value];
    }
    slots.into_iter().map(|slot| slot.extent).collect()
}

/// Removes the copies whose source and destination came to lie in the same memory; returns, for each
/// destination, the source that it continues.
pub fn drop_copies_in_place(values: &[Value], phases: &mut Vec<Phase>) -> BTreeMap<usize, usize> {
    let mut continued = BTreeMap::new();
    for phase in phases.iter_mut() {
        drop_within(&mut phase.steps, values, &mut continued);
    }
    phases.retain(|phase| !phase.steps.is_empty());
    continued
}

/// Removes the copies in place among steps, and in the loops over time among them.
fn drop_within(steps: &mut Vec<Step>, values: &[Value], continued: &mut BTreeMap<usize, usize>) {
    steps.retain_mut(|step| {
        if let StepKind::For(for_loop) = &mut step.kind {
            drop_within(&mut for_loop.steps, values, continued);
            return !for_loop.steps.is_empty();
        }
        let Some((before, after)) = copied_in_place(step, values) else {
            return true;
        };
        if before != after {
            continued.insert(after, before);
        }
        false
    });
}

/// The values that a step copies from and to, if they came to lie in the same place.
fn copied_in_place(step: &Step, values: &[Value]) -> Option<(usize, usize)> {
    let (from, to) = copied(step)?;
    let (Source::Value(before), Source::Value(after)) = (from.source, to.source) else {
        return None;
    };
    let is_same = values[before].slot == values[after].slot
        && from.view == to.view
        && from.per_example == to.per_example
        && from.loop_strides == to.loop_strides;
    is_same.then_some((before, after))
}

/// The slot of an operand that dies where `value` begins, if the loop may overwrite it element by element.
fn in_place(
    values: &[Value],
    leaves: &[Leaf<'_>],
    (ranges, depths): (&BTreeMap<usize, LiveRange>, &BTreeMap<usize, usize>),
    value: usize,
    slots: &[Slot],
) -> Option<usize> {
    let first = ranges[&value].first;
    let StepKind::Loop(nest) = &leaves[first].step.kind else {
        return None;
    };
    // With several statements an operand might still be read after it was overwritten.
    let [statement] = nest.statements.as_slice() else {
        return None;
    };
    let store = statement.store.as_ref()?;
    let ends_here = |operand: &&Operand| match operand.source {
        Source::Value(other) => {
            other != value
                && ranges[&other].last == first
                && operand.view == store.view
                && operand.per_example == store.per_example
                // Inside a loop over time both must live through the same iterations.
                && operand.loop_strides == store.loop_strides
                && depths[&other] == depths[&value]
                && values[other].extent == values[value].extent
                && slots[values[other].slot].extent == values[value].extent
                && nest
                    .operands
                    .iter()
                    .filter(|same| same.source == operand.source)
                    .count()
                    == 1
        }
        _ => false,
    };
    let operand = nest.operands.iter().find(ends_here)?;
    match operand.source {
        Source::Value(other) => Some(values[other].slot),
        _ => None,
    }
}
