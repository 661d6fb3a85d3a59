//! `for` loops: one node of the graph, its body elaborated once, if the body allows that; otherwise unrolled.
//!
//! A rolled loop's body is elaborated in the surrounding graph, with formal leaves for the values that differ
//! between iterations: the variables it assigns, `x.at(t)`, `t` as a number. At the end, the values that
//! depend on one of these are cut out and become the body of a `scan`; all others stay outside. So
//! loop-invariant values, including the parameters of held layers, are hoisted by construction.

mod assign_rows;
mod assigned;
mod close;
pub mod induction;
mod obstacles;
pub mod open;
mod roll;
pub mod rows;
mod slices;

pub use induction::Induction;
pub use open::Loops;
pub use rows::Rows;

use proc_macro2::Span;

use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome};
use super::limits;
use super::value::Value;
use crate::syntax::ast::{Block, Expr, Pattern};
use open::Obstacle;

/// Switch for rolling: if true, loops that allow it become one node; if false, all loops are unrolled.
pub const ROLL: bool = true;

/// A loop with its range.
pub struct Repeat<'a> {
    variable: &'a Pattern,
    from: i64,
    turns: usize,
    reversed: bool,
    body: &'a Block,
    span: Span,
}

impl<'a> Elaborator<'a> {
    /// `for variable in from..to { body }`
    pub fn repeat(
        &mut self,
        variable: &'a Pattern,
        (from, to, reversed): (&'a Expr, &'a Expr, bool),
        body: &'a Block,
        span: Span,
    ) -> Outcome<()> {
        let (from, to) = (self.bound(from), self.bound(to));
        let (from, to) = (from?, to?);
        let repeat = Repeat {
            variable,
            from,
            turns: usize::try_from(i128::from(to) - i128::from(from)).unwrap_or(0),
            reversed,
            body,
            span,
        };
        let mut obstacle = None;
        if self.loops.roll && (2..=limits::ELEMENTS).contains(&repeat.turns) {
            match self.roll(&repeat)? {
                Rolling::Done => return Ok(()),
                Rolling::Unroll(found) => obstacle = found,
            }
        }
        if repeat.turns > limits::TURNS {
            return Err(self.too_many_turns(&repeat, obstacle));
        }
        self.unroll(&repeat)
    }

    fn too_many_turns(&mut self, repeat: &Repeat<'a>, obstacle: Option<Obstacle>) -> super::fault::Reported {
        let text = format!(
            "this loop runs {} turns and is unrolled, at most {} are supported",
            repeat.turns,
            limits::TURNS
        );
        match obstacle {
            // Its location is already the user's.
            Some(Obstacle {
                span,
                text: reason,
                help,
            }) => {
                let text = format!(
                    "{reason}, so the loop would be unrolled: it runs {} turns, at most {} are supported",
                    repeat.turns,
                    limits::TURNS
                );
                self.report_at(span, Fault::new(text).help(help))
            }
            None => {
                let help = "work on whole tensors where turns are alike";
                self.report(repeat.span, Fault::new(text).help(help))
            }
        }
    }

    /// Elaborates the body once for each iteration.
    fn unroll(&mut self, repeat: &Repeat<'a>) -> Outcome<()> {
        self.frame().loops += 1;
        let result = (0..repeat.turns as i64).try_for_each(|nth| {
            self.work(repeat.span)?;
            let place = match repeat.reversed {
                true => repeat.turns as i64 - 1 - nth,
                false => nth,
            };
            let number = repeat.from + place;
            self.frame().turns.push(number);
            let outcome = self.turn(repeat, Value::Integer(number));
            self.frame().turns.pop();
            outcome
        });
        self.frame().loops -= 1;
        result
    }

    /// Elaborates the body with `number` for the loop's variable.
    fn turn(&mut self, repeat: &Repeat<'a>, number: Value) -> Outcome<()> {
        self.frame().open();
        let bound = self.bind(repeat.variable, &number);
        let value = bound.and_then(|()| self.block(repeat.body, Naming::Word));
        self.frame().close();
        if value?.is_unit() {
            return Ok(());
        }
        let fault = Fault::new("the last value of this loop's body is not used")
            .help("a loop has no value: assign it to a `let mut` declared before the loop");
        Err(self.report(repeat.body.span, fault))
    }

    /// Evaluates a bound of a range.
    fn bound(&mut self, expr: &'a Expr) -> Outcome<i64> {
        match self.evaluate(expr, Naming::Word)? {
            Value::Integer(bound) => Ok(bound),
            other => {
                let text = format!(
                    "a loop runs over sizes, but {}",
                    self.shown_with_shape(Some(expr), &other)
                );
                let help = "write `for t in 0..TIME { … }` and take the parts of `x` by `x.at(t)`";
                Err(self.report(expr.span, Fault::new(text).help(help)))
            }
        }
    }
}

/// The outcome of the attempt to roll a loop.
enum Rolling {
    Done,
    /// The obstacle; `None` if the iteration number is used in a way that only an unrolled loop allows.
    Unroll(Option<Obstacle>),
}
