//! The observer of a checked pass: it takes note of what is not finite, and of sums.

use std::sync::{Mutex, PoisonError};

use super::trace::{Trace, Traced, TracedKind};
use crate::Slot;
use crate::parallel::{BLOCK, Cut, Observer, Sight};

/// Takes the measure of every traced value that it sees.
#[derive(Debug)]
pub(super) struct Recorder {
    /// The values of each phase.
    traced: Vec<Vec<Traced>>,
    /// What is known of each of them.
    records: Mutex<Vec<Vec<Record>>>,
}

/// What is known of a value.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    /// The first number, by example and place, that is not finite.
    pub first: Option<Found>,
    /// The largest magnitude of those that are.
    pub largest: f64,
    /// How many are not finite.
    pub non_finite: usize,
    /// The sums over each example, or over each block of examples at the place of its first: added up in order they do
    /// not depend on the number of threads.
    pub sums: Vec<Sums>,
    /// The number of zeros, over the examples, of each of an example's numbers.
    pub zeros: Vec<usize>,
}

/// A number that is not finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub example: Option<usize>,
    pub position: usize,
    pub value: f64,
}

/// Sums over some numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sums {
    pub count: usize,
    pub sum: f64,
    pub squares: f64,
}

impl Recorder {
    pub fn new(trace: Trace) -> Recorder {
        let traced = trace.phases();
        let empty = |phase: &Vec<Traced>| vec![Record::default(); phase.len()];
        Recorder {
            records: Mutex::new(traced.iter().map(empty).collect()),
            traced,
        }
    }

    /// Every traced value with what is known of it, in the order in which they are finished.
    pub fn records(&self) -> Vec<(Traced, Record)> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let records = std::mem::take(&mut *records).into_iter();
        let by_phase = self.traced.iter().zip(records);
        by_phase
            .flat_map(|(traced, records)| traced.iter().copied().zip(records))
            .collect()
    }
}

impl Observer for Recorder {
    fn see(&self, sight: &Sight<'_>) {
        let mut values = self.traced.get(sight.phase).into_iter().flatten().enumerate();
        let Some((place, traced)) = values.find(|(_, traced)| traced.seen == sight.value) else {
            return;
        };
        let own = Record::of(traced, sight);
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(record) = records
            .get_mut(sight.phase)
            .and_then(|phase| phase.get_mut(place))
        {
            record.join(own);
        }
    }
}

impl Record {
    /// What one share sees of a value.
    fn of(traced: &Traced, sight: &Sight<'_>) -> Record {
        let mut record = Record::default();
        let measured = traced.kind == TracedKind::Value && !traced.is_partial;
        let mut see = |example: Option<usize>, part: usize, position: usize, element: usize| {
            let value = sight.numbers.at(element);
            if !value.is_finite() {
                record.non_finite += 1;
                let found = Found {
                    example,
                    position,
                    value,
                };
                if record.first.is_none_or(|first| found.is_before(&first)) {
                    record.first = Some(found);
                }
                return;
            }
            record.largest = record.largest.max(value.abs());
            if measured && example.is_some() {
                if record.sums.len() <= part {
                    record.sums.resize(part + 1, Sums::default());
                }
                record.sums[part].add(value);
                if record.zeros.len() <= position {
                    record.zeros.resize(position + 1, 0);
                }
                record.zeros[position] += usize::from(value == 0.0);
            }
        };
        let seen = sight.numbers.count();
        match (traced.slot, sight.part) {
            (Slot::Examples(width), Cut::Examples { first, count }) => {
                for element in 0..seen.min(count * width) {
                    let example = first + element / width;
                    see(Some(example), example, element % width, element);
                }
            }
            (Slot::Blocks(len), Cut::Examples { first, count }) if !traced.is_partial => {
                for element in 0..seen.min(count.div_ceil(BLOCK) * len) {
                    let block = element / len * BLOCK;
                    let within = block + element % BLOCK;
                    // The last block has room for more examples than there are.
                    if within < count {
                        see(
                            Some(first + within),
                            first + block,
                            element % len / BLOCK,
                            element,
                        );
                    }
                }
            }
            (Slot::Blocks(len), Cut::Examples { count, .. }) => {
                for element in 0..seen.min(count.div_ceil(BLOCK) * len) {
                    see(None, 0, element % len, element);
                }
            }
            (slot, Cut::Elements(first)) => {
                for element in 0..seen {
                    let place = first + element;
                    match slot {
                        Slot::Examples(width) => {
                            let example = place / width;
                            see(Some(example), example, place % width, element);
                        }
                        Slot::Shared(_) | Slot::Blocks(_) => see(None, 0, place, element),
                    }
                }
            }
            (Slot::Shared(_), Cut::Examples { .. }) => (0..seen).for_each(|at| see(None, 0, at, at)),
        }
        record
    }

    fn join(&mut self, other: Record) {
        if let Some(found) = other.first
            && self.first.is_none_or(|first| found.is_before(&first))
        {
            self.first = Some(found);
        }
        self.largest = self.largest.max(other.largest);
        self.non_finite += other.non_finite;
        if self.sums.len() < other.sums.len() {
            self.sums.resize(other.sums.len(), Sums::default());
        }
        for (own, other) in self.sums.iter_mut().zip(&other.sums) {
            *own = Sums::total([&*own, other]);
        }
        if self.zeros.len() < other.zeros.len() {
            self.zeros.resize(other.zeros.len(), 0);
        }
        for (own, other) in self.zeros.iter_mut().zip(other.zeros) {
            *own += other;
        }
    }
}

impl Found {
    fn is_before(&self, other: &Found) -> bool {
        (self.example, self.position) < (other.example, other.position)
    }
}

impl Sums {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.squares += value * value;
    }

    /// The sums over all.
    pub fn total<'s>(parts: impl IntoIterator<Item = &'s Sums>) -> Sums {
        parts.into_iter().fold(Sums::default(), |total, part| Sums {
            count: total.count + part.count,
            sum: total.sum + part.sum,
            squares: total.squares + part.squares,
        })
    }
}
