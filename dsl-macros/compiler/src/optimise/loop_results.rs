//! The last of the states that a loop stacks is the state it ends in.
//!
//! Input and output: a slice of a loop's stacked results → the loop's final carried value, e.g.
//! `states[length - 1] → final state`. Cost: linear in the number of carried values.

use super::pattern::Pattern;
use super::rule::{Rule, rule};
use crate::ops::Opcode;
use crate::ops::movement::Slice;
use crate::ops::scan::{Part, Scan};

/// These rules also run before differentiation: the cotangent then enters the reverse loop as its initial
/// carried value instead of as a stack of zeros with one non-zero step.
pub const RULES: &[Rule] = &[rule(
    "the last of a loop's states is what it carries out",
    &[Opcode::Slice],
    |x, _| {
        let Slice { starts, sizes } = x.op()?;
        let stack = x.arg(0);
        let Part { index } = stack.op()?;
        let node = stack.node().args[0];
        let scan: Scan = x.graph.expr(node).op()?;
        let (carried, collected) = scan.body.outputs.split_at(scan.carried);
        let value = collected.get(index.checked_sub(scan.carried)?)?;
        let last = if scan.reversed { 0 } else { scan.length - 1 };
        if (starts.first(), sizes.first()) != (Some(&last), Some(&1)) {
            return None;
        }
        let index = carried.iter().position(|next| next == value)?;
        let end = x.graph.expr(x.graph.apply(Part { index }, &[node]));
        // The same window, taken from the one state.
        let state = end.slice(starts[1..].to_vec(), sizes[1..].to_vec());
        (state.ty().batching == x.ty().batching).then(|| state.reshape(x.shape()))
    },
)];
