//! Observers: who is shown the values of phases while a team runs them.
//!
//! A team without an observer, which is what a step of training has, asks no more than whether there is one. What a share
//! has written is shown when it is done; what its steps overwrite before that, they show themselves, by
//! [`Watch::passing`].

use core::fmt::Debug;
use core::ops::Range;

use super::shares::{Rows, RowsMut};
use super::turns::Own;
use super::{Executor, Team};
use crate::Real;
pub use crate::machine::Held;

/// Who is shown the values that phases read and write. Workers show theirs at the same time.
pub trait Observer: Debug + Send + Sync {
    /// Looks at a part of a value.
    fn see(&self, sight: &Sight<'_>);
}

/// A part of a value, as one share has it.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// The number of the phase, from 0, since the observer came.
    pub phase: usize,
    /// Which of the phase's values it is.
    pub value: Seen,
    /// The part of the value.
    pub part: Cut,
    /// Its numbers. Where a value is smaller than the memory that a share has for it, it is the first of them.
    pub numbers: &'a dyn Numbers,
}

/// A value of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The one at this place among the slices of numbers that the phase reads by examples.
    Read(usize),
    /// The one at this place among those that it writes.
    Written(usize),
    /// The one of this number among those that it overwrites.
    Passing(usize),
}

/// The part of a value that a share has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// That of some examples.
    Examples {
        /// The first of them.
        first: usize,
        /// Their number.
        count: usize,
    },
    /// Elements from this one on.
    Elements(usize),
}

/// Numbers of either element type.
pub trait Numbers {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them.
    fn at(&self, place: usize) -> f64;
}

impl<T: Real> Numbers for &[T] {
    fn count(&self) -> usize {
        self.len()
    }

    fn at(&self, place: usize) -> f64 {
        self[place].to_f64()
    }
}

/// The observer of a share, if there is one.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    observer: Option<&'a dyn Observer>,
    phase: usize,
    /// The examples of the share.
    examples: Cut,
}

impl<'a> Watch<'a> {
    /// Shows a value that is about to be overwritten: the `number`th of the phase.
    #[inline(always)]
    pub fn passing<T: Real>(&self, number: usize, values: &[T]) {
        if self.observer.is_some() {
            self.show(Seen::Passing(number), self.examples, &values);
        }
    }

    /// Shows what a share reads by examples.
    pub(super) fn reads<T: Real>(&self, reals: &[Rows<'_, T>], examples: &Range<usize>) {
        if self.observer.is_some() {
            for (place, value) in reals.iter().enumerate() {
                self.show(Seen::Read(place), self.examples, &value.cut(examples));
            }
        }
    }

    /// Shows what a turn has written: rows that were its own.
    ///
    /// # Safety
    /// No range of `values` that overlaps these rows may be in use.
    pub(super) unsafe fn wrote<T: Real>(&self, values: &[RowsMut<'_, T>], own: &Own) {
        if self.observer.is_some() {
            for (place, value) in values.iter().enumerate() {
                let rows = own.rows_of(value);
                let part = match own {
                    Own::Examples(_) => self.examples,
                    Own::Part { .. } => Cut::Elements(rows.start * value.width()),
                };
                // SAFETY: by the contract.
                let numbers = unsafe { value.cut(&rows) };
                self.show(Seen::Written(place), part, &&*numbers);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn show(&self, value: Seen, part: Cut, numbers: &dyn Numbers) {
        if let Some(observer) = self.observer {
            observer.see(&Sight {
                phase: self.phase,
                value,
                part,
                numbers,
            });
        }
    }
}

/// An observer, and the phases that it has seen.
#[derive(Debug)]
pub(super) struct Observed {
    by: Held<dyn Observer>,
    phases: usize,
}

/// The observer of one phase, if there is one.
pub(super) struct OfPhase(Option<(Held<dyn Observer>, usize)>);

impl OfPhase {
    /// The watch on a share of these examples.
    pub fn watch(&self, examples: &Range<usize>) -> Watch<'_> {
        let (first, count) = (examples.start, examples.len());
        Watch {
            observer: self.0.as_ref().map(|(by, _)| &**by),
            phase: self.0.as_ref().map_or(0, |(_, phase)| *phase),
            examples: Cut::Examples { first, count },
        }
    }
}

impl<E: Executor> Team<E> {
    /// Shows the values of all phases from now on to `observer`; with `None` to nobody.
    pub fn observe(&mut self, observer: Option<Held<dyn Observer>>) {
        self.observed = observer.map(|by| Observed { by, phases: 0 });
    }

    /// Counts a phase, and yields its observer.
    pub(super) fn next_phase(&mut self) -> OfPhase {
        OfPhase(self.observed.as_mut().map(|observed| {
            observed.phases += 1;
            (
                <Held<dyn Observer> as Clone>::clone(&observed.by),
                observed.phases - 1,
            )
        }))
    }
}

#[cfg(all(test, feature = "std"))]
#[path = "observe_tests.rs"]
mod tests;
