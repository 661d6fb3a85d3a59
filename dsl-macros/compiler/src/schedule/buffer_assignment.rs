//! Memory planning: values that are never live at the same time share a slot of the workspace.
//!
//! Within a phase a worker sees only its own rows of a slot, so a value that lives in one phase may take any slot
//! wide enough; one that is read by other phases lies there for all workers and needs a slot of just its width.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::copy_elision::copied;
use super::liveness::{Leaf, LiveRange, depths, leaves, live_ranges};
use super::plan::*;

struct Slot {
    extent: Extent,
    free_from: usize,
    /// Whether every value so far lived in one phase only, and which is the last of them.
    local: bool,
}

/// From when on slots are free, by what they are of and their width; within one width in the order of that time, then
/// the first slot last.
#[derive(Default)]
struct Free(BTreeMap<(bool, usize), Freed>);

type Freed = BTreeSet<(usize, Reverse<usize>)>;

impl Free {
    /// What slots may be found by; shared values do not share slots.
    fn width(extent: Extent) -> Option<(bool, usize)> {
        match extent {
            Extent::Shared(_) => None,
            Extent::Examples(width) => Some((false, width)),
            Extent::Blocks(len) => Some((true, len)),
        }
    }

    /// The slot for a value that begins at step `first`: one of just its width, or for a local one of more, and of those
    /// the last that was freed. Equal blocks then share out their slots alike, whatever was freed before them.
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

    /// A slot is taken up to this step.
    fn occupy(&mut self, place: usize, slot: &Slot, until: usize) {
        if let Some(width) = Free::width(slot.extent) {
            let slots = self.0.entry(width).or_default();
            slots.remove(&(slot.free_from, Reverse(place)));
            slots.insert((until, Reverse(place)));
        }
    }
}

/// Gives every value a slot; values that no step stores any more get none. `hosts` says by stack whose rows have been read
/// when its own are stored.
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
    }
    slots.into_iter().map(|slot| slot.extent).collect()
}

/// Removes the copies whose two ends came to lie in the same place; by value that was copied to, the one it continues.
pub fn drop_copies_in_place(values: &[Value], phases: &mut Vec<Phase>) -> BTreeMap<usize, usize> {
    let mut continued = BTreeMap::new();
    let mut stays = |step: &Step| {
        let Some((from, to)) = copied(step) else {
            return true;
        };
        let (Source::Value(before), Source::Value(after)) = (from.source, to.source) else {
            return true;
        };
        let window = |operand: &Operand| {
            (
                operand.view.clone(),
                operand.per_example,
                operand.loop_strides.clone(),
            )
        };
        let stays = values[before].slot != values[after].slot || window(from) != window(to);
        if !stays {
            continued.insert(after, before);
        }
        stays
    };
    for phase in phases.iter_mut() {
        phase.steps.retain(&mut stays);
    }
    phases.retain(|phase| !phase.steps.is_empty());
    continued
}

/// The slot of an operand that ends where `value` begins, if a loop may overwrite it element by element.
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
                // In a loop over time both are there for the same turns.
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
