//! Checks that every element is written before it is read, and that no other value has overwritten it in
//! between.
//!
//! An abstract interpretation: the steps are walked in order with the set of elements that each value holds.
//! A write takes the elements that it covers from the other values of its slot. Loops over time are walked
//! iteration by iteration, long ones for their first two iterations only: each further iteration moves on by
//! the same stride, so it finds what the second one found.

use std::collections::BTreeMap;

use super::super::kernel_contracts::border_of;
use super::super::*;
use super::Checked;
use super::ranges::Ranges;
use crate::lowered::Layout;

/// The largest number of iterations that are all walked.
const FEW: usize = 3;

/// The state after some steps.
struct Held<'c, 'p> {
    checked: &'c Checked<'p>,
    /// The elements of one example that have been written and not been overwritten, for each value and
    /// gradient.
    held: BTreeMap<Source, Ranges>,
    /// The sources that share each piece of memory.
    tenants: BTreeMap<(Source, usize), Vec<Source>>,
    /// The current iteration of each loop over time.
    turns: BTreeMap<usize, usize>,
}

impl Checked<'_> {
    pub(super) fn written(&self) -> Result<(), String> {
        let mut held = Held {
            checked: self,
            held: BTreeMap::new(),
            tenants: BTreeMap::new(),
            turns: BTreeMap::new(),
        };
        for (place, phase) in self.plan.phases.iter().enumerate() {
            let gone = held.steps(&phase.steps);
            gone.map_err(|fault| format!("phase {place}, {:?}: {fault}", phase.partition))?;
        }
        for &output in &self.plan.outputs {
            let Source::Value(value) = output else {
                return Err(format!("the output {output:?} is no value"));
            };
            let (Extent::Shared(len) | Extent::Examples(len) | Extent::Blocks(len)) = self.extent(value);
            held.read(output, &Ranges::all(len))
                .map_err(|fault| format!("the output: {fault}"))?;
        }
        for &parameter in &self.plan.gradients {
            let len = self.leaves.parameters.get(&parameter).copied().unwrap_or(0);
            held.read(Source::Gradient(parameter), &Ranges::all(len))
                .map_err(|fault| format!("a gradient: {fault}"))?;
        }
        Ok(())
    }
}

impl Held<'_, '_> {
    fn steps(&mut self, steps: &[Step]) -> Result<(), String> {
        for step in steps {
            match &step.kind {
                StepKind::For(for_loop) => self.for_loop(for_loop)?,
                kind => {
                    let gone = self.step(kind);
                    gone.map_err(|fault| format!("{} {}: {fault}", step.path, step.text))?;
                }
            }
        }
        Ok(())
    }

    fn for_loop(&mut self, for_loop: &ForLoop) -> Result<(), String> {
        let gone = if for_loop.length > FEW { 2 } else { for_loop.length };
        for turn in 0..gone {
            let turn = match for_loop.reversed {
                false => turn,
                true => for_loop.length - 1 - turn,
            };
            self.turns.insert(for_loop.variable, turn);
            self.steps(&for_loop.steps)?;
        }
        if gone < for_loop.length {
            self.stack(&for_loop.steps, &mut vec![(for_loop.variable, for_loop.length)]);
        }
        self.turns.remove(&for_loop.variable);
        Ok(())
    }

    /// Adds the parts of stacks that all iterations of these loops write.
    fn stack(&mut self, steps: &[Step], over: &mut Vec<(usize, usize)>) {
        for step in steps {
            if let StepKind::For(for_loop) = &step.kind {
                over.push((for_loop.variable, for_loop.length));
                self.stack(&for_loop.steps, over);
                over.pop();
                continue;
            }
            for write in step.kind.writes() {
                if !write.loop_strides.iter().any(|turn| turn.variable == over[0].0) {
                    continue;
                }
                let own = write.view.shape.0.iter().copied();
                let mut axes: Vec<(usize, usize)> = own.zip(write.view.strides.iter().copied()).collect();
                let mut first = write.view.offset;
                for turn in &write.loop_strides {
                    match over.iter().find(|(variable, _)| *variable == turn.variable) {
                        Some((_, length)) => axes.push((*length, turn.stride)),
                        None => first += self.turn(turn),
                    }
                }
                self.write(write.source, &Ranges::of_axes(axes, first));
            }
        }
    }

    fn turn(&self, turn: &LoopStride) -> usize {
        self.turns.get(&turn.variable).copied().unwrap_or(0) * turn.stride
    }

    /// The elements of one example that an operand is a window on.
    fn window(&self, operand: &Operand) -> Ranges {
        Ranges::of(
            &operand.view,
            operand.loop_strides.iter().map(|turn| self.turn(turn)).sum(),
        )
    }

    /// The elements of one example that a kernel is handed.
    fn handed(&self, operand: &Operand) -> Ranges {
        match self.checked.kind_of(operand) {
            Some(Layout::Shared) | None => self.window(operand),
            _ => Ranges::all(self.checked.width_of(operand)),
        }
    }

    fn step(&mut self, kind: &StepKind) -> Result<(), String> {
        if let StepKind::Loop(nest) = kind {
            return self.nest(nest);
        }
        for read in kind.reads() {
            let ranges = match kind {
                StepKind::Kernel(call) if call.mode != CallMode::Each || border_of(&call.op).is_some() => {
                    self.handed(read)
                }
                _ => self.window(read),
            };
            self.read(read.source, &ranges)?;
        }
        for write in kind.writes() {
            let ranges = self.window(write);
            self.write(write.source, &ranges);
        }
        Ok(())
    }

    /// Checks a loop statement by statement: each store may overwrite what the next statement reads.
    fn nest(&mut self, nest: &Loop) -> Result<(), String> {
        for statement in &nest.statements {
            let mut loads: Vec<usize> = Vec::new();
            statement.value.each(&mut |part| {
                if let Scalar::Load(operand) | Scalar::OneHot { operand, .. } = part {
                    loads.push(*operand);
                }
            });
            loads.sort_unstable();
            loads.dedup();
            for load in loads {
                let operand = &nest.operands[load];
                self.read(operand.source, &self.window(operand))?;
            }
            if let Some(store) = &statement.store {
                let ranges = self.window(store);
                self.write(store.source, &ranges);
            }
        }
        Ok(())
    }

    /// The value at the start of a chain of values that continue each other.
    fn origin(&self, source: Source) -> Source {
        match source {
            Source::Value(value) => match self.checked.plan.continued.get(&value) {
                Some(&before) => self.origin(Source::Value(before)),
                None => source,
            },
            source => source,
        }
    }

    fn read(&self, source: Source, ranges: &Ranges) -> Result<(), String> {
        let source = self.origin(source);
        let there = match source {
            Source::Value(_) | Source::Gradient(_) => match self.held.get(&source) {
                Some(held) => ranges.within(held),
                None => ranges.is_empty(),
            },
            Source::Input(_)
            | Source::Parameter(_)
            | Source::Direction(_)
            | Source::Buffer(_)
            | Source::Site(_) => true,
        };
        if there {
            return Ok(());
        }
        let name = match source {
            Source::Value(value) => &self.checked.plan.values[value].name,
            _ => "",
        };
        let held = self.held.get(&source);
        Err(format!(
            "{source:?} `{name}` is read, {ranges:?}, where it holds {held:?}"
        ))
    }

    fn write(&mut self, source: Source, ranges: &Ranges) {
        let source = self.origin(source);
        let home = self.checked.home(source);
        let tenants = self.tenants.entry(home).or_default();
        if !tenants.contains(&source) {
            tenants.push(source);
        }
        for other in tenants.iter().filter(|&&other| other != source) {
            let alike = match (source, *other) {
                (Source::Value(one), Source::Value(other)) => {
                    self.checked.extent(one) == self.checked.extent(other)
                }
                _ => false,
            };
            match (alike, self.held.get_mut(other)) {
                (true, Some(held)) => held.remove(ranges),
                (false, Some(held)) => *held = Ranges::default(),
                (_, None) => {}
            }
        }
        self.held.entry(source).or_default().add(ranges);
    }
}
