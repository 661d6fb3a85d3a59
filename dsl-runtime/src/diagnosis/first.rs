//! The first value of a pass that is not finite.

use std::fmt;

use super::recorder::Record;
use super::trace::{Traced, TracedKind};

/// The first value of a pass, in the order in which they are computed, that holds an infinite number or NaN. Displays as
/// `` `logits.block3.relu3`: value 17 of example 4 is NaN; all before it is finite, the largest 3.2e38 in
/// `logits.block2.conv1` ``.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FirstNonFinite {
    /// Its name: an input's, a parameter's whose gradient it is, or that of the value in the layer it belongs to, as
    /// `GRADIENT`, the text of the derived graph, has it.
    pub name: &'static str,
    /// What it is.
    pub kind: TracedKind,
    /// The first example that has such a number, if each has numbers of its own.
    pub example: Option<usize>,
    /// The turn of the loop, from 0, if the value keeps the numbers of every turn: of a state that is carried on, the turn that
    /// it is handed to.
    pub turn: Option<usize>,
    /// The place of the number: within the example, and within the turn.
    pub position: usize,
    /// The number.
    pub value: f64,
    /// How many of the value's numbers are not finite.
    pub non_finite: usize,
    /// The largest magnitude among the values before, and the name of that which has it.
    pub largest_before: Option<(&'static str, f64)>,
}

impl FirstNonFinite {
    pub(super) fn among(records: &[(Traced, Record)]) -> Option<FirstNonFinite> {
        let bad = |(_, record): &(Traced, Record)| record.first.is_some();
        // Inputs are there before anything is computed, whatever phase reads them first.
        let is_input = |(traced, _): &(Traced, Record)| traced.kind == TracedKind::Input;
        let input = records.iter().position(|record| is_input(record) && bad(record));
        let place = input.or_else(|| records.iter().position(bad))?;
        let (traced, record) = &records[place];
        let found = record.first?;
        let before = records[..place].iter().filter(|(_, before)| before.largest > 0.0);
        let largest = before.max_by(|(_, a), (_, b)| a.largest.total_cmp(&b.largest));
        let width = match traced.slot {
            crate::Slot::Examples(width) | crate::Slot::Shared(width) => width,
            crate::Slot::Blocks(len) => len / crate::parallel::BLOCK,
        };
        let of_turn = (width / traced.turns).max(1);
        let has_turns = traced.turns > 1;
        Some(FirstNonFinite {
            name: traced.name,
            kind: traced.kind,
            example: found.example,
            turn: has_turns.then_some(found.position / of_turn),
            position: match has_turns {
                true => found.position % of_turn,
                false => found.position,
            },
            value: found.value,
            non_finite: record.non_finite,
            largest_before: largest.map(|(traced, record)| (traced.name, record.largest)),
        })
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> &'static str {
        let large = self.largest_before.is_some_and(|(_, largest)| largest > LARGE);
        match self.kind {
            TracedKind::Input => {
                "a network can learn nothing from such an example: leave it out, or fill the value in"
            }
            _ if self.value.is_infinite() && large => {
                "what it is made of has grown too large: lower the learning rate, clip the gradient, or normalise"
            }
            _ => {
                "look at what it computes at its edges (logarithms, roots and quotients of 0), and at parameters grown \
                 too large (lower the learning rate)"
            }
        }
    }
}

/// The magnitude whose product with another of its kind is near the end of `f32`.
const LARGE: f64 = 1e15;

impl fmt::Display for FirstNonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FirstNonFinite {
            name,
            position,
            value,
            ..
        } = self;
        match self.kind {
            TracedKind::Input => write!(f, "the input `{name}`")?,
            TracedKind::Value => write!(f, "`{name}`")?,
            // Where its numbers lie in memory says nothing to a reader.
            TracedKind::Gradient => write!(f, "the gradient by `{name}` holds {value}")?,
        }
        if self.kind != TracedKind::Gradient {
            write!(f, ": value {position}")?;
            if let Some(example) = self.example {
                write!(f, " of example {example}")?;
            }
            if let Some(turn) = self.turn {
                write!(f, " in turn {turn}")?;
            }
            write!(f, " is {value}")?;
        }
        match self.largest_before {
            Some((before, largest)) if self.kind != TracedKind::Input => write!(
                f,
                "; all before it is finite, the largest {largest:.1e} in `{before}`"
            ),
            _ => Ok(()),
        }
    }
}
