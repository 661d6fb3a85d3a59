//! The trace of a network: the table that the compiler makes of what the phases of its gradient read and write.

use crate::Slot;
use crate::parallel::Seen;

/// The values of each phase of a network's gradient, in the order in which they are finished. `network!` writes it: a line for
/// each value, a blank line between phases.
///
/// ```text
/// read 0: image, 784 an example
/// written 0: logits.relu1, 128 an example
/// passing 0: loss.softmax1, 10 an example, backward
///
/// gradient 1: logits.dense2.bias, 10
/// ```
///
/// A number is the place among the slices that a phase is handed, or, of what passes, the number by which the phase shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace(pub &'static str);

impl Trace {
    /// The trace of a network that nobody can look into.
    pub const EMPTY: Trace = Trace("");

    /// The values of each phase.
    pub(super) fn phases(&self) -> Vec<Vec<Traced>> {
        let phases = self.0.trim_end().split("\n\n");
        let values = |phase: &'static str| phase.lines().filter_map(Traced::parse).collect();
        phases.map(values).collect()
    }
}

/// One value of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traced {
    pub seen: Seen,
    pub kind: TracedKind,
    /// With the layer that it belongs to.
    pub name: &'static str,
    pub slot: Slot,
    /// The turns of the loop whose values it holds one after the other.
    pub turns: usize,
    /// Each block of examples has one that is no example's own.
    pub is_partial: bool,
    pub is_backward: bool,
}

/// What a value is to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TracedKind {
    /// An argument of the loss.
    Input,
    /// The result of a layer or of a step of one, or the gradient by it.
    Value,
    /// The gradient by a parameter.
    Gradient,
}

impl Traced {
    fn parse(line: &'static str) -> Option<Traced> {
        let (seen, value) = line.split_once(": ")?;
        let (how, place) = seen.split_once(' ')?;
        let place = place.parse().ok()?;
        let (seen, kind) = match how {
            "read" => (Seen::Read(place), TracedKind::Input),
            "written" => (Seen::Written(place), TracedKind::Value),
            "passing" => (Seen::Passing(place), TracedKind::Value),
            "gradient" => (Seen::Written(place), TracedKind::Gradient),
            _ => return None,
        };
        let mut parts = value.split(", ");
        let name = parts.next()?;
        let (size, of) = match parts.next()? {
            shared if !shared.contains(' ') => (shared, ""),
            extent => extent.split_once(' ')?,
        };
        let size = size.parse().ok()?;
        let slot = match of {
            "" => Slot::Shared(size),
            "an example" => Slot::Examples(size),
            _ => Slot::Blocks(size),
        };
        let rest: Vec<&str> = parts.collect();
        let turns = rest
            .iter()
            .find_map(|part| part.strip_suffix(" turns")?.parse().ok());
        Some(Traced {
            seen,
            kind,
            name,
            slot,
            turns: turns.unwrap_or(1),
            is_partial: of.starts_with("in sums"),
            is_backward: rest.contains(&"backward"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_a_value_is_seen_and_where_its_examples_lie() {
        let trace = Trace(
            "read 0: image, 784 an example\nwritten 3: loss.scan1, 12 an example, 4 turns, backward\n\
             passing 1: logits.sum2, 32 for 16 examples\nwritten 4: d_bias_partials, 6 in sums over 16 examples, backward\n\n\
             gradient 2: logits.dense1.bias, 10\n",
        );
        let value = |seen, kind, name, slot| Traced {
            seen,
            kind,
            name,
            slot,
            turns: 1,
            is_partial: false,
            is_backward: false,
        };
        let expected = [
            vec![
                value(Seen::Read(0), TracedKind::Input, "image", Slot::Examples(784)),
                Traced {
                    turns: 4,
                    is_backward: true,
                    ..value(
                        Seen::Written(3),
                        TracedKind::Value,
                        "loss.scan1",
                        Slot::Examples(12),
                    )
                },
                value(
                    Seen::Passing(1),
                    TracedKind::Value,
                    "logits.sum2",
                    Slot::Blocks(32),
                ),
                Traced {
                    is_partial: true,
                    is_backward: true,
                    ..value(
                        Seen::Written(4),
                        TracedKind::Value,
                        "d_bias_partials",
                        Slot::Blocks(6),
                    )
                },
            ],
            vec![value(
                Seen::Written(2),
                TracedKind::Gradient,
                "logits.dense1.bias",
                Slot::Shared(10),
            )],
        ];
        assert_eq!(trace.phases(), expected);
        assert!(Trace::EMPTY.phases().iter().all(Vec::is_empty));
    }
}
