//! graph → plan: which steps, in which phases, over which memory.

pub mod again;
pub mod blocks;
pub mod contraction;
pub mod direct;
pub mod idle;
pub mod merge;
pub mod orders;
pub mod phases;
pub mod plan;
#[cfg(test)]
pub mod print;
pub mod rounding;
pub mod routines;
pub mod select;
pub mod slots;
pub mod stacks;
pub mod steps;
pub mod turns;
pub mod view;

use std::collections::BTreeSet;

use crate::graph::Graph;
pub use orders::orders;
use plan::{Plan, Root, Source};
pub use steps::Orders;

/// Schedules the computation of `roots`.
pub fn schedule(graph: &Graph, roots: &[Root], orders: &Orders) -> Plan {
    let steps::Steps {
        steps,
        mut values,
        outputs,
        gradients,
        repeats,
    } = steps::steps(graph, roots, orders);
    let mut phases = phases::phases(steps);
    let kept: BTreeSet<Source> = outputs.iter().copied().collect();
    direct::store_directly(&mut phases, &kept);
    merge::merge_loops(&mut phases, &kept);
    again::compute_again(&mut phases, &kept);
    merge::drop_stores(&mut phases, &kept);
    idle::drop_idle(&mut phases);
    let mut phases = turns::part(phases, &values);
    let hosts = stacks::share_rows(&mut values, &mut phases, &kept);
    let slots = slots::assign_slots(&mut values, &phases, &outputs, &hosts);
    slots::drop_copies_in_place(&values, &mut phases);
    Plan {
        values,
        slots,
        phases,
        outputs,
        gradients,
        repeats,
    }
}
