//! The trace of a gradient's plan: the table by which the run time names the values that each phase reads and writes, when
//! it looks for the first that is not finite, or takes the measure of all.
//!
//! What a share of a phase has written can be seen when it is done. What it overwrites before that is shown by the phase
//! itself: a line before the step that overwrites it, in the phases that this plan runs and in no others.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::access::Access;
use super::scope::Scope;
use super::{Network, doc, literal, text};
use crate::collections::IntoCollection;
use crate::lowered::Element;
use crate::plan::routines::Item;
use crate::plan::{Extent, Partition, Phase, Source, Step, StepKind};

/// A value that a phase computes and overwrites.
#[derive(Clone, Copy)]
pub struct Passing {
    pub value: usize,
    /// The step of the phase, the first of an item, that overwrites it.
    pub before: usize,
}

/// The values that the items of a phase overwrite, in the order in which they do. A value that lasts no longer than one
/// item is not among them.
pub fn passing(phase: &Phase, access: &Access, items: &[Item], scope: &Scope<'_>) -> Vec<Passing> {
    let mut found = Vec::new();
    if phase.partition != Partition::Examples {
        return found;
    }
    let first_of_item = |step: usize| {
        let covering = items.iter().find_map(|item| match item {
            Item::Step(place) => (*place == step).then_some(step),
            Item::Call { steps, .. } => steps.contains(&step).then_some(steps.start),
        });
        covering.unwrap_or(step)
    };
    for written in &access.slots {
        for pair in written.values.windows(2) {
            let last = phase.steps.iter().rposition(|step| writes(step, pair[0]));
            let next = phase.steps.iter().position(|step| touches(step, pair[1]));
            let (Some(last), Some(next)) = (last, next) else {
                continue;
            };
            let before = first_of_item(next);
            if first_of_item(last) < before && is_traced(&phase.steps, pair[0], scope) {
                found.push(Passing {
                    value: pair[0],
                    before,
                });
            }
        }
    }
    found.sort_by_key(|passing| passing.before);
    found
}

/// The line that shows a value before it is overwritten, the `number`th of its phase.
pub fn show(number: usize, value: usize, access: &Access, scope: &Scope<'_>) -> TokenStream {
    let (slot, extent) = (scope.plan.values[value].slot, scope.plan.values[value].extent);
    let memory = scope.slot(slot);
    let is_whole = access.slot(slot).is_some_and(|written| written.extent == extent);
    let number = literal(number);
    let values = match extent {
        _ if is_whole => quote!(#memory),
        Extent::Examples(1) => quote!(&#memory[..examples]),
        Extent::Examples(width) => {
            let width = literal(width);
            quote!(&#memory[..examples * #width])
        }
        Extent::Blocks(len) => {
            let len = literal(len);
            quote!(&#memory[..blocks * #len])
        }
        Extent::Shared(_) => unreachable!("shared values do not share slots"),
    };
    quote!(watch.passing(#number, #values);)
}

/// The table of a plan: a line for each value, a blank line between phases.
pub fn table(network: &Network<'_, '_>, plan: usize) -> TokenStream {
    let (scope, runtime) = (&network.scopes[plan], network.runtime);
    let phases = scope.plan.phases.iter().enumerate().map(|(place, phase)| {
        let (other, after) = network.routines.phases[plan][place].after;
        let items = &network.routines.phases[other][after].items;
        let entries = entries(phase, items, scope);
        let lines: Vec<String> = entries.iter().map(Entry::line).collect();
        lines.join("\n")
    });
    let phases: Vec<String> = phases.collect();
    let table = text(&format!("{}\n", phases.join("\n\n")));
    let about = doc("What the phases of the gradient read and write, for a pass that looks at it.");
    quote! {
        #about
        pub(super) const TRACE: #runtime::Trace = #runtime::Trace(#table);
    }
}

/// One value of one phase.
struct Entry {
    /// How it is seen.
    seen: &'static str,
    place: usize,
    name: String,
    extent: Extent,
    /// The turns of the loop whose values it holds one after the other.
    turns: usize,
    /// True for sums over the examples of each block.
    is_partial: bool,
    is_backward: bool,
    /// The step that finishes it.
    step: usize,
}

impl Entry {
    /// `written 2: logits.layer1.relu1, 128 an example`
    fn line(&self) -> String {
        let extent = match self.extent {
            Extent::Shared(len) => format!("{len}"),
            Extent::Examples(width) => format!("{width} an example"),
            Extent::Blocks(len) if self.is_partial => format!("{len} in sums over 16 examples"),
            Extent::Blocks(len) => format!("{len} for 16 examples"),
        };
        let turns = match self.turns {
            1 => String::new(),
            turns => format!(", {turns} turns"),
        };
        let pass = if self.is_backward { ", backward" } else { "" };
        let Entry {
            seen, place, name, ..
        } = self;
        format!("{seen} {place}: {name}, {extent}{turns}{pass}")
    }
}

/// The values of a phase in the order in which they are finished; the inputs that it reads first.
fn entries(phase: &Phase, items: &[Item], scope: &Scope<'_>) -> Vec<Entry> {
    let access = Access::of_phase(phase, scope);
    let inputs = access.reals.iter().enumerate();
    let inputs = inputs.filter_map(|(place, source)| match *source {
        Source::Input(input) => Some(Entry {
            seen: "read",
            place,
            name: scope.inputs[input].name.to_string(),
            extent: Extent::Examples(scope.inputs[input].ty.shape.count()),
            turns: 1,
            is_partial: false,
            is_backward: false,
            step: 0,
        }),
        _ => None,
    });
    let entry = |seen, place, value: usize| {
        let step = phase.steps.iter().rposition(|step| writes(step, value))?;
        is_traced(&phase.steps, value, scope).then(|| Entry {
            seen,
            place,
            name: named(value, &phase.steps[step], scope),
            extent: scope.plan.values[value].extent,
            turns: turns(&phase.steps, value, scope),
            is_partial: is_partial(value, scope),
            is_backward: phase.steps[step].backward,
            step,
        })
    };
    let passing = passing(phase, &access, items, scope).into_iter().enumerate();
    let passing = passing.filter_map(|(number, passing)| entry("passing", number, passing.value));
    let written = access.slots.iter().enumerate();
    let written = written.filter_map(|(place, written)| {
        let is_written = |value: &&usize| phase.steps.iter().any(|step| writes(step, **value));
        entry("written", place, *written.values.iter().rfind(is_written)?)
    });
    let gradients = access.gradients.iter().enumerate();
    let gradients = gradients.filter_map(|(place, &parameter)| {
        let of = Source::Gradient(parameter);
        let is_written = |step: &Step| step.kind.writes().iter().any(|write| write.source == of);
        let declared = &scope.layout.parameters[parameter].declaration;
        Some(Entry {
            seen: "gradient",
            place: access.slots.len() + place,
            name: declared.name.clone(),
            extent: Extent::Shared(declared.shape.count()),
            turns: 1,
            is_partial: false,
            is_backward: false,
            step: phase.steps.iter().rposition(is_written)?,
        })
    });
    let mut computed: Vec<Entry> = passing.chain(written).chain(gradients).collect();
    // Of what a loop computes, that which tells the turn comes first.
    computed.sort_by_key(|entry| (entry.step, entry.turns == 1));
    inputs.chain(computed).collect()
}

/// True for numbers that outlast a turn of a loop; the places of maxima, which a pooling notes, are none.
fn is_traced(steps: &[Step], value: usize, scope: &Scope<'_>) -> bool {
    let of = Source::Value(value);
    let is_place = |kind: &StepKind| match kind {
        StepKind::Kernel(call) => {
            let winners = call.epilogue.winners();
            winners.is_some_and(|winners| winners.source == of)
        }
        _ => false,
    };
    let mut kinds = steps.iter().flat_map(|step| step.kind.innermost());
    let writes = steps.iter().flat_map(|step| step.kind.writes());
    let mut own = writes.filter(|write| write.source == of);
    let is_real = own.all(|write| write.element == Element::Real);
    scope.plan.values[value].depth == 0 && is_real && !kinds.any(is_place)
}

/// True for a value of which each block of examples has one that is no example's own.
fn is_partial(value: usize, scope: &Scope<'_>) -> bool {
    let steps = scope.plan.phases.iter().flat_map(|phase| &phase.steps);
    let mut kinds = steps.flat_map(|step| step.kind.innermost());
    kinds.any(|kind| {
        matches!(kind, StepKind::SumBlocks { partials, .. } if partials.source == Source::Value(value))
    })
}

fn writes(step: &Step, value: usize) -> bool {
    let of = Source::Value(value);
    step.kind.writes().iter().any(|write| write.source == of)
}

fn touches(step: &Step, value: usize) -> bool {
    let of = Source::Value(value);
    writes(step, value) || step.kind.reads().iter().any(|read| read.source == of)
}

/// The name of a value with the layer that it belongs to: `logits.block2.relu3`, `logits.dense1`.
fn named(value: usize, step: &Step, scope: &Scope<'_>) -> String {
    let name = &scope.plan.values[value].name;
    match (name.contains('.'), &*step.path) {
        (true, _) | (_, "") => name.clone(),
        (_, path) if path == name => name.clone(),
        (false, path) => format!("{path}.{name}"),
    }
}

/// The turns of the outermost loop that writes the value part by part; 1 if none does.
fn turns(steps: &[Step], value: usize, scope: &Scope<'_>) -> usize {
    let len = match scope.plan.values[value].extent {
        Extent::Shared(len) | Extent::Examples(len) | Extent::Blocks(len) => len,
    };
    let of_loop = steps.iter().find_map(|step| {
        let StepKind::For(for_loop) = &step.kind else {
            return None;
        };
        let writes = step.kind.writes();
        let own = writes.iter().find(|write| write.source == Source::Value(value))?;
        let moved = own
            .loop_strides
            .iter()
            .find(|moved| moved.variable == for_loop.variable)?;
        (moved.stride.checked_mul(for_loop.length) == Some(len)).then_some(for_loop.length)
    });
    of_loop.unwrap_or(1)
}

/// The code, by plan and phase, that a plan runs.
pub fn code_of(network: &Network<'_, '_>, plan: usize) -> BTreeSet<(usize, usize)> {
    network.routines.phases[plan]
        .iter()
        .map(|code| code.after)
        .into_set()
}
