//! The meaning of a graph: an evaluator in f64 that is slow, plain and obviously right.

use std::collections::BTreeMap;

pub mod noise;

use super::{BLOCK, Batching, Graph, Shape, Val};
pub use crate::arena::Array;
use crate::ops::Op;
use crate::ops::blocks::{Blocked, blocked};
use crate::ops::scan::Scan;

/// A value of the whole batch: one array if shared, else one for each example (or for each block of them).
#[derive(Clone, Debug, PartialEq)]
pub enum Batch {
    Shared(Array),
    PerExample(Vec<Array>),
}

impl Batch {
    /// The same numbers as a value of this kind: a shared one may stand for each example.
    fn of_batching(self, batching: Batching, examples: usize) -> Batch {
        match (self, batching) {
            (Batch::Shared(array), Batching::PerExample) => Batch::PerExample(vec![array; examples]),
            (batch, _) => batch,
        }
    }

    pub fn of(&self, example: usize) -> &Array {
        match self {
            Batch::Shared(array) => array,
            Batch::PerExample(arrays) => &arrays[example],
        }
    }

    /// The array of a shared value.
    pub fn shared(&self) -> &Array {
        match self {
            Batch::Shared(array) => array,
            Batch::PerExample(_) => unreachable!("a per-example value where a shared one was asked for"),
        }
    }
}

/// The values that the leaves of a graph stand for.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub examples: usize,
    pub inputs: BTreeMap<usize, Batch>,
    pub parameters: BTreeMap<usize, Array>,
    pub buffers: BTreeMap<usize, Array>,
    pub formals: Vec<Batch>,
    /// Fixes the noise, with `step`.
    pub seed: u64,
    /// The steps committed before.
    pub step: u64,
}

/// The values of `outputs`.
pub fn interpret(graph: &Graph, outputs: &[Val], environment: &Environment) -> Vec<Batch> {
    run(graph, outputs, environment, &environment.formals, 0)
}

/// The values of `outputs` of a loop's body with these arguments, at this turn of the loops around it, counted through all
/// of them.
fn run(
    graph: &Graph,
    outputs: &[Val],
    environment: &Environment,
    formals: &[Batch],
    turn: usize,
) -> Vec<Batch> {
    let mut values: BTreeMap<Val, Vec<Batch>> = BTreeMap::new();
    for val in graph.live(outputs) {
        let node = graph.node(val);
        let args: Vec<&[Batch]> = node.args.iter().map(|arg| values[arg].as_slice()).collect();
        let value = match &node.op {
            Op::Input(input) => vec![environment.inputs[&input.index].clone()],
            Op::Parameter(parameter) => vec![Batch::Shared(environment.parameters[&parameter.index].clone())],
            Op::Buffer(buffer) => vec![Batch::Shared(environment.buffers[&buffer.index].clone())],
            Op::Constant(constant) => vec![Batch::Shared(Array::scalar(constant.0.0))],
            Op::BatchSize(_) => vec![Batch::Shared(Array::scalar(environment.examples as f64))],
            Op::Formal(formal) => vec![formals[formal.index].clone()],
            Op::Noise(drawn) => {
                let one = |example: usize| {
                    let number = |element: usize| {
                        let place = noise::Place {
                            site: drawn.site,
                            example,
                            turn,
                            element,
                        };
                        noise::draw(drawn.distribution, environment.seed, environment.step, place)
                    };
                    Array {
                        shape: drawn.shape.clone(),
                        data: (0..drawn.shape.count()).map(number).collect(),
                    }
                };
                vec![Batch::PerExample((0..environment.examples).map(one).collect())]
            }
            Op::ToBlocks(_) => vec![to_blocks(&args[0][0], environment.examples)],
            Op::FromBlocks(_) => {
                let one = |example: usize| of_example(args[0][0].of(example / BLOCK), example % BLOCK);
                vec![Batch::PerExample((0..environment.examples).map(one).collect())]
            }
            Op::BlockSum(_) => {
                let one = |block: usize| {
                    let examples = in_block(block, environment.examples);
                    sum(examples
                        .map(|lane| of_example(args[0][0].of(block), lane))
                        .collect())
                };
                vec![Batch::PerExample(
                    (0..environment.examples.div_ceil(BLOCK)).map(one).collect(),
                )]
            }
            Op::ClearMissing(_) => {
                let one = |block: usize| {
                    let present = in_block(block, environment.examples);
                    Array::from_fn(&node.types[0].shape, |at| match at.last() {
                        Some(lane) if present.contains(lane) => args[0][0].of(block).at(at),
                        _ => 0.0,
                    })
                };
                vec![Batch::PerExample(
                    (0..environment.examples.div_ceil(BLOCK)).map(one).collect(),
                )]
            }
            Op::Blocked(blocked) => {
                let blocks = 0..environment.examples.div_ceil(BLOCK);
                let one = |block: usize| {
                    let args: Vec<&Batch> = args.iter().map(|arg| &arg[0]).collect();
                    run_blocked(blocked, &args, block, environment.examples)
                };
                vec![Batch::PerExample(blocks.map(one).collect())]
            }
            Op::BatchSum(_) => {
                let mut sum = Array::zeros(&node.types[0].shape);
                let parts = match graph.ty(node.args[0]).batching {
                    Batching::PerBlock => environment.examples.div_ceil(BLOCK),
                    _ => environment.examples,
                };
                for example in 0..parts {
                    for (sum, x) in sum.data.iter_mut().zip(&args[0][0].of(example).data) {
                        *sum += x;
                    }
                }
                vec![Batch::Shared(sum)]
            }
            Op::Scan(scan) => {
                let args: Vec<Batch> = args.iter().map(|arg| arg[0].clone()).collect();
                let results = run_scan(scan, &args, environment, turn);
                let typed = results.into_iter().zip(&node.types);
                typed
                    .map(|(result, ty)| result.of_batching(ty.batching, environment.examples))
                    .collect()
            }
            Op::Part(part) => vec![args[0][part.index].clone()],
            op => {
                let one = |example: usize| {
                    op.rules()
                        .evaluate(&args.iter().map(|arg| arg[0].of(example)).collect::<Vec<_>>())
                };
                vec![match node.types[0].batching {
                    Batching::Shared => Batch::Shared(one(0)),
                    Batching::PerExample => Batch::PerExample((0..environment.examples).map(one).collect()),
                    Batching::PerBlock => {
                        let blocks = 0..environment.examples.div_ceil(BLOCK);
                        Batch::PerExample(blocks.map(one).collect())
                    }
                }]
            }
        };
        values.insert(val, value);
    }
    outputs.iter().map(|output| values[output][0].clone()).collect()
}

/// The places of the examples that a block has.
fn in_block(block: usize, examples: usize) -> std::ops::Range<usize> {
    0..(examples - block * BLOCK).min(BLOCK)
}

/// Arrays side by side, in a last axis.
pub fn side_by_side(examples: &[Array]) -> Array {
    let shape = blocked(&examples[0].shape);
    let one = |at: &[usize]| {
        let (lane, place) = at.split_last().expect("the examples are an axis");
        examples[*lane].at(place)
    };
    Array::from_fn(&shape, one)
}

/// The part of a block that belongs to one example.
pub fn of_example(block: &Array, lane: usize) -> Array {
    let shape = Shape(block.shape.0[..block.shape.rank() - 1].to_vec());
    let data = block.data.iter().skip(lane).step_by(BLOCK).copied().collect();
    Array { shape, data }
}

fn to_blocks(value: &Batch, examples: usize) -> Batch {
    let one = |block: usize| {
        let example = |lane: usize| match block * BLOCK + lane {
            example if example < examples => value.of(example).clone(),
            _ => Array::zeros(&value.of(0).shape),
        };
        side_by_side(&(0..BLOCK).map(example).collect::<Vec<Array>>())
    };
    Batch::PerExample((0..examples.div_ceil(BLOCK)).map(one).collect())
}

fn sum(arrays: Vec<Array>) -> Array {
    let mut sum = Array::zeros(&arrays[0].shape);
    for array in arrays {
        sum.data.iter_mut().zip(array.data).for_each(|(sum, x)| *sum += x);
    }
    sum
}

fn run_blocked(blocked: &Blocked, args: &[&Batch], block: usize, examples: usize) -> Array {
    let one = |lane: usize| {
        let args = args.iter().map(|arg| match arg {
            Batch::Shared(array) => array.clone(),
            Batch::PerExample(blocks) => of_example(&blocks[block], lane),
        });
        let args: Vec<Array> = args.collect();
        blocked.op.rules().evaluate(&args.iter().collect::<Vec<&Array>>())
    };
    match blocked.summed {
        true => sum(in_block(block, examples).map(one).collect()),
        false => side_by_side(&(0..BLOCK).map(one).collect::<Vec<Array>>()),
    }
}

/// Runs the body once a step, carrying its state.
fn run_scan(scan: &Scan, args: &[Batch], environment: &Environment, outer: usize) -> Vec<Batch> {
    let examples = environment.examples;
    let (constants, rest) = args.split_at(scan.constants);
    let (start, stacked) = rest.split_at(scan.carried);
    let mut carry: Vec<Batch> = start.to_vec();
    let steps: Vec<usize> = match scan.reversed {
        false => (0..scan.length).collect(),
        true => (0..scan.length).rev().collect(),
    };
    let mut collected: Vec<Vec<Option<Batch>>> =
        vec![vec![None; scan.length]; scan.body.outputs.len() - scan.carried];
    for &t in &steps {
        let slices = stacked.iter().map(|xs| map(xs, |xs| step_of(xs, t)));
        let formals: Vec<Batch> = constants
            .iter()
            .cloned()
            .chain(carry.iter().cloned())
            .chain(slices)
            .collect();
        let mut results = run(
            &scan.body.graph,
            &scan.body.outputs,
            environment,
            &formals,
            outer * scan.length + t,
        );
        for (collected, y) in collected.iter_mut().zip(results.split_off(scan.carried)) {
            collected[t] = Some(y);
        }
        carry = results;
    }
    let stacks = collected.into_iter().map(|steps| {
        let steps: Vec<Batch> = steps
            .into_iter()
            .map(|step| step.expect("every step ran"))
            .collect();
        stack(&steps, examples)
    });
    carry.into_iter().chain(stacks).collect()
}

fn map(batch: &Batch, f: impl Fn(&Array) -> Array) -> Batch {
    match batch {
        Batch::Shared(array) => Batch::Shared(f(array)),
        Batch::PerExample(arrays) => Batch::PerExample(arrays.iter().map(f).collect()),
    }
}

/// The `t`-th slice along the first axis.
fn step_of(xs: &Array, t: usize) -> Array {
    let shape = Shape(xs.shape.0[1..].to_vec());
    let count = shape.count();
    Array {
        shape,
        data: xs.data[t * count..][..count].to_vec(),
    }
}

fn stack(steps: &[Batch], examples: usize) -> Batch {
    let join = |arrays: Vec<&Array>| {
        let shape = std::iter::once(arrays.len())
            .chain(arrays[0].shape.0.iter().copied())
            .collect();
        Array {
            shape: Shape(shape),
            data: arrays.iter().flat_map(|array| array.data.clone()).collect(),
        }
    };
    match steps.iter().all(|step| matches!(step, Batch::Shared(_))) {
        true => Batch::Shared(join(steps.iter().map(|step| step.of(0)).collect())),
        false => {
            let one = |example| join(steps.iter().map(|step| step.of(example)).collect());
            Batch::PerExample((0..examples).map(one).collect())
        }
    }
}
