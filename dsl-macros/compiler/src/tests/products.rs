//! The multiplications of products and convolutions in derivatives: no more than XLA leaves of the same networks. A snapshot
//! shows both, so that a change of either is seen.

use super::FIXTURES;
use crate::compile::compile;
use crate::elaborate::Derivative;
use crate::ops::conv::Geometry;
use crate::ops::kernel::Sizes;
use crate::plan::{Partition, Plan, Size, Step, StepKind};

/// What `record_products.py` wrote: the examples of a batch, then a network a line.
const RECORDED: &str = include_str!("../../../../tests/recorded/products.txt");

/// Operations of a convolution, or of one of its gradients, without those on the zeros around the image.
fn convolution(geometry: &Geometry) -> usize {
    let axis = |axis: usize| {
        let elements = 0..geometry.kernel[axis];
        let places = elements.flat_map(|element| {
            let first = element * geometry.dilation[axis];
            (0..geometry.output[1 + axis]).map(move |place| place * geometry.stride[axis] + first)
        });
        let inside = |place: &usize| {
            let at = place.checked_sub(geometry.pad[axis][0]);
            at.is_some_and(|at| at < geometry.input[1 + axis])
        };
        places.filter(inside).count()
    };
    let [outputs, inputs, ..] = geometry.weight().0[..] else {
        unreachable!("a weight has four axes");
    };
    2 * outputs * inputs * axis(0) * axis(1)
}

/// Operations of a step of one example (of the whole step if it is shared) that are products or convolutions. A product that sums
/// nothing is a multiplication, for XLA too.
fn products_of(step: &Step) -> usize {
    match &step.kind {
        StepKind::Gemm(gemm) if gemm.k == Size::literal(1) => 0,
        StepKind::Gemm(_) => step.flops,
        StepKind::Kernel(call) => match &call.op.kernel.sizes {
            Sizes::Conv2d(geometry) => convolution(geometry),
            _ => 0,
        },
        StepKind::For(loop_) => loop_.length * loop_.steps.iter().map(products_of).sum::<usize>(),
        _ => 0,
    }
}

/// Operations of products and convolutions for so many examples.
fn products(plan: &Plan, examples: usize) -> usize {
    let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
    let each = steps.map(|step| match step.kind.partition() {
        Partition::Alone => products_of(step),
        _ => examples * products_of(step),
    });
    each.sum()
}

#[test]
fn products_of_derivatives_are_no_more_than_xlas() {
    let examples: usize = RECORDED
        .split_whitespace()
        .zip(RECORDED.split_whitespace().skip(1))
        .find_map(|(number, word)| word.starts_with("examples").then(|| number.parse().ok())?)
        .expect("the first line says how many examples");
    let mut beyond = Vec::new();
    let mut table = format!("{examples} examples: network, derivative, operations of products, XLA's\n");
    for line in RECORDED.lines().skip(1) {
        let [name, gradient, jvp, hvp] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("a network and three numbers: {line}");
        };
        let fixture = FIXTURES.iter().find(|fixture| fixture.name == name);
        let fixture = fixture.unwrap_or_else(|| panic!("no network is called {name}"));
        let network = fixture.syntax();
        let mut model = fixture.model();
        for entry in model.entries.iter_mut().filter(|entry| entry.name == "loss") {
            entry.derivatives = vec![Derivative::Jvp, Derivative::Hvp];
        }
        let compiled = compile(&network, model);
        let loss = compiled.entries.iter().find(|entry| entry.entry.name == "loss");
        let loss = loss.expect("every one of them is trained");
        let trained = loss.training.as_ref().unwrap_or(&loss.evaluation);
        let own = trained.gradient.iter().chain(&trained.derivatives);
        let recorded = [gradient, jvp, hvp].map(|number| number.parse::<usize>().expect("a number"));
        for ((form, own), recorded) in ["gradient", "jvp", "hvp"].iter().zip(own).zip(recorded) {
            let own = products(&own.plan, examples);
            table += &format!("{name}, {form}: {own}, {recorded}\n");
            if own > recorded {
                beyond.push(format!("{name}, {form}: {own}, XLA has {recorded}"));
            }
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
    let folder = "../../../../tests/snapshots";
    insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("products_of_derivatives", table);
    });
}
