//! Translation validation: checks after each pass that a plan means what its lowered graph means. Tests of whole
//! networks call it.

use super::mixed_precision::round_products;
use super::scheduled;
use crate::graph::interpret::{Batch, Environment};
use crate::lowered::interpret::interpret as interpret_lowered;
use crate::lowered::{Function, Val};
use crate::plan::ParameterLayouts;
use crate::plan::interpret::{Results, interpret};
use crate::plan::verify::{Leaves, verify};
use crate::plan::{Plan, Root};

/// The largest `‖graph − plan‖ / ‖graph‖` of a tensor: rounding in f64.
pub const TOLERANCE: f64 = 1e-11;

/// The contents of memory that nobody has written. A NaN that slips into a sum makes it non-finite; a large
/// number that is compared or chosen by makes the result far off. The batches alternate between them.
const POISON: [f64; 2] = [f64::NAN, 1e3];

/// Schedules `roots`, which are the outputs of the function in order, and compares the plan after each pass
/// with the graph, on the leaves of each environment. A tensor smaller than `least` counts as that large:
/// what cancelling leaves of it is rounding. The error names pass, batch and difference.
pub fn check(
    function: &Function,
    roots: &[Root],
    layouts: &ParameterLayouts,
    environments: &[Environment],
    least: f64,
) -> Result<(), String> {
    let wanted = wanted(function, roots, environments);
    let leaves = Leaves::of(&function.graph, roots);
    let mut seen: Option<Plan> = None;
    let mut found = Ok(());
    let mut look = |pass: &'static str, plan: &Plan| {
        if found.is_err() || seen.as_ref().is_some_and(|seen| is_same(seen, plan)) {
            return;
        }
        seen = Some(plan.clone());
        found = verify(plan, &leaves).map_err(|fault| format!("after `{pass}`: not sound: {fault}"));
        if found.is_err() {
            return;
        }
        found = held(plan, layouts, environments, &wanted, least)
            .map_err(|fault| format!("after `{pass}`: {fault}"));
    };
    let plan = scheduled(&function.graph, roots, layouts, &mut look);
    look("round products", &round_products(plan));
    found
}

/// Checks that a plan of `roots` computes what the graph says.
pub fn is_right(
    plan: &Plan,
    function: &Function,
    roots: &[Root],
    layouts: &ParameterLayouts,
    environments: &[Environment],
) -> Result<(), String> {
    held(
        plan,
        layouts,
        environments,
        &wanted(function, roots, environments),
        0.0,
    )
}

/// The value of each root in each environment, as the graph says.
fn wanted(function: &Function, roots: &[Root], environments: &[Environment]) -> Vec<Vec<Vec<f64>>> {
    let vals: Vec<Val> = roots.iter().map(|root| root.val()).collect();
    assert_eq!(vals, function.outputs, "the roots are the outputs in order");
    let wanted = environments.iter().map(|environment| {
        let values = interpret_lowered(function, environment);
        values.iter().map(numbers).collect()
    });
    wanted.collect()
}

/// True if the plans do not differ in anything that affects their results.
fn is_same(one: &Plan, other: &Plan) -> bool {
    let slots = |plan: &Plan| plan.values.iter().map(|value| value.slot).collect::<Vec<usize>>();
    one.phases == other.phases && one.slots == other.slots && slots(one) == slots(other)
}

fn held(
    plan: &Plan,
    layouts: &ParameterLayouts,
    environments: &[Environment],
    wanted: &[Vec<Vec<f64>>],
    least: f64,
) -> Result<(), String> {
    for ((environment, wanted), poison) in environments.iter().zip(wanted).zip(POISON.into_iter().cycle()) {
        let batch = |fault: String| format!("a batch of {}: {fault}", environment.examples);
        let Results { outputs, gradients } = interpret(plan, layouts, environment, poison).map_err(batch)?;
        let outputs = outputs.iter().map(|numbers| ("output", numbers));
        let gradients = gradients.iter().map(|numbers| ("gradient", numbers));
        if outputs.len() + gradients.len() != wanted.len() {
            return Err(format!("not {} results", wanted.len()));
        }
        for (place, ((word, numbers), wanted)) in outputs.chain(gradients).zip(wanted).enumerate() {
            let close = is_close(wanted, numbers, least);
            close.map_err(|fault| batch(format!("{word}, result {place}: {fault}")))?;
        }
    }
    Ok(())
}

/// Checks that two tensors are equal up to rounding, relative to the norm of the first or to `least` if that
/// is larger. Where one is not finite, the other must be the same.
pub fn is_close(wanted: &[f64], found: &[f64], least: f64) -> Result<(), String> {
    if wanted.len() != found.len() {
        return Err(format!("{} numbers, not {}", found.len(), wanted.len()));
    }
    let (mut off, mut size) = (0.0, 0.0);
    for (&a, &b) in wanted.iter().zip(found) {
        match a.is_finite() {
            true => {
                off += (a - b) * (a - b);
                size += a * a;
            }
            false if a == b || a.is_nan() && b.is_nan() => {}
            false => return Err(format!("{b} for {a}")),
        }
    }
    // Written so that NaN fails.
    match off.sqrt() <= TOLERANCE * size.sqrt().max(least.max(f64::MIN_POSITIVE)) {
        true => Ok(()),
        false => Err(format!(
            "off by {} of {}: {found:?} for {wanted:?}",
            off.sqrt(),
            size.sqrt()
        )),
    }
}

/// All elements, example after example.
pub fn numbers(batch: &Batch) -> Vec<f64> {
    match batch {
        Batch::Shared(array) => array.data.clone(),
        Batch::PerExample(arrays) => arrays.iter().flat_map(|array| array.data.clone()).collect(),
    }
}
