//! Checkpoints: restoring the elaboration to its state before an attempt.

use std::collections::BTreeMap;

use super::elaborator::Elaborator;
use super::scope::Given;

/// A state of the elaboration that can be restored.
pub struct Checkpoint {
    nodes: usize,
    names: usize,
    hints: usize,
    ordinals: BTreeMap<String, usize>,
    checked: usize,
    given: Given,
    errors: usize,
}

impl Elaborator<'_> {
    /// Saves the current state.
    pub fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint {
            nodes: self.graph.len(),
            names: self.names.len(),
            hints: self.hints.len(),
            ordinals: self.ordinals.clone(),
            checked: self.checked,
            given: self.frame().given(),
            errors: self.diagnostics.count(),
        }
    }

    /// Undoes everything since the checkpoint except the variables of the function and the parameters of
    /// layers held before, which are found again. Work done stays counted.
    pub fn go_back(&mut self, to: Checkpoint) {
        self.graph.truncate(to.nodes);
        self.names.truncate(to.names);
        for (val, _) in self.hints.drain(to.hints..) {
            self.hinted.remove(&val);
        }
        self.ordinals = to.ordinals;
        self.checked = to.checked;
        self.frame().take_back(to.given);
        self.diagnostics.forget_since(to.errors);
        for open in &self.loops.open {
            open.slices
                .borrow_mut()
                .retain(|slice| slice.formal.index() < to.nodes);
        }
    }
}
