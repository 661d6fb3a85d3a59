//! A loop taken apart, so that passes can change its arguments, carried values and results.
//!
//! Opening and closing a loop are inverses, up to dead code, the loop's identity and the numbering of formal
//! values. Invariant: every `formal` is a leaf of `body`. Cost of both: linear in the nodes of the body.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::collections::IntoCollection;
use crate::graph::{Batching, Function, Graph, Shape, Type, Val};
use crate::ops::leaf::Formal;
use crate::ops::scan::{Part, Scan};

/// An argument: its formal value in the body and its actual value outside.
#[derive(Clone, Copy)]
pub struct Argument {
    pub formal: Val,
    pub value: Val,
}

/// A carried value: its formal value in the body, the outer value it starts with, and the body's value that
/// it continues with.
#[derive(Clone)]
pub struct Carried {
    pub formal: Val,
    pub start: Val,
    pub next: Val,
    /// The results of the loop that are its final value.
    pub parts: Vec<usize>,
}

/// A value of the body that is stacked over the steps.
#[derive(Clone)]
pub struct Collected {
    pub value: Val,
    /// The results of the loop that are this stack.
    pub parts: Vec<usize>,
}

pub struct MutableLoop {
    pub length: usize,
    pub reversed: bool,
    pub body: Graph,
    pub constants: Vec<Argument>,
    pub carried: Vec<Carried>,
    pub stacked: Vec<Argument>,
    pub collected: Vec<Collected>,
    /// Number of formal values made so far, including dropped ones.
    formals: usize,
}

impl MutableLoop {
    /// Takes `scan` apart; `args` are values of `outer`.
    pub fn open(scan: &Scan, args: &[Val], outer: &Graph) -> MutableLoop {
        let Function { graph: body, outputs } = scan.body.copy();
        let mut formals: Vec<Option<Val>> = vec![None; args.len()];
        for val in body.vals() {
            if let Some(formal) = body.node(val).op.get::<Formal>() {
                formals[formal.index] = Some(val);
            }
        }
        let formal = |index: usize| {
            formals[index].unwrap_or_else(|| {
                let mut ty = outer.ty(args[index]);
                match index.checked_sub(scan.constants) {
                    None => {}
                    Some(place) if place < scan.carried => {
                        ty.batching = ty.batching.max(body.ty(outputs[place]).batching)
                    }
                    Some(_) => ty.shape = Shape(ty.shape.0[1..].to_vec()),
                }
                body.apply(Formal { index, ty }, &[])
            })
        };
        let given = |index: usize| Argument {
            formal: formal(index),
            value: args[index],
        };
        let first = scan.constants;
        let carried = (0..scan.carried).map(|place| Carried {
            formal: formal(first + place),
            start: args[first + place],
            next: outputs[place],
            parts: vec![place],
        });
        let collected = (scan.carried..outputs.len()).map(|part| Collected {
            value: outputs[part],
            parts: vec![part],
        });
        let carried = carried.collect();
        let (constants, stacked) = (
            (0..first).map(given).collect(),
            (first + scan.carried..args.len()).map(given).collect(),
        );
        MutableLoop {
            length: scan.length,
            reversed: scan.reversed,
            constants,
            carried,
            stacked,
            collected: collected.collect(),
            formals: args.len(),
            body,
        }
    }

    /// A copy of the loop that can be transformed differently.
    pub fn with_body_copied(&self) -> MutableLoop {
        MutableLoop {
            body: self.body.copy(),
            constants: self.constants.clone(),
            carried: self.carried.clone(),
            stacked: self.stacked.clone(),
            collected: self.collected.clone(),
            ..*self
        }
    }

    /// A fresh formal value of the body.
    pub fn new_formal(&mut self, ty: Type) -> Val {
        let index = self.formals;
        self.formals += 1;
        self.body.apply(Formal { index, ty }, &[])
    }

    /// The results of the body: next carried values, then collected values.
    pub fn roots(&self) -> Vec<Val> {
        let next = self.carried.iter().map(|carried| carried.next);
        next.chain(self.collected.iter().map(|collected| collected.value))
            .collect()
    }

    /// True if a value of the body, or one of its parts, differs between examples.
    pub fn per_example(&self, val: Val) -> bool {
        let types = &self.body.node(val).types;
        types.iter().any(|ty| ty.batching == Batching::PerExample)
    }

    /// True if the value exists before a step, or is a view of its argument.
    pub fn is_view_or_leaf(&self, val: Val) -> bool {
        let node = self.body.node(val);
        node.args.is_empty() || node.op.rules().is_view()
    }

    /// Replaces values of the body by others.
    pub fn substitute(&mut self, given: &BTreeMap<Val, Val>) {
        if given.is_empty() {
            return;
        }
        let roots = copy(&self.body, &self.roots(), &self.body, given);
        let (next, collected) = roots.split_at(self.carried.len());
        for (carried, &next) in self.carried.iter_mut().zip(next) {
            carried.next = next;
        }
        for (collected, &value) in self.collected.iter_mut().zip(collected) {
            collected.value = value;
        }
    }

    /// A predicate that is true for arguments that a step reads.
    fn reads(&self) -> impl Fn(&Argument) -> bool + use<> {
        let live = self.body.live(&self.roots());
        move |given| live.binary_search(&given.formal).is_ok()
    }

    /// Drops arguments that no step reads; returns true if there was one.
    pub fn drop_unread(&mut self) -> bool {
        let before = self.constants.len() + self.stacked.len();
        let reads = self.reads();
        self.constants.retain(&reads);
        self.stacked.retain(&reads);
        self.constants.len() + self.stacked.len() < before
    }

    /// Builds the loop as a node of `outer` and returns its results: final carried values, then stacks. A
    /// loop without results is not built.
    pub fn close(&mut self, outer: &Graph) -> Vec<Val> {
        let roots = self.roots();
        if roots.is_empty() {
            return Vec::new();
        }
        self.drop_unread();
        let carried = self.carried.iter().map(|carried| (carried.formal, carried.start));
        let pair = |given: &Argument| (given.formal, given.value);
        let args: Vec<(Val, Val)> = (self.constants.iter().map(pair))
            .chain(carried)
            .chain(self.stacked.iter().map(pair))
            .collect();
        let body = Graph::new();
        body.reserve_identities(&self.body);
        let formals = args.iter().enumerate().map(|(index, &(formal, _))| {
            let ty = self.body.ty(formal);
            (formal, body.apply(Formal { index, ty }, &[]))
        });
        let outputs = copy(&self.body, &roots, &body, &formals.into_map());
        outer.reserve_identities(&body);
        let parts = outputs.len();
        let scan = Scan {
            identity: outer.fresh_identity(),
            length: self.length,
            constants: self.constants.len(),
            carried: self.carried.len(),
            reversed: self.reversed,
            body: Rc::new(Function { graph: body, outputs }),
        };
        let args: Vec<Val> = args.into_iter().map(|(_, value)| value).collect();
        let node = outer.apply(scan, &args);
        (0..parts)
            .map(|index| outer.apply(Part { index }, &[node]))
            .collect()
    }
}

/// Copies the nodes that `roots` need into another graph, or to the end of the same one; `given` maps values
/// to their replacements.
pub fn copy(from: &Graph, roots: &[Val], into: &Graph, given: &BTreeMap<Val, Val>) -> Vec<Val> {
    let mut needed = vec![false; from.len()];
    for root in roots {
        needed[root.index()] = true;
    }
    let order: Vec<Val> = from.vals().collect();
    for &val in order.iter().rev() {
        if needed[val.index()] && !given.contains_key(&val) {
            for arg in &from.node(val).args {
                needed[arg.index()] = true;
            }
        }
    }
    let mut copies: Vec<Option<Val>> = vec![None; order.len()];
    for val in order {
        if !needed[val.index()] {
            continue;
        }
        let copy = match given.get(&val) {
            Some(&stands) => stands,
            None => {
                let args: Vec<Val> = from.node(val).args.iter().map(|arg| of(&copies, *arg)).collect();
                copy_node(from, val, into, &args)
            }
        };
        copies[val.index()] = Some(copy);
    }
    roots.iter().map(|&root| of(&copies, root)).collect()
}

fn of(copies: &[Option<Val>], val: Val) -> Val {
    copies[val.index()].expect("arguments come first")
}

/// Applies the operator of `val` to other arguments, with its origin and name.
pub fn copy_node(from: &Graph, val: Val, into: &Graph, args: &[Val]) -> Val {
    let node = from.node(val);
    let outer = into.set_origin(Some(node.origin.clone()));
    let copy = into.reapply(&node.op, args);
    into.set_origin(outer);
    if let Some(name) = from.name(val) {
        into.set_name(copy, &name);
    }
    copy
}
