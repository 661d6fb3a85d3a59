//! The cost of derivatives in operations: a gradient is at most four values (the cheap gradient principle; Baur and
//! Strassen, 1983; Griewank and Walther, 2008), a product with the Hessian at most three gradients.

use super::FIXTURES;
use crate::compile::compile;
use crate::elaborate::Derivative;
use crate::emit::rust::docs::flops;
use crate::ops::scan::Scan;

/// Gradients that a product with the Hessian may cost: of networks without loops, and of others, whose gates it multiplies.
const HESSIAN: [f64; 2] = [3.0, 3.5];

/// Operations of an example from which on a network is more than what its few elements need.
const SMALL: usize = 500;

#[test]
fn derivatives_cost_a_small_multiple_of_the_value() {
    let mut beyond = Vec::new();
    for fixture in FIXTURES {
        let network = fixture.syntax();
        let mut model = fixture.model();
        for entry in &mut model.entries {
            let asks = entry.name == "loss" && entry.derivatives.is_empty();
            entry.derivatives.extend(asks.then_some(Derivative::Hvp));
        }
        let has_loops = model.entries.iter().any(|entry| {
            let graph = &entry.function.graph;
            graph.vals().any(|val| graph.node(val).op.is::<Scan>())
        });
        let compiled = compile(&network, model);
        let Some(loss) = compiled.entries.iter().find(|entry| entry.entry.name == "loss") else {
            continue;
        };
        let trained = loss.training.as_ref().unwrap_or(&loss.evaluation);
        let value = flops(&trained.results);
        let gradient = trained
            .gradient
            .as_ref()
            .map_or(0, |gradient| flops(&gradient.plan));
        let asked = loss.entry.derivatives.iter().zip(&trained.derivatives);
        let hvp = asked
            .filter(|(asked, _)| matches!(asked, Derivative::Hvp))
            .map(|(_, plan)| flops(&plan.plan));
        let hvp = hvp.max().unwrap_or(0);
        let ratio = |of: usize, to: usize| of as f64 / to as f64;
        let (gradient, hvp) = (ratio(gradient, value), ratio(hvp, gradient));
        if value >= SMALL && (gradient > 4.0 || hvp > HESSIAN[usize::from(has_loops)]) {
            beyond.push(format!(
                "{}: gradient {gradient:.2}, product {hvp:.2}",
                fixture.name
            ));
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}
