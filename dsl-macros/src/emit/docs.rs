//! Comments of generated code: numbered steps, the summary table of the type.

use super::layout::Layout;
use super::scope::Scope;
use crate::schedule::phases::by_of;
use crate::schedule::plan::{By, Extent, Gemm, Plan, Step, StepKind};

/// `3. `image.dense(HIDDEN)`  [B, 784] · [784, 128]`
pub fn step_line(number: usize, step: &Step, scope: &Scope<'_>) -> String {
    let shape = |operand| scope.shape_of(operand);
    let shapes = match &step.kind {
        StepKind::Gemm(gemm) => product(gemm),
        StepKind::Kernel(call) => {
            let args: Vec<String> = call.args.iter().map(shape).collect();
            format!("{} → {}", args.join(", "), shape(&call.result))
        }
        StepKind::Loop(nest) => {
            let batch = (nest.kind == crate::graph::Kind::PerExample).then(|| "B".to_string());
            let sizes = batch.into_iter().chain(nest.shape.0.iter().map(usize::to_string));
            format!("[{}]", sizes.collect::<Vec<String>>().join(", "))
        }
        StepKind::Fold(fold) => {
            let batch = (fold.kind == crate::graph::Kind::PerExample).then(|| "B".to_string());
            let sizes = batch.into_iter().chain(fold.shape.0.iter().map(usize::to_string));
            format!(
                "[{}] → {}",
                sizes.collect::<Vec<String>>().join(", "),
                shape(&fold.result)
            )
        }
        StepKind::Clear(result) => format!("{} of zeros", shape(result)),
        StepKind::SumExamples { x, result } => format!("Σ over examples  {} → {}", shape(x), shape(result)),
        StepKind::SumBlocks { result, .. } => format!("Σ over blocks of examples → {}", shape(result)),
    };
    let text = if step.text.is_empty() {
        String::new()
    } else {
        format!("{}  ", step.text)
    };
    format!("{number}. {text}{shapes}")
}

fn product(gemm: &Gemm) -> String {
    let Gemm { m, k, n, .. } = gemm;
    let outer: String = gemm
        .loops
        .iter()
        .map(|(count, _)| format!("{count} × "))
        .collect();
    format!("{outer}[{m}, {k}] · [{k}, {n}]")
}

/// What the type's documentation says below the user's own words.
pub fn summary(layout: &Layout, entries: &[(String, &Plan)]) -> String {
    let mut text = String::new();
    if !layout.parameters.is_empty() {
        text += "| parameter | shape | numbers | made by |\n|---|---|---:|---|\n";
        for placed in &layout.parameters {
            let declaration = &placed.declaration;
            // In a table cell a bar would end the cell.
            let made_by = declaration.text.replace('|', "\\|");
            text += &format!(
                "| `{}` | {} | {} | `{made_by}` |\n",
                declaration.name,
                declaration.shape,
                thousands(declaration.shape.count())
            );
        }
        text += &format!("| all | | {} | |\n\n", thousands(layout.count()));
    }
    text +=
        "| entry point | steps | operations per example | workspace per example |\n|---|---:|---:|---:|\n";
    for (name, plan) in entries {
        let steps: usize = plan.phases.iter().map(|phase| phase.steps.len()).sum();
        text += &format!(
            "| `{name}` | {steps} | {} | {} numbers |\n",
            thousands(flops(plan)),
            thousands(memory(plan).1.div_ceil(16))
        );
    }
    text
}

/// Operations of one example in the steps that repeat for each.
pub fn flops(plan: &Plan) -> usize {
    let steps = plan.phases.iter().flat_map(|phase| &phase.steps);
    steps
        .filter(|step| by_of(&step.kind) != By::Alone)
        .map(|step| step.flops)
        .sum()
}

/// Elements of the workspace: fixed, and for each block of 16 examples.
pub fn memory(plan: &Plan) -> (usize, usize) {
    let (mut fixed, mut per_block) = (0, 0);
    for slot in &plan.slots {
        match *slot {
            Extent::Shared(len) => fixed += len.next_multiple_of(16),
            Extent::Examples(width) => per_block += 16 * width,
            Extent::Blocks(len) => per_block += len.next_multiple_of(16),
        }
    }
    (fixed, per_block)
}

/// `1 199 882`, with thin gaps a reader can count by.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
