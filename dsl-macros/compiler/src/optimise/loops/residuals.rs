//! Residuals: decides which forward values a reverse loop reads and which it recomputes.
//!
//! Input: a reverse loop and the values it has in common with the forward step. Output: the values to save,
//! such that every common value is either saved or recomputed from saved ones. Example: with `p` saved,
//! `p > 0` and `relu(p)` are recomputed, while `tanh(p)` is saved. Cost: linear in the nodes of the body; the
//! search for cheap recomputation is bounded by a constant depth.
//!
//! This is the choice between storage and recomputation of Griewank & Walther, *Evaluating Derivatives*,
//! restricted to operations that are nearly free.

use std::collections::{BTreeMap, BTreeSet};

use super::mutable::MutableLoop;
use crate::collections::IntoCollection;
use crate::graph::{Graph, Val};
use crate::ops::leaf::Formal;

/// The values that `back` has in common with the forward step and should read from there.
pub fn saved(back: &MutableLoop, known: &BTreeMap<Val, Val>) -> Vec<Val> {
    let live = back.body.live(&back.roots());
    let constants: BTreeSet<Val> = back.constants.iter().map(|given| given.formal).into_set();
    let mut facts = Common {
        body: &back.body,
        known,
        same_each_step: BTreeSet::new(),
        saved: BTreeSet::new(),
    };
    for &val in &live {
        let node = back.body.node(val);
        let leaf = node.args.is_empty() && !node.op.is::<Formal>();
        let of_same = !node.args.is_empty() && node.args.iter().all(|arg| facts.same_each_step.contains(arg));
        if !node.op.rules().draws() && (leaf || of_same || constants.contains(&val)) {
            facts.same_each_step.insert(val);
        }
    }
    let mut read: BTreeSet<Val> = back.roots().into_iter().into_set();
    for &val in live.iter().rev() {
        let node = back.body.node(val);
        if !read.contains(&val) || node.args.is_empty() {
            continue;
        }
        let again =
            !known.contains_key(&val) || facts.same_each_step.contains(&val) || node.op.rules().is_view();
        match again {
            true => read.extend(node.args.iter().copied()),
            false => _ = facts.saved.insert(val),
        }
    }
    for val in facts.saved.clone().into_iter().rev() {
        facts.saved.remove(&val);
        if !facts.at_hand(val, DEEPEST) {
            facts.saved.insert(val);
        }
    }
    facts.saved.into_iter().collect()
}

/// Maximum depth of operations that are recomputed instead of saved.
const DEEPEST: usize = 8;

/// The values that a reverse step has in common with the forward one.
struct Common<'a> {
    body: &'a Graph,
    known: &'a BTreeMap<Val, Val>,
    same_each_step: BTreeSet<Val>,
    saved: BTreeSet<Val>,
}

impl Common<'_> {
    /// True if the value is read anyway, or is nearly free to recompute from such values.
    fn at_hand(&self, val: Val, depth: usize) -> bool {
        if self.saved.contains(&val) || self.same_each_step.contains(&val) {
            return true;
        }
        let node = self.body.node(val);
        let Some(depth) = depth.checked_sub(1).filter(|_| self.known.contains_key(&val)) else {
            return false;
        };
        let op = node.op.rules();
        match node.args.is_empty() {
            true => !op.draws(),
            false => (op.is_light() || op.is_view()) && node.args.iter().all(|&arg| self.at_hand(arg, depth)),
        }
    }
}
