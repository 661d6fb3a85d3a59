//! Buffer donation within loops over time: a stack whose rows an iteration reads for the last time donates
//! their memory to the rows that the same iteration stores.
//!
//! In: values and phases. Out: the donations, guest → host, for
//! [`buffer_assignment`](super::buffer_assignment); stacks of narrow rows that fit into one host side by side
//! become a single stack of wide rows, a new value. The gates of an LSTM then lie where the input's
//! contribution to them lay, and in the backward pass their gradients lie where the gates lay:
//!
//! ```text
//! for t: v[t] ← tanh(x[t] + h)      →      for t: x[t] ← tanh(x[t] + h)      (if nothing reads x later)
//! ```
//!
//! Invariant: an element of the host is read for the last time, by the same loop over elements, before the
//! guest's element is stored over it. An iteration touches no memory that it has not just read, which keeps
//! it in cache.
//!
//! Cost: each loop over elements within a loop over time scans all steps, so their product. XLA donates whole
//! buffers of inputs to outputs; the idea here is the same for rows.

mod widen;

use std::collections::{BTreeMap, BTreeSet};

use crate::collections::IntoCollection;
use crate::plan::*;
use crate::view::View;
use widen::Widening;

/// The location of a loop in a loop over time: the indices of its phase, of its step, and among the steps of
/// the loop over time.
type Place = (usize, usize, usize);

/// Finds stacks that may lie in the memory of others, and joins stacks of narrower rows side by side where
/// that lets them. Returns the host of each guest. `kept` are the values that the caller reads after the
/// entry point has run.
pub fn donate_rows(
    values: &mut Vec<Value>,
    phases: &mut [Phase],
    kept: &BTreeSet<Source>,
) -> BTreeMap<usize, usize> {
    let mut hosts = BTreeMap::new();
    for place in loops_in_turns(phases) {
        if let Some((guest, host)) = shared_at(values, phases, kept, place) {
            hosts.insert(guest, host);
        }
    }
    hosts
}

/// The loops over elements directly inside a loop over time.
fn loops_in_turns(phases: &[Phase]) -> Vec<Place> {
    let mut places = Vec::new();
    for (phase, of) in phases.iter().enumerate() {
        for (step, of) in of.steps.iter().enumerate() {
            let StepKind::For(for_loop) = &of.kind else {
                continue;
            };
            for (inner, of) in for_loop.steps.iter().enumerate() {
                if let StepKind::Loop(_) = of.kind {
                    places.push((phase, step, inner));
                }
            }
        }
    }
    places
}

fn for_loop_at(phases: &[Phase], (phase, step, _): Place) -> &ForLoop {
    match &phases[phase].steps[step].kind {
        StepKind::For(for_loop) => for_loop,
        _ => unreachable!("it is a loop over time"),
    }
}

fn nest_at(phases: &[Phase], place: Place) -> &Loop {
    match &for_loop_at(phases, place).steps[place.2].kind {
        StepKind::Loop(nest) => nest,
        _ => unreachable!("it is a loop over elements"),
    }
}

/// A pair (guest, host) of stacks for the loop at `place`: it reads the rows of the host for the last time
/// and stores those of the guest.
fn shared_at(
    values: &mut Vec<Value>,
    phases: &mut [Phase],
    kept: &BTreeSet<Source>,
    place: Place,
) -> Option<(usize, usize)> {
    let (nest, repeat) = (nest_at(phases, place), for_loop_at(phases, place));
    let stack_of =
        |operand: &Operand| Stack::of(operand, repeat, values).filter(|_| !kept.contains(&operand.source));
    let read: BTreeSet<usize> = nest
        .operands
        .iter()
        .filter_map(stack_of)
        .map(|stack| stack.value)
        .into_set();
    for host in read {
        let Some(rows) = last_reads(phases, place, host) else {
            continue;
        };
        let own = &nest.operands[rows[0].operand];
        let Some(width) = stack_of(own).map(|stack| stack.width) else {
            continue;
        };
        let stores: Vec<Stored> = stores(nest, &stack_of);
        let only_here = |value: usize| is_written_only_at(phases, place, value);
        // A guest with rows of the same width takes over the host's layout as it is.
        let guests: BTreeSet<usize> = stores
            .iter()
            .filter(|stored| stored.stack.width == width)
            .map(|stored| stored.stack.value)
            .into_set();
        for guest in guests {
            let covers = |row: &Row| {
                let same = |stored: &&Stored| {
                    stored.stack.value == guest && stored.view == nest.operands[row.operand].view
                };
                stores
                    .iter()
                    .find(same)
                    .is_some_and(|stored| stored.statement >= row.last)
            };
            if only_here(guest) && rows.iter().all(covers) {
                return Some((guest, host));
            }
        }
        // Guests with narrower rows lie side by side, each where the loop has just read a window of its
        // shape.
        let mut free: Vec<&Stored> = stores.iter().collect();
        let mut chosen: Vec<Widening> = Vec::new();
        for row in &rows {
            let view = &nest.operands[row.operand].view;
            let fits = |stored: &&Stored| {
                let Stack { value, width: narrow } = stored.stack;
                let widening = Widening {
                    value,
                    narrow,
                    wide: width,
                    column: view.offset,
                };
                let whole = stored.view.offset == 0
                    && stored.view.shape.count() == narrow
                    && view.shape == stored.view.shape;
                stored.statement >= row.last && whole && only_here(value) && widening.is_possible(phases)
            };
            let Some(found) = free.iter().position(fits) else {
                break;
            };
            let Stack { value, width: narrow } = free.remove(found).stack;
            chosen.push(Widening {
                value,
                narrow,
                wide: width,
                column: view.offset,
            });
        }
        if chosen.len() < rows.len() {
            continue;
        }
        let length = repeat.length;
        values.push(Value {
            name: "saved_steps".to_string(),
            extent: Extent::Examples(length * width),
            slot: usize::MAX,
            depth: 0,
        });
        let joint = values.len() - 1;
        for widening in chosen {
            widening.apply(phases, Source::Value(joint));
        }
        return Some((joint, host));
    }
    None
}

/// A value that each iteration sees one row of.
#[derive(Clone, Copy)]
struct Stack {
    value: usize,
    /// The number of elements of a row.
    width: usize,
}

impl Stack {
    /// The stack that an operand of a loop over time is a part of, if the operand is a window on the row of
    /// the iteration.
    fn of(operand: &Operand, for_loop: &ForLoop, values: &[Value]) -> Option<Stack> {
        let Source::Value(value) = operand.source else {
            return None;
        };
        let [
            LoopStride {
                variable,
                stride: width,
            },
        ] = operand.loop_strides[..]
        else {
            return None;
        };
        let elements = for_loop.length * width;
        let fits = variable == for_loop.variable
            && values[value].extent == Extent::Examples(elements)
            && operand.per_example == Some(elements);
        let View { shape, offset, .. } = &operand.view;
        let in_row = operand.view.is_contiguous() && shape.count() > 1 && offset + shape.count() <= width;
        (fits && in_row).then_some(Stack { value, width })
    }
}

/// A window on a stack that a loop reads.
struct Row {
    operand: usize,
    /// The last statement that reads the window.
    last: usize,
}

/// A window on a stack that a statement of a loop stores.
struct Stored {
    stack: Stack,
    view: View,
    statement: usize,
}

fn stores(nest: &Loop, stack_of: &dyn Fn(&Operand) -> Option<Stack>) -> Vec<Stored> {
    let statements = nest.statements.iter().enumerate();
    let stored = statements.filter_map(|(statement, of)| {
        let store = of.store.as_ref()?;
        Some(Stored {
            stack: stack_of(store)?,
            view: store.view.clone(),
            statement,
        })
    });
    stored.collect()
}

/// The windows through which the loop at `place` reads a stack, ordered by their last use; `None` if they
/// overlap, or if another step of the loop over time or a later step touches the stack.
fn last_reads(phases: &[Phase], place: Place, host: usize) -> Option<Vec<Row>> {
    let source = Source::Value(host);
    let touches = |step: &Step| {
        let (reads, writes) = (step.kind.reads(), step.kind.writes());
        reads
            .iter()
            .chain(&writes)
            .any(|operand| operand.source == source)
    };
    for (phase, of) in phases.iter().enumerate().skip(place.0) {
        for (step, of) in of.steps.iter().enumerate() {
            if (phase, step) > (place.0, place.1) && touches(of) {
                return None;
            }
        }
    }
    let steps = for_loop_at(phases, place).steps.iter().enumerate();
    if steps
        .filter(|(inner, _)| *inner != place.2)
        .any(|(_, step)| touches(step))
    {
        return None;
    }
    let nest = nest_at(phases, place);
    let stored = nest
        .statements
        .iter()
        .filter_map(|statement| statement.store.as_ref());
    if stored.into_iter().any(|store| store.source == source) {
        return None;
    }
    let mut rows: Vec<Row> = Vec::new();
    for (operand, window) in nest
        .operands
        .iter()
        .enumerate()
        .filter(|(_, window)| window.source == source)
    {
        let mut last = 0;
        for (place, statement) in nest.statements.iter().enumerate() {
            statement.value.each(&mut |part| {
                if *part == Scalar::Load(operand) {
                    last = place;
                }
            });
        }
        let count = window.view.shape.count();
        let apart = |row: &Row| {
            let other = &nest.operands[row.operand].view;
            other.shape == window.view.shape && other.offset.abs_diff(window.view.offset) >= count
        };
        if !rows.iter().all(apart) {
            return None;
        }
        rows.push(Row { operand, last });
    }
    rows.sort_by_key(|row| row.last);
    (!rows.is_empty()).then_some(rows)
}

/// True if the loop at `place` is the only step that stores the value, and reads none of it.
fn is_written_only_at(phases: &[Phase], place: Place, value: usize) -> bool {
    let source = Source::Value(value);
    let is_own = |operand: &&Operand| operand.source == source;
    let all = phases
        .iter()
        .flat_map(|phase| &phase.steps)
        .flat_map(|step| step.kind.writes());
    let nest = nest_at(phases, place);
    let here = nest
        .statements
        .iter()
        .filter_map(|statement| statement.store.as_ref());
    all.filter(|write| is_own(write)).count() == here.filter(|write| is_own(write)).count()
        && !nest.operands.iter().any(|operand| operand.source == source)
}

#[cfg(test)]
mod tests;
