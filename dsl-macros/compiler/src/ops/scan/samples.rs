//! Loops to test the rules on: every place a value can take in one.

use super::*;
use crate::ops::elementwise::Elementwise;
use crate::ops::gather::Gather;
use crate::ops::sample::{Arg, Sample, Sampled, any, index};

fn tanh(x: Expr<'_>) -> Expr<'_> {
    x.unary(Elementwise::Tanh)
}

/// A loop over `args`, of which the first are constants, the next carried, the rest stacked.
fn looping(
    [constants, carried]: [usize; 2],
    reversed: bool,
    args: impl Into<Vec<Arg>>,
    body: impl for<'b> Fn(&'b Graph, &[Expr<'b>]) -> Vec<Expr<'b>> + Clone + 'static,
) -> Sample {
    let args = args.into();
    // Values rather than handles go in and out: a handle would tie this closure to one graph.
    let build = move |graph: &Graph, x: &[Expr<'_>]| -> Vec<Val> {
        let x: Vec<Expr<'_>> = x.iter().map(|x| graph.expr(x.val)).collect();
        let (constants, rest) = x.split_at(constants);
        let (carry, stacked) = rest.split_at(carried);
        let args = Arguments {
            constants,
            carry,
            stacked,
        };
        scan(graph, 3, reversed, &args, body.clone())
            .iter()
            .map(|part| part.val)
            .collect()
    };
    let graph = Graph::new();
    let inputs: Vec<Expr<'_>> = args
        .iter()
        .enumerate()
        .map(|(index, arg)| {
            let (name, ty) = (String::new(), arg.ty(Batching::PerExample));
            graph.expr(graph.apply(leaf::Input { index, name, ty }, &[]))
        })
        .collect();
    let part = graph.node(build(&graph, &inputs)[0]);
    let op = graph.node(part.args[0]).op.clone();
    let mut sample = Sample::new(op, args);
    sample.build = Box::new(move |graph, x| build(graph, x).into_iter().map(|val| graph.expr(val)).collect());
    sample
}

impl Sampled for Scan {
    fn samples() -> Vec<Sample> {
        let recurrent = || [any([2, 2]), any([2]), any([2]), any([3, 2])];
        let cell = |x: &[Expr<'_>]| -> Val { tanh(x[0].contract("oi,i->o", x[2]) + x[1] + x[3]).val };
        let mut samples: Vec<Sample> = [false, true]
            .into_iter()
            .map(|reversed| {
                looping([2, 1], reversed, recurrent(), move |graph, x| {
                    let next = graph.expr(cell(x));
                    vec![next, next * x[2]]
                })
                .refuses(
                    [any([2, 2]), any([2]), any([2]), any([4, 2])],
                    "3 steps cannot run over [B, 4, 2]",
                )
                .refuses([any([2, 2]), any([2]), any([3]), any([3, 2])], "begins as [B, 3]")
                .refuses(
                    [any([2, 2]), any([2]), any([2]), any([3, 1])],
                    "reads [B, 2], it is given [B, 1]",
                )
            })
            .collect();
        samples.extend([
            // Nothing carried: a map.
            looping([1, 0], false, [any([2]), any([3, 2])], |_, x| {
                vec![tanh(x[0] * x[1])]
            }),
            // Nothing stacked.
            looping([1, 1], false, [any([2]), any([2])], |_, x| {
                vec![tanh(x[0] * x[1])]
            }),
            // Two carries that change places, one read from the other a step later.
            looping([0, 2], false, [any([2]), any([2])], |_, x| vec![x[1], tanh(x[0])]),
            // A carry that begins per example and is shared after a step; batch statistics within a step.
            looping([1, 1], true, [any([2]), any([2])], |_, x| {
                vec![tanh(x[0].batch_sum() * x[1].batch_sum())]
            }),
            // A carry that may begin shared and differs after a step.
            looping([1, 1], false, [any([2]), any([2])], |_, x| {
                vec![tanh(x[0] * x[1].batch_sum())]
            }),
            // Integers along the loop.
            looping(
                [1, 1],
                false,
                [any([4, 2]), any([2]), index(4, [3])],
                |graph, x| {
                    vec![tanh(
                        x[1] + graph.expr(graph.apply(Gather, &[x[0].val, x[2].val])),
                    )]
                },
            ),
        ]);
        samples
    }
}

/// Parts have no life of their own: they are tested with loops.
impl Sampled for Part {
    fn samples() -> Vec<Sample> {
        vec![looping([0, 1], false, [any([2])], |_, x| {
            vec![tanh(x[0]), x[0] * x[0]]
        })]
    }
}
