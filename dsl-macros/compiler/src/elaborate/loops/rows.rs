//! Rows assigned one by one, `ys[t] = h;`: collected until the tensor is read, then joined once.

use std::collections::BTreeMap;

use crate::graph::{Batching, Graph, Val};
use crate::ops::concat::Concat;

/// A tensor some of whose rows (entries along the first axis) have been assigned since it was last read.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The tensor before these assignments.
    pub base: Val,
    /// The assigned parts, by their first row; they do not overlap.
    parts: BTreeMap<usize, Part>,
    /// The row that the rolled loop being elaborated writes in each iteration.
    pub each_turn: Option<EachTurn>,
}

/// The rows that a rolled loop writes: row `t + offset` for its induction variable `t`.
#[derive(Clone, Copy, Debug)]
pub struct EachTurn {
    /// The loop.
    pub owner: u32,
    pub offset: i64,
    pub row: Val,
}

/// A range of assigned rows.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// One row without its leading axis, or a stack of rows.
    val: Val,
    single: bool,
    /// The first row of the stack that is used, and the number of rows used.
    skip: usize,
    length: usize,
}

impl Rows {
    pub fn of(base: Val) -> Rows {
        Rows {
            base,
            parts: BTreeMap::new(),
            each_turn: None,
        }
    }

    pub fn is_untouched(&self) -> bool {
        self.parts.is_empty()
    }

    /// True if all rows were assigned together.
    pub fn is_one_stack(&self, graph: &Graph) -> bool {
        let all = graph.ty(self.base).shape.0[0];
        let first = self.parts.get(&0);
        first.is_some_and(|part| !part.single && part.skip == 0 && part.length == all)
    }

    /// The batching of the tensor.
    pub fn batching(&self, graph: &Graph) -> Batching {
        let parts = self.parts.values().map(|part| part.val);
        let kinds = parts.chain([self.base]).map(|val| graph.ty(val).batching);
        kinds.max().unwrap_or(Batching::Shared)
    }

    pub fn write_row(&mut self, at: usize, val: Val) {
        let part = Part {
            val,
            single: true,
            skip: 0,
            length: 1,
        };
        self.write(at, part);
    }

    /// Assigns `length` rows of the stack `val`, starting at row `at`.
    pub fn write_stack(&mut self, at: usize, length: usize, val: Val) {
        let part = Part {
            val,
            single: false,
            skip: 0,
            length,
        };
        self.write(at, part);
    }

    /// Assigns a part. Overwritten rows are forgotten; a stack that is partly overwritten keeps its other
    /// rows.
    fn write(&mut self, at: usize, part: Part) {
        let end = at + part.length;
        let overlap = |(&start, other): (&usize, &Part)| {
            (start < end && at < start + other.length).then_some((start, *other))
        };
        let overlapping: Vec<(usize, Part)> = self.parts.iter().filter_map(overlap).collect();
        for (start, other) in overlapping {
            self.parts.remove(&start);
            if start < at {
                let length = at - start;
                self.parts.insert(start, Part { length, ..other });
            }
            if start + other.length > end {
                let rest = Part {
                    skip: other.skip + (end - start),
                    length: start + other.length - end,
                    ..other
                };
                self.parts.insert(end, rest);
            }
        }
        self.parts.insert(at, part);
    }

    /// The tensor with all its rows.
    pub fn join(&self, graph: &Graph) -> Val {
        let shape = graph.ty(self.base).shape;
        let rows = |val: Val, from: usize, count: usize| {
            let own = graph.ty(val).shape;
            let mut starts = vec![0; own.rank()];
            starts[0] = from;
            let sizes = [&[count], &own.0[1..]].concat();
            graph.expr(val).slice(starts, sizes).val
        };
        let mut joined = Vec::new();
        let mut next = 0;
        for (&start, part) in &self.parts {
            if next < start {
                joined.push(rows(self.base, next, start - next));
            }
            joined.push(match part.single {
                true => {
                    let one = [&[1], &shape.0[1..]].concat();
                    graph.expr(part.val).reshape(one).val
                }
                false => rows(part.val, part.skip, part.length),
            });
            next = start + part.length;
        }
        if next < shape.0[0] {
            joined.push(rows(self.base, next, shape.0[0] - next));
        }
        match joined.as_slice() {
            [whole] => *whole,
            parts => graph.apply(Concat { axis: 0 }, parts),
        }
    }
}

/// The end of a range, first or last, that is no valid index below `size`.
pub fn outside(first: i64, last: i64, size: usize) -> Option<i64> {
    let beyond = |place: &i64| !(0..size as i64).contains(place);
    [first, last].into_iter().find(beyond)
}
