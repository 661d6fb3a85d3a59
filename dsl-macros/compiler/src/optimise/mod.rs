//! Graph → simpler graph of the same meaning: named rewrite rules, common subexpressions, dead values, folded
//! numbers, and forms that are stable in floating point.
//!
//! A rule is a line of a table: its name, the operators it looks at, and what it finds. The tables stand one theme a
//! file. What a user gains is that formulas may be written as in a textbook, and that the printed gradient reads like
//! the one a textbook derives.

mod after_differentiation;
mod arithmetic;
mod batch;
mod centred;
mod contract;
mod factor;
mod indices;
mod loop_results;
mod loops;
mod masks;
mod movement;
mod output_batching;
mod pattern;
mod pooling;
mod reduce;
mod rewrite;
mod rule;
mod stabilise;
#[cfg(test)]
mod tests;

use crate::graph::Function;
use rule::{Rule, Table};

/// Themes that keep derivatives as they are, and so may run before differentiation.
const BEFORE_DIFFERENTIATION: &[&[Rule]] = &[
    masks::RULES,
    arithmetic::RULES,
    stabilise::RULES,
    loop_results::RULES,
];

/// Every theme.
const ALL: &[&[Rule]] = &[
    after_differentiation::RULES,
    masks::RULES,
    arithmetic::RULES,
    stabilise::RULES,
    movement::RULES,
    loop_results::RULES,
    reduce::RULES,
    contract::RULES,
    centred::RULES,
    batch::RULES,
    pooling::RULES,
    indices::RULES,
];

/// Times that loops are rearranged and the rules applied to what that leaves; a loop in a loop takes a few.
const MOST_ROUNDS: usize = 8;

/// The function in forms that neither overflow nor cancel, ready to be differentiated: `log(softmax(x))`,
/// `log(1 + exp(x))`, cross-entropies as they are written in a textbook. Every rewrite keeps the derivatives, so
/// gradients come out stable too. Marks and `stop_gradient` stay.
///
/// Outputs keep their order and types; a value that is to be found again afterwards is passed as an output.
pub fn stabilise(function: Function) -> Function {
    checked(rewrite::to_fixed_point(
        &function.graph,
        &function.outputs,
        &Table::new(BEFORE_DIFFERENTIATION),
    ))
}

/// The same values by less work: the last pass on a graph, after which it is scheduled and not differentiated any
/// more (marks and `stop_gradient` are gone). Only what outputs need is left, each value once, with the origin and
/// the name it had.
pub fn optimise(function: Function) -> Function {
    let rules = Table::new(ALL);
    let kinds = output_batching::Kinds::of(&function);
    let mut function = loops::fuse(function);
    for _ in 0..MOST_ROUNDS {
        function = rewrite::to_fixed_point(&function.graph, &function.outputs, &rules);
        match loops::hoist(&function) {
            Some(moved) => function = moved,
            None => break,
        }
    }
    checked(kinds.restored(function))
}

/// In tests every graph that leaves is verified.
fn checked(function: Function) -> Function {
    #[cfg(test)]
    if let Err(fault) = crate::graph::verify::verify(&function.graph, &function.outputs) {
        panic!("{fault}");
    }
    function
}
