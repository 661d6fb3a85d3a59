//! Rewrite rules, and the table that finds the rules of an operator.

use std::cell::RefCell;
use std::rc::Rc;

use super::equation::{Equation, rewritten};
use crate::graph::Expr;
use crate::ops::gather::OneHot;
use crate::ops::{Op, Opcode, Operator};

/// A named equation applied from left to right: it recognises a value and returns an equal one that is
/// cheaper, more accurate or shorter to read. It looks at a few nodes below the value, not at the whole
/// graph.
pub struct Rule {
    /// The equation in words, as tests and documentation cite it.
    pub name: &'static str,
    form: Form,
}

/// The way a rule is written.
enum Form {
    /// As data.
    Equations(&'static [Equation]),
    /// As a function of the results of some operators.
    Function(Heads, Rewrite),
}

pub type Rewrite = for<'g> fn(Expr<'g>, &Uses) -> Option<Expr<'g>>;

/// The operators whose results a rule looks at: the outermost ones of its pattern.
enum Heads {
    /// These.
    Of(&'static [Opcode]),
    /// All that have a property; it must be the same for every instance of an operator.
    Where(fn(&dyn Operator) -> bool),
}

/// One line of a table of rules: equations, as `equations!` makes them.
pub const fn equal(name: &'static str, equations: &'static [Equation]) -> Rule {
    let form = Form::Equations(equations);
    Rule { name, form }
}

/// One line of a table of rules, for results of these operators.
pub const fn rule(name: &'static str, heads: &'static [Opcode], rewrite: Rewrite) -> Rule {
    let form = Form::Function(Heads::Of(heads), rewrite);
    Rule { name, form }
}

/// One line of a table of rules, for results of every operator that has a property.
pub const fn rule_where(name: &'static str, property: fn(&dyn Operator) -> bool, rewrite: Rewrite) -> Rule {
    let form = Form::Function(Heads::Where(property), rewrite);
    Rule { name, form }
}

impl Rule {
    /// A value that equals `x`, where the rule recognises it.
    pub fn apply<'g>(&self, x: Expr<'g>, uses: &Uses) -> Option<Expr<'g>> {
        match self.form {
            Form::Equations(equations) => rewritten(equations, x),
            Form::Function(_, rewrite) => rewrite(x, uses),
        }
    }

    /// The equations of a rule that is written as data.
    #[cfg(test)]
    pub fn equations(&self) -> &'static [Equation] {
        match self.form {
            Form::Equations(equations) => equations,
            Form::Function(..) => &[],
        }
    }

    fn looks_at(&self, op: &Op) -> bool {
        match &self.form {
            Form::Equations(equations) => {
                let own = op.get();
                own.is_some() && equations.iter().any(|equation| equation.head().as_ref() == own)
            }
            Form::Function(Heads::Of(heads), _) => heads.contains(&op.opcode()),
            Form::Function(Heads::Where(property), _) => property(op.rules()),
        }
    }
}

/// The rules of a pass; those of an operator are in the order of the tables.
pub struct Table {
    rules: Vec<&'static Rule>,
    /// The rules of the operators that have been asked for, by the operator's number.
    by_opcode: RefCell<Vec<Option<Rc<[&'static Rule]>>>>,
}

impl Table {
    pub fn new(themes: &[&'static [Rule]]) -> Table {
        Table {
            rules: themes.iter().copied().flatten().collect(),
            by_opcode: RefCell::default(),
        }
    }

    pub fn of(&self, op: &Op) -> Rc<[&'static Rule]> {
        let number = op.opcode().number();
        let mut by_opcode = self.by_opcode.borrow_mut();
        if by_opcode.len() <= number {
            by_opcode.resize(number + 1, None);
        }
        let find = || {
            self.rules
                .iter()
                .copied()
                .filter(|rule| rule.looks_at(op))
                .collect()
        };
        by_opcode[number].get_or_insert_with(find).clone()
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
        node.args.is_empty() || node.op.is::<OneHot>() || !self.single(x)
    }
}
