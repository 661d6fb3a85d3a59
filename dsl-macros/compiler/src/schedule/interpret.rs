//! The meaning of a plan: its steps run over real memory, in f64, slowly and plainly.
//!
//! What makes a plan wrong on a machine makes it wrong here. Memory holds arbitrary numbers to begin with. Values of one
//! slot overwrite each other. A worker sees its own part of what is shared out and nothing else, and the last part runs
//! first. A kernel is handed a slice, and one of another length than it asserts is a fault. What a step touches it has to
//! say, or it is refused.

mod elements;
mod epilogues;
mod kernels;
mod memory;
mod products;
mod workers;

use std::collections::BTreeSet;

use super::plan::*;
use super::steps::ParameterLayouts;
use crate::graph::interpret::Environment;
use memory::{Memory, Slice};
use workers::{Share, shares};

/// What a plan computes, every tensor as its numbers in row-major order, example after example.
#[derive(Clone, Debug, PartialEq)]
pub struct Results {
    pub outputs: Vec<Vec<f64>>,
    /// In the order of the plan's `gradients`.
    pub gradients: Vec<Vec<f64>>,
}

/// Runs a plan whose parameters lie in memory as `orders` say; whatever it has not written holds `poison`. The error says
/// where the emitted code would panic, or would touch what the step does not say.
pub fn interpret(
    plan: &Plan,
    orders: &ParameterLayouts,
    environment: &Environment,
    poison: f64,
) -> Result<Results, String> {
    let mut machine = Machine {
        plan,
        environment,
        memory: Memory::new(plan, orders, environment, poison),
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
    let gradients = gradients.map(|&parameter| machine.memory.gradient(orders, environment, parameter));
    Ok(Results {
        outputs,
        gradients: gradients.collect(),
    })
}

struct Machine<'m> {
    plan: &'m Plan,
    environment: &'m Environment,
    memory: Memory,
    /// At which turn each loop over time is.
    turns: Vec<usize>,
    /// What the step at hand says of itself.
    stated: Stated,
}

/// What a step says it reads and writes.
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

    /// The slice that a source is called by, to be read.
    fn read(&self, source: Source, share: &Share) -> Result<Slice, String> {
        match self.stated.reads.contains(&source) {
            true => share.slice(source),
            false => Err(format!("{source:?} is read, which the step does not say")),
        }
    }

    /// The slice that a source is called by, to be written.
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

    /// How far the loops over time have moved an operand.
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
