//! Loop distribution: splits a loop with per-example values into a loop of the shared work and a loop of the
//! rest.
//!
//! Input: a loop that mixes shared and per-example work. Output: a shared loop whose results the rest reads
//! as stacks. Invariant established: the shared values left in the rest are formal values, literals and
//! views. Example: `w` is a weight that changes from step to step, `hₙ` the state of example `n`.
//!
//! ```text
//! loop { w = f(w); hₙ = g(hₙ, w) }   →   loop { w = f(w); collect w }; loop { hₙ = g(hₙ, ws[t]) }
//! ```
//!
//! Cost: linear in the nodes of the body, for each round of the fixed point over carried values (at most one
//! more than there are). Known from Kennedy & McKinley (1990), "Loop Distribution with Arbitrary Control
//! Flow"; here the criterion is the batching instead of parallelism.

use std::collections::BTreeMap;

use super::mutable::{Argument, Collected, MutableLoop};
use super::restructure::restructure;
use crate::graph::{Graph, Val};

/// Splits off the shared values with all that they need; returns true if there were any.
pub fn distribute(of: &mut MutableLoop, outer: &Graph, results: &mut [Option<Val>]) -> bool {
    let live = of.body.live(&of.roots());
    // Values that are shared, but not by a sum over the batch. Optimistically every shared carried value is
    // assumed to be split off, until one turns out to need such a sum.
    let mut apart: Vec<bool> = of
        .carried
        .iter()
        .map(|carried| !of.per_example(carried.formal))
        .collect();
    let alone = loop {
        let mut alone = vec![false; of.body.len()];
        for &val in &live {
            let node = of.body.node(val);
            let carry = of.carried.iter().position(|carried| carried.formal == val);
            alone[val.index()] = !of.per_example(val)
                && !node.op.rules().sums_batch()
                && carry.is_none_or(|place| apart[place])
                && node.args.iter().all(|arg| alone[arg.index()]);
        }
        let still =
            |(carried, &apart): (&super::mutable::Carried, &bool)| apart && alone[carried.next.index()];
        let fewer: Vec<bool> = of.carried.iter().zip(&apart).map(still).collect();
        if fewer == apart {
            break alone;
        }
        apart = fewer;
    };
    // The values that the rest reads from the shared loop; views of them stay with the rest.
    let rest = of
        .carried
        .iter()
        .zip(&apart)
        .filter(|(_, apart)| !**apart)
        .map(|(carried, _)| carried.next);
    let mut read = vec![false; of.body.len()];
    rest.chain(of.collected.iter().map(|collected| collected.value))
        .for_each(|root| read[root.index()] = true);
    let mut handed = Vec::new();
    for &val in live.iter().rev() {
        if !read[val.index()] {
            continue;
        }
        let node = of.body.node(val);
        let carry = of.carried.iter().any(|carried| carried.formal == val);
        let stays = !alone[val.index()] || (!carry && of.is_view_or_leaf(val));
        match stays {
            true => node.args.iter().for_each(|arg| read[arg.index()] = true),
            false => handed.push(val),
        }
    }
    handed.reverse();
    if handed.is_empty() && !apart.contains(&true) {
        return false;
    }

    let both = std::mem::take(&mut of.carried);
    let (own, rest): (Vec<_>, Vec<_>) = both.into_iter().zip(&apart).partition(|(_, apart)| **apart);
    of.carried = rest.into_iter().map(|(carried, _)| carried).collect();
    let count = results.len();
    let mut shared = of.with_body_copied();
    shared.carried = own.into_iter().map(|(carried, _)| carried).collect();
    shared.collected = (handed.iter().enumerate())
        .map(|(place, &value)| Collected {
            value,
            parts: vec![count + place],
        })
        .collect();
    let mut wanted: Vec<Option<Val>> = vec![None; count + handed.len()];
    let finals: Vec<usize> = shared
        .carried
        .iter()
        .flat_map(|carried| carried.parts.clone())
        .collect();
    restructure(shared, true, outer, &mut wanted);
    for part in finals {
        results[part] = wanted[part];
    }
    let mut given = BTreeMap::new();
    for (&val, stack) in handed.iter().zip(&wanted[count..]) {
        let formal = of.new_formal(of.body.ty(val));
        given.insert(val, formal);
        let value = stack.expect("every result is given");
        debug_assert_eq!(outer.ty(value).shape.0[0], of.length);
        of.stacked.push(Argument { formal, value });
    }
    of.substitute(&given);
    of.drop_unread();
    true
}
