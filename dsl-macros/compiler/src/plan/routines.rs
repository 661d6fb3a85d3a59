//! Routines: steps that occur more than once and are written once. The pass that finds them is
//! `schedule::outlining`.

use std::ops::Range;
use std::rc::Rc;

use super::Step;

/// A range of steps of a phase, by the indices of the plan and the phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    pub plan: usize,
    pub phase: usize,
    pub steps: Range<usize>,
}

/// One thing that a phase or routine runs. Ranges count from its first step.
#[derive(Clone, Debug)]
pub enum Item {
    Step(usize),
    Call { routine: usize, steps: Range<usize> },
}

/// Steps that are called from several places.
#[derive(Debug)]
pub struct Routine {
    /// The occurrence that the routine's code is taken from.
    pub site: Site,
    pub items: Vec<Item>,
    /// The layer calls that its occurrences come from, in the order of the source: `logits.block1`,
    /// `logits.block2`.
    pub paths: Vec<Rc<str>>,
    pub backward: bool,
}

/// The routines, and the code of every phase in terms of them.
#[derive(Debug, Default)]
pub struct Routines {
    pub routines: Vec<Routine>,
    /// The code of each phase of each plan.
    pub phases: Vec<Vec<PhaseCode>>,
}

/// The code of a phase.
#[derive(Clone, Debug)]
pub struct PhaseCode {
    /// The plan and phase whose code this phase runs: the first of those that are equal.
    pub after: (usize, usize),
    /// True if other phases run the same code.
    pub shared: bool,
    /// The items of the phase; empty if it runs another phase's code.
    pub items: Vec<Item>,
}

/// The innermost call that all steps come from.
pub fn common_path(steps: &[Step]) -> Rc<str> {
    let Some((first, rest)) = steps.split_first() else {
        return "".into();
    };
    if rest.iter().all(|step| step.path == first.path) {
        return first.path.clone();
    }
    let mut common: Vec<&str> = first.path.split('.').collect();
    for step in rest {
        let same = step
            .path
            .split('.')
            .zip(&common)
            .take_while(|(a, b)| a == *b)
            .count();
        common.truncate(same);
    }
    common.join(".").into()
}
