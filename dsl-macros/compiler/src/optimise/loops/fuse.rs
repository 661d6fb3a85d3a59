//! Common subexpressions across loops: a value that two loops over the same steps both compute is computed in
//! the first.
//!
//! Differentiation runs a loop once more to stack the value that each step began with, the steps of the
//! reverse loop recompute the whole forward step, and a loop over tangents carries the values themselves along.
//! This pass recognises all three in the graph that differentiation produces: the repeated loop becomes more
//! results of the first, the carried values that a later loop repeats are read from the first, and the later loop,
//! reversed or not, reads as stacked residuals the values its derivatives need. Values that are nearly free are
//! recomputed from values that are read anyway (see `residuals`).
//!
//! ```text
//! loop { h = f(h) }; loop { h = f(h); collect h }; reversed loop { y = f(hs[t]); d = d·(1 - y²) }
//!   →   loop { y = f(h); h = y; collect h, y }; reversed loop { d = d·(1 - ys[t]²) }
//! loop { h = f(h) }; loop { h = f(h); dh = dh·f'(h) }
//!   →   loop { h = f(h); collect h }; loop { dh = dh·f'(hs[t]) }
//! ```
//!
//! Invariant: equal arguments, direction and length make steps comparable; bodies are compared by hash
//! consing, copied into one graph. Cost: linear in the nodes of the bodies for each pair of loops. Compare
//! the partial evaluation of `scan` in JAX, which splits a differentiated loop into a forward loop that emits
//! residuals and a reverse loop that reads them.

use std::collections::BTreeMap;

use super::hoist::has_loops;
use super::mutable::{Argument, Collected, MutableLoop, copy, copy_node};
use super::residuals::saved;
use crate::collections::IntoCollection;
use crate::graph::{Function, Graph, Shape, Val};
use crate::ops::Opcode;
use crate::ops::leaf::Formal;
use crate::ops::scan::{Part, Scan};

/// Rewrites the function so that each step is computed once.
pub fn fuse(function: Function) -> Function {
    if !has_loops(&function) {
        return function;
    }
    joined(&function)
}

/// The loops of one graph, keyed by their original nodes.
struct Joined<'a> {
    from: &'a Graph,
    loops: BTreeMap<Val, MutableLoop>,
    /// The source of each result of each original loop.
    instead: BTreeMap<Val, Vec<(Val, Source)>>,
    /// Placeholder leaves, in the graph that is read, for stacks that were no result before.
    stand_ins: BTreeMap<Val, (Val, Source)>,
}

/// A result of a loop, by its place.
#[derive(Clone, Copy, PartialEq)]
enum Source {
    Carried(usize),
    Collected(usize),
}

fn joined(function: &Function) -> Function {
    let from = &function.graph;
    let scans: Vec<Val> = (from.live(&function.outputs).into_iter())
        .filter(|&val| from.node(val).op.is::<Scan>())
        .collect();
    let mut joined = Joined {
        from,
        loops: BTreeMap::new(),
        instead: BTreeMap::new(),
        stand_ins: BTreeMap::new(),
    };
    for &val in &scans {
        joined.add(val);
    }
    let firsts: Vec<Val> = joined.loops.keys().copied().collect();
    for val in &firsts {
        let of = joined.loops.get_mut(val).expect("a loop of this graph");
        join_body(of);
    }
    for &reverse in &firsts {
        for &forward in firsts.iter().filter(|&&forward| forward < reverse) {
            joined.read_repeated(forward, reverse);
            joined.save(forward, reverse);
        }
    }
    joined.rebuild(&function.outputs)
}

/// Applies the pass to the loops within a body.
fn join_body(of: &mut MutableLoop) {
    let roots = of.roots();
    let formals = (of.constants.iter().chain(&of.stacked).map(|given| given.formal))
        .chain(of.carried.iter().map(|carried| carried.formal));
    let outputs: Vec<Val> = roots.iter().copied().chain(formals).collect();
    let function = Function {
        graph: of.body.copy(),
        outputs,
    };
    if !has_loops(&function) {
        return;
    }
    let Function { graph, outputs } = joined(&function);
    let mut outputs = outputs.into_iter();
    let mut next = || outputs.next().expect("as many as before");
    of.carried.iter_mut().for_each(|carried| carried.next = next());
    of.collected
        .iter_mut()
        .for_each(|collected| collected.value = next());
    of.constants.iter_mut().for_each(|given| given.formal = next());
    of.stacked.iter_mut().for_each(|given| given.formal = next());
    of.carried.iter_mut().for_each(|carried| carried.formal = next());
    of.body = graph;
}

impl Joined<'_> {
    fn scan(&self, val: Val) -> Scan {
        let scan = self.from.node(val).op.get().cloned();
        scan.expect("only loops are joined")
    }

    /// Adds a loop, as one of its own or as more results of a loop that takes the same steps.
    fn add(&mut self, val: Val) {
        let (scan, args) = (self.scan(val), self.from.node(val).args.clone());
        let alike = |&first: &Val| {
            let other = self.scan(first);
            let sizes = |scan: &Scan| (scan.length, scan.reversed, scan.constants, scan.carried);
            sizes(&other) == sizes(&scan) && self.from.node(first).args == args
        };
        let firsts: Vec<Val> = self.loops.keys().copied().filter(alike).collect();
        for first in firsts {
            if let Some(sources) = self.extend(first, &scan, &args) {
                let sources = sources.into_iter().map(|source| (first, source));
                self.instead.insert(val, sources.collect());
                return;
            }
        }
        let of = MutableLoop::open(&scan, &args, self.from);
        let carried = (0..scan.carried).map(Source::Carried);
        let sources = carried
            .chain((0..of.collected.len()).map(Source::Collected))
            .map(|source| (val, source))
            .collect();
        self.instead.insert(val, sources);
        self.loops.insert(val, of);
    }

    /// Makes the loop `first` also collect what `scan` collects, if both take the same steps; returns the
    /// source of each result.
    fn extend(&mut self, first: Val, scan: &Scan, args: &[Val]) -> Option<Vec<Source>> {
        let other = MutableLoop::open(scan, args, self.from);
        let of = self.loops.get_mut(&first)?;
        let formals = |of: &MutableLoop| -> Vec<Val> {
            let given = of.constants.iter().map(|given| given.formal);
            given
                .chain(of.carried.iter().map(|carried| carried.formal))
                .chain(of.stacked.iter().map(|given| given.formal))
                .collect()
        };
        let (own, others) = (formals(of), formals(&other));
        let alike = |(&a, &b): (&Val, &Val)| of.body.ty(a) == other.body.ty(b);
        if own.len() != others.len() || !own.iter().zip(&others).all(alike) {
            return None;
        }
        let given: BTreeMap<Val, Val> = others.into_iter().zip(own).into_map();
        let values = copy(&other.body, &other.roots(), &of.body, &given);
        let (next, collected) = values.split_at(of.carried.len());
        if of
            .carried
            .iter()
            .zip(next)
            .any(|(carried, &next)| carried.next != next)
        {
            return None;
        }
        let carried = (0..of.carried.len())
            .map(Source::Carried)
            .collect::<Vec<Source>>();
        let collected = collected
            .iter()
            .map(|&value| Source::Collected(collect(of, value)));
        Some(carried.into_iter().chain(collected).collect())
    }

    /// The loop whose result a value is, and the source of the value there.
    fn source(&self, val: Val) -> Option<(Val, Source)> {
        if let Some(&source) = self.stand_ins.get(&val) {
            return Some(source);
        }
        let node = self.from.node(val);
        let part = node.op.rules().part()?;
        Some(self.instead.get(&node.args[0])?[part])
    }

    /// Makes the loop `later` read from the loop `first` what it carries along exactly as that loop does, if the steps
    /// of both come in the same order.
    fn read_repeated(&mut self, first: Val, later: Val) {
        let Some(mut of) = self.loops.remove(&later) else {
            return;
        };
        let other = &self.loops[&first];
        if (other.length, other.reversed) == (of.length, of.reversed) {
            let repeated = self.repeated(first, &of);
            for (place, original) in repeated.into_iter().rev() {
                let carried = of.carried.remove(place);
                let begun = self.loops[&first].carried[original].formal;
                let formal = self.stack(first, begun, &mut of, carried.formal);
                of.substitute(&BTreeMap::from([(carried.formal, formal)]));
                self.redirect(later, |source| match source {
                    Source::Carried(at) if at == place => (first, Source::Carried(original)),
                    Source::Carried(at) if at > place => (later, Source::Carried(at - 1)),
                    source => (later, source),
                });
            }
        }
        self.loops.insert(later, of);
    }

    /// The places of carried values of the loop `of`, each with the place of the carried value of the loop `first` that is
    /// the same in every step.
    fn repeated(&mut self, first: Val, of: &MutableLoop) -> BTreeMap<usize, usize> {
        let other = &self.loops[&first];
        // Differentiation keeps the order of what is carried, and several may begin alike, as zeros do.
        let mut repeated = BTreeMap::new();
        let mut left = 0..other.carried.len();
        for (place, carried) in of.carried.iter().enumerate() {
            let ty = of.body.ty(carried.formal);
            let alike = |&original: &usize| {
                let original = &other.carried[original];
                original.start == carried.start && other.body.ty(original.formal) == ty
            };
            if let Some(original) = left.clone().find(alike) {
                left = original + 1..other.carried.len();
                repeated.insert(place, original);
            }
        }
        // What begins alike stays alike if each continues by what stays alike.
        while !repeated.is_empty() {
            let formals = repeated.iter().map(|(&place, &original)| {
                let original = &self.loops[&first].carried[original];
                (of.carried[place].formal, original.formal)
            });
            let known = self.known(first, of, formals.into_map());
            let carried = &self.loops[&first].carried;
            let before = repeated.len();
            repeated.retain(|&place, &mut original| {
                known.get(&of.carried[place].next) == Some(&carried[original].next)
            });
            if repeated.len() == before {
                break;
            }
        }
        repeated
    }

    /// Changes where the results of a loop come from.
    fn redirect(&mut self, of: Val, to: impl Fn(Source) -> (Val, Source)) {
        let sources = self
            .instead
            .values_mut()
            .flatten()
            .chain(self.stand_ins.values_mut());
        for source in sources.filter(|source| source.0 == of) {
            *source = to(source.1);
        }
    }

    /// Makes the loop `reverse`, if it runs over stacks of the loop `forward`, read common values from there.
    fn save(&mut self, forward: Val, reverse: Val) {
        let Some(mut back) = self.loops.remove(&reverse) else {
            return;
        };
        let reads = |given: &Argument| self.source(given.value).is_some_and(|(of, _)| of == forward);
        if self.loops[&forward].length == back.length && back.stacked.iter().any(reads) {
            self.save_for(forward, &mut back);
        }
        self.loops.insert(reverse, back);
    }

    fn save_for(&mut self, forward: Val, back: &mut MutableLoop) {
        let known = self.known(forward, back, BTreeMap::new());
        let saved = saved(back, &known);
        let mut given = BTreeMap::new();
        for val in saved {
            given.insert(val, self.stack(forward, known[&val], back, val));
        }
        back.substitute(&given);
        // Inner loops of the forward step that only the reverse loop extended have moved into the forward
        // body.
        join_body(self.loops.get_mut(&forward).expect("a loop of this graph"));
    }

    /// Makes the loop `from` collect `value`, and gives the loop `to` the stack of it: the formal value, of the type of
    /// `like`, that `value` is in each step.
    fn stack(&mut self, from: Val, value: Val, to: &mut MutableLoop, like: Val) -> Val {
        let of = self.loops.get_mut(&from).expect("a loop of this graph");
        let source = Source::Collected(collect(of, value));
        let ty = to.body.ty(like);
        let formal = to.new_formal(ty.clone());
        let mut stacked = ty;
        stacked.shape = Shape([&[of.length], &stacked.shape.0[..]].concat());
        // Indices count down from the maximum, so that they differ from the graph's own formal values.
        let index = usize::MAX - self.stand_ins.len();
        let value = self.from.apply(Formal { index, ty: stacked }, &[]);
        self.stand_ins.insert(value, (from, source));
        to.stacked.push(Argument { formal, value });
        formal
    }

    /// Maps the values of `back` that a step of `forward` computes as well to their counterparts there, beside those
    /// that are `known` to be.
    fn known(
        &mut self,
        forward: Val,
        back: &MutableLoop,
        mut known: BTreeMap<Val, Val>,
    ) -> BTreeMap<Val, Val> {
        let of = &self.loops[&forward];
        for &Argument { formal, value } in &back.constants {
            let same = of.constants.iter().find(|given| given.value == value);
            known.extend(same.map(|given| (formal, given.formal)));
        }
        for &Argument { formal, value } in &back.stacked {
            let collected = match self.source(value) {
                Some((from, Source::Collected(place))) if from == forward => Some(of.collected[place].value),
                _ => None,
            };
            let same = of.stacked.iter().find(|given| given.value == value);
            let same = collected.or(same.map(|given| given.formal));
            known.extend(same.map(|same| (formal, same)));
        }
        for val in back.body.live(&back.roots()) {
            let node = back.body.node(val);
            if known.contains_key(&val) || node.op.is::<Formal>() {
                continue;
            }
            let Some(args) =
                (node.args.iter().map(|arg| known.get(arg).copied())).collect::<Option<Vec<Val>>>()
            else {
                continue;
            };
            let moves = args.is_empty() || node.op.is::<Scan>() || node.op.is::<Part>();
            let same = match moves {
                true => Some(copy_node(&back.body, val, &of.body, &args)),
                false => of.body.find(&node.op, &args),
            };
            known.extend(same.map(|same| (val, same)));
        }
        known
    }

    fn rebuild(&mut self, outputs: &[Val]) -> Function {
        let into = Graph::new();
        into.reserve_identities(self.from);
        let mut copies: BTreeMap<Val, Val> = BTreeMap::new();
        // The final carried values and the stacks of each loop.
        let mut results: BTreeMap<Val, (Vec<Val>, Vec<Val>)> = BTreeMap::new();
        let result = |results: &BTreeMap<Val, (Vec<Val>, Vec<Val>)>, (of, source): (Val, Source)| match source
        {
            Source::Carried(place) => results[&of].0[place],
            Source::Collected(place) => results[&of].1[place],
        };
        for val in self.from.live(outputs) {
            let node = self.from.node(val);
            match node.op.opcode() {
                Opcode::Scan => {
                    let Some(mut of) = self.loops.remove(&val) else {
                        continue;
                    };
                    let value = |val: &mut Val| {
                        *val = match self.stand_ins.get(val) {
                            Some(&source) => result(&results, source),
                            None => copies[val],
                        }
                    };
                    of.constants.iter_mut().for_each(|given| value(&mut given.value));
                    of.stacked.iter_mut().for_each(|given| value(&mut given.value));
                    of.carried
                        .iter_mut()
                        .for_each(|carried| value(&mut carried.start));
                    let origin = into.set_origin(Some(node.origin.clone()));
                    let mut last = of.close(&into);
                    into.set_origin(origin);
                    let stacks = last.split_off(of.carried.len());
                    results.insert(val, (last, stacks));
                }
                Opcode::Part => {
                    let source = self.source(val).expect("every loop has been added");
                    let copy = result(&results, source);
                    if let Some(name) = self.from.name(val) {
                        into.set_name(copy, &name);
                    }
                    copies.insert(val, copy);
                }
                _ => {
                    let args: Vec<Val> = node.args.iter().map(|arg| copies[arg]).collect();
                    copies.insert(val, copy_node(self.from, val, &into, &args));
                }
            }
        }
        Function {
            graph: into,
            outputs: outputs.iter().map(|output| copies[output]).collect(),
        }
    }
}

/// The index at which the loop collects `value`; it is added if it was not collected.
fn collect(of: &mut MutableLoop, value: Val) -> usize {
    let known = of.collected.iter().position(|collected| collected.value == value);
    known.unwrap_or_else(|| {
        of.collected.push(Collected {
            value,
            parts: Vec::new(),
        });
        of.collected.len() - 1
    })
}
