//! The invariants of loops in an optimised graph.

use crate::graph::{Batching, Function, Val};
use crate::ops::Op;
use std::collections::BTreeSet;

/// Checks the invariants of every loop of an optimised graph.
pub fn assert_tight(function: &Function) {
    for val in function.graph.live(&function.outputs) {
        let Op::Scan(scan) = &function.graph.node(val).op else {
            continue;
        };
        let Function { graph, outputs } = &*scan.body;
        let live = graph.live(outputs);
        let each = |val: Val| (graph.node(val).types.iter()).any(|ty| ty.batching == Batching::PerExample);
        let mixed = live.iter().any(|&val| each(val));
        let args = function.graph.node(val).args.clone();
        let mut read = vec![false; args.len()];
        for &val in &live {
            let node = graph.node(val);
            match &node.op {
                Op::Formal(formal) => read[formal.index] = true,
                Op::Constant(_) | Op::BatchSize(_) | Op::Iota(_) | Op::Noise(_) => {}
                op if node.args.is_empty() => panic!("a leaf within a loop: {op:?}"),
                Op::BatchSum(_) => panic!("a loop crosses the batch"),
                Op::Broadcast(_) | Op::Reshape(_) | Op::Transpose(_) | Op::Slice(_) | Op::Part(_) => {}
                Op::Mark(_) | Op::StopGradient(_) | Op::CustomGradient(_) => panic!("a mark within a loop"),
                op => assert!(
                    !mixed || each(val),
                    "the same for all examples, within a loop: {op:?}"
                ),
            }
        }
        let draws = live.iter().any(|&val| matches!(graph.node(val).op, Op::Noise(_)));
        assert!(scan.length > 1 || draws, "a loop of one step");
        let carried = scan.constants..scan.constants + scan.carried;
        for (index, arg) in args.iter().enumerate() {
            assert!(
                read[index] || carried.contains(&index),
                "argument {index} is not read"
            );
            let again = args[..index].contains(arg) && !carried.contains(&index);
            assert!(!again || carried.contains(&args.iter().position(|other| other == arg).unwrap()));
        }
        let parts: BTreeSet<usize> = (function.graph.live(&function.outputs).into_iter())
            .filter_map(|user| match function.graph.node(user).op {
                Op::Part(part) if function.graph.node(user).args == [val] => Some(part.index),
                _ => None,
            })
            .collect();
        let stacks = scan.carried..outputs.len();
        assert!(
            stacks.clone().all(|part| parts.contains(&part)),
            "a stack nobody reads"
        );
        let collected: BTreeSet<Val> = stacks.clone().map(|part| outputs[part]).collect();
        assert_eq!(collected.len(), stacks.len(), "a value is stacked twice");
        assert_tight(&scan.body);
    }
}
