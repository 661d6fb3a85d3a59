//! Values that differ between the iterations of a rolled loop: its number, `x.at(t)`, random numbers.

use super::induction::Induction;
use super::open::Slice;
use super::rows::outside;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::Fault;
use crate::graph::{Shape, Val};
use crate::ops::leaf::{Formal, Iota};

impl Elaborator<'_> {
    /// The first and the last value, in the order of the range; `None` if the loop is closed or the
    /// arithmetic overflows.
    pub fn range_of(&self, turn: Induction) -> Option<(i64, i64)> {
        let open = self.loops.find(turn.owner)?;
        let at = |t: i64| turn.scale.checked_mul(t)?.checked_add(turn.offset);
        let last = open.from.checked_add(i64::try_from(open.turns).ok()? - 1)?;
        Some((at(open.from)?, at(last)?))
    }

    /// Records that the following code depends on the iteration number.
    pub fn note_reading(&self, turn: Induction) {
        if let Some(open) = self.loops.find(turn.owner) {
            open.read.set(true);
        }
    }

    /// The iteration number as a value of the graph: an element of the vector of all of them.
    pub fn induction_as_number(&self, turn: Induction) -> Option<Val> {
        let place = self.loops.place(turn.owner)?;
        let open = &self.loops.open[place];
        let (first, _) = self.range_of(turn)?;
        let all = self.graph.apply(Iota { size: open.turns }, &[]);
        let numbers = self.graph.expr(all) * turn.scale as f64 + first as f64;
        let name = format!("{}_number", open.variable);
        Some(self.slice_of(place, numbers.val, Some(name)))
    }

    /// Evaluates `x.at(t)`, with `x` shown as `shown` and `t` as `index`: `x` becomes a stacked argument of
    /// the loop, and each iteration sees one slice.
    pub fn at_turn(
        &mut self,
        x: Val,
        axis: usize,
        turn: Induction,
        (shown, index): (String, String),
    ) -> Result<Val, Fault> {
        let shape = self.graph.ty(x).shape;
        let (Some(place), Some((first, last))) = (self.loops.place(turn.owner), self.range_of(turn)) else {
            return Err(Fault::new(format!("`{index}` is not known here")));
        };
        if turn.scale != 1 {
            let text = format!("`at({index})` does not take the entries one after the other");
            return Err(
                Fault::new(text).help("write `x.at(t)`, `x.at(t + 1)`, or run the loop over `(0..n).rev()`")
            );
        }
        if let Some(beyond) = outside(first, last, shape.0[axis]) {
            let text =
                format!("there is no entry {beyond} along axis {axis}, to which `{index}` runs: {shown}");
            return Err(Fault::new(text).help(format!("entries are 0 to {}", shape.0[axis] - 1)));
        }
        if self.loops.open[place..]
            .iter()
            .any(|open| open.changes(&self.graph, x))
        {
            let text =
                format!("`at({index})` takes an entry of a value that changes from turn to turn: {shown}");
            return Err(Fault::new(text).help("take entries of what is known before the loop"));
        }
        let name = self.name_of(x).map(|name| match turn.offset {
            0 => format!("{name}_{}", self.loops.open[place].variable),
            offset if offset < 0 => format!("{name}_{}_minus_{}", self.loops.open[place].variable, -offset),
            offset => format!("{name}_{}_plus_{offset}", self.loops.open[place].variable),
        });
        let order: Vec<usize> = std::iter::once(axis)
            .chain((0..shape.rank()).filter(|&other| other != axis))
            .collect();
        let stacked = self.graph.expr(x).transpose(order);
        let mut sizes = stacked.shape().0;
        let mut starts = vec![0; sizes.len()];
        (starts[0], sizes[0]) = (first as usize, self.loops.open[place].turns);
        let stacked = stacked.slice(starts, sizes).val;
        let slice = self.slice_of(place, stacked, name.clone());
        name.iter().for_each(|name| self.hint_as(slice, name));
        Ok(slice)
    }

    /// The value, in the current iteration, of a leaf that differs in every iteration (noise, masks drawn in
    /// the body). `make` receives the shape for all iterations of all enclosing rolled loops: their lengths
    /// first, outermost loop first, then `shape`. Outside such loops that is `shape` itself, and the value is
    /// the result of `make`.
    ///
    /// A word that draws random numbers makes its leaf through this function, so one draw belongs to one
    /// iteration, and loops treat it as any other stacked value.
    pub fn in_each_turn(&mut self, shape: &Shape, make: impl FnOnce(&Self, Shape) -> Val) -> Val {
        let turns = self.loops.open.iter().map(|open| open.turns);
        let all = Shape(turns.chain(shape.0.iter().copied()).collect());
        let made = make(self, all);
        (0..self.loops.open.len()).fold(made, |stacked, place| self.slice_of(place, stacked, None))
    }

    /// The slice of `stacked` that an iteration of the loop at `place` sees.
    fn slice_of(&self, place: usize, stacked: Val, name: Option<String>) -> Val {
        let mut slices = self.loops.open[place].slices.borrow_mut();
        if let Some(known) = slices.iter().find(|slice| slice.stacked == stacked) {
            return known.formal;
        }
        let mut ty = self.graph.ty(stacked);
        ty.shape.0.remove(0);
        let index = self.graph.fresh_identity() as usize;
        let formal = self.graph.apply(Formal { index, ty }, &[]);
        slices.push(Slice {
            stacked,
            formal,
            name,
        });
        formal
    }
}
