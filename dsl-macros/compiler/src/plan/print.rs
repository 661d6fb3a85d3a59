//! The printed form of a plan, for snapshots: phases, their steps, and the values that share memory.
//!
//! A step is `3. result ← what it does (what it reads)  source`. Strides are shown for operands that are not
//! read contiguously.

use super::*;
use crate::ops::epilogue::Stage;
use crate::view::View;

/// The names of what a plan reads that it has not computed.
pub struct LeafNames {
    pub inputs: Vec<String>,
    pub parameters: Vec<String>,
    pub buffers: Vec<String>,
}

/// Prints the plan of an entry point.
pub fn print(plan: &Plan, leaves: &LeafNames) -> String {
    let names = Names { plan, leaves };
    let mut text = String::new();
    let mut number = 0;
    for phase in &plan.phases {
        text += match phase.partition {
            Partition::Examples => "shared out by examples\n",
            Partition::Rows => "shared out by rows\n",
            Partition::Alone => "on one thread\n",
        };
        for step in &phase.steps {
            number += 1;
            text += &names.step(step, &format!("{number:4}"), "");
        }
    }
    text += "memory\n";
    for (slot, extent) in plan.slots.iter().enumerate() {
        let tenants = plan.values.iter().filter(|value| value.slot == slot);
        let tenants: Vec<&str> = tenants.map(|value| value.name.as_str()).collect();
        let size = match extent {
            Extent::Shared(len) => format!("{len}"),
            Extent::Examples(width) => format!("{width} an example"),
            Extent::Blocks(len) => format!("{len} for each 16 examples"),
        };
        text += &format!("      {}: {size}\n", tenants.join(", "));
    }
    text
}

/// The description of a step, with its sizes.
fn verb(kind: &StepKind) -> String {
    match kind {
        StepKind::Gemm(gemm) => {
            let outer: String = gemm
                .loops
                .iter()
                .map(|(count, _)| format!("{count} × "))
                .collect();
            let then = written(&gemm.epilogue);
            let form = match (gemm.rounded, gemm.packed) {
                (true, _) => " in bf16",
                (false, true) => " packed",
                (false, false) => "",
            };
            format!(
                "{outer}gemm{form} [{}, {}]·[{}, {}]{then}",
                gemm.m, gemm.k, gemm.k, gemm.n
            )
        }
        StepKind::Kernel(call) => {
            let form = match (call.rounded, call.op.has_channels_last()) {
                (true, _) => " in bf16",
                (false, true) => " channels last",
                (false, false) => "",
            };
            format!("{}{form}{}", call.op.name(), written(&call.epilogue))
        }
        StepKind::Loop(nest) => match nest.statements.len() {
            1 => format!("loop over {}", nest.shape),
            statements => format!("loop of {statements} over {}", nest.shape),
        },
        StepKind::Fold(fold) => format!("fold {} along {:?}", fold.shape, fold.axes),
        StepKind::Clear(_) => "clear".to_string(),
        StepKind::Draw(draw) => format!("draw {:?}", draw.distribution),
        StepKind::SumExamples { .. } => "sum over examples".to_string(),
        StepKind::SumBlocks { .. } => "sum over blocks".to_string(),
        StepKind::For(for_loop) => {
            let order = if for_loop.reversed { " from the last" } else { "" };
            format!("{} turns{order}", for_loop.length)
        }
    }
}

struct Names<'a> {
    plan: &'a Plan,
    leaves: &'a LeafNames,
}

impl Names<'_> {
    /// The line of a step, followed by a line for each step inside it.
    fn step(&self, step: &Step, number: &str, indent: &str) -> String {
        let source = match step.text.as_str() {
            "" => String::new(),
            source => format!("  {source}"),
        };
        if let StepKind::For(for_loop) = &step.kind {
            let variable = for_loop.variable;
            let mut text = format!("{indent}{number}. t{variable}: {}{source}\n", verb(&step.kind));
            for (place, step) in for_loop.steps.iter().enumerate() {
                text += &self.step(step, &format!("{number}.{}", place + 1), &format!("{indent}  "));
            }
            return text;
        }
        let (writes, reads) = (self.list(step.kind.writes()), self.list(step.kind.reads()));
        format!(
            "{indent}{number}. {writes} ← {} ({reads}){source}\n",
            verb(&step.kind)
        )
    }

    fn list(&self, operands: Vec<&Operand>) -> String {
        let names: Vec<String> = operands.iter().map(|operand| self.operand(operand)).collect();
        names.join(", ")
    }

    fn operand(&self, operand: &Operand) -> String {
        let name = match operand.source {
            Source::Input(index) => self.leaves.inputs[index].clone(),
            Source::Parameter(index) => self.leaves.parameters[index].clone(),
            Source::Buffer(index) => self.leaves.buffers[index].clone(),
            Source::Direction(index) => format!("direction.{}", self.leaves.parameters[index]),
            Source::Site(site) => format!("site {site}"),
            Source::Gradient(index) => format!("∂ {}", self.leaves.parameters[index]),
            Source::Value(index) => self.plan.values[index].name.clone(),
        };
        let View {
            shape,
            offset,
            strides,
        } = &operand.view;
        let turns = operand.loop_strides.iter();
        let turns: String = turns
            .map(|turn| format!("[t{}·{}]", turn.variable, turn.stride))
            .collect();
        let name = name + &turns;
        if operand.view == View::whole(shape) {
            return name;
        }
        let start = match offset {
            0 => String::new(),
            offset => format!("{offset} + "),
        };
        format!("{name} at {start}{strides:?}")
    }
}

/// The stages of an epilogue: ` + bias, relu`.
fn written(epilogue: &Epilogue) -> String {
    let stage = |stage: &Stage<Operand>| match stage {
        Stage::Bias(_) => " + bias",
        Stage::Mean(_) => " - mean",
        Stage::Scale(_) => " · scale",
        Stage::Shift(_) => " + shift",
        Stage::Residual(_) => " + residual",
        Stage::Relu => ", relu",
        Stage::Gate(_) => ", relu gate",
        Stage::MaxPool(_) => ", max_pool2d",
    };
    epilogue.stages.iter().map(stage).collect()
}
