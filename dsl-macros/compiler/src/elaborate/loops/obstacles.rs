//! The obstacles to rolling a loop: what each iteration needs that no rolled loop can give it.

use proc_macro2::Span;

use super::open::Obstacle;
use crate::elaborate::elaborator::Elaborator;
use crate::elaborate::fault::{Fault, Reported};
use crate::elaborate::value::Home;
use crate::graph::Val;

impl Elaborator<'_> {
    /// Gives up rolling a loop, the innermost if none is named, and elaborating its body; `text` gives the
    /// reason, at the user's token for `span`.
    pub fn prevent(
        &mut self,
        id: Option<u32>,
        span: Span,
        text: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        let span = self.place(span);
        let open = match id {
            Some(id) => self.loops.open.iter_mut().find(|open| open.id == id),
            None => self.loops.open.last_mut(),
        };
        if let Some(open) = open {
            open.obstacle.get_or_insert(Obstacle::new(span, text, help));
        }
        Reported
    }

    /// Refuses to make `what` (parameters, buffers) at `home` in a rolled loop; those of a layer held before
    /// the loop are made outside of it, wherever it is first applied.
    pub fn make_outside_loops(&mut self, home: &Home, span: Span, what: &str) -> Result<(), Fault> {
        let around: Vec<u32> = home
            .loops
            .iter()
            .copied()
            .filter(|&id| self.loops.find(id).is_some())
            .collect();
        for &id in &around {
            let text = format!("each turn makes {what} of its own here");
            let help = "hold the layer before the loop, `let cell = dense(10);`, so that all turns share it";
            self.prevent(Some(id), span, text, help);
        }
        match around.is_empty() {
            true => Ok(()),
            false => Err(Reported.into()),
        }
    }

    /// Gives up rolling the loops in which a sum over the batch of `x` would differ between iterations: an
    /// iteration of a rolled loop needs nothing of other examples.
    pub fn cross_batch_outside_loops(&mut self, x: Val, span: Span) -> Result<(), Fault> {
        let around = self.loops.open.iter();
        let around: Vec<u32> = around
            .filter(|open| open.changes(&self.graph, x))
            .map(|open| open.id)
            .collect();
        for &id in &around {
            let help = "add over the batch before the loop or after it";
            self.prevent(Some(id), span, "each turn adds over the batch here", help);
        }
        match around.is_empty() {
            true => Ok(()),
            false => Err(Reported.into()),
        }
    }

    /// Gives up rolling the loops around the update of a buffer: each iteration starts from the buffer that
    /// the previous one left, which no carried value holds.
    pub fn update_outside_loops(&mut self, span: Span) -> Result<(), Fault> {
        let around: Vec<u32> = self.loops.open.iter().map(|open| open.id).collect();
        for &id in &around {
            let help = "update it once, after the loop, from what the loop leaves";
            self.prevent(Some(id), span, "each turn updates a buffer here", help);
        }
        match around.is_empty() {
            true => Ok(()),
            false => Err(Reported.into()),
        }
    }
}
