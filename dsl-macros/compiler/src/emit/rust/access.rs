//! The reads and writes of a phase or routine, and the manner of each: whole or by examples, as memory of the
//! workspace or as gradients.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;

use super::scope::Scope;
use crate::graph::Batching;
use crate::plan::{Extent, Operand, Partition, Phase, Scalar, Source, Step, StepKind, Value};

/// The places that some steps touch and the manner of each access, in the order in which they touch them.
pub struct Access {
    /// Read whole by every worker.
    pub shared: Vec<Source>,
    /// Per-example numbers read only.
    pub reals: Vec<Source>,
    /// Per-example integers.
    pub indices: Vec<Source>,
    /// Written slots of the workspace.
    pub slots: Vec<Written>,
    /// The position of each slot in `slots`.
    places: BTreeMap<usize, usize>,
    pub gradients: Vec<usize>,
    pub parameters: Vec<usize>,
    /// The parameters that may lie packed.
    pub packed: Vec<usize>,
    /// The parameters whose directions are read.
    pub directions: Vec<usize>,
    /// State that is not trained.
    pub buffers: Vec<usize>,
    /// The sites whose numbers key random draws.
    pub sites: Vec<usize>,
    pub batch_size: bool,
    pub scratch: bool,
}

/// A slot that is written, and the values that are in it meanwhile, in order.
pub struct Written {
    pub slot: usize,
    /// The part of the slot that is accessible.
    pub extent: Extent,
    pub values: Vec<usize>,
}

impl Written {
    /// A slot with one value goes by its name from the start; else each value gets its name when it begins.
    pub fn is_one_value(&self, scope: &Scope<'_>) -> bool {
        let [value] = self.values.as_slice() else {
            return false;
        };
        self.extent == scope.plan.values[*value].extent
    }

    pub fn bound_as(&self, scope: &Scope<'_>) -> Ident {
        match self.is_one_value(scope) {
            true => scope.value(self.values[0]).clone(),
            false => scope.slot(self.slot).clone(),
        }
    }
}

impl Access {
    /// The places that a phase touches, with each slot as a whole.
    pub fn of_phase(phase: &Phase, scope: &Scope<'_>) -> Access {
        let mut access = Access::of_steps(phase.partition, &phase.steps, scope);
        for written in &mut access.slots {
            written.extent = scope.plan.slots[written.slot];
        }
        access
    }

    /// The places that steps of a phase touch, with as much of each slot as its values take.
    pub fn of_steps(partition: Partition, steps: &[Step], scope: &Scope<'_>) -> Access {
        let mut access = Access {
            shared: Vec::new(),
            reals: Vec::new(),
            indices: Vec::new(),
            slots: Vec::new(),
            places: BTreeMap::new(),
            gradients: Vec::new(),
            parameters: Vec::new(),
            packed: Vec::new(),
            directions: Vec::new(),
            buffers: Vec::new(),
            sites: Vec::new(),
            batch_size: false,
            scratch: false,
        };
        let mut seen: BTreeSet<Source> = BTreeSet::new();
        for operand in steps.iter().flat_map(|step| step.kind.writes()) {
            match operand.source {
                Source::Value(value) => access.write(value, scope),
                Source::Gradient(parameter) if seen.insert(operand.source) => {
                    access.gradients.push(parameter)
                }
                _ => {}
            }
        }
        seen.clear();
        for step in steps {
            access.batch_size |= uses_batch_size(&step.kind);
            access.scratch |= needs_scratch(&step.kind);
            for parameter in packed(&step.kind) {
                if !access.packed.contains(&parameter) {
                    access.packed.push(parameter);
                }
            }
            for operand in touched(&step.kind) {
                if seen.insert(operand.source) {
                    access.touch(operand, partition, scope);
                }
            }
        }
        access
    }

    /// A slot, if it is written.
    pub fn slot(&self, slot: usize) -> Option<&Written> {
        self.places.get(&slot).map(|&place| &self.slots[place])
    }

    fn write(&mut self, value: usize, scope: &Scope<'_>) {
        let slot = scope.plan.values[value].slot;
        if !self.places.contains_key(&slot) {
            self.places.insert(slot, self.slots.len());
            self.slots.push(Written {
                slot,
                extent: scope.plan.values[value].extent,
                values: Vec::new(),
            });
        }
    }

    fn touch(&mut self, operand: &Operand, partition: Partition, scope: &Scope<'_>) {
        match operand.source {
            Source::Parameter(parameter) => self.parameters.push(parameter),
            Source::Direction(parameter) => self.directions.push(parameter),
            Source::Buffer(buffer) => self.buffers.push(buffer),
            Source::Site(site) => self.sites.push(site),
            Source::Gradient(_) => {}
            Source::Value(value) => {
                let Value { slot, extent, .. } = scope.plan.values[value];
                match self.places.get(&slot) {
                    Some(&place) => {
                        let written = &mut self.slots[place];
                        written.values.push(value);
                        written.extent = widest(written.extent, extent);
                    }
                    None if partition == Partition::Examples && operand.per_example.is_some() => {
                        self.reals.push(operand.source)
                    }
                    None => self.shared.push(operand.source),
                }
            }
            Source::Input(index) => match (partition, scope.inputs[index].ty.batching) {
                (Partition::Examples, Batching::PerExample) if scope.inputs[index].ty.is_index() => {
                    self.indices.push(operand.source);
                }
                (Partition::Examples, Batching::PerExample) => self.reals.push(operand.source),
                _ => self.shared.push(operand.source),
            },
        }
    }
}

fn widest(a: Extent, b: Extent) -> Extent {
    match (a, b) {
        (Extent::Examples(a), Extent::Examples(b)) => Extent::Examples(a.max(b)),
        (Extent::Blocks(a), Extent::Blocks(b)) => Extent::Blocks(a.max(b)),
        // Other values lie in one slot only if they are of one size.
        (a, _) => a,
    }
}

/// The operands that a step reads or writes, but for weights that it reads packed.
fn touched(kind: &StepKind) -> impl Iterator<Item = &Operand> {
    kind.innermost().into_iter().flat_map(|kind| {
        let packed = kind.packed_weight().map(Source::Parameter);
        let operands = kind.reads().into_iter().chain(kind.writes());
        operands.filter(move |operand| Some(operand.source) != packed)
    })
}

/// The parameters that a step reads packed, where they are.
pub fn packed(kind: &StepKind) -> impl Iterator<Item = usize> {
    let innermost = kind.innermost().into_iter();
    innermost.filter_map(StepKind::packed_parameter)
}

pub fn needs_scratch(kind: &StepKind) -> bool {
    let asks = |kind: &StepKind| match kind {
        StepKind::Kernel(call) => call.op.kernel.scratch,
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
        StepKind::For(for_loop) => for_loop.steps.iter().any(|step| uses_batch_size(&step.kind)),
        _ => false,
    }
}
