//! The canonical form of a group of steps: the steps without names and origins, and the memory that they
//! touch numbered in the order of first use. Two groups are alpha equivalent if and only if their canonical
//! forms are equal.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Planned;
use crate::graph::Type;
use crate::plan::*;

/// Steps up to a renaming of the memory that they touch.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Canonical {
    partition: Partition,
    steps: Vec<Step>,
    places: Vec<Place>,
    /// The slots of a phase, in the order of first use; empty for a group of steps.
    memory: Vec<Extent>,
}

/// The properties of a memory location, besides the windows on it, that the code depends on.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Place {
    Input(Type),
    /// The number of elements, which decides whether a window covers all of it.
    Parameter(usize),
    Direction(usize),
    Buffer(usize),
    Site,
    Gradient,
    /// Values are told apart even if they share a slot; the slot's number records that they do.
    Value {
        slot: usize,
        extent: Extent,
    },
}

impl Canonical {
    pub fn new(planned: &Planned<'_>, partition: Partition, steps: &[Step]) -> Canonical {
        let mut renaming = Renaming {
            planned,
            sources: BTreeMap::new(),
            slots: BTreeMap::new(),
            variables: BTreeMap::new(),
            places: Vec::new(),
        };
        let steps = steps.iter().map(|step| renaming.step(step)).collect();
        Canonical {
            partition,
            steps,
            places: renaming.places,
            memory: Vec::new(),
        }
    }

    /// The canonical form of a whole phase, which also depends on the sizes of the slots around its values.
    pub fn of_phase(planned: &Planned<'_>, phase: &Phase) -> Canonical {
        let mut slots: Vec<usize> = Vec::new();
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        for operand in phase
            .steps
            .iter()
            .flat_map(|step| step.kind.reads().into_iter().chain(step.kind.writes()))
        {
            if let Source::Value(value) = operand.source {
                let slot = planned.plan.values[value].slot;
                if seen.insert(slot) {
                    slots.push(slot);
                }
            }
        }
        Canonical {
            memory: slots.into_iter().map(|slot| planned.plan.slots[slot]).collect(),
            ..Canonical::new(planned, phase.partition, &phase.steps)
        }
    }
}

/// A map from groups of steps seen so far, up to renaming, to what was recorded for them.
pub struct Seen<V> {
    /// The groups by hash, because an operator may hold a graph, which cannot be the key of a map. The map is
    /// only looked up, never iterated.
    found: HashMap<u64, Vec<(Canonical, V)>>,
}

impl<V: Copy> Seen<V> {
    pub fn new() -> Seen<V> {
        Seen {
            found: HashMap::new(),
        }
    }

    /// The record of equal steps seen before; `None` records `new` for these steps.
    pub fn earlier(&mut self, steps: Canonical, new: V) -> Option<V> {
        let mut hasher = DefaultHasher::new();
        steps.hash(&mut hasher);
        let alike = self.found.entry(hasher.finish()).or_default();
        match alike.iter().find(|(known, _)| *known == steps) {
            Some((_, value)) => Some(*value),
            None => {
                alike.push((steps, new));
                None
            }
        }
    }
}

struct Renaming<'p> {
    planned: &'p Planned<'p>,
    sources: BTreeMap<Source, usize>,
    slots: BTreeMap<usize, usize>,
    variables: BTreeMap<usize, usize>,
    places: Vec<Place>,
}

impl Renaming<'_> {
    fn step(&mut self, step: &Step) -> Step {
        let mut kind = step.kind.clone();
        self.rename(&mut kind);
        Step {
            text: String::new(),
            path: "".into(),
            backward: false,
            again: false,
            kind,
            flops: 0,
        }
    }

    fn rename(&mut self, kind: &mut StepKind) {
        match kind {
            StepKind::Gemm(Gemm {
                a,
                b,
                c,
                epilogue: then,
                ..
            }) => {
                self.operand(a);
                self.operand(b);
                self.then(then);
                self.operand(c);
            }
            StepKind::Kernel(KernelCall {
                args,
                epilogue: then,
                result,
                ..
            }) => {
                args.iter_mut().for_each(|arg| self.operand(arg));
                self.then(then);
                self.operand(result);
            }
            StepKind::Loop(Loop {
                operands, statements, ..
            }) => {
                operands.iter_mut().for_each(|operand| self.operand(operand));
                for statement in statements {
                    statement.name.clear();
                    statement.store.iter_mut().for_each(|store| self.operand(store));
                }
            }
            StepKind::Fold(FoldLoop { operands, result, .. }) => {
                operands.iter_mut().for_each(|operand| self.operand(operand));
                self.operand(result);
            }
            StepKind::Clear(result) => self.operand(result),
            StepKind::Draw(Draw { site, result, .. }) => {
                self.operand(site);
                self.operand(result);
            }
            StepKind::SumExamples { x, result } => {
                self.operand(x);
                self.operand(result);
            }
            StepKind::SumBlocks { partials, result } => {
                self.operand(partials);
                self.operand(result);
            }
            StepKind::For(for_loop) => {
                for_loop.variable = self.variable(for_loop.variable);
                for step in &mut for_loop.steps {
                    *step = self.step(step);
                }
            }
        }
    }

    fn then(&mut self, then: &mut Epilogue) {
        then.operands_mut().for_each(|operand| self.operand(operand));
    }

    fn operand(&mut self, operand: &mut Operand) {
        operand.source = self.source(operand.source);
        for turn in &mut operand.loop_strides {
            turn.variable = self.variable(turn.variable);
        }
    }

    fn variable(&mut self, variable: usize) -> usize {
        let next = self.variables.len();
        *self.variables.entry(variable).or_insert(next)
    }

    fn source(&mut self, source: Source) -> Source {
        if let Some(&place) = self.sources.get(&source) {
            return Source::Value(place);
        }
        let place = match source {
            Source::Input(input) => Place::Input(self.planned.inputs[input].clone()),
            Source::Parameter(parameter) => Place::Parameter(self.planned.parameters[parameter]),
            Source::Direction(parameter) => Place::Direction(self.planned.parameters[parameter]),
            Source::Buffer(buffer) => Place::Buffer(self.planned.buffers[buffer]),
            Source::Site(_) => Place::Site,
            Source::Gradient(_) => Place::Gradient,
            Source::Value(value) => {
                let Value { extent, slot, .. } = self.planned.plan.values[value];
                let next = self.slots.len();
                Place::Value {
                    slot: *self.slots.entry(slot).or_insert(next),
                    extent,
                }
            }
        };
        self.places.push(place);
        self.sources.insert(source, self.places.len() - 1);
        Source::Value(self.places.len() - 1)
    }
}
