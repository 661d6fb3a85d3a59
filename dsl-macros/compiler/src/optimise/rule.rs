//! Rewrite rules, and the table that finds the rules of an operator.

use crate::graph::Expr;
use crate::ops::Op;
use crate::ops::elementwise::Elementwise;

/// A named equation applied from left to right: `rewrite` recognises a value and returns an equal one that is
/// cheaper, more accurate or shorter to read. It looks at a few nodes below the value, not at the whole
/// graph.
pub struct Rule {
    /// The equation in words, as tests and documentation cite it.
    pub name: &'static str,
    /// The operators whose results the rule looks at.
    pub heads: &'static [Head],
    pub rewrite: Rewrite,
}

pub type Rewrite = for<'g> fn(Expr<'g>, &Uses) -> Option<Expr<'g>>;

/// One line of a table of rules.
pub const fn rule(name: &'static str, heads: &'static [Head], rewrite: Rewrite) -> Rule {
    Rule { name, heads, rewrite }
}

/// The outermost operator of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// One line of the element-wise table.
    Of(Elementwise),
    /// Every line of that table.
    AnyElementwise,
    Power,
    BatchSum,
    Contract,
    Sum,
    Broadcast,
    Reshape,
    Transpose,
    Slice,
    Pad,
    Concat,
    Gather,
    ScatterAdd,
    OneHot,
    Number,
    Softmax,
    LogSoftmax,
    Mark,
    StopGradient,
}

impl Head {
    fn of(op: &Op) -> Option<Head> {
        Some(match op {
            Op::Elementwise(op) => Head::Of(*op),
            Op::Power(_) => Head::Power,
            Op::BatchSum(_) => Head::BatchSum,
            Op::Contract(_) => Head::Contract,
            Op::Sum(_) => Head::Sum,
            Op::Broadcast(_) => Head::Broadcast,
            Op::Reshape(_) => Head::Reshape,
            Op::Transpose(_) => Head::Transpose,
            Op::Slice(_) => Head::Slice,
            Op::Pad(_) => Head::Pad,
            Op::Concat(_) => Head::Concat,
            Op::Gather(_) => Head::Gather,
            Op::ScatterAdd(_) => Head::ScatterAdd,
            Op::OneHot(_) => Head::OneHot,
            Op::Number(_) => Head::Number,
            Op::Softmax(_) => Head::Softmax,
            Op::LogSoftmax(_) => Head::LogSoftmax,
            Op::Mark(_) => Head::Mark,
            Op::StopGradient(_) => Head::StopGradient,
            _ => return None,
        })
    }

    /// A small number unique to the operator; element-wise operators come last.
    fn place(self) -> usize {
        match self {
            Head::Of(op) => Head::StopGradient.place() + 1 + op as usize,
            Head::AnyElementwise => unreachable!("stands for many operators"),
            Head::Power => 0,
            Head::BatchSum => 1,
            Head::Contract => 2,
            Head::Sum => 3,
            Head::Broadcast => 4,
            Head::Reshape => 5,
            Head::Transpose => 6,
            Head::Slice => 7,
            Head::Pad => 8,
            Head::Concat => 9,
            Head::Gather => 10,
            Head::ScatterAdd => 11,
            Head::OneHot => 12,
            Head::Number => 13,
            Head::Softmax => 14,
            Head::LogSoftmax => 15,
            Head::Mark => 16,
            Head::StopGradient => 17,
        }
    }
}

/// The rules of a pass, indexed by operator; each list is in the order of the tables.
pub struct Table {
    by_place: Vec<Vec<&'static Rule>>,
}

impl Table {
    pub fn new(themes: &[&'static [Rule]]) -> Table {
        let mut by_place: Vec<Vec<&'static Rule>> =
            vec![Vec::new(); Head::StopGradient.place() + 1 + Elementwise::ALL.len()];
        for rule in themes.iter().copied().flatten() {
            for head in rule.heads {
                match head {
                    Head::AnyElementwise => by_place[Head::StopGradient.place() + 1..]
                        .iter_mut()
                        .for_each(|rules| rules.push(rule)),
                    head => by_place[head.place()].push(rule),
                }
            }
        }
        Table { by_place }
    }

    pub fn of(&self, op: &Op) -> &[&'static Rule] {
        match Head::of(op) {
            Some(head) => &self.by_place[head.place()],
            None => &[],
        }
    }
}

/// Use counts, as far as they are known while a graph is rebuilt: a value that a rule has just made counts as
/// used once. They steer cost, never correctness.
#[derive(Default)]
pub struct Uses {
    counts: Vec<u32>,
}

impl Uses {
    pub fn add(&mut self, index: usize, uses: u32) {
        if self.counts.len() <= index {
            self.counts.resize(index + 1, 0);
        }
        self.counts[index] += uses;
    }

    /// True if a value is dead once the one user at hand no longer reads it.
    pub fn single(&self, x: Expr<'_>) -> bool {
        self.counts.get(x.val.index()).is_none_or(|&count| count <= 1)
    }

    /// True if a value exists regardless of the one user at hand: a leaf, a one-hot row, or a value with
    /// other users. Reading it once more is cheaper than first computing something from it.
    pub fn kept(&self, x: Expr<'_>) -> bool {
        let node = x.graph.node(x.val);
        node.args.is_empty() || matches!(node.op, Op::OneHot(_)) || !self.single(x)
    }
}
