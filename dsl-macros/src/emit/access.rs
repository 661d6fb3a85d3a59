//! What a phase reads and writes, and how: whole or by examples, as memory of the workspace or as gradients.

use std::collections::BTreeSet;

use proc_macro2::Ident;

use super::scope::Scope;
use crate::graph::Kind;
use crate::ops::Lowering;
use crate::schedule::plan::{By, Phase, Scalar, Source, StepKind};

/// What a phase touches and how.
pub struct Access {
    /// Read whole by every worker.
    pub shared: Vec<Source>,
    /// Per-example numbers read only.
    pub reals: Vec<Source>,
    /// Per-example integers.
    pub indices: Vec<Source>,
    /// Written slots of the workspace.
    pub slots: Vec<Written>,
    pub gradients: Vec<usize>,
    pub parameters: bool,
    /// The flat buffer of state that is not trained.
    pub state: bool,
    pub batch_size: bool,
    pub scratch: bool,
}

/// A slot that a phase writes, and the values that are in it meanwhile, in order.
pub struct Written {
    pub slot: usize,
    pub values: Vec<usize>,
}

impl Written {
    /// A slot with one value goes by its name from the start; else each value gets its name when it begins.
    pub fn is_one_value(&self, scope: &Scope<'_>) -> bool {
        let [value] = self.values.as_slice() else {
            return false;
        };
        scope.plan.slots[self.slot] == scope.plan.values[*value].extent
    }

    pub fn bound_as(&self, scope: &Scope<'_>) -> Ident {
        match self.is_one_value(scope) {
            true => scope.value(self.values[0]).clone(),
            false => scope.slot(self.slot).clone(),
        }
    }
}

pub fn access(phase: &Phase, scope: &Scope<'_>) -> Access {
    let mut access = Access {
        shared: Vec::new(),
        reals: Vec::new(),
        indices: Vec::new(),
        slots: Vec::new(),
        gradients: Vec::new(),
        parameters: false,
        state: false,
        batch_size: false,
        scratch: false,
    };
    let slot_of = |value: usize| scope.plan.values[value].slot;
    let mut written: BTreeSet<usize> = BTreeSet::new();
    for operand in phase.steps.iter().flat_map(|step| step.kind.writes()) {
        match operand.source {
            Source::Value(value) => {
                written.insert(slot_of(value));
            }
            Source::Gradient(parameter) if !access.gradients.contains(&parameter) => {
                access.gradients.push(parameter)
            }
            _ => {}
        }
    }
    access.slots = written
        .into_iter()
        .map(|slot| Written {
            slot,
            values: Vec::new(),
        })
        .collect();
    let mut seen: BTreeSet<Source> = BTreeSet::new();
    for step in &phase.steps {
        access.batch_size |= uses_batch_size(&step.kind);
        access.scratch |= needs_scratch(&step.kind);
        for operand in step.kind.reads().into_iter().chain(step.kind.writes()) {
            if !seen.insert(operand.source) {
                continue;
            }
            match operand.source {
                Source::Parameter(_) => access.parameters = true,
                Source::Buffer(_) => access.state = true,
                Source::Gradient(_) => {}
                Source::Value(value) => match access
                    .slots
                    .iter_mut()
                    .find(|written| written.slot == slot_of(value))
                {
                    Some(written) => written.values.push(value),
                    None if phase.by == By::Examples && operand.per_example.is_some() => {
                        access.reals.push(operand.source)
                    }
                    None => access.shared.push(operand.source),
                },
                Source::Input(index) => match (phase.by, scope.inputs[index].ty.kind) {
                    (By::Examples, Kind::PerExample) if scope.inputs[index].ty.is_index() => {
                        access.indices.push(operand.source);
                    }
                    (By::Examples, Kind::PerExample) => access.reals.push(operand.source),
                    _ => access.shared.push(operand.source),
                },
            }
        }
    }
    access
}

pub fn needs_scratch(kind: &StepKind) -> bool {
    let asks = |kind: &StepKind| match kind {
        StepKind::Kernel(call) => match call.op.rules().lower(&call.types) {
            Lowering::Kernel(kernel) => kernel.scratch,
            _ => false,
        },
        _ => false,
    };
    kind.innermost().into_iter().any(asks)
}

pub fn uses_batch_size(kind: &StepKind) -> bool {
    fn inside(value: &Scalar) -> bool {
        match value {
            Scalar::BatchSize => true,
            Scalar::Apply { args, .. } => args.iter().any(inside),
            _ => false,
        }
    }
    match kind {
        StepKind::Loop(nest) => nest.statements.iter().any(|statement| inside(&statement.value)),
        StepKind::Fold(fold) => inside(&fold.value),
        StepKind::Repeat(repeat) => repeat.steps.iter().any(|step| uses_batch_size(&step.kind)),
        _ => false,
    }
}
