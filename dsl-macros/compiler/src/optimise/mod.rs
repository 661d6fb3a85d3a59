//! Graph → simpler graph of the same meaning: rewrite rules, common subexpression elimination, dead code
//! elimination, constant folding, numerical stabilisation and loop transformations.
//!
//! Input and output are a [`Function`]: an acyclic graph of pure operators with loops as nodes, outputs in
//! the same order and of the same types. For example
//!
//! ```text
//! loss = -log(softmax(x)[t])   →   loss = -log_softmax(x)[t]
//! db   = Σ over the batch of broadcast(dy)   →   db = broadcast(Σ over the batch of dy)
//! ```
//!
//! A rule is one line of a table: its name, the operators it looks at, and a function that recognises a
//! pattern; each file holds the rules of one theme. Rules let users write formulas as in a textbook and make
//! the printed gradient read like the one a textbook derives. The nearest relatives are XLA's
//! AlgebraicSimplifier and LLVM's InstCombine; the loop passes are in `loops`.

mod after_differentiation;
mod arithmetic;
mod batch;
mod centred;
mod contract;
mod equation;
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
pub mod tests;

use crate::graph::{Function, Graph, Val};
use crate::ops::copy;
use rule::{Rule, Table};

/// Rules that keep derivatives as they are, and so may run before differentiation.
const BEFORE_DIFFERENTIATION: &[&[Rule]] = &[
    masks::RULES,
    arithmetic::RULES,
    stabilise::RULES,
    loop_results::RULES,
];

/// All rules; they run after differentiation.
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

thread_local! {
    /// Both tables, which are made once.
    static TABLES: [Table; 2] = [Table::new(BEFORE_DIFFERENTIATION), Table::new(ALL)];
}

/// Maximum number of times that loops are restructured and the rules applied to the result; nested loops take
/// a few.
const MOST_ROUNDS: usize = 8;

/// Rewrites the function, before differentiation, into forms that neither overflow nor cancel:
/// `log(softmax(x))`, `log(1 + exp(x))`, cross-entropies as a textbook writes them. Every rewrite keeps the
/// derivatives, so gradients come out stable too. Marks and `stop_gradient` stay.
///
/// Outputs keep their order and types; a value that must be found again afterwards is passed as an output.
pub fn stabilise(function: Function) -> Function {
    checked(TABLES.with(|[before, _]| rewrite::to_fixed_point(&function.graph, &function.outputs, before)))
}

/// The stable forms of some values of a graph, as values of the same graph. Marks stay the very values they are, with all
/// below them.
pub fn stabilised(graph: &Graph, vals: &[Val]) -> Vec<Val> {
    #[cfg(test)]
    if tests::AS_WRITTEN.get() {
        return vals.to_vec();
    }
    let (above, marks) = copy::above_marks(graph, vals);
    let stable = TABLES.with(|[before, _]| rewrite::to_fixed_point(&above.graph, &above.outputs, before));
    copy::put_back(&stable, graph, &marks)
}

/// Computes the same values by less work. It is the last pass on a graph: afterwards the graph is scheduled
/// and never differentiated again (marks and `stop_gradient` are removed). Only the nodes that outputs need
/// remain, each value once, with the origin and the name it had.
pub fn optimise(function: Function) -> Function {
    let kinds = output_batching::Kinds::of(&function);
    let mut function = loops::fuse(function);
    for _ in 0..MOST_ROUNDS {
        function = TABLES.with(|[_, all]| rewrite::to_fixed_point(&function.graph, &function.outputs, all));
        match loops::hoist(&function) {
            Some(moved) => function = moved,
            None => break,
        }
    }
    checked(kinds.restored(function))
}

/// Verifies, in tests, every graph that leaves this stage.
fn checked(function: Function) -> Function {
    #[cfg(test)]
    if let Err(fault) = crate::graph::verify::verify(&function.graph, &function.outputs) {
        panic!("{fault}");
    }
    function
}
