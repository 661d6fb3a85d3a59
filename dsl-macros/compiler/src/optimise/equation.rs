//! Equations between element-wise expressions, as data: the form of the rules that are a pattern and a result.
//!
//! ```text
//! equations!("log(1 / y) = -log y": Log(Div(1.0, y)) => Neg(Log(y)))
//! ```
//!
//! An equation is applied from left to right. Equal names stand for the same value, a number stands for a value all of
//! whose elements it is, and the arguments of operators that commute may come in either order. Cost: linear in the
//! size of the left side, twice where operators commute.

use super::pattern::Pattern;
use crate::graph::Expr;
use crate::ops::Operator;
use crate::ops::elementwise::Elementwise;

/// One side of an equation.
pub enum Term {
    /// Any value.
    Value(&'static str),
    Number(f64),
    /// A result of an element-wise operator.
    Of(Elementwise, &'static [Term]),
}

/// A value of the form `left` equals `right`, if it meets the condition.
pub struct Equation {
    pub left: Term,
    pub condition: Option<Condition>,
    pub right: Term,
}

/// A condition on the value that a name stands for.
pub struct Condition {
    pub holds: for<'g> fn(Expr<'g>) -> bool,
    pub of: &'static str,
}

/// A rule that is a list of equations: `equations!("name": Op(x, 0.0) if condition(x) => x, …)`.
macro_rules! equations {
    ($name:literal: $(
        $left:ident($($inner:tt)*) $(if $holds:ident($of:ident))? => $right:ident $(($($result:tt)*))?
    ),+ $(,)?) => {
        $crate::optimise::rule::equal($name, &[$($crate::optimise::equation::Equation {
            left: $crate::optimise::equation::term!($left($($inner)*)),
            condition: $crate::optimise::equation::condition!($($holds($of))?),
            right: $crate::optimise::equation::term!($right $(($($result)*))?),
        }),+])
    };
}

macro_rules! condition {
    () => {
        None
    };
    ($holds:ident($of:ident)) => {
        Some($crate::optimise::equation::Condition {
            holds: $holds,
            of: stringify!($of),
        })
    };
}

macro_rules! term {
    ($number:literal) => {
        $crate::optimise::equation::Term::Number($number)
    };
    ($name:ident) => {
        $crate::optimise::equation::Term::Value(stringify!($name))
    };
    ($op:ident($($arg:tt $(($($inner:tt)*))?),+)) => {
        $crate::optimise::equation::Term::Of(
            $crate::ops::elementwise::Elementwise::$op,
            &[$($crate::optimise::equation::term!($arg $(($($inner)*))?)),+],
        )
    };
}

pub(super) use {condition, equations, term};

/// The right side of the first equation whose left side `x` is; the order in which arguments are written goes before
/// any other.
pub fn rewritten<'g>(equations: &[Equation], x: Expr<'g>) -> Option<Expr<'g>> {
    let glance = Glance::at(x)?;
    let mut likely = equations
        .iter()
        .filter(|equation| glance.fits(equation))
        .peekable();
    likely.peek()?;
    let likely: Vec<&Equation> = likely.collect();
    let in_order = likely
        .iter()
        .find_map(|equation| equation.applied(x, Order::AsWritten));
    in_order.or_else(|| likely.iter().find_map(|equation| equation.applied(x, Order::Any)))
}

/// An element-wise operator and what its arguments are from outside: enough to tell most equations apart at once.
struct Glance {
    op: Elementwise,
    args: [Outline; 3],
}

#[derive(Clone, Copy)]
enum Outline {
    Of(Elementwise),
    Number(f64),
    Other,
}

impl Glance {
    fn at(x: Expr<'_>) -> Option<Glance> {
        let node = x.node();
        let op = *node.op.get::<Elementwise>()?;
        let mut args = [Outline::Other; 3];
        for (outline, &arg) in args.iter_mut().zip(&node.args) {
            let arg = x.graph.expr(arg);
            *outline = match arg.node().op.get::<Elementwise>() {
                Some(&op) => Outline::Of(op),
                None => arg.as_constant().map_or(Outline::Other, Outline::Number),
            };
        }
        Some(Glance { op, args })
    }

    /// True if the left side of the equation may have the value's form, whatever the order of arguments.
    fn fits(&self, equation: &Equation) -> bool {
        let Term::Of(op, terms) = equation.left else {
            return false;
        };
        let [a, b, c] = self.args;
        let fit = |args: [Outline; 3]| terms.iter().zip(args).all(|(term, arg)| term.looks_like(arg));
        op == self.op && (fit([a, b, c]) || (terms.len() == 2 && fit([b, a, c])))
    }
}

/// The order in which the arguments of operators that commute may stand.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    AsWritten,
    Any,
}

/// The values that names stand for.
type Named<'g> = Vec<(&'static str, Expr<'g>)>;

fn named<'g>(values: &Named<'g>, name: &str) -> Option<Expr<'g>> {
    let found = values.iter().find(|(other, _)| *other == name);
    found.map(|&(_, value)| value)
}

impl Equation {
    /// The operator at whose results the equation looks.
    pub fn head(&self) -> Option<Elementwise> {
        match self.left {
            Term::Of(op, _) => Some(op),
            Term::Value(_) | Term::Number(_) => None,
        }
    }

    fn applied<'g>(&self, x: Expr<'g>, order: Order) -> Option<Expr<'g>> {
        let mut values = Vec::new();
        if !self.left.is_form_of(x, order, &mut values) {
            return None;
        }
        let meets = |condition: &Condition| named(&values, condition.of).is_some_and(condition.holds);
        let holds = self.condition.as_ref().is_none_or(meets);
        holds.then(|| self.right.built(x, &values))
    }
}

impl Term {
    fn looks_like(&self, outline: Outline) -> bool {
        match (self, outline) {
            (Term::Value(_), _) => true,
            (&Term::Number(own), Outline::Number(number)) => own == number,
            (&Term::Of(own, _), Outline::Of(op)) => own == op,
            _ => false,
        }
    }

    /// True if `x` has this form, with the values that names already stand for; those of new names are added.
    fn is_form_of<'g>(&self, x: Expr<'g>, order: Order, values: &mut Named<'g>) -> bool {
        match *self {
            Term::Number(number) => x.is(number),
            Term::Value(name) => match named(values, name) {
                Some(value) => value.val == x.val,
                None => {
                    values.push((name, x));
                    true
                }
            },
            Term::Of(op, terms) => {
                if x.node().op.get() != Some(&op) {
                    return false;
                }
                let known = values.len();
                let mut fit = |places: [usize; 3]| {
                    values.truncate(known);
                    let mut pairs = terms.iter().zip(places);
                    pairs.all(|(term, place)| term.is_form_of(x.arg(place), order, values))
                };
                fit([0, 1, 2]) || (order == Order::Any && op.commutes() && fit([1, 0, 2]))
            }
        }
    }

    /// The value of this form, of the shape of `like`.
    fn built<'g>(&self, like: Expr<'g>, values: &Named<'g>) -> Expr<'g> {
        match *self {
            Term::Number(number) => like.graph.constant(number).broadcast_to(&like.shape()),
            Term::Value(name) => named(values, name).expect("the left side has every name of the right one"),
            Term::Of(op, terms) => {
                let args: Vec<_> = terms.iter().map(|term| term.built(like, values).val).collect();
                like.graph.expr(like.graph.apply(op, &args))
            }
        }
    }
}
