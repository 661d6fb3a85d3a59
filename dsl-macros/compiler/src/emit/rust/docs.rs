//! Comments of generated code: numbered steps, the summary table of the type.

use super::costs::Costs;
use super::formula;
use super::layout::Layout;
use super::quoted::{abbreviated, copied, relative};
use super::scope::Scope;
use crate::emit::text::thousands;
use crate::layers::{Layer, last_call};
use crate::lowered::{self, Shape};
use crate::ops::KernelFunction;
use crate::plan::routines::{Routine, common_path};
use crate::plan::{Extent, Gemm, KernelCall, Plan, Source, Step, StepKind};

/// The comment of a step: what it computes in the words of the source, the shapes, and of a loop the formula.
///
/// ```text
/// 3. relu1: `image.dense(HIDDEN).relu()`  [B, 784] · [784, 128]
/// 9. ∂ loss / ∂ logits.dense1.weight  [784, B] · [B, 128]
/// ```
pub fn step_line(number: &str, step: &Step, scope: &Scope<'_>) -> String {
    let shape = |operand| scope.shape_of(operand);
    let whole = |layout: lowered::Layout, shape: &Shape| {
        let batch = layout.batch_axis().map(str::to_string);
        let sizes = batch.into_iter().chain(shape.0.iter().map(usize::to_string));
        format!("[{}]", sizes.collect::<Vec<String>>().join(", "))
    };
    let shapes = match &step.kind {
        StepKind::Gemm(gemm) => product(gemm),
        StepKind::Kernel(call) => {
            let args: Vec<String> = call.args.iter().map(shape).collect();
            match args.is_empty() {
                true => shape(&call.result),
                false => format!("{} → {}", args.join(", "), shape(&call.result)),
            }
        }
        StepKind::Loop(nest) => whole(nest.layout, &nest.shape),
        StepKind::Fold(fold) => format!("{} → {}", whole(fold.layout, &fold.shape), shape(&fold.result)),
        StepKind::Clear(result) => format!("{} of zeros", shape(result)),
        StepKind::Draw(draw) => format!("{} of {:?} noise", shape(&draw.result), draw.distribution),
        StepKind::SumExamples { x, result } => format!("Σ over examples, {} → {}", shape(x), shape(result)),
        StepKind::SumBlocks { result, .. } => format!("Σ over blocks of examples → {}", shape(result)),
        StepKind::For(for_loop) => match for_loop.reversed {
            false => format!("{} turns", for_loop.length),
            true => format!("{} turns, from the last to the first", for_loop.length),
        },
    };
    let line = format!("{number}. {}  {shapes}", title(step, scope));
    match (
        formula::of(&step.kind, scope),
        formula::in_place(&step.kind, scope),
    ) {
        (None, None) => line,
        (Some(formula), None) => format!("{line}\n{formula}"),
        (Some(formula), Some(place)) => format!("{line}\n{formula}, {place}"),
        (None, Some(place)) => format!("{line}\n{place}"),
    }
}

/// The comment of a call of a routine: `23 to 42. `logits.block2``.
pub fn routine_line(first: usize, steps: &[Step]) -> String {
    let pass = if steps.iter().all(|step| step.backward) {
        "∂ "
    } else {
        ""
    };
    format!(
        "{first} to {}. {pass}`{}`",
        first + steps.len() - 1,
        common_path(steps)
    )
}

/// The description of a routine: the calls whose steps it stands for.
pub fn routine(routine: &Routine) -> String {
    let pass = if routine.backward {
        "backward through"
    } else {
        "of"
    };
    let mut paths: Vec<&str> = Vec::new();
    for path in &routine.paths {
        if !paths.contains(&&**path) {
            paths.push(path);
        }
    }
    let shown: Vec<String> = paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect();
    let more = match paths.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("The steps {pass} {}{more}.", shown.join(", "))
}

/// The most calls that the comment of a routine names, among those the routine stands for.
const SHOWN: usize = 4;

/// The result of a step and the expression it comes from.
fn title(step: &Step, scope: &Scope<'_>) -> String {
    let sources: Vec<Source> = step.kind.writes().iter().map(|write| write.source).collect();
    if let [Source::Gradient(parameter)] = sources.as_slice() {
        let name = &scope.layout.parameters[*parameter].declaration.name;
        return format!("∂ {} / ∂ {name}", scope.objective);
    }
    if matches!(step.kind, StepKind::For(_)) && !step.text.is_empty() {
        return abbreviated(&step.text);
    }
    let mut names: Vec<String> = Vec::new();
    for &source in &sources {
        let name = scope.ident_of(source).to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if let StepKind::Kernel(call) = &step.kind
        && let Some(text) = rearranged(call, step, scope)
    {
        return format!("{}: {text}", names.join(", "));
    }
    let text = abbreviated(&relative(&step.text, &scope.expressions(step)));
    match text.as_str() {
        "" => names.join(", "),
        text => format!("{}: {text}", names.join(", ")),
    }
}

/// A description of what the compiler does to lay values out, of which the user's source says nothing.
fn rearranged(call: &KernelCall, step: &Step, scope: &Scope<'_>) -> Option<String> {
    let of = || copied(step).map(|(_, of)| scope.ident_of(of));
    match call.op.kernel.function {
        KernelFunction::ToBlocks => Some(format!("{} in blocks of examples", of()?)),
        KernelFunction::FromBlocks => Some(format!("{} example by example", of()?)),
        KernelFunction::ClearMissing => {
            Some("in place, 0 for the examples that the last block lacks".to_string())
        }
        _ => None,
    }
}

/// The comment before the memory of an entry point is divided into slots: the values in each slot with
/// several tenants.
pub fn tenants(scope: &Scope<'_>) -> Option<String> {
    let mut names: Vec<Vec<String>> = scope.plan.slots.iter().map(|_| Vec::new()).collect();
    for (value, of) in scope.plan.values.iter().enumerate() {
        if let Some(names) = names.get_mut(of.slot) {
            names.push(scope.value(value).to_string());
        }
    }
    let several = names.iter().enumerate().filter(|(_, names)| names.len() > 1);
    let lines =
        several.map(|(slot, names)| format!("`{}` holds {}.", scope.slot(slot), names.join(", then ")));
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn product(gemm: &Gemm) -> String {
    let Gemm { m, k, n, .. } = gemm;
    let outer: String = gemm
        .loops
        .iter()
        .map(|(count, _)| format!("{count} × "))
        .collect();
    let form = if gemm.rounded { " in bf16" } else { "" };
    format!("{outer}[{m}, {k}] · [{k}, {n}]{form}")
}

/// The documentation of the type below the user's own words.
pub fn summary(layers: &[Layer], layout: &Layout, costs: &[Costs], rounded: bool) -> String {
    // In a table cell a bar would end the cell.
    let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let mut text = String::new();
    if !layers.is_empty() {
        text += "| layer | made by | output | parameters | numbers |\n|---|---|---|---|---:|\n";
        for layer in layers {
            let output = layer.output.as_ref().map_or_else(String::new, Shape::to_string);
            let parameters = layer
                .parameters
                .iter()
                .map(|(name, shape)| format!("{name} {shape}"));
            let parameters: Vec<String> = parameters.collect();
            let numbers = layer.parameters.iter().map(|(_, shape)| shape.count()).sum();
            text += &format!(
                "| {} | {} | {output} | {} | {} |\n",
                code(&layer.name),
                code(last_call(&layer.text)),
                parameters.join(", "),
                thousands(numbers)
            );
        }
        text += &format!("| all | | | | {} |\n\n", thousands(layout.count()));
    }
    text += "| entry point | values | recomputed | steps | operations in products | other operations | bytes moved | bytes of workspace |\n";
    text += "|---|---:|---:|---:|---:|---:|---:|---:|\n";
    for costs in costs {
        let cells: Vec<String> = costs.cells().into_iter().map(thousands).collect();
        text += &format!("| {} | {} |\n", code(&costs.method), cells.join(" | "));
    }
    text += "\nOperations and bytes are those of one example in `f32`; `COSTS` has them as numbers, and says what is counted.\n";
    if rounded {
        text += "\nMatrix products and convolutions are of numbers rounded to bf16 and summed in `f32`; in `f64` nothing is rounded.\n";
    }
    text
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
