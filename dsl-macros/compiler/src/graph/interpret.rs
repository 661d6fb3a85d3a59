//! The meaning of a graph: an evaluator in f64 that is slow, plain and obviously right.

use std::collections::BTreeMap;

pub mod noise;

use super::{Batching, Graph, Node, Shape, Val};
pub use crate::arena::Array;
use crate::arena::{Operation, Scan};
use crate::ops::Op;
use crate::ops::leaf::Noise;

/// A value of the whole batch: one array if shared, else one for each example.
#[derive(Clone, Debug, PartialEq)]
pub enum Batch {
    Shared(Array),
    PerExample(Vec<Array>),
}

impl Batch {
    /// The same numbers as a value of this kind: a shared one may stand for each example.
    pub fn of_batching(self, batching: Batching, examples: usize) -> Batch {
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
    /// The part of the direction that belongs to each parameter, for functions that read one.
    pub directions: BTreeMap<usize, Array>,
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

/// The values of `outputs` of a loop's body with these arguments, at this turn of the loops around it, counted
/// through all of them.
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
            Op::Formal(formal) => vec![formals[formal.index].clone()],
            Op::Noise(drawn) => vec![environment.noise(drawn, turn)],
            Op::Part(part) => vec![args[0][part.index].clone()],
            Op::Scan(scan) => {
                let args: Vec<Batch> = args.iter().map(|arg| arg[0].clone()).collect();
                let body = &*scan.body;
                let step =
                    |formals: &[Batch], turn| run(&body.graph, &body.outputs, environment, formals, turn);
                let results = run_scan(scan, &args, environment.examples, turn, step).into_iter();
                let typed = results.zip(&node.types);
                typed
                    .map(|(result, ty)| result.of_batching(ty.batching, environment.examples))
                    .collect()
            }
            _ => {
                let args: Vec<&Batch> = args.iter().map(|arg| &arg[0]).collect();
                vec![environment.value(&node, &args)]
            }
        };
        values.insert(val, value);
    }
    outputs.iter().map(|output| values[output][0].clone()).collect()
}

impl Environment {
    /// The value of a node with one result, from the values of its arguments.
    fn value(&self, node: &Node, args: &[&Batch]) -> Batch {
        match &node.op {
            Op::Input(input) => self.inputs[&input.index].clone(),
            Op::Parameter(parameter) => Batch::Shared(self.parameters[&parameter.index].clone()),
            Op::Direction(direction) => Batch::Shared(self.directions[&direction.index].clone()),
            Op::Buffer(buffer) => Batch::Shared(self.buffers[&buffer.index].clone()),
            Op::Constant(constant) => Batch::Shared(Array::scalar(constant.0.0)),
            Op::BatchSize(_) => Batch::Shared(Array::scalar(self.examples as f64)),
            Op::BatchSum(_) => Batch::Shared(sum(args[0], self.examples, &node.types[0].shape)),
            op => {
                let one = |example: usize| {
                    let args: Vec<&Array> = args.iter().map(|arg| arg.of(example)).collect();
                    op.rules().evaluate(&args)
                };
                match node.types[0].batching {
                    Batching::Shared => Batch::Shared(one(0)),
                    Batching::PerExample => Batch::PerExample((0..self.examples).map(one).collect()),
                }
            }
        }
    }

    /// The random numbers of each example.
    pub fn noise(&self, drawn: &Noise, turn: usize) -> Batch {
        let one = |example: usize| {
            let number = |element: usize| {
                let place = noise::Place {
                    site: drawn.site,
                    example,
                    turn,
                    element,
                };
                noise::draw(drawn.distribution, self.seed, self.step, place)
            };
            Array {
                shape: drawn.shape.clone(),
                data: (0..drawn.shape.count()).map(number).collect(),
            }
        };
        Batch::PerExample((0..self.examples).map(one).collect())
    }
}

/// Σ over the first `count` arrays of a value.
pub fn sum(value: &Batch, count: usize, shape: &Shape) -> Array {
    let mut sum = Array::zeros(shape);
    for example in 0..count {
        for (sum, x) in sum.data.iter_mut().zip(&value.of(example).data) {
            *sum += x;
        }
    }
    sum
}

/// Runs `step(formals, turn)`, which yields the next carry and what the step collects, once for each step of a
/// loop. `outer` is the turn of the loops around it.
pub fn run_scan<O: Operation>(
    scan: &Scan<O>,
    args: &[Batch],
    examples: usize,
    outer: usize,
    mut step: impl FnMut(&[Batch], usize) -> Vec<Batch>,
) -> Vec<Batch> {
    let (constants, rest) = args.split_at(scan.constants);
    let (start, stacked) = rest.split_at(scan.carried);
    let mut carry: Vec<Batch> = start.to_vec();
    let steps: Vec<usize> = match scan.reversed {
        false => (0..scan.length).collect(),
        true => (0..scan.length).rev().collect(),
    };
    let mut collected: Vec<Vec<Batch>> = Vec::new();
    for &t in &steps {
        let slices = stacked.iter().map(|xs| map(xs, |xs| step_of(xs, t)));
        let formals = [constants, &carry].concat().into_iter().chain(slices);
        let mut results = step(&formals.collect::<Vec<Batch>>(), outer * scan.length + t);
        collected.push(results.split_off(scan.carried));
        carry = results;
    }
    if scan.reversed {
        collected.reverse();
    }
    let places = 0..collected.first().map_or(0, Vec::len);
    let stacks = places.map(|place| {
        let steps: Vec<&Batch> = collected.iter().map(|step| &step[place]).collect();
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

fn stack(steps: &[&Batch], examples: usize) -> Batch {
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
