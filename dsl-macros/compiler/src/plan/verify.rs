//! The verifier: checks that a plan is sound without running it. Every pass must preserve soundness:
//!
//! * operands lie within the memory that they are windows on and have its layout, and a step that fills a
//!   per-example value covers every example (`operands`);
//! * slices are as long as kernels assert, and the operands of an epilogue have the layout of the product
//!   (`lengths`);
//! * operands that a step, or the workers of a phase, touch at the same time do not overlap (`together`);
//! * every element that is read has been written before, and no other value has overwritten it since
//!   (`written`).
//!
//! The verifier does not see if the numbers are the right ones; that is for the interpreter. LLVM's and XLA's
//! verifiers of their representations run between passes in the same way.

mod initialised;
mod lengths;
mod operands;
mod races;
mod ranges;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::lowered::{Function, Graph, Layout, Leaf, Lowered, Val};

/// The memory that a plan finds written before its first step.
#[derive(Default)]
pub struct Leaves {
    /// The layout, and the number of elements of one example.
    inputs: BTreeMap<usize, (Layout, usize)>,
    parameters: BTreeMap<usize, usize>,
    directions: BTreeMap<usize, usize>,
    buffers: BTreeMap<usize, usize>,
}

impl Leaves {
    /// The leaves of a graph that `roots` need, and the parameters that they are gradients by.
    pub fn of(graph: &Graph, roots: &[Root]) -> Leaves {
        let mut leaves = Leaves::default();
        leaves.add(graph, &roots.iter().map(|root| root.val()).collect::<Vec<Val>>());
        for root in roots {
            if let &Root::Gradient { parameter, val } = root {
                leaves.parameters.insert(parameter, graph.ty(val).shape.count());
            }
        }
        leaves
    }

    fn add(&mut self, graph: &Graph, outputs: &[Val]) {
        for val in graph.live(outputs) {
            let node = graph.node(val);
            match &node.op {
                Lowered::Leaf(Leaf::Input(input)) => {
                    let ty = graph.ty(val);
                    self.inputs.insert(input.index, (ty.layout, ty.shape.count()));
                }
                Lowered::Leaf(Leaf::Parameter(parameter)) => {
                    self.parameters.insert(parameter.index, parameter.shape.count());
                }
                Lowered::Leaf(Leaf::Direction(direction)) => {
                    self.directions.insert(direction.index, direction.shape.count());
                }
                Lowered::Leaf(Leaf::Buffer(buffer)) => {
                    self.buffers.insert(buffer.index, buffer.shape.count());
                }
                Lowered::Scan(scan) => {
                    let Function { graph, outputs } = &*scan.body;
                    self.add(graph, outputs);
                }
                _ => {}
            }
        }
    }
}

/// Checks a plan; the error names the first fault.
pub fn verify(plan: &Plan, leaves: &Leaves) -> Result<(), String> {
    let checked = Checked { plan, leaves };
    for (place, phase) in plan.phases.iter().enumerate() {
        let at = |fault: String| format!("phase {place}, {:?}: {fault}", phase.partition);
        checked.steps(&phase.steps, phase, &mut Vec::new()).map_err(at)?;
        checked.together(phase).map_err(at)?;
    }
    checked.values()?;
    checked.written()
}

/// A plan under examination.
struct Checked<'p> {
    plan: &'p Plan,
    leaves: &'p Leaves,
}

impl Checked<'_> {
    /// Checks each step by itself; `around` are the variables and lengths of the loops over time around it.
    fn steps(&self, steps: &[Step], phase: &Phase, around: &mut Vec<(usize, usize)>) -> Result<(), String> {
        for step in steps {
            if let StepKind::For(for_loop) = &step.kind {
                if around.iter().any(|(variable, _)| *variable == for_loop.variable) {
                    return Err(format!("loop {} stands in itself", for_loop.variable));
                }
                around.push((for_loop.variable, for_loop.length));
                self.steps(&for_loop.steps, phase, around)?;
                around.pop();
                continue;
            }
            let checked = self
                .operands(step, phase.partition, around)
                .and_then(|()| self.lengths(step, phase, around))
                .and_then(|()| self.at_once(step));
            checked.map_err(|fault| format!("{} {}: {fault}", step.path, step.text))?;
        }
        Ok(())
    }

    /// Checks that values fit into their slots, and that a value smaller than its slot lives in one phase
    /// only.
    fn values(&self) -> Result<(), String> {
        if self.plan.slots.is_empty() {
            return Ok(());
        }
        let mut phases: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (place, phase) in self.plan.phases.iter().enumerate() {
            for operand in phase.steps.iter().flat_map(|step| touched(&step.kind)) {
                if let Source::Value(value) = operand.source {
                    phases.entry(value).or_default().insert(place);
                }
            }
        }
        for (value, phases) in phases {
            let Value {
                name, extent, slot, ..
            } = &self.plan.values[value];
            let Some(room) = self.plan.slots.get(*slot) else {
                return Err(format!("`{name}` has no slot"));
            };
            let fits = match (extent, room) {
                (Extent::Shared(len), Extent::Shared(room)) => len == room,
                (Extent::Examples(len), Extent::Examples(room))
                | (Extent::Blocks(len), Extent::Blocks(room)) => {
                    let is_kept = self.plan.outputs.contains(&Source::Value(value));
                    len == room || len < room && phases.len() == 1 && !is_kept
                }
                _ => false,
            };
            if !fits {
                return Err(format!(
                    "`{name}`, {extent:?}, does not fit into a slot of {room:?}"
                ));
            }
        }
        Ok(())
    }

    fn extent(&self, value: usize) -> Extent {
        self.plan.values[value].extent
    }

    /// The memory of a source, to tell if two may overlap: the slot of a value that has one.
    fn home(&self, source: Source) -> (Source, usize) {
        match source {
            Source::Value(value) if self.plan.values[value].slot < self.plan.slots.len() => {
                (Source::Value(0), self.plan.values[value].slot)
            }
            Source::Value(_) => (source, usize::MAX),
            source => (source, 0),
        }
    }
}

/// The operands that a step reads, then those that it writes.
fn touched(kind: &StepKind) -> impl Iterator<Item = &Operand> {
    kind.reads().into_iter().chain(kind.writes())
}
