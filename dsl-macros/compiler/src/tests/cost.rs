//! The cost of derivatives in operations: the way back is at most two ways forth, within the four values that a gradient may be
//! by the cheap gradient principle (Baur and Strassen, 1983; Griewank and Walther, 2008), and a product with the Hessian is at
//! most three gradients.

use super::FIXTURES;
use crate::compile::compile;
use crate::elaborate::Derivative;
use crate::plan::cost::flops;

/// Values that value and gradient together may cost: of plain networks, of losses that contain derivatives, and where what is
/// not kept is computed again.
const GRADIENT: [f64; 3] = [3.0, 3.1, 4.0];

/// Gradients that a product with the Hessian may cost.
const HESSIAN: f64 = 3.0;

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
        let kinds = [
            fixture.text.contains(".grad("),
            fixture.text.contains("#[recompute]"),
        ];
        let bound = match kinds {
            [false, false] => GRADIENT[0],
            [true, false] => GRADIENT[1],
            [_, true] => GRADIENT[2],
        };
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
        if value >= SMALL && (gradient > bound || hvp > HESSIAN) {
            beyond.push(format!(
                "{}: gradient {gradient:.2}, product {hvp:.2}",
                fixture.name
            ));
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}
