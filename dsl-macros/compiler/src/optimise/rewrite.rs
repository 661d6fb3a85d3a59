//! The rewriting engine: rebuilds a graph bottom up, each value in its canonical form.
//!
//! Input: a graph, its outputs and a table of rules. Output: an equal function in which no rule applies, up
//! to the limits below. Two passes come for free: building nodes by hash consing eliminates common
//! subexpressions (global value numbering; commutative operators are looked up with their arguments in either
//! order), and copying only what is live eliminates dead code.
//!
//! ```text
//! a + 0 + b·1 + (b + a)   →   2 · (a + b)
//! ```
//!
//! Invariant: a value is *settled* once no rule applies to it. Arguments are settled first, so one pass
//! reaches the fixed point for every rule that looks only at the expression below a value. Further passes
//! serve the rules that ask how often a value is used: use counts are known for the graph that is read, not
//! for the one being built.
//!
//! Cost: each pass is linear in the live nodes plus the nodes that rules build.

use std::collections::HashMap;
use std::rc::Rc;

use super::rule::{Table, Uses};
use crate::graph::{Batching, Function, Graph, Type, Val};
use crate::ops::scan::Scan;
use crate::ops::{Op, Opcode};

/// Maximum number of passes; a graph that still changes then is taken as it is.
const MOST_PASSES: usize = 6;

/// Maximum depth to which one rule's result is rewritten again; only rules that undo one another would reach
/// it.
const MOST_NESTED: usize = 256;

/// Applies the rules until nothing changes and removes dead code.
pub fn to_fixed_point(graph: &Graph, outputs: &[Val], rules: &Table) -> Function {
    let mut function = pass(graph, outputs, rules, true);
    for _ in 1..MOST_PASSES {
        if !function.changed {
            break;
        }
        function = pass(&function.graph, &function.outputs, rules, false);
    }
    let Pass {
        graph,
        outputs,
        changed: _,
    } = function;
    match graph.live(&outputs).len() == graph.len() {
        true => Function { graph, outputs },
        false => {
            let Pass { graph, outputs, .. } = pass(&graph, &outputs, &Table::new(&[]), false);
            Function { graph, outputs }
        }
    }
}

/// The result of one pass over a graph.
struct Pass {
    graph: Graph,
    outputs: Vec<Val>,
    changed: bool,
}

fn pass(graph: &Graph, outputs: &[Val], rules: &Table, into_loops: bool) -> Pass {
    let live = graph.live(outputs);
    let mut uses = vec![0; graph.len()];
    for val in live
        .iter()
        .flat_map(|&val| graph.node(val).args.clone())
        .chain(outputs.iter().copied())
    {
        uses[val.index()] += 1;
    }
    let mut rewriter = Rewriter {
        from: graph,
        into: Graph::new(),
        rules,
        uses: Uses::default(),
        copies: vec![None; graph.len()],
        settled: Vec::new(),
        commuting: HashMap::new(),
        nested: 0,
        changed: false,
    };
    rewriter.into.reserve_identities(graph);
    for val in live {
        let copy = rewriter.copy(val, into_loops);
        rewriter.uses.add(copy.index(), uses[val.index()]);
        if let Some(name) = graph.name(val) {
            rewriter.into.set_name(copy, &name);
        }
        rewriter.copies[val.index()] = Some(copy);
    }
    let outputs = outputs
        .iter()
        .map(|&output| rewriter.of_exact_kind(output))
        .collect();
    rewriter.into.set_origin(None);
    Pass {
        graph: rewriter.into,
        outputs,
        changed: rewriter.changed,
    }
}

struct Rewriter<'a> {
    from: &'a Graph,
    into: Graph,
    rules: &'a Table,
    uses: Uses,
    /// The value of the new graph that replaces each value of the graph read.
    copies: Vec<Option<Val>>,
    /// The canonical form of each value of the new graph, once known.
    settled: Vec<Option<Val>>,
    /// Commutative operators by their arguments in canonical order: finds `a·b` when `b·a` is asked for.
    commuting: HashMap<(Opcode, Val, Val), Val>,
    nested: usize,
    changed: bool,
}

impl Rewriter<'_> {
    fn copy(&mut self, val: Val, into_loops: bool) -> Val {
        let node = self.from.node(val);
        self.into.set_origin(Some(node.origin.clone()));
        let (op, args) = match node.op.get::<Scan>() {
            Some(scan) => {
                let args: Vec<Val> = node.args.iter().map(|&arg| self.of_exact_kind(arg)).collect();
                let op = match into_loops {
                    true => self.loop_of(scan),
                    false => node.op.clone(),
                };
                (op, args)
            }
            None => (
                node.op.clone(),
                node.args.iter().map(|&arg| self.copy_of(arg)).collect(),
            ),
        };
        let copy = self.apply(&op, &args);
        self.settle(copy)
    }

    fn copy_of(&self, val: Val) -> Val {
        self.copies[val.index()].expect("arguments come first")
    }

    /// Rewrites the body of a loop.
    fn loop_of(&self, scan: &Scan) -> Op {
        let body = to_fixed_point(&scan.body.graph, &scan.body.outputs, self.rules);
        self.into.reserve_identities(&body.graph);
        let body = Rc::new(body);
        Op::from(Scan { body, ..scan.clone() })
    }

    /// The copy of `val` with exactly the batching of `val`. A rule may find that a per-example value is the
    /// same for all examples, but loops and callers rely on the batching they know.
    fn of_exact_kind(&mut self, val: Val) -> Val {
        let copy = self.copy_of(val);
        let node = self.from.node(val);
        if node.types.len() > 1 || self.into.ty(copy).batching == node.types[0].batching {
            return copy;
        }
        let args: Vec<Val> = node.args.iter().map(|&arg| self.of_exact_kind(arg)).collect();
        self.into.set_origin(Some(node.origin.clone()));
        let copy = self.into.apply(node.op.clone(), &args);
        if let Some(name) = self.from.name(val) {
            self.into.set_name(copy, &name);
        }
        copy
    }

    /// Builds `op(args)`, or finds an equal node with its arguments exchanged.
    fn apply(&mut self, op: &Op, args: &[Val]) -> Val {
        if !op.rules().commutes() {
            return self.into.reapply(op, args);
        }
        let key = (op.opcode(), args[0].min(args[1]), args[0].max(args[1]));
        let build = || self.into.reapply(op, args);
        *self.commuting.entry(key).or_insert_with(build)
    }

    /// The canonical form of a value of the new graph.
    fn settle(&mut self, val: Val) -> Val {
        if let Some(settled) = self.settled.get(val.index()).copied().flatten() {
            return settled;
        }
        let node = self.into.node(val);
        // A value is its own form while that form is being computed, so rules that undo one another terminate
        // here.
        self.set_settled(val, val);
        let args: Vec<Val> = node.args.iter().map(|&arg| self.settle(arg)).collect();
        let current = match args == node.args {
            true => val,
            false => self.apply(&node.op, &args),
        };
        let simplest = match current == val {
            true => self.simplify(val),
            false => self.settle(current),
        };
        self.set_settled(val, simplest);
        simplest
    }

    fn set_settled(&mut self, val: Val, settled: Val) {
        if self.settled.len() <= val.index() {
            self.settled.resize(self.into.len().max(val.index() + 1), None);
        }
        self.settled[val.index()] = Some(settled);
    }

    fn simplify(&mut self, val: Val) -> Val {
        if self.nested >= MOST_NESTED {
            return val;
        }
        let node = self.into.node(val);
        let rules = self.rules;
        for rule in rules.of(&node.op).iter() {
            let found = rule.apply(self.into.expr(val), &self.uses).map(|found| found.val);
            let Some(found) = found.filter(|&found| found != val) else {
                continue;
            };
            if !may_replace(&self.into.ty(found), &node.types[0]) {
                // Keeping the value is always correct; the tests reject such a rule.
                if cfg!(test) {
                    panic!("`{}` changes the type of a value", rule.name);
                }
                continue;
            }
            #[cfg(test)]
            super::tests::note(rule.name);
            self.changed = true;
            self.nested += 1;
            let settled = self.settle(found);
            self.nested -= 1;
            return settled;
        }
        val
    }
}

/// True if the types allow `new` to replace `old`: same shape and element, same batching or a shared value
/// for a per-example one.
fn may_replace(new: &Type, old: &Type) -> bool {
    new.shape == old.shape
        && new.element == old.element
        && (new.batching == old.batching || new.batching == Batching::Shared)
}
