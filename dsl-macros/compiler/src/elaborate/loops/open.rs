//! The rolled loops whose bodies are being elaborated.

use std::cell::{Cell, RefCell};

use proc_macro2::Span;

use crate::graph::{Graph, Val};

/// The open rolled loops.
#[derive(Default)]
pub struct Loops {
    /// True if loops are rolled at all.
    pub roll: bool,
    /// The open loops, outermost first.
    pub open: Vec<OpenLoop>,
    /// The number of loops ever opened.
    pub count: u32,
}

impl Loops {
    pub fn new(roll: bool) -> Loops {
        Loops {
            roll,
            ..Loops::default()
        }
    }
}

/// A loop whose body is being elaborated once for all iterations. Until its end the values of the body are
/// values of the surrounding graph, and formal leaves stand for the values that differ between iterations.
pub struct OpenLoop {
    pub id: u32,
    /// The name of its induction variable.
    pub variable: String,
    /// The value of the induction variable in the first iteration; it counts upwards.
    pub from: i64,
    pub turns: usize,
    /// The number of values in the graph before the loop.
    pub start: usize,
    /// The formal leaves for the variables that the body assigns.
    pub formals: Vec<Val>,
    pub slices: RefCell<Vec<Slice>>,
    /// True if the body read its iteration number.
    pub read: Cell<bool>,
    /// The reason why the loop cannot be rolled, once known.
    pub obstacle: Option<Obstacle>,
}

/// A value that the loop iterates over.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The whole value: one entry per iteration along its first axis, in the order of the range.
    pub stacked: Val,
    /// The formal leaf for one entry.
    pub formal: Val,
    pub name: Option<String>,
}

/// An obstacle to rolling a loop.
#[derive(Clone, Debug)]
pub struct Obstacle {
    pub span: Span,
    pub text: String,
    pub help: String,
}

impl Obstacle {
    pub fn new(span: Span, text: impl Into<String>, help: impl Into<String>) -> Obstacle {
        Obstacle {
            span,
            text: text.into(),
            help: help.into(),
        }
    }
}

impl Loops {
    pub fn place(&self, id: u32) -> Option<usize> {
        self.open.iter().position(|open| open.id == id)
    }

    pub fn find(&self, id: u32) -> Option<&OpenLoop> {
        self.open.iter().find(|open| open.id == id)
    }

    #[cfg(test)]
    pub fn open_for_test(&mut self, variable: &str, turns: usize, start: usize) {
        self.count += 1;
        self.open.push(OpenLoop {
            id: self.count,
            variable: variable.to_string(),
            from: 0,
            turns,
            start,
            formals: Vec::new(),
            slices: RefCell::default(),
            read: Cell::new(false),
            obstacle: None,
        });
    }

    /// True if the body being elaborated will be discarded, because a loop around it turned out not to be
    /// rolled.
    pub fn abandoned(&self) -> bool {
        self.open.iter().any(|open| open.obstacle.is_some())
    }
}

impl OpenLoop {
    /// A loop over the entries of one stack, `(stacked, formal)`, that no source text stands for.
    pub fn over(variable: &str, start: usize, turns: usize, (stacked, formal): (Val, Val)) -> OpenLoop {
        let slice = Slice {
            stacked,
            formal,
            name: Some(variable.to_string()),
        };
        OpenLoop {
            id: 0,
            variable: variable.to_string(),
            from: 0,
            turns,
            start,
            formals: Vec::new(),
            slices: RefCell::new(vec![slice]),
            read: Cell::new(false),
            obstacle: None,
        }
    }

    /// True if `val` differs between iterations.
    pub fn changes(&self, graph: &Graph, val: Val) -> bool {
        let place = val.index().checked_sub(self.start);
        place.is_some_and(|place| self.changing(graph)[place])
    }

    /// A flag for each value made since the loop was opened: true if it differs between iterations.
    pub fn changing(&self, graph: &Graph) -> Vec<bool> {
        let slices = self.slices.borrow();
        let mut changing: Vec<bool> = Vec::new();
        for val in graph.vals_from(self.start) {
            let own = self.formals.contains(&val) || slices.iter().any(|slice| slice.formal == val);
            let depends = |arg: &Val| {
                let place = arg.index().checked_sub(self.start);
                place.is_some_and(|place| changing[place])
            };
            let depends = own || graph.node(val).args.iter().any(depends);
            changing.push(depends);
        }
        changing
    }
}
