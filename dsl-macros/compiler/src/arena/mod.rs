//! An arena of hash-consed nodes, whatever their operators are, and the types of their values.
//!
//! Equal operators on equal arguments are one node (hash consing: Ershov 1958; Filliâtre and Conchon 2006), so common
//! subexpressions never arise. `ops` is the set of operators, and `graph` the level of
//! the compiler whose graphs are made of them.

mod array;
mod expr;
mod scan;
mod types;
#[cfg(test)]
mod verify;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use proc_macro2::Span;

pub use array::Array;
pub use expr::Expr;
pub use scan::Scan;
pub use types::{Batching, Element, Mismatch, Number, Shape, Type, write_type};
#[cfg(test)]
pub use verify::verify;

/// A node of one graph, by its place in the arena: arguments always come before their users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Val(u32);

impl Val {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The origin of a node in the user's source; derivative nodes inherit it from the node they differentiate.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The token to point at.
    pub span: Span,
    /// The source expression, printed from the ast: `image.dense(HIDDEN)`.
    pub text: Rc<str>,
    /// The calls that led there, named like their parameters: `logits.block2.attention1`.
    pub path: Rc<str>,
    /// True if the node belongs to a derivative of that expression.
    pub backward: bool,
    /// The call of a function under `#[recompute]` that the node is computed in, by its identity: a reverse sweep computes
    /// the nodes of such a call again instead of reading them.
    pub recomputed: Option<u32>,
}

impl Origin {
    pub fn new(span: Span, text: &str, path: &str) -> Rc<Origin> {
        Rc::new(Origin {
            span,
            text: text.into(),
            path: path.into(),
            backward: false,
            recomputed: None,
        })
    }

    /// No place in the source: what the compiler adds by itself.
    pub fn none() -> Rc<Origin> {
        Origin::new(Span::call_site(), "", "")
    }
}

/// An operator of some set, as much as an arena asks of it.
pub trait Operation: Clone + Eq + std::hash::Hash {
    /// The types of the values that it takes and yields.
    type Type: Clone + PartialEq + std::fmt::Debug + std::fmt::Display;

    /// The word in messages.
    fn name(&self) -> &'static str;

    /// The types it yields, or why it refuses the arguments.
    fn infer(&self, args: &[Self::Type]) -> Result<Vec<Self::Type>, Mismatch>;

    /// The result of its argument that it is, for the one operator that takes results apart.
    fn part(&self) -> Option<usize>;
}

/// One operation, its arguments and what it yields.
#[derive(Clone, Debug)]
pub struct Node<O: Operation> {
    pub op: O,
    pub args: Vec<Val>,
    /// One type for most operators; a `scan` yields several values, read through `part`.
    pub types: Vec<O::Type>,
    pub origin: Rc<Origin>,
}

/// The arena. Interior mutability lets rules build nodes through copyable handles (`dy * y`).
pub struct Graph<O: Operation> {
    nodes: RefCell<Vec<Rc<Node<O>>>>,
    /// Finds an equal node; never iterated, so its order cannot reach the output.
    interned: RefCell<HashMap<(O, Vec<Val>), Val>>,
    /// Names the user gave values by `let`; the first name of a value stays.
    names: RefCell<HashMap<Val, Rc<str>>>,
    origin: RefCell<Option<Rc<Origin>>>,
    next_identity: Cell<u32>,
}

impl<O: Operation> Graph<O> {
    pub fn new() -> Graph<O> {
        Graph {
            nodes: RefCell::default(),
            interned: RefCell::default(),
            names: RefCell::default(),
            origin: RefCell::default(),
            next_identity: Cell::default(),
        }
    }

    pub fn len(&self) -> usize {
        self.nodes.borrow().len()
    }

    pub fn node(&self, val: Val) -> Rc<Node<O>> {
        self.nodes.borrow()[val.index()].clone()
    }

    /// The type of a single-valued node.
    pub fn ty(&self, val: Val) -> O::Type {
        self.nodes.borrow()[val.index()].types[0].clone()
    }

    pub fn expr(&self, val: Val) -> Expr<'_, O> {
        Expr { graph: self, val }
    }

    /// Every node in arena order: a topological order.
    pub fn vals(&self) -> impl Iterator<Item = Val> + use<O> {
        (0..self.len() as u32).map(Val)
    }

    /// The nodes made since there were `start` of them.
    pub fn vals_from(&self, start: usize) -> impl Iterator<Item = Val> + use<O> {
        (start as u32..self.len() as u32).map(Val)
    }

    /// Sets where the nodes made from here on come from; returns what was set before.
    pub fn set_origin(&self, origin: Option<Rc<Origin>>) -> Option<Rc<Origin>> {
        self.origin.replace(origin)
    }

    /// The call under `#[recompute]` that nodes are computed in from here on.
    pub fn recomputed(&self) -> Option<u32> {
        self.origin.borrow().as_ref()?.recomputed
    }

    /// A number no other mark, noise or scan of this graph has.
    pub fn fresh_identity(&self) -> u32 {
        let identity = self.next_identity.get();
        self.next_identity.set(identity + 1);
        identity
    }

    /// Makes sure that identities taken elsewhere (a graph this one was rebuilt from) are not given out again.
    pub fn reserve_identities<P: Operation>(&self, other: &Graph<P>) {
        self.next_identity
            .set(self.next_identity.get().max(other.next_identity.get()));
    }

    /// Forgets the nodes made since there were `start` of them; nothing may refer to them any more.
    pub fn truncate(&self, start: usize) {
        self.nodes.borrow_mut().truncate(start);
        self.interned.borrow_mut().retain(|_, val| val.index() < start);
        self.names.borrow_mut().retain(|val, _| val.index() < start);
    }

    pub fn set_name(&self, val: Val, name: &str) {
        self.names.borrow_mut().entry(val).or_insert_with(|| name.into());
    }

    pub fn name(&self, val: Val) -> Option<Rc<str>> {
        self.names.borrow().get(&val).cloned()
    }

    /// The node `op(args)`: an equal one if there is one, a new one else; or why the operator refuses.
    pub fn try_apply(&self, op: O, args: &[Val]) -> Result<Val, Mismatch> {
        let key = (op, args.to_vec());
        if let Some(&val) = self.interned.borrow().get(&key) {
            return Ok(val);
        }
        let (op, args) = key;
        let types = match op.part() {
            Some(part) => vec![self.node(args[0]).types[part].clone()],
            None => op.infer(&args.iter().map(|&arg| self.ty(arg)).collect::<Vec<O::Type>>())?,
        };
        let origin = self.origin.borrow().clone().unwrap_or_else(Origin::none);
        let val = Val(self.len() as u32);
        self.nodes.borrow_mut().push(Rc::new(Node {
            op: op.clone(),
            args: args.clone(),
            types,
            origin,
        }));
        self.interned.borrow_mut().insert((op, args), val);
        Ok(val)
    }

    /// The node `op(args)`, if there is one.
    pub fn find(&self, op: &O, args: &[Val]) -> Option<Val> {
        self.interned.borrow().get(&(op.clone(), args.to_vec())).copied()
    }

    /// `try_apply` where the compiler itself vouches for the types.
    pub fn apply(&self, op: impl Into<O>, args: &[Val]) -> Val {
        let op = op.into();
        let name = op.name();
        self.try_apply(op, args).unwrap_or_else(|mismatch| {
            let types: Vec<String> = args.iter().map(|&arg| self.ty(arg).to_string()).collect();
            unreachable!(
                "the compiler built {name}({}): {}",
                types.join(", "),
                mismatch.text
            )
        })
    }

    /// The nodes that `roots` need, themselves included, in arena order.
    pub fn live(&self, roots: &[Val]) -> Vec<Val> {
        let nodes = self.nodes.borrow();
        let mut needed = vec![false; nodes.len()];
        for root in roots {
            needed[root.index()] = true;
        }
        for index in (0..nodes.len()).rev() {
            if needed[index] {
                for arg in &nodes[index].args {
                    needed[arg.index()] = true;
                }
            }
        }
        (0..nodes.len() as u32)
            .map(Val)
            .filter(|val| needed[val.index()])
            .collect()
    }
}

/// A graph and the values asked of it.
pub struct Function<O: Operation> {
    pub graph: Graph<O>,
    pub outputs: Vec<Val>,
}

impl<O: Operation> Function<O> {
    /// Nothing asked of nothing.
    pub fn empty() -> Function<O> {
        Function {
            graph: Graph::new(),
            outputs: Vec::new(),
        }
    }

    /// The same in an arena of its own.
    pub fn copy(&self) -> Function<O> {
        Function {
            graph: self.graph.copy(),
            outputs: self.outputs.clone(),
        }
    }
}

impl<O: Operation> Graph<O> {
    /// The same arena again.
    pub fn copy(&self) -> Graph<O> {
        Graph {
            nodes: self.nodes.clone(),
            interned: self.interned.clone(),
            names: self.names.clone(),
            origin: RefCell::new(None),
            next_identity: self.next_identity.clone(),
        }
    }
}
