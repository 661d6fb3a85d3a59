//! The printed form of a plan, for snapshots.

use super::plan::*;
use super::view::View;

pub fn print(plan: &Plan) -> String {
    let mut text = String::new();
    let mut number = 0;
    for phase in &plan.phases {
        text += match phase.by {
            By::Examples => "by examples\n",
            By::Rows => "by rows\n",
            By::Alone => "alone\n",
        };
        for step in &phase.steps {
            number += 1;
            let (verb, extra) = match &step.kind {
                StepKind::Gemm(gemm) => {
                    let size = |size: Size| match (size.examples, size.times) {
                        (true, 1) => "B".to_string(),
                        (true, times) => format!("B·{times}"),
                        (false, times) => times.to_string(),
                    };
                    let loops = if gemm.loops.is_empty() {
                        String::new()
                    } else {
                        format!(" ×{}", gemm.loops.len())
                    };
                    let then = match gemm.then {
                        Then::Store => "",
                        Then::Bias(_) => " + bias",
                        Then::BiasRelu(_) => " + bias, relu",
                        Then::ReluGate(_) => ", relu gate",
                    };
                    (
                        "gemm",
                        format!(" {}×{}×{}{then}{loops}", size(gemm.m), size(gemm.k), size(gemm.n)),
                    )
                }
                StepKind::Kernel(call) => (call.op.rules().name(), String::new()),
                StepKind::Loop(nest) => (
                    "loop",
                    format!(" over {} × {}", nest.shape, nest.statements.len()),
                ),
                StepKind::Fold(fold) => ("fold", format!(" {} along {:?}", fold.shape, fold.axes)),
                StepKind::Clear(_) => ("clear", String::new()),
                StepKind::SumExamples { .. } => ("sum_examples", String::new()),
                StepKind::SumBlocks { .. } => ("sum_blocks", String::new()),
            };
            let list = |operands: Vec<&Operand>| -> String {
                operands
                    .iter()
                    .map(|operand| plan.describe(operand))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            text += &format!(
                "{number:3}. {} ← {verb}({}){extra}  {}\n",
                list(step.kind.writes()),
                list(step.kind.reads()),
                step.text
            );
        }
    }
    for (slot, extent) in plan.slots.iter().enumerate() {
        let tenants: Vec<&str> = plan
            .values
            .iter()
            .filter(|value| value.slot == slot)
            .map(|value| value.name.as_str())
            .collect();
        text += &format!("slot {slot} {extent:?}: {}\n", tenants.join(", "));
    }
    text
}

impl Plan {
    fn describe(&self, operand: &Operand) -> String {
        let name = match operand.source {
            Source::Input(index) => format!("input{index}"),
            Source::Parameter(index) => format!("parameter{index}"),
            Source::Gradient(index) => format!("gradient{index}"),
            Source::Value(index) => self.values[index].name.clone(),
        };
        if operand.view == View::whole(&operand.view.shape) {
            name
        } else {
            format!("{name}{:?}", operand.view.strides)
        }
    }
}
