//! The assignment of a row, `ys[t] = h;`.

use std::rc::Rc;

use proc_macro2::Ident;

use super::open::OpenLoop;
use super::rows::{EachTurn, Rows, outside};
use crate::elaborate::elaborator::{Elaborator, Naming};
use crate::elaborate::fault::{Fault, Outcome, Reported};
use crate::elaborate::value::Value;
use crate::graph::{Shape, Type, Val};
use crate::syntax::ast::Expr;

/// An expression that was written, and its value.
struct Written<'a> {
    expr: &'a Expr,
    value: Value,
}

impl<'a> Written<'a> {
    fn new(expr: &'a Expr, value: Value) -> Written<'a> {
        Written { expr, value }
    }
}

impl<'a> Elaborator<'a> {
    /// `name[index] = value;`
    pub fn assign_row(&mut self, name: &'a Ident, index: &'a Expr, value: &'a Expr) -> Outcome<()> {
        let row = self.evaluate(value, Naming::Word);
        let place = self.evaluate(index, Naming::Word);
        let written = match (row, place) {
            (Ok(row), Ok(place)) => {
                self.write_row(name, Written::new(index, place), Written::new(value, row))
            }
            _ => Err(Reported),
        };
        if written.is_err() {
            self.poison_name(name);
        }
        written
    }

    fn write_row(&mut self, name: &'a Ident, index: Written<'a>, value: Written<'a>) -> Outcome<()> {
        let text = name.to_string();
        let mut rows = self.rows_of(name)?;
        let ty = self.graph.ty(rows.base);
        if ty.shape.rank() == 0 {
            let fault = Fault::new(format!("`{name}` is a scalar, it has no rows to assign"));
            return Err(self.report(name.span(), fault.help(format!("write `{name} = …;`"))));
        }
        let row = self.row(name, &ty, value)?;
        let size = ty.shape.0[0];
        let out_of_range = |place: String| {
            Fault::new(format!("there is no row {place}: `{name}` is {}", ty.shape))
                .help(format!("rows are 0 to {}", size - 1))
        };
        match index.value {
            Value::Integer(_) if rows.each_turn.is_some() => {
                let owner = rows.each_turn.map(|each_turn| each_turn.owner);
                return Err(self.not_one_row_a_turn(owner, name, index.expr));
            }
            Value::Integer(place) => {
                let from_start = if place < 0 {
                    place.saturating_add(size as i64)
                } else {
                    place
                };
                match usize::try_from(from_start).ok().filter(|&place| place < size) {
                    Some(place) => rows.write_row(place, row),
                    None => return Err(self.report(index.expr.span, out_of_range(place.to_string()))),
                }
            }
            Value::Induction(turn) => {
                let offset = self.row_of_turn(name, index.expr, turn, &rows)?;
                let range = self.range_of(turn);
                if let Some(place) = range.and_then(|(first, last)| outside(first, last, size)) {
                    let fault = out_of_range(format!("{place}, to which `{}` runs", index.expr));
                    return Err(self.report(index.expr.span, fault));
                }
                let owner = turn.owner;
                rows.each_turn = Some(EachTurn { owner, offset, row });
            }
            other => {
                let shown = self.shown_with_shape(Some(index.expr), &other);
                let help = "write `ys[t] = …;` in a loop over `t`, or `ys[0] = …;`";
                let fault = Fault::new(format!("a row is a size, but {shown}")).help(help);
                return Err(self.report(index.expr.span, fault));
            }
        }
        if let Some(binding) = self.frame().find_mut(&text) {
            binding.value = Some(Value::Rows(Rc::new(rows)));
        }
        Ok(())
    }

    /// The rows of a variable that rows may be assigned to.
    fn rows_of(&mut self, name: &'a Ident) -> Outcome<Rows> {
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
        match binding.value.ok_or(Reported)? {
            Value::Tensor(base) => Ok(Rows::of(base)),
            Value::Rows(rows) => Ok((*rows).clone()),
            other => {
                let own = other.describe(&self.graph);
                let fault = Fault::new(format!("`{name}` is {own}, it has no rows to assign"));
                let help = "rows are assigned to a tensor: `let mut ys = zeros([TIME, WIDTH]);`";
                Err(self.report(name.span(), fault.help(help)))
            }
        }
    }

    /// A value that is assigned as a row of `name`, which is of type `ty`.
    fn row(&mut self, name: &Ident, ty: &Type, value: Written<'a>) -> Outcome<Val> {
        let wanted = Shape(ty.shape.0[1..].to_vec());
        let numbers = match &value.value {
            Value::Tensor(val) => Some(*val),
            other => self.operand(other),
        };
        let fits = |val: &Val| {
            let own = self.graph.ty(*val);
            own.shape == wanted && own.element == ty.element
        };
        if let Some(val) = numbers.filter(fits) {
            return Ok(val);
        }
        let wanted = match wanted.rank() {
            0 => "a scalar".to_string(),
            _ => wanted.to_string(),
        };
        let text = format!(
            "a row of `{name}`, which is {}, is {wanted}, but {}",
            ty.shape,
            self.shown_with_shape(Some(value.expr), &value.value)
        );
        let fault = Fault::new(text).help("the first axis counts the rows, the others must be equal");
        Err(self.report(value.expr.span, fault))
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
