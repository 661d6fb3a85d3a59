//! Outlining: steps that occur more than once, as for each of many equal layers, become one routine, which is
//! called wherever they occur. The routine's formal arguments are the memory that the steps read and write.
//!
//! In: the finished plans of all entry points. Out: the routines, and for each phase the steps that it runs
//! itself and the calls that it makes. The order of the steps does not change.
//!
//! ```text
//! block1: v1 ← v0·A, v2 ← relu(v1)             fn block(x, w, y, z) { y ← x·w, z ← relu(y) }
//! block2: v3 ← v2·B, v4 ← relu(v3)      →      block(v0, A, v1, v2), block(v2, B, v3, v4)
//! ```
//!
//! Candidates are not arbitrary runs of steps, as in LLVM's MachineOutliner, but the groups that the user
//! made: steps of one layer call (`logits.block2.attention1`). Two groups are the same routine if they are
//! alpha equivalent: equal after numbering the memory that they touch in the order of first use.
//!
//! Cost: linear in the steps times the depth of the calls around them; groups are compared by hash.

mod alpha_equivalence;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::collections::IntoCollection;
use crate::graph::Type;
use crate::plan::routines::{Item, PhaseCode, Routine, Routines, Site, common_path};
use crate::plan::*;
use alpha_equivalence::{Canonical, Seen};

/// A plan, the types of its entry point's inputs, and the network's parameters and buffers.
pub struct Planned<'p> {
    pub plan: &'p Plan,
    pub inputs: Vec<Type>,
    pub parameters: &'p [usize],
    pub buffers: &'p [usize],
}

/// The number of steps that make a group of kernel calls worth a routine; any loop makes it worth one.
const KERNELS: usize = 4;

/// The number of occurrences in an entry point that make a single loop worth a routine: fewer are easier to
/// read in place.
const LOOPS: usize = 3;

/// The number of operations below which a loop is read faster than its call.
const OPERATIONS: usize = 3;

/// Finds the routines of all entry points of a network.
pub fn routines(plans: &[Planned<'_>]) -> Routines {
    let mut finder = Finder {
        plans,
        known: Seen::new(),
        groups: Vec::new(),
    };
    let mut phases = equal_phases(plans);
    for (plan, codes) in phases.iter_mut().enumerate() {
        for (phase, code) in codes.iter_mut().enumerate() {
            if code.after == (plan, phase) {
                let site = Site {
                    plan,
                    phase,
                    steps: 0..plans[plan].plan.phases[phase].steps.len(),
                };
                // Steps that the network's functions contain outside of layer calls stay in place.
                code.items = finder.items(&site, 1);
            }
        }
    }
    finder.settle(phases)
}

/// The code of each phase: phases that occur more than once, in one plan or in several, share theirs.
fn equal_phases(plans: &[Planned<'_>]) -> Vec<Vec<PhaseCode>> {
    let mut seen: Seen<(usize, usize)> = Seen::new();
    let mut codes: Vec<Vec<PhaseCode>> = Vec::new();
    for (place, planned) in plans.iter().enumerate() {
        let phases = planned.plan.phases.iter().enumerate();
        let codes_of = phases.map(|(number, phase)| PhaseCode {
            after: seen
                .earlier(Canonical::of_phase(planned, phase), (place, number))
                .unwrap_or((place, number)),
            shared: false,
            items: Vec::new(),
        });
        codes.push(codes_of.collect());
    }
    let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
    let all = codes.iter().flatten().map(|code| code.after);
    let repeated: BTreeSet<(usize, usize)> = all.filter(|after| !seen.insert(*after)).into_set();
    for code in codes.iter_mut().flatten() {
        code.shared = repeated.contains(&code.after);
    }
    codes
}

/// Equal steps at different places.
struct Group {
    routine: Routine,
    /// The number of places in each plan that call it; a place inside a routine counts once.
    calls: BTreeMap<usize, usize>,
    worthwhile: bool,
}

struct Finder<'p> {
    plans: &'p [Planned<'p>],
    known: Seen<usize>,
    groups: Vec<Group>,
}

impl Finder<'_> {
    fn step(&self, site: &Site, place: usize) -> &Step {
        &self.plans[site.plan].plan.phases[site.phase].steps[place]
    }

    /// Groups the steps of `site`, all of which come from the same `depth` nested calls.
    fn items(&mut self, site: &Site, depth: usize) -> Vec<Item> {
        let runs = self.runs(site, depth);
        if let [(run, true)] = runs.as_slice()
            && run.len() > 1
        {
            return self.items(site, depth + 1);
        }
        // In the backward pass the last block comes first. Visiting its runs in reverse takes the routine
        // from the first block, as in the forward pass.
        let backward = |run: &Range<usize>| run.clone().all(|place| self.step(site, place).backward);
        let (mut last, mut order): (Vec<usize>, Vec<usize>) =
            (0..runs.len()).partition(|&run| backward(&runs[run].0));
        last.reverse();
        order.extend(last);
        let mut items: Vec<Vec<Item>> = runs.iter().map(|_| Vec::new()).collect();
        for run in order {
            let (steps, within_a_call) = &runs[run];
            let part = Site {
                steps: steps.clone(),
                ..site.clone()
            };
            let offset = site.steps.start;
            items[run] = if *within_a_call && steps.len() > 1 {
                vec![self.group(&part, depth + 1, offset)]
            } else {
                let alone = |place| Site {
                    steps: place..place + 1,
                    ..site.clone()
                };
                let steps: Vec<Site> = steps.clone().map(alone).collect();
                steps.iter().map(|step| self.single(step, offset)).collect()
            };
        }
        items.into_iter().flatten().collect()
    }

    /// Maximal runs of steps that come from the same call at `depth`, each with true if there is such a call.
    fn runs(&self, site: &Site, depth: usize) -> Vec<(Range<usize>, bool)> {
        let call = |place: usize| {
            let path = &self.step(site, place).path;
            let end = path
                .match_indices('.')
                .nth(depth)
                .map_or(path.len(), |(end, _)| end);
            (&path[..end], path.split('.').nth(depth).is_some())
        };
        let mut runs: Vec<(Range<usize>, bool)> = Vec::new();
        for place in site.steps.clone() {
            match runs.last_mut() {
                Some((run, _)) if call(run.start) == call(place) => run.end = place + 1,
                _ => runs.push((place..place + 1, call(place).1)),
            }
        }
        runs
    }

    fn single(&mut self, site: &Site, offset: usize) -> Item {
        let place = site.steps.start;
        match is_long(&self.step(site, place).kind) {
            true => self.group(site, usize::MAX, offset),
            false => Item::Step(place - offset),
        }
    }

    fn group(&mut self, site: &Site, depth: usize, offset: usize) -> Item {
        let planned = &self.plans[site.plan];
        let phase = &planned.plan.phases[site.phase];
        let steps = &phase.steps[site.steps.clone()];
        let path = common_path(steps);
        let canonical = Canonical::new(planned, phase.partition, steps);
        let call = |routine: usize| Item::Call {
            routine,
            steps: site.steps.start - offset..site.steps.end - offset,
        };
        let place = self.groups.len();
        if let Some(group) = self.known.earlier(canonical, place) {
            *self.groups[group].calls.entry(site.plan).or_default() += 1;
            self.groups[group].routine.paths.push(path);
            return call(group);
        }
        let is_loop = |step: &Step| {
            matches!(
                step.kind,
                StepKind::Loop(_) | StepKind::Fold(_) | StepKind::For(_)
            )
        };
        let group = Group {
            calls: BTreeMap::from([(site.plan, 1)]),
            worthwhile: (steps.len() >= KERNELS || steps.iter().any(is_loop))
                && !reads_a_slot_twice(planned.plan, steps),
            routine: Routine {
                site: site.clone(),
                items: Vec::new(),
                paths: vec![path],
                backward: steps.iter().all(|step| step.backward),
            },
        };
        self.groups.push(group);
        self.groups[place].routine.items = match steps.len() {
            1 => vec![Item::Step(0)],
            _ => self.items(site, depth),
        };
        call(place)
    }

    /// Inlines the groups that are called once or are too small, and numbers the others.
    fn settle(self, mut phases: Vec<Vec<PhaseCode>>) -> Routines {
        let called = |group: &Group| {
            let calls = group.calls.values();
            let enough = match group.routine.site.steps.len() {
                1 => calls.max().is_some_and(|&calls| calls >= LOOPS),
                _ => calls.sum::<usize>() >= 2,
            };
            group.worthwhile && enough
        };
        let mut numbers: Vec<Option<usize>> = Vec::new();
        let mut count = 0;
        for group in &self.groups {
            numbers.push(called(group).then(|| {
                count += 1;
                count - 1
            }));
        }
        let settled = Settled {
            groups: &self.groups,
            numbers: &numbers,
        };
        let items_of = |items: &[Item]| items.iter().flat_map(|item| settled.item(item, 0)).collect();
        for code in phases.iter_mut().flatten() {
            code.items = items_of(&code.items);
        }
        let items: Vec<Vec<Item>> = self
            .groups
            .iter()
            .map(|group| items_of(&group.routine.items))
            .collect();
        let kept = self.groups.into_iter().zip(items).zip(&numbers);
        let routines = kept.filter(|(_, number)| number.is_some());
        let routines = routines.map(|((group, items), _)| Routine {
            items,
            ..group.routine
        });
        Routines {
            routines: routines.collect(),
            phases,
        }
    }
}

/// The routine number of each group that is called.
struct Settled<'g> {
    groups: &'g [Group],
    numbers: &'g [Option<usize>],
}

impl Settled<'_> {
    fn item(&self, item: &Item, offset: usize) -> Vec<Item> {
        match item {
            Item::Step(place) => vec![Item::Step(place + offset)],
            Item::Call { routine, steps } => {
                let steps = steps.start + offset..steps.end + offset;
                match self.numbers[*routine] {
                    Some(routine) => vec![Item::Call { routine, steps }],
                    None => {
                        let items = self.groups[*routine].routine.items.iter();
                        items.flat_map(|item| self.item(item, steps.start)).collect()
                    }
                }
            }
        }
    }
}

/// True if the code of a step is longer than a call of it: a reduction, or a loop of more than a few
/// operations.
fn is_long(kind: &StepKind) -> bool {
    match kind {
        StepKind::Loop(nest) => {
            let operations = nest.statements.iter().map(|statement| statement.value.flops());
            operations.sum::<usize>() >= OPERATIONS
        }
        StepKind::Fold(_) | StepKind::For(_) => true,
        _ => false,
    }
}

/// True if the steps read two values of one slot that they do not write: passed as arguments of a call, the
/// two could not be borrowed side by side.
fn reads_a_slot_twice(plan: &Plan, steps: &[Step]) -> bool {
    let values = |operands: Vec<&Operand>| -> Vec<usize> {
        let value = |operand: &Operand| match operand.source {
            Source::Value(value) => Some(value),
            _ => None,
        };
        operands.into_iter().filter_map(value).collect()
    };
    let slot = |value: usize| plan.values[value].slot;
    let written: BTreeSet<usize> = steps
        .iter()
        .flat_map(|step| values(step.kind.writes()))
        .map(slot)
        .into_set();
    let mut tenants: BTreeMap<usize, usize> = BTreeMap::new();
    steps
        .iter()
        .flat_map(|step| values(step.kind.reads()))
        .filter(|&value| !written.contains(&slot(value)))
        .any(|value| *tenants.entry(slot(value)).or_insert(value) != value)
}
