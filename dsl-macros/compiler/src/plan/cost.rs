//! What a plan costs, counted from its steps.

use super::{Extent, Operand, Partition, Plan, Source, Step, StepKind, View};
use crate::ops::Sizes;

/// The examples of a block.
const BLOCK: usize = 16;

/// The work and the traffic of one run of a plan. Numbers that cannot be counted any more are the largest there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Floating-point operations of matrix products and convolutions, their epilogues included, for one example.
    pub products: usize,
    /// All other floating-point operations for one example.
    pub others: usize,
    /// Elements that steps read and write, for one example: each operand of a step once.
    pub moved: usize,
    /// The same of what the batch shares, for the whole batch.
    pub shared: usize,
}

impl Plan {
    /// Counts all steps; those of a loop as often as it turns.
    pub fn cost(&self) -> Cost {
        let mut count = Count {
            plan: self,
            cost: Cost::default(),
            sixteenths: 0,
        };
        for step in self.phases.iter().flat_map(|phase| &phase.steps) {
            // What one worker does for the whole batch is no work of an example.
            count.step(step, 1, step.kind.partition() != Partition::Alone);
        }
        Cost {
            moved: count.sixteenths.div_ceil(BLOCK),
            ..count.cost
        }
    }
}

/// All operations of one example.
#[cfg(test)]
pub fn flops(plan: &Plan) -> usize {
    let cost = plan.cost();
    cost.products.saturating_add(cost.others)
}

struct Count<'p> {
    plan: &'p Plan,
    cost: Cost,
    /// Elements moved for a block of 16 examples.
    sixteenths: usize,
}

impl Count<'_> {
    fn step(&mut self, step: &Step, turns: usize, of_example: bool) {
        if let StepKind::For(for_loop) = &step.kind {
            let turns = turns.saturating_mul(for_loop.length);
            for step in &for_loop.steps {
                self.step(step, turns, of_example);
            }
            return;
        }
        let is_product = match &step.kind {
            StepKind::Gemm(_) => true,
            StepKind::Kernel(call) => matches!(call.op.kernel.sizes, Sizes::Conv2d(_)),
            _ => false,
        };
        let flops = match of_example {
            true => step.flops.saturating_mul(turns),
            false => 0,
        };
        let total = match is_product {
            true => &mut self.cost.products,
            false => &mut self.cost.others,
        };
        *total = total.saturating_add(flops);
        for operand in step.kind.reads().into_iter().chain(step.kind.writes()) {
            self.operand(operand, turns);
        }
    }

    fn operand(&mut self, operand: &Operand, turns: usize) {
        let elements = distinct(&operand.view).saturating_mul(turns);
        let in_blocks = match operand.source {
            Source::Value(value) => matches!(self.plan.values[value].extent, Extent::Blocks(_)),
            _ => false,
        };
        let (total, elements) = match operand.per_example {
            None => (&mut self.cost.shared, elements),
            Some(_) if in_blocks => (&mut self.sixteenths, elements),
            Some(_) => (&mut self.sixteenths, elements.saturating_mul(BLOCK)),
        };
        *total = total.saturating_add(elements);
    }
}

/// The elements that a view visits, each counted once: a broadcast visits the same again, windows overlap.
fn distinct(view: &View) -> usize {
    let axes = || {
        view.shape
            .0
            .iter()
            .zip(&view.strides)
            .filter(|(_, stride)| **stride > 0)
    };
    let visits: usize = axes().map(|(size, _)| *size).product();
    let span = axes()
        .map(|(size, stride)| size.saturating_sub(1) * stride)
        .sum::<usize>()
        + 1;
    match view.shape.count() {
        0 => 0,
        _ => visits.min(span),
    }
}

#[cfg(test)]
mod tests {
    use super::distinct;
    use crate::graph::Shape;
    use crate::plan::{Partition, operations};
    use crate::tests::fixture;
    use crate::view::View;

    #[test]
    fn broadcasts_and_windows_visit_elements_again() {
        let whole = View::whole(&Shape::from([3, 4]));
        assert_eq!(distinct(&whole), 12);
        assert_eq!(
            distinct(&View::whole(&Shape::from([4])).broadcast(&Shape::from([3, 4]), &[1])),
            4
        );
        let windows = View {
            shape: Shape::from([5, 3]),
            strides: vec![1, 1],
            offset: 0,
        };
        assert_eq!(distinct(&windows), 7);
    }

    /// `image.dense(128).relu().dense(10)` of 784 numbers, by hand.
    #[test]
    fn the_perceptron_costs_what_its_products_say() {
        fixture("mlp").compiled(|compiled| {
            let logits = compiled.entries.iter().find(|entry| entry.entry.name == "logits");
            let cost = logits.expect("it has scores").evaluation.results.cost();
            // A multiplication and an addition for each weight, a bias for each result, a rectifier.
            let flops = 2 * (784 * 128 + 128 * 10) + 128 + 128 + 10;
            assert!(
                cost.products.abs_diff(flops) <= 2 * 138 && cost.others == 0,
                "{cost:?}"
            );
            assert_eq!(cost.moved, 784 + 128 + 128 + 10);
            assert_eq!(cost.shared, 784 * 128 + 128 + 128 * 10 + 10);
        });
    }

    /// Steps count their loops, in one way or the other.
    #[test]
    fn the_parts_add_up_to_the_operations_of_the_steps() {
        for name in ["lenet", "lstm", "oscillator"] {
            fixture(name).compiled(|compiled| {
                for plan in compiled.entries.iter().flat_map(|entry| entry.plans()) {
                    let cost = plan.cost();
                    let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
                    let repeated = steps.filter(|step| step.kind.partition() != Partition::Alone);
                    assert_eq!(cost.products + cost.others, operations(repeated), "{name}");
                    assert!(cost.moved > 0, "{name}");
                }
            });
        }
    }
}
