//! Rows assigned one by one, `ys[t] = h;`: collected until the tensor is read, then joined once.

use std::collections::BTreeMap;
use std::rc::Rc;

use proc_macro2::Ident;

use super::open::OpenLoop;
use crate::elaborate::elaborator::{Elaborator, Naming};
use crate::elaborate::fault::{Fault, Outcome, Reported};
use crate::elaborate::value::Value;
use crate::graph::{Batching, Graph, Shape, Val};
use crate::ops::concat::Concat;
use crate::syntax::ast::Expr;

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

    fn write_row(&mut self, at: usize, val: Val) {
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

impl<'a> Elaborator<'a> {
    /// `name[index] = value;`
    pub fn assign_row(&mut self, name: &'a Ident, index: &'a Expr, value: &'a Expr) -> Outcome<()> {
        let row = self.evaluate(value, Naming::Word);
        let place = self.evaluate(index, Naming::Word);
        let (row, place) = match (row, place) {
            (Ok(row), Ok(place)) => (row, place),
            _ => {
                self.poison_name(name);
                return Err(Reported);
            }
        };
        let written = self.write_row(name, (index, place), (value, row));
        if written.is_err() {
            self.poison_name(name);
        }
        written
    }

    fn write_row(
        &mut self,
        name: &'a Ident,
        (index, place): (&'a Expr, Value),
        (value, row): (&'a Expr, Value),
    ) -> Outcome<()> {
        let text = name.to_string();
        let Some(binding) = self.frame().find(&text).cloned() else {
            return Err(self.unknown_target(&text, name.span()));
        };
        if !binding.mutable {
            let fault = Fault::new(format!(
                "a row of `{name}` is assigned, but it was declared without `mut`"
            ));
            return Err(self.report(name.span(), fault.help(format!("write `let mut {name} = …;`"))));
        }
        let mut rows = match binding.value.ok_or(Reported)? {
            Value::Tensor(base) => Rows::of(base),
            Value::Rows(rows) => (*rows).clone(),
            other => {
                let own = other.describe(&self.graph);
                let fault = Fault::new(format!("`{name}` is {own}, it has no rows to assign"));
                let help = "rows are assigned to a tensor: `let mut ys = zeros([TIME, WIDTH]);`";
                return Err(self.report(name.span(), fault.help(help)));
            }
        };
        let ty = self.graph.ty(rows.base);
        if ty.shape.rank() == 0 {
            let fault = Fault::new(format!("`{name}` is a scalar, it has no rows to assign"));
            return Err(self.report(name.span(), fault.help(format!("write `{name} = …;`"))));
        }
        let wanted = Shape(ty.shape.0[1..].to_vec());
        let numbers = match &row {
            Value::Tensor(val) => Some(*val),
            other => self.operand(other),
        };
        let fits = |val: &Val| {
            let own = self.graph.ty(*val);
            own.shape == wanted && own.element == ty.element
        };
        let Some(val) = numbers.filter(fits) else {
            let wanted = match wanted.rank() {
                0 => "a scalar".to_string(),
                _ => wanted.to_string(),
            };
            let text = format!(
                "a row of `{name}`, which is {}, is {wanted}, but {}",
                ty.shape,
                self.shown_with_shape(Some(value), &row)
            );
            let fault = Fault::new(text).help("the first axis counts the rows, the others must be equal");
            return Err(self.report(value.span, fault));
        };
        let size = ty.shape.0[0];
        let out_of_range = |place: String| {
            Fault::new(format!("there is no row {place}: `{name}` is {}", ty.shape))
                .help(format!("rows are 0 to {}", size - 1))
        };
        match place {
            Value::Integer(_) if rows.each_turn.is_some() => {
                let owner = rows.each_turn.map(|each_turn| each_turn.owner);
                return Err(self.not_one_row_a_turn(owner, name, index));
            }
            Value::Integer(place) => {
                let from_start = if place < 0 {
                    place.saturating_add(size as i64)
                } else {
                    place
                };
                match usize::try_from(from_start).ok().filter(|&place| place < size) {
                    Some(place) => rows.write_row(place, val),
                    None => return Err(self.report(index.span, out_of_range(place.to_string()))),
                }
            }
            Value::Induction(turn) => {
                let offset = self.row_of_turn(name, index, turn, &rows)?;
                let range = self.range_of(turn);
                if let Some(place) = range.and_then(|(first, last)| outside(first, last, size)) {
                    let fault = out_of_range(format!("{place}, to which `{index}` runs"));
                    return Err(self.report(index.span, fault));
                }
                rows.each_turn = Some(EachTurn {
                    owner: turn.owner,
                    offset,
                    row: val,
                });
            }
            other => {
                let text = format!(
                    "a row is a size, but {}",
                    self.shown_with_shape(Some(index), &other)
                );
                let help = "write `ys[t] = …;` in a loop over `t`, or `ys[0] = …;`";
                return Err(self.report(index.span, Fault::new(text).help(help)));
            }
        }
        if let Some(binding) = self.frame().find_mut(&text) {
            binding.value = Some(Value::Rows(Rc::new(rows)));
        }
        Ok(())
    }

    /// The offset of the row that an iteration writes from the iteration number, if the loop can collect
    /// these rows.
    fn row_of_turn(
        &mut self,
        name: &'a Ident,
        index: &'a Expr,
        turn: super::induction::Induction,
        rows: &Rows,
    ) -> Outcome<i64> {
        let collects = |open: &OpenLoop| {
            open.id == turn.owner
                && open.formals.contains(&rows.base)
                && rows.is_untouched()
                && rows.each_turn.is_none_or(|other| other.offset == turn.offset)
        };
        if turn.scale == 1 && self.loops.open.last().is_some_and(collects) {
            return Ok(turn.offset);
        }
        Err(self.not_one_row_a_turn(None, name, index))
    }

    fn not_one_row_a_turn(&mut self, owner: Option<u32>, name: &Ident, index: &Expr) -> Reported {
        let text = format!("`{name}[{index}]` is not one row for each turn of the loop that writes it");
        let help = "a loop collects one row a turn, `ys[t] = …;`, in a tensor declared before it";
        self.prevent(owner, index.span, text, help)
    }

    /// The value of a variable that is read: its rows are joined if some were assigned one by one.
    pub fn read(&mut self, name: &'a Ident, value: Value) -> Outcome<Value> {
        match &value {
            Value::Induction(turn) => {
                self.note_reading(*turn);
                Ok(value)
            }
            Value::Rows(rows) if rows.each_turn.is_some() => {
                let owner = rows.each_turn.map(|each_turn| each_turn.owner);
                let text = format!("`{name}` is read in the loop that writes its rows");
                let help = "carry what a later turn needs in a variable of its own: `h = …; ys[t] = h;`";
                Err(self.prevent(owner, name.span(), text, help))
            }
            Value::Rows(rows) => {
                let before = self.graph.len();
                let whole = Value::Tensor(rows.join(&self.graph));
                self.check_new(before, name.span())?;
                // In a loop, the attempt to roll it may be undone, and the joined value with it; joining
                // again gives the same value.
                if self.loops.open.is_empty()
                    && let Some(binding) = self.frame().find_mut(&name.to_string())
                {
                    binding.value = Some(whole.clone());
                }
                Ok(whole)
            }
            _ => Ok(value),
        }
    }

    fn poison_name(&mut self, name: &Ident) {
        if let Some(binding) = self.frame().find_mut(&name.to_string()) {
            binding.value = None;
        }
    }
}

/// The end of a range, first or last, that is no valid index below `size`.
pub fn outside(first: i64, last: i64, size: usize) -> Option<i64> {
    let beyond = |place: &i64| !(0..size as i64).contains(place);
    [first, last].into_iter().find(beyond)
}
