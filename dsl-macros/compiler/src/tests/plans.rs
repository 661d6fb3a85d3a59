//! A scheduled plan means what its graph means: for every network, in both modes, forward and backward, after
//! each pass of the schedule, for batches of several sizes.

use super::leaves::Leaves;
use super::{FIXTURES, Fixture};
use crate::compile::{Mode, graphs, lower_results, parameter_layouts};
use crate::graph::interpret::Environment;
use crate::lowered::{self, lower};
use crate::plan::Root;
use crate::plan::cost::flops;
use crate::program::EntryGraphs;
use crate::schedule::batch_tiling::tile_batch;
use crate::schedule::check::check;
use crate::schedule::schedule;
use crate::syntax::ast::Products;

/// Fewer examples than a block, and more: 17 are a block and one.
const BATCHES: [usize; 4] = [1, 2, 3, 17];

/// Operations of a batch from which on the interpreter takes long, of a plan before any test is optimised.
const LONG: usize = 1_000_000;

#[test]
fn every_pass_keeps_what_a_plan_computes() {
    FIXTURES.iter().for_each(|fixture| held(fixture, LONG));
}

/// The same with all batches of large networks too.
#[test]
#[ignore = "a minute in a release build"]
fn every_pass_keeps_what_the_plan_of_a_large_batch_computes() {
    FIXTURES.iter().for_each(|fixture| held(fixture, usize::MAX));
}

/// The batches of a network with so many operations that are no longer than so many altogether.
fn batches(operations: usize, most: usize) -> impl Iterator<Item = usize> {
    let fits = move |examples: &usize| examples.saturating_mul(operations) <= most;
    BATCHES.into_iter().filter(fits)
}

fn held(fixture: &Fixture, most: usize) {
    let mut model = fixture.model();
    let mut leaves = Leaves::of(&model);
    let graphs = graphs(&mut model);
    let layouts = parameter_layouts(&graphs);
    for EntryGraphs {
        entry,
        evaluation,
        training,
    } in graphs
    {
        for (mode, graphs) in [(Mode::Evaluation, Some(evaluation)), (Mode::Training, training)] {
            let Some(graphs) = graphs else { continue };
            let mut held = |function: &lowered::Function, roots: &[Root], what: &str| {
                let operations = flops(&schedule(&function.graph, roots, &layouts));
                let environments = batches(operations, most);
                let environments = environments.map(|examples| leaves.environment(&entry.inputs, examples));
                let environments: Vec<Environment> = environments.collect();
                let held = check(function, roots, &layouts, &environments, 0.0);
                let (network, entry) = (fixture.name, &entry.name);
                held.unwrap_or_else(|fault| panic!("{network}, {what} of {entry} in {mode:?}, {fault}"));
            };
            let results = lower_results(&graphs.results, mode, Products::Full);
            held(&results, &results.output_roots(), "results");
            if let Some(gradient) = graphs.gradient {
                let laid = gradient.map(|function| tile_batch(lower(&function)));
                held(&laid.function, &laid.roots(), "gradient");
            }
        }
    }
}
