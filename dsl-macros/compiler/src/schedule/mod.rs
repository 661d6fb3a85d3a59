//! graph → plan: which steps, in which phases, over which memory.

pub mod again;
pub mod asserted;
pub mod blocks;
#[cfg(test)]
pub mod check;
pub mod contraction;
pub mod direct;
pub mod idle;
#[cfg(test)]
pub mod interpret;
pub mod merge;
pub mod orders;
pub mod phases;
pub mod plan;
#[cfg(test)]
pub mod print;
pub mod rounding;
pub mod routines;
#[cfg(test)]
mod seeded;
pub mod select;
pub mod slots;
pub mod stacks;
pub mod steps;
pub mod turns;
pub mod verify;
pub mod view;

use std::collections::BTreeMap;

use crate::graph::Graph;
pub use orders::orders;
use plan::{Plan, Root};
pub use steps::Orders;
use verify::{Leaves, verify};

/// What makes a plan of steps a better one that computes the same: a name and what it does.
pub type Pass = (&'static str, fn(&mut Plan));

/// Everything between the steps of a graph and a finished plan, in order.
pub const PASSES: &[Pass] = &[
    ("phases", |plan| plan.phases = phases::phases(plan.take_steps())),
    ("store directly", |plan| {
        let kept = plan.kept();
        direct::store_directly(&mut plan.phases, &kept);
    }),
    ("merge loops", |plan| {
        let kept = plan.kept();
        merge::merge_loops(&mut plan.phases, &kept);
    }),
    ("compute again", |plan| {
        let kept = plan.kept();
        again::compute_again(&mut plan.phases, &kept);
    }),
    ("drop stores", |plan| {
        let kept = plan.kept();
        merge::drop_stores(&mut plan.phases, &kept);
    }),
    ("drop idle", |plan| idle::drop_idle(&mut plan.phases)),
    ("part", |plan| {
        let phases = std::mem::take(&mut plan.phases);
        plan.phases = turns::part(phases, &plan.values);
    }),
    ("share rows", |plan| {
        let kept = plan.kept();
        plan.hosts = stacks::share_rows(&mut plan.values, &mut plan.phases, &kept);
    }),
    ("assign slots", |plan| {
        plan.slots = slots::assign_slots(&mut plan.values, &plan.phases, &plan.outputs, &plan.hosts);
    }),
    ("drop copies in place", |plan| {
        plan.continued = slots::drop_copies_in_place(&plan.values, &mut plan.phases);
    }),
];

/// Schedules the computation of `roots`. In this crate's tests what each pass leaves is verified; a user's build does not wait for
/// that.
pub fn schedule(graph: &Graph, roots: &[Root], orders: &Orders) -> Plan {
    let leaves = cfg!(test).then(|| Leaves::of(graph, roots));
    let sound = |pass: &str, plan: &Plan| {
        let found = leaves.as_ref().map_or(Ok(()), |leaves| verify(plan, leaves));
        if let Err(fault) = found {
            unreachable!("the plan is not sound after `{pass}`: {fault}");
        }
    };
    scheduled(graph, roots, orders, &mut |pass, plan| sound(pass, plan))
}

/// The same, showing `seen` the plan that the steps make and what each pass makes of it, with the pass's name.
pub fn scheduled(
    graph: &Graph,
    roots: &[Root],
    orders: &Orders,
    seen: &mut dyn FnMut(&'static str, &Plan),
) -> Plan {
    let mut plan = Plan::of(steps::steps(graph, roots, orders));
    seen("steps", &plan);
    for (name, pass) in PASSES {
        pass(&mut plan);
        seen(name, &plan);
    }
    plan
}

impl Plan {
    /// A plan of steps in their order, each a phase of its own.
    fn of(steps: steps::Steps) -> Plan {
        let phases = steps.steps.into_iter().map(|step| plan::Phase {
            by: phases::by_of(&step.kind),
            steps: vec![step],
        });
        Plan {
            values: steps.values,
            slots: Vec::new(),
            phases: phases.collect(),
            outputs: steps.outputs,
            gradients: steps.gradients,
            repeats: steps.repeats,
            hosts: BTreeMap::new(),
            continued: BTreeMap::new(),
        }
    }

    /// The steps of all phases, which are then no more.
    fn take_steps(&mut self) -> Vec<plan::Step> {
        let phases = std::mem::take(&mut self.phases);
        phases.into_iter().flat_map(|phase| phase.steps).collect()
    }
}
