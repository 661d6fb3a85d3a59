//! The scheduler: graph → plan. It decides which steps compute the values of a graph, in which phases they
//! run and which memory they use.

pub mod batch_tiling;
pub mod buffer_assignment;
pub mod buffer_donation;
pub mod channels_last;
#[cfg(test)]
pub mod check;
pub mod contraction;
pub mod copy_elision;
pub mod dead_code;
pub mod fusion;
pub mod layout_assignment;
pub mod liveness;
pub mod loop_fusion;
pub mod mixed_precision;
pub mod outlining;
pub mod phases;
pub mod rematerialise;
#[cfg(test)]
mod seeded_faults;
pub mod split_phases;
pub mod steps;
pub mod weight_packing;

use std::collections::BTreeMap;

use crate::lowered::Graph;
use crate::plan::{ParameterLayouts, Phase, Plan, Root, Step};
pub use layout_assignment::assign_parameter_layouts;

/// A pass over the plan: its name, and the function that improves a plan without changing the numbers that it
/// computes.
pub type Pass = (&'static str, fn(&mut Plan));

/// The passes between the steps of a graph and a finished plan, in order.
pub const PASSES: &[Pass] = &[
    ("phases", |plan| plan.phases = phases::phases(plan.take_steps())),
    ("elide copies", |plan| {
        let kept = plan.kept();
        copy_elision::elide_copies(&mut plan.phases, &kept);
    }),
    ("fuse loops", |plan| {
        let kept = plan.kept();
        loop_fusion::fuse_loops(&mut plan.phases, &kept);
    }),
    ("rematerialise", |plan| {
        let kept = plan.kept();
        plan.recomputed = rematerialise::rematerialise(&mut plan.phases, &kept);
    }),
    ("drop stores", |plan| {
        let kept = plan.kept();
        loop_fusion::drop_stores(&mut plan.phases, &kept);
    }),
    ("eliminate dead code", |plan| {
        dead_code::eliminate_dead_code(&mut plan.phases)
    }),
    ("split phases", |plan| {
        let phases = std::mem::take(&mut plan.phases);
        plan.phases = split_phases::split_phases(phases, &plan.values);
    }),
    ("donate rows", |plan| {
        let kept = plan.kept();
        plan.hosts = buffer_donation::donate_rows(&mut plan.values, &mut plan.phases, &kept);
    }),
    ("assign buffers", |plan| {
        plan.slots =
            buffer_assignment::assign_buffers(&mut plan.values, &plan.phases, &plan.outputs, &plan.hosts);
    }),
    ("drop copies in place", |plan| {
        plan.continued = buffer_assignment::drop_copies_in_place(&plan.values, &mut plan.phases);
    }),
];

/// Schedules the computation of `roots`. This crate's tests verify the plan after every pass; a user's build
/// does not wait for that.
pub fn schedule(graph: &Graph, roots: &[Root], layouts: &ParameterLayouts) -> Plan {
    scheduled(graph, roots, layouts, &mut verified(graph, roots))
}

/// Whether a plan is sound after a pass.
#[cfg(test)]
fn verified(graph: &Graph, roots: &[Root]) -> impl FnMut(&'static str, &Plan) + use<> {
    let leaves = crate::plan::verify::Leaves::of(graph, roots);
    move |pass, plan| {
        if let Err(fault) = crate::plan::verify::verify(plan, &leaves) {
            unreachable!("the plan is not sound after `{pass}`: {fault}");
        }
    }
}

#[cfg(not(test))]
fn verified(_: &Graph, _: &[Root]) -> impl FnMut(&'static str, &Plan) + use<> {
    |_, _| ()
}

/// Does the same as [`schedule`] and shows `seen` the plan of the bare steps and then the plan after each
/// pass, with the pass's name.
pub fn scheduled(
    graph: &Graph,
    roots: &[Root],
    layouts: &ParameterLayouts,
    seen: &mut dyn FnMut(&'static str, &Plan),
) -> Plan {
    let mut plan = Plan::of(steps::steps(graph, roots, layouts));
    seen("steps", &plan);
    for (name, pass) in PASSES {
        pass(&mut plan);
        seen(name, &plan);
    }
    plan
}

impl Plan {
    /// A plan that runs the steps in their order, each in a phase of its own.
    fn of(steps: steps::Steps) -> Plan {
        let phases = steps.steps.into_iter().map(|step| Phase {
            partition: step.kind.partition(),
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
            recomputed: 0,
        }
    }

    /// Takes the steps out of all phases, which leaves the plan without phases.
    fn take_steps(&mut self) -> Vec<Step> {
        let phases = std::mem::take(&mut self.phases);
        phases.into_iter().flat_map(|phase| phase.steps).collect()
    }
}
