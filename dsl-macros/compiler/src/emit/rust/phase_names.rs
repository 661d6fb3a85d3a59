//! The names of phases, after the numbers of their steps.

use proc_macro2::Ident;

use super::identifiers::identifier;
use crate::plan::{Phase, Plan};

/// `Steps3To7`: a phase by the numbers of its steps.
fn name(phase: &Phase, first_number: usize) -> Ident {
    match phase.steps.len() {
        1 => identifier(&format!("Step{first_number}")),
        steps => identifier(&format!("Steps{first_number}To{}", first_number + steps - 1)),
    }
}

/// The phases of a plan with their names, and the number of the first step of each.
pub fn names(plan: &Plan) -> Vec<(Ident, usize)> {
    let mut first = 1;
    let named = plan.phases.iter().map(|phase| {
        let number = first;
        first += phase.steps.len();
        (name(phase, number), number)
    });
    named.collect()
}

/// `Steps 3 to 7`
pub fn range_text(first: usize, last: usize) -> String {
    if first == last {
        format!("Step {first}")
    } else {
        format!("Steps {first} to {last}")
    }
}
