//! Checks that memory touched at the same time, by one step or by the workers of a phase, does not overlap.

use crate::collections::IntoCollection;
use std::collections::{BTreeMap, BTreeSet};

use super::super::*;
use super::Checked;
use super::ranges::Ranges;

impl Checked<'_> {
    /// Checks a step: only a loop may read elements that it overwrites, each just before its store; no other
    /// step reads where it writes.
    pub(super) fn at_once(&self, step: &Step) -> Result<(), String> {
        let writes = step.kind.writes();
        let in_place = |read: &Operand, write: &Operand| {
            read.view.is_same_way(&write.view)
                && (read.per_example, &read.loop_strides) == (write.per_example, &write.loop_strides)
        };
        for read in step.kind.reads() {
            let mut here = writes
                .iter()
                .filter(|write| self.home(write.source) == self.home(read.source));
            let fits = match &step.kind {
                StepKind::Loop(_) => here.clone().next().is_none() || here.any(|write| in_place(read, write)),
                // A kernel that updates its result in place.
                StepKind::Kernel(_) => here.all(|write| *write == read),
                _ => here.next().is_none(),
            };
            if !fits {
                return Err(format!("{:?} is read where the step writes", read.source));
            }
        }
        for (place, one) in writes.iter().enumerate() {
            for other in &writes[..place] {
                if self.home(one.source) != self.home(other.source) {
                    continue;
                }
                let apart = one.source == other.source
                    && one.loop_strides == other.loop_strides
                    && !Ranges::of(&one.view, 0).overlaps(&Ranges::of(&other.view, 0));
                if !apart {
                    return Err(format!("{:?} is written twice at once", one.source));
                }
            }
        }
        Ok(())
    }

    /// Checks a phase by rows, in which no worker sees another's rows: nothing written in it is read or
    /// written again.
    pub(super) fn together(&self, phase: &Phase) -> Result<(), String> {
        if phase.partition != Partition::Rows {
            return Ok(());
        }
        let mut written: BTreeMap<(Source, usize), usize> = BTreeMap::new();
        for write in phase.steps.iter().flat_map(|step| step.kind.writes()) {
            *written.entry(self.home(write.source)).or_default() += 1;
        }
        let reads = phase.steps.iter().flat_map(|step| step.kind.reads());
        let read: BTreeSet<(Source, usize)> = reads.map(|read| self.home(read.source)).into_set();
        match written
            .iter()
            .find(|(home, count)| **count > 1 || read.contains(home))
        {
            Some((home, _)) => Err(format!("{home:?} is touched again within the phase")),
            None => Ok(()),
        }
    }
}
