//! What `#[recompute]` costs and saves: the same gradient, in less memory, for at most one more way forth.

use super::leaves::Leaves;
use super::{FIXTURES, Fixture, fixture};
use crate::compile::differentiate;
use crate::emit::rust::docs::memory;
use crate::graph::interpret::interpret;
use crate::optimise::optimise;
use crate::plan::cost::flops;
use crate::schedule::check::numbers;

/// The network without its attributes.
fn kept(fixture: &Fixture) -> Fixture {
    Fixture {
        name: fixture.name,
        text: fixture.text.replace("#[recompute]", "").leak(),
    }
}

/// A deep network of one kind of block.
fn deep(block: &str) -> Fixture {
    let text = format!(
        "network! {{ pub struct Deep; #[recompute] {block}
        pub fn loss(&self, x: Tensor<4, 8, 8>, class: Index<3>) -> Scalar {{
            let mut x = x;
            for _ in 0..12 {{ x = x.block(); }}
            x.global_mean_pool().dense(3).softmax_cross_entropy(class)
        }} }}"
    );
    Fixture {
        name: "deep",
        text: text.leak(),
    }
}

/// Operations and memory of an example of a training step.
fn cost(fixture: &Fixture) -> [f64; 2] {
    fixture.compiled(|network| {
        let loss = network.entries.iter().find(|entry| entry.entry.name == "loss");
        let loss = loss.expect("it is trained");
        let trained = loss.training.as_ref().unwrap_or(&loss.evaluation);
        let plan = &trained.gradient.as_ref().expect("it has parameters").plan;
        [flops(plan) as f64, memory(plan).1 as f64]
    })
}

#[test]
fn gradients_are_those_of_what_is_kept() {
    let recomputed = fixture("recomputed");
    let gradients = [recomputed, &kept(recomputed)].map(|fixture| {
        let model = fixture.model();
        let mut leaves = Leaves::of(&model);
        let entry = model.entries.iter().find(|entry| entry.name == "loss");
        let entry = entry.expect("it is trained");
        let environment = leaves.environment(&entry.inputs, 3);
        let each = entry.functions().map(|function| {
            let derivative = optimise(differentiate(function, 0).function);
            let values = interpret(&derivative.graph, &derivative.outputs, &environment);
            values.iter().flat_map(numbers).collect::<Vec<f64>>()
        });
        each.collect::<Vec<_>>()
    });
    for (again, kept) in gradients[0].iter().zip(&gradients[1]) {
        assert!(again.len() == kept.len() && kept.len() > 100);
        // Loops are divided otherwise, so that sums may have another order.
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-13 * (1.0 + b.abs());
        assert!(again.iter().zip(kept).all(close), "{again:?}, {kept:?}");
    }
}

#[test]
fn memory_holds_what_blocks_are_given() {
    let blocks = [
        "fn block(x: Tensor<4, _, _>) -> Tensor<4, _, _> {
            (x + x.conv(4, 3, pad = 1).batch_norm().silu().conv(4, 3, pad = 1).batch_norm()).relu()
        }",
        "fn block(x: Tensor<4, _, _>) -> Tensor<4, _, _> {
            x + x.conv(12, 1).tanh().conv(12, 3, pad = 1).tanh().conv(4, 1)
        }",
        "fn block(x: Tensor<4, _, _>) -> Tensor<4, _, _> {
            x.reshape([4, 64]).encoder_layer(heads = 2, hidden = 256).reshape([4, 8, 8])
        }",
    ];
    for block in blocks {
        let recomputed = deep(block);
        let [again, kept] = [cost(&recomputed), cost(&kept(&recomputed))];
        assert!(
            again[1] < 0.5 * kept[1],
            "memory of {block}: {} of {}",
            again[1],
            kept[1]
        );
        assert!(
            again[0] < 4.0 / 3.0 * kept[0],
            "operations of {block}: {} of {}",
            again[0],
            kept[0]
        );
    }
}

/// An attribute that nothing is computed under changes nothing, and other networks have none.
#[test]
fn only_what_is_asked_for_is_computed_again() {
    for fixture in FIXTURES.iter().filter(|fixture| fixture.name != "recomputed") {
        let again = fixture.compiled(|network| {
            let plans = network
                .entries
                .iter()
                .filter_map(|entry| entry.evaluation.gradient.as_ref());
            let mut steps = plans
                .flat_map(|gradient| &gradient.plan.phases)
                .flat_map(|phase| &phase.steps);
            steps.any(|step| step.again)
        });
        assert!(!again, "{}", fixture.name);
    }
}
