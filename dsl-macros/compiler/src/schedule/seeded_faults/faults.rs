//! The faults, each with the network whose plan it is made in and the checkers that find it.

use super::Network;
use crate::lowered::{Layout, ScalarOp};
use crate::ops::KernelFunction;
use crate::ops::elementwise::Elementwise;
use crate::ops::epilogue::Stage;
use crate::plan::*;

/// A way to break a plan.
pub struct Fault {
    pub what: &'static str,
    pub network: Network,
    /// Breaks the plan; returns true if it did.
    pub make: fn(&mut Plan) -> bool,
    /// True for each of verifier and interpreter that finds the fault.
    pub found: [bool; 2],
}

const BOTH: [bool; 2] = [true, true];
const INTERPRETER: [bool; 2] = [false, true];
const VERIFIER: [bool; 2] = [true, false];

pub const FAULTS: &[Fault] = &[
    Fault {
        // Where a factor lies is not what a product means.
        what: "a factor that is no parameter is read packed",
        network: Network::Perceptron,
        make: |plan| {
            first_gemm(plan, |gemm| {
                gemm.packed = matches!(gemm.b.source, Source::Value(_));
                gemm.packed
            })
        },
        found: VERIFIER,
    },
    Fault {
        // What a kernel is told of its images is not what an operator means.
        what: "a convolution of blocks is called for images whose channels lie last",
        network: Network::Convolution,
        make: |plan| {
            first(plan, |kind| match kind {
                StepKind::Kernel(call) if call.op.kernel.function == KernelFunction::Conv2dBlocks => {
                    call.op.kernel.function = KernelFunction::Conv2dChannelsLast;
                    true
                }
                _ => false,
            })
        },
        found: VERIFIER,
    },
    Fault {
        what: "a part that all examples share is written for the first one alone",
        network: Network::Joined,
        make: |plan| {
            let phase = plan
                .phases
                .iter()
                .position(|phase| phase.partition == Partition::Examples);
            let Some(phase) = phase else { return false };
            let is_copy = |step: &Step| match &step.kind {
                StepKind::Loop(nest) => nest
                    .operands
                    .iter()
                    .any(|operand| matches!(operand.source, Source::Parameter(_))),
                _ => false,
            };
            let Some(place) = plan.phases[phase].steps.iter().position(is_copy) else {
                return false;
            };
            let mut step = plan.phases[phase].steps.remove(place);
            if let StepKind::Loop(nest) = &mut step.kind {
                nest.layout = Layout::Shared;
            }
            let alone = Phase {
                partition: Partition::Alone,
                steps: vec![step],
            };
            plan.phases.insert(phase, alone);
            true
        },
        found: BOTH,
    },
    Fault {
        what: "what a padding leaves free is not cleared",
        network: Network::Joined,
        make: |plan| without(plan, |kind| matches!(kind, StepKind::Clear(_))),
        found: BOTH,
    },
    Fault {
        what: "a kernel is called for all examples on what one has",
        network: Network::Joined,
        make: |plan| {
            first(plan, |kind| match kind {
                StepKind::Kernel(call) => {
                    call.mode = CallMode::Once;
                    true
                }
                _ => false,
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a bias lies along the wrong axis",
        network: Network::Joined,
        make: |plan| {
            first_gemm(plan, |gemm| {
                let is_it = matches!(gemm.epilogue.stages[..], [Stage::Bias(_)]);
                if is_it {
                    // Exchanges the product's rows and columns, four of each, and those of its factors.
                    (gemm.loops, gemm.m) = (vec![(Size::examples(), [0, 12, 16])], Size::literal(4));
                    (gemm.a, gemm.b) = (gemm.b.clone(), gemm.a.clone());
                    let turned = |[one, other]: [usize; 2]| [other, one];
                    (gemm.a_strides, gemm.b_strides) = (turned(gemm.b_strides), turned(gemm.a_strides));
                }
                is_it
            })
        },
        found: INTERPRETER,
    },
    Fault {
        what: "a vector is longer than a product has columns",
        network: Network::Perceptron,
        make: |plan| {
            first_gemm(plan, |gemm| match &mut gemm.epilogue.stages[..] {
                [Stage::Bias(bias), ..] => {
                    bias.view.shape.0[0] -= 1;
                    true
                }
                _ => false,
            })
        },
        found: BOTH,
    },
    Fault {
        what: "the factors of a product are exchanged",
        network: Network::Recurrent,
        make: |plan| {
            first_gemm(plan, |gemm| {
                let alike = gemm.a.view == gemm.b.view && gemm.a.per_example == gemm.b.per_example;
                if alike {
                    (gemm.a, gemm.b) = (gemm.b.clone(), gemm.a.clone());
                }
                alike && gemm.a != gemm.b
            })
        },
        found: INTERPRETER,
    },
    Fault {
        what: "a factor is read by its columns",
        network: Network::Perceptron,
        make: |plan| {
            first_gemm(plan, |gemm| {
                gemm.b_strides.reverse();
                gemm.b.per_example.is_none()
            })
        },
        found: INTERPRETER,
    },
    Fault {
        what: "a factor's rows are one element too far apart",
        network: Network::Perceptron,
        make: |plan| {
            first_gemm(plan, |gemm| {
                gemm.a_strides[0] += 1;
                true
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a sum over the batch is of its first example",
        network: Network::Perceptron,
        make: |plan| {
            first_gemm(plan, |gemm| {
                let is_it = gemm.k == Size::examples();
                gemm.k = Size::literal(1);
                is_it
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a term is dropped",
        network: Network::Recurrent,
        make: |plan| replaced(plan, Elementwise::Add, |args| args[0].clone()),
        found: INTERPRETER,
    },
    Fault {
        what: "a difference is taken the other way round",
        network: Network::Perceptron,
        make: |plan| {
            replaced(plan, Elementwise::Sub, |args| Scalar::Apply {
                op: ScalarOp::Elementwise(Elementwise::Sub),
                args: vec![args[1].clone(), args[0].clone()],
            })
        },
        found: INTERPRETER,
    },
    Fault {
        what: "a value is not stored",
        network: Network::Perceptron,
        make: |plan| {
            first_loop(plan, |nest| {
                let mut stores = nest.statements.iter_mut().map(|statement| &mut statement.store);
                stores.next_back().is_some_and(|store| store.take().is_some())
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a loop leaves out its last element",
        network: Network::Perceptron,
        make: |plan| {
            first_loop(plan, |nest| {
                let Some(last) = nest.shape.0.last_mut().filter(|last| **last > 1) else {
                    return false;
                };
                *last -= 1;
                let stores = nest
                    .statements
                    .iter_mut()
                    .filter_map(|statement| statement.store.as_mut());
                for operand in nest.operands.iter_mut().chain(stores) {
                    operand.view.shape = nest.shape.clone();
                }
                true
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a gate is another value's",
        network: Network::Perceptron,
        make: |plan| {
            first_gemm(plan, |gemm| {
                let other = gemm.a.clone();
                match &mut gemm.epilogue.stages[..] {
                    [Stage::Gate(gate)] => {
                        *gate = other;
                        true
                    }
                    _ => false,
                }
            })
        },
        found: INTERPRETER,
    },
    Fault {
        what: "steps run before what they read is there",
        network: Network::Perceptron,
        make: |plan| {
            let phase = plan.phases.iter_mut().find(|phase| phase.steps.len() > 1);
            phase.map(|phase| phase.steps.reverse()).is_some()
        },
        found: BOTH,
    },
    Fault {
        what: "a phase goes by rows that goes by examples",
        network: Network::Perceptron,
        make: |plan| {
            let phase = plan
                .phases
                .iter_mut()
                .find(|phase| phase.partition == Partition::Examples);
            phase.map(|phase| phase.partition = Partition::Rows).is_some()
        },
        found: BOTH,
    },
    Fault {
        what: "what goes by rows is shared out by examples",
        network: Network::Perceptron,
        make: |plan| {
            let phase = plan
                .phases
                .iter_mut()
                .find(|phase| phase.partition == Partition::Rows);
            phase.map(|phase| phase.partition = Partition::Examples).is_some()
        },
        found: BOTH,
    },
    Fault {
        what: "a slot is too small for its value",
        network: Network::Perceptron,
        make: |plan| {
            let slots = plan.slots.iter_mut();
            let mut wide = slots.filter_map(|slot| match slot {
                Extent::Examples(width) if *width > 1 => Some(width),
                _ => None,
            });
            wide.next().map(|width| *width -= 1).is_some()
        },
        found: BOTH,
    },
    Fault {
        what: "a turn of a loop over time stores where the first does",
        network: Network::Recurrent,
        make: |plan| {
            first(plan, |kind| match kind {
                StepKind::Loop(nest) => {
                    let stores = nest
                        .statements
                        .iter_mut()
                        .filter_map(|statement| statement.store.as_mut());
                    let mut stacked = stores.filter(|store| !store.loop_strides.is_empty());
                    stacked.next().map(|store| store.loop_strides.clear()).is_some()
                }
                _ => false,
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a loop over time goes the other way",
        network: Network::Recurrent,
        make: |plan| {
            first(plan, |kind| match kind {
                StepKind::For(for_loop) => {
                    for_loop.reversed = !for_loop.reversed;
                    true
                }
                _ => false,
            })
        },
        found: INTERPRETER,
    },
    Fault {
        what: "a loop over time ends one turn early",
        network: Network::Recurrent,
        make: |plan| {
            first(plan, |kind| match kind {
                StepKind::For(for_loop) => {
                    for_loop.length -= 1;
                    true
                }
                _ => false,
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a state begins with what memory holds",
        network: Network::Recurrent,
        make: |plan| {
            without(plan, |kind| match kind {
                StepKind::Loop(nest) => nest.statements[0].value == Scalar::Constant(0.0),
                _ => false,
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a sum over blocks takes in examples that are missing",
        network: Network::Convolution,
        make: |plan| {
            without(plan, |kind| match kind {
                StepKind::Kernel(call) => call.op.is_in_place(),
                _ => false,
            })
        },
        found: INTERPRETER,
    },
    Fault {
        what: "the partial sums of blocks are taken for the whole",
        network: Network::Convolution,
        make: |plan| {
            first(plan, |kind| match kind {
                StepKind::SumBlocks { partials, result } => {
                    *kind = StepKind::SumExamples {
                        x: partials.clone(),
                        result: result.clone(),
                    };
                    true
                }
                _ => false,
            })
        },
        found: BOTH,
    },
    Fault {
        what: "an operand begins one element late",
        network: Network::Convolution,
        make: |plan| {
            first_loop(plan, |nest| {
                let operand = nest
                    .operands
                    .iter_mut()
                    .find(|operand| operand.per_example.is_some());
                operand.map(|operand| operand.view.offset += 1).is_some()
            })
        },
        found: BOTH,
    },
    Fault {
        what: "a result is another value",
        network: Network::Perceptron,
        make: |plan| {
            let Source::Value(value) = plan.outputs[0] else {
                return false;
            };
            let slot = |value: usize| plan.values[value].slot;
            let elsewhere = |other: &usize| slot(*other) < plan.slots.len() && slot(*other) != slot(value);
            let other = (0..plan.values.len()).rev().find(elsewhere);
            plan.outputs = other.map_or(Vec::new(), |other| vec![Source::Value(other)]);
            true
        },
        found: INTERPRETER,
    },
];

/// Applies `change` to each step, including those in loops over time, until it returns true.
fn first(plan: &mut Plan, mut change: impl FnMut(&mut StepKind) -> bool) -> bool {
    fn within(steps: &mut [Step], change: &mut dyn FnMut(&mut StepKind) -> bool) -> bool {
        steps.iter_mut().any(|step| {
            let inside = match &mut step.kind {
                StepKind::For(for_loop) => within(&mut for_loop.steps, change),
                _ => false,
            };
            inside || change(&mut step.kind)
        })
    }
    let phases = &mut plan.phases;
    phases
        .iter_mut()
        .any(|phase| within(&mut phase.steps, &mut change))
}

fn first_gemm(plan: &mut Plan, mut change: impl FnMut(&mut Gemm) -> bool) -> bool {
    first(plan, |kind| match kind {
        StepKind::Gemm(gemm) => change(gemm),
        _ => false,
    })
}

fn first_loop(plan: &mut Plan, mut change: impl FnMut(&mut Loop) -> bool) -> bool {
    first(plan, |kind| match kind {
        StepKind::Loop(nest) => change(nest),
        _ => false,
    })
}

/// Replaces the first use of an operator in any expression by `to` of its arguments.
fn replaced(plan: &mut Plan, word: Elementwise, to: fn(&[Scalar]) -> Scalar) -> bool {
    first_loop(plan, |nest| {
        nest.statements.iter_mut().any(|statement| {
            let mut found = false;
            statement.value = statement.value.rewrite(&mut |part| match part {
                Scalar::Apply { op, args } if *op == ScalarOp::Elementwise(word) && !found => {
                    found = true;
                    Some(to(args))
                }
                _ => None,
            });
            found
        })
    })
}

/// Removes the first step of a kind.
fn without(plan: &mut Plan, is_it: fn(&StepKind) -> bool) -> bool {
    plan.phases.iter_mut().any(|phase| {
        let place = phase.steps.iter().position(|step| is_it(&step.kind));
        place.map(|place| phase.steps.remove(place)).is_some()
    })
}
