//! The meaning of a lowered graph: an evaluator in f64 that is slow, plain and obviously right.
//!
//! A value in blocks is held as one array for each block. For the examples that the last block lacks it holds
//! what a kernel would compute there.

use std::collections::BTreeMap;
use std::ops::Range;

use super::channels_last::{to_first, to_last};
use super::{
    BLOCK, Border, Computes, Function, Layout, Leaf, Lowered, PerExample, Shape, Type, Val, blocked,
};
use crate::arena::Node;
use crate::graph::Batching;
use crate::graph::interpret::{Array, Batch, Environment, run_scan, sum};
use crate::ops::movement::Transpose;
use crate::ops::{Op, Operator};

/// The values of the outputs.
pub fn interpret(function: &Function, environment: &Environment) -> Vec<Batch> {
    run(function, environment, &environment.formals, 0)
}

/// The outputs of a loop's body with these arguments, at this turn of the loops around it, counted through
/// all of them.
fn run(function: &Function, environment: &Environment, formals: &[Batch], turn: usize) -> Vec<Batch> {
    let Function { graph, outputs } = function;
    let mut values: BTreeMap<Val, Vec<Batch>> = BTreeMap::new();
    for val in graph.live(outputs) {
        let node = graph.node(val);
        let args: Vec<&[Batch]> = node.args.iter().map(|arg| values[arg].as_slice()).collect();
        let value = match &node.op {
            Lowered::Leaf(Leaf::Formal { index, .. }) => vec![formals[*index].clone()],
            Lowered::Draw(drawn) => vec![environment.noise(drawn, turn)],
            Lowered::Part(part) => vec![args[0][*part].clone()],
            Lowered::Scan(scan) => {
                let args: Vec<Batch> = args.iter().map(|arg| arg[0].clone()).collect();
                let step = |formals: &[Batch], turn| run(&scan.body, environment, formals, turn);
                let results = run_scan(scan, &args, environment.examples, turn, step).into_iter();
                let batching = |layout: Layout| match layout {
                    Layout::Shared => Batching::Shared,
                    Layout::Examples | Layout::Blocks => Batching::PerExample,
                };
                let typed = results.zip(&node.types);
                typed
                    .map(|(result, ty)| result.of_batching(batching(ty.layout), environment.examples))
                    .collect()
            }
            _ => {
                let args: Vec<&Batch> = args.iter().map(|arg| &arg[0]).collect();
                let types: Vec<Type> = node.args.iter().map(|&arg| graph.ty(arg)).collect();
                vec![value(&node, &types, &args, environment)]
            }
        };
        values.insert(val, value);
    }
    outputs.iter().map(|output| values[output][0].clone()).collect()
}

/// The value of a node with one result, from the values of its arguments.
fn value(node: &Node<Lowered>, types: &[Type], args: &[&Batch], environment: &Environment) -> Batch {
    let examples = environment.examples;
    let Type { layout, shape, .. } = &node.types[0];
    let one: Box<dyn Fn(usize) -> Array> = match &node.op {
        Lowered::Leaf(leaf) => return of_leaf(leaf, environment),
        Lowered::BatchSum => return Batch::Shared(sum(args[0], types[0].layout.units(examples), shape)),
        Lowered::Kernel(op) => match &op.computes {
            Computes::Border(border) => Box::new(|unit| cross(*border, args[0], unit, examples, shape)),
            Computes::InBlocks { op, summed } => {
                Box::new(|block| in_blocks(op, *summed, args, types, block, examples))
            }
            Computes::ChannelsLast(op) => Box::new(|unit| {
                let args: Vec<&Array> = args.iter().map(|arg| arg.of(unit)).collect();
                of_channels_last(op, &args)
            }),
            Computes::Operator(op) => Box::new(|unit| {
                op.rules()
                    .evaluate(&args.iter().map(|arg| arg.of(unit)).collect::<Vec<_>>())
            }),
        },
        op => {
            let rules = op.rules().expect("the others have been met above");
            Box::new(|unit| rules.evaluate(&args.iter().map(|arg| arg.of(unit)).collect::<Vec<_>>()))
        }
    };
    match layout {
        Layout::Shared => Batch::Shared(one(0)),
        _ => Batch::PerExample((0..layout.units(examples)).map(one).collect()),
    }
}

fn of_leaf(leaf: &Leaf, environment: &Environment) -> Batch {
    match leaf {
        Leaf::Input(input) => environment.inputs[&input.index].clone(),
        Leaf::Parameter(parameter) => Batch::Shared(environment.parameters[&parameter.index].clone()),
        Leaf::Direction(direction) => Batch::Shared(environment.directions[&direction.index].clone()),
        Leaf::Buffer(buffer) => Batch::Shared(environment.buffers[&buffer.index].clone()),
        Leaf::Constant(constant) => Batch::Shared(Array::scalar(constant.0.0)),
        Leaf::BatchSize => Batch::Shared(Array::scalar(environment.examples as f64)),
        Leaf::Formal { .. } => unreachable!("arguments of a body are handed to it"),
    }
}

/// The places of the examples that a block has.
fn present(block: usize, examples: usize) -> Range<usize> {
    0..(examples - block * BLOCK).min(BLOCK)
}

/// The result of a kernel at the border of a region of blocks, for one example or block.
fn cross(border: Border, value: &Batch, unit: usize, examples: usize, shape: &Shape) -> Array {
    let present = present(if border == Border::FromBlocks { 0 } else { unit }, examples);
    match border {
        Border::ToBlocks => {
            let example = |lane: usize| match present.contains(&lane) {
                true => value.of(unit * BLOCK + lane).clone(),
                false => Array::zeros(&value.of(0).shape),
            };
            side_by_side(&(0..BLOCK).map(example).collect::<Vec<Array>>())
        }
        Border::FromBlocks => of_example(value.of(unit / BLOCK), unit % BLOCK),
        Border::BlockSum => {
            let lanes = present.map(|lane| of_example(value.of(unit), lane));
            sum_of(&lanes.collect::<Vec<Array>>())
        }
        Border::ClearMissing => Array::from_fn(shape, |at| match at.last() {
            Some(lane) if present.contains(lane) => value.of(unit).at(at),
            _ => 0.0,
        }),
    }
}

/// The result of a kernel on all examples of a block.
fn in_blocks(
    op: &PerExample,
    summed: bool,
    args: &[&Batch],
    types: &[Type],
    block: usize,
    examples: usize,
) -> Array {
    let one = |lane: usize| {
        let args = args.iter().zip(types).map(|(arg, ty)| match ty.layout {
            Layout::Blocks => of_example(arg.of(block), lane),
            _ => arg.of(0).clone(),
        });
        let args: Vec<Array> = args.collect();
        op.evaluate(&args.iter().collect::<Vec<&Array>>())
    };
    match summed {
        true => sum_of(&present(block, examples).map(one).collect::<Vec<Array>>()),
        false => side_by_side(&(0..BLOCK).map(one).collect::<Vec<Array>>()),
    }
}

/// The result of an operator on images whose channels lie last.
pub fn of_channels_last(op: &Op, args: &[&Array]) -> Array {
    let transposed = |array: &Array, order: fn(usize) -> Vec<usize>| {
        let order = order(array.shape.rank());
        Transpose { order }.evaluate(&[array])
    };
    let image = transposed(args[0], to_first);
    let rest = args[1..].iter().copied();
    let args: Vec<&Array> = std::iter::once(&image).chain(rest).collect();
    transposed(&op.rules().evaluate(&args), to_last)
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

fn sum_of(arrays: &[Array]) -> Array {
    sum(
        &Batch::PerExample(arrays.to_vec()),
        arrays.len(),
        &arrays[0].shape,
    )
}
