//! The interpreter of plans, their reference semantics: it runs the steps over real memory, in f64, slowly
//! and plainly.
//!
//! A plan that is wrong on a machine is wrong here too. Memory holds arbitrary numbers to begin with. Values
//! of one slot overwrite each other. A worker sees its own part of the partitioned memory and nothing else,
//! and the last part runs first. A kernel is handed a slice, and a slice of another length than the kernel
//! asserts is a fault. A step that touches an operand it does not declare is refused.

mod elements;
mod epilogues;
mod kernels;
mod memory;
mod products;
mod workers;

use std::collections::BTreeSet;

use super::*;
use crate::graph::interpret::Environment;
use memory::{Memory, Slice};
use workers::{Share, shares};

/// The results of a plan, every tensor as its elements in row-major order, example after example.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    pub outputs: Vec<Vec<f64>>,
    /// In the order of the plan's `gradients`.
    pub gradients: Vec<Vec<f64>>,
}

/// Runs a plan whose parameters lie in memory as `layouts` say; memory that nothing has written holds
/// `poison`. The error names the point at which the emitted code would panic, or would touch memory that the
/// step does not declare.
pub fn interpret(
    plan: &Plan,
    layouts: &ParameterLayouts,
    environment: &Environment,
    poison: f64,
) -> Result<Results, String> {
    let mut machine = Machine {
        plan,
        environment,
        memory: Memory::new(plan, layouts, environment, poison),
        turns: vec![0; plan.repeats],
        stated: Stated::default(),
    };
    for (place, phase) in plan.phases.iter().enumerate() {
        let found = machine.phase(phase);
        found.map_err(|fault| format!("phase {place}, {:?}: {fault}", phase.partition))?;
    }
    let outputs = plan.outputs.iter().map(|&output| machine.output(output));
    let outputs = outputs.collect::<Result<Vec<Vec<f64>>, String>>()?;
    let gradients = plan.gradients.iter();
    let gradients = gradients.map(|&parameter| machine.memory.gradient(layouts, environment, parameter));
    Ok(Results {
        outputs,
        gradients: gradients.collect(),
    })
}

struct Machine<'m> {
    plan: &'m Plan,
    environment: &'m Environment,
    memory: Memory,
    /// The current iteration of each loop over time.
    turns: Vec<usize>,
    /// The operands that the current step declares.
    stated: Stated,
}

/// The sources that a step declares to read and to write.
#[derive(Default)]
struct Stated {
    reads: BTreeSet<Source>,
    writes: BTreeSet<Source>,
}

impl Machine<'_> {
    fn phase(&mut self, phase: &Phase) -> Result<(), String> {
        for share in shares(phase, self.plan, &self.memory, self.environment)? {
            for step in &phase.steps {
                self.step(step, &share)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step, share: &Share) -> Result<(), String> {
        if let StepKind::For(for_loop) = &step.kind {
            for turn in 0..for_loop.length {
                self.turns[for_loop.variable] = match for_loop.reversed {
                    false => turn,
                    true => for_loop.length - 1 - turn,
                };
                for step in &for_loop.steps {
                    self.step(step, share)?;
                }
            }
            return Ok(());
        }
        let sources = |operands: Vec<&Operand>| operands.iter().map(|operand| operand.source).collect();
        self.stated = Stated {
            reads: sources(step.kind.reads()),
            writes: sources(step.kind.writes()),
        };
        let done = match &step.kind {
            StepKind::Gemm(gemm) => self.gemm(gemm, share),
            StepKind::Kernel(call) => self.kernel(call, share),
            StepKind::Loop(nest) => self.nest(nest, share),
            StepKind::Fold(fold) => self.fold(fold, share),
            StepKind::Clear(result) => self.clear(result, share),
            StepKind::Draw(draw) => self.draw(draw, share),
            StepKind::SumExamples { x, result } => self.sum_rows(x, result, share, share.examples),
            StepKind::SumBlocks { partials, result } => {
                self.sum_rows(partials, result, share, share.blocks())
            }
            StepKind::For(_) => unreachable!("it is done turn by turn"),
        };
        done.map_err(|fault| format!("{} {}: {fault}", step.path, step.text))
    }

    /// The slice of a source, for reading.
    fn read(&self, source: Source, share: &Share) -> Result<Slice, String> {
        match self.stated.reads.contains(&source) {
            true => share.slice(source),
            false => Err(format!("{source:?} is read, which the step does not say")),
        }
    }

    /// The slice of a source, for writing.
    fn written(&self, source: Source, share: &Share) -> Result<Slice, String> {
        match self.stated.writes.contains(&source) {
            true => share.slice(source),
            false => Err(format!("{source:?} is written, which the step does not say")),
        }
    }

    /// The slice from an operand's offset on, moved by the loops over time around it and by `moved`.
    fn window(&self, slice: Slice, operand: &Operand, moved: usize) -> Result<Slice, String> {
        slice.from(moved + self.turned(operand) + operand.view.offset)
    }

    /// The distance by which the loops over time have moved an operand.
    fn turned(&self, operand: &Operand) -> usize {
        let turns = operand.loop_strides.iter();
        turns.map(|turn| self.turns[turn.variable] * turn.stride).sum()
    }

    fn output(&self, source: Source) -> Result<Vec<f64>, String> {
        let Source::Value(value) = source else {
            return Err(format!("the output {source:?} is no value"));
        };
        let slice = self.memory.whole(self.plan, source)?;
        let len = self.memory.elements(self.plan.values[value].extent);
        match slice.len == len {
            true => Ok(self.memory.numbers(slice).to_vec()),
            false => Err(format!("an output of {len} numbers lies in {}", slice.len)),
        }
    }
}
