//! Quotations of the user's source in comments: a long chain of calls by its last links, a step by what it adds to what it reads.

use std::collections::BTreeMap;

use crate::elaborate::EntryInput;
use crate::layers::links;
use crate::ops::KernelFunction;
use crate::plan::{Plan, Scalar, Source, Step, StepKind};

/// Characters of an expression that a comment quotes in full.
const QUOTED: usize = 44;

/// Characters of a single call that is quoted with its arguments.
const CALL: usize = 60;

/// Shortens what stands between backticks: of a long chain of methods only the last links, of a long call only its name.
pub fn abbreviated(text: &str) -> String {
    rewritten(text, last_links)
}

/// Puts the name of what a step reads for the expression that it stands for, given as `expressions`: `relu1.dense(10)` for
/// `image.dense(HIDDEN).relu().dense(10)`.
pub fn relative(text: &str, expressions: &[(&str, String)]) -> String {
    rewritten(text, |part| {
        let beginnings = expressions.iter().filter_map(|(expression, name)| {
            let rest = part.strip_prefix(expression)?;
            rest.starts_with('.').then(|| format!("{name}{rest}"))
        });
        let beginnings: Vec<String> = beginnings.collect();
        match beginnings.as_slice() {
            [one] => one.clone(),
            // A step that reads several of them may compute some of the chain once more.
            _ => part.to_string(),
        }
    })
}

/// The expressions of the user's source that the values of a plan are the results of.
#[derive(Debug)]
pub struct Expressions {
    inputs: Vec<String>,
    values: Vec<Option<String>>,
}

impl Expressions {
    pub fn new(plan: &Plan, inputs: &[EntryInput]) -> Expressions {
        let mut expressions = Expressions {
            inputs: inputs.iter().map(|input| input.name.to_string()).collect(),
            values: vec![None; plan.values.len()],
        };
        let steps = || plan.phases.iter().flat_map(|phase| &phase.steps);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for step in steps() {
            let (Some(expression), true) = (only(&step.text), has_whole_result(step)) else {
                continue;
            };
            for write in step.kind.writes() {
                if let Source::Value(value) = write.source {
                    expressions.values[value] = Some(expression.to_string());
                    *counts.entry(expression).or_insert(0) += 1;
                }
            }
        }
        // An expression that several values have in common is the result of none of them.
        for expression in &mut expressions.values {
            if expression.as_ref().is_some_and(|text| counts[text.as_str()] > 1) {
                *expression = None;
            }
        }
        for step in steps() {
            if let Some((Source::Value(copy), of)) = copied(step) {
                expressions.values[copy] = expressions.of(of).map(str::to_string);
            }
        }
        expressions
    }

    /// The expression that a value or an argument is the result of; `None` for what is only a part of one.
    pub fn of(&self, source: Source) -> Option<&str> {
        match source {
            Source::Input(index) => Some(&self.inputs[index]),
            Source::Value(value) => self.values[value].as_deref(),
            _ => None,
        }
    }
}

/// True for steps that yield what their expression says, and not a part of it: a sum may be half of a mean, and a loop over time
/// has an expression for each of its steps.
fn has_whole_result(step: &Step) -> bool {
    let is_whole = match &step.kind {
        StepKind::Gemm(_) | StepKind::Kernel(_) => true,
        StepKind::Loop(nest) => nest.statements.len() == 1,
        _ => false,
    };
    is_whole && copied(step).is_none()
}

/// The copy that a step makes in another order, and what it is a copy of.
pub fn copied(step: &Step) -> Option<(Source, Source)> {
    match &step.kind {
        StepKind::Kernel(call) => match call.op.kernel.function {
            KernelFunction::ToBlocks | KernelFunction::FromBlocks => {
                Some((call.result.source, call.args[0].source))
            }
            _ => None,
        },
        StepKind::Loop(nest) => match nest.statements.as_slice() {
            [statement] => match (&statement.value, &statement.store) {
                (Scalar::Load(operand), Some(copy)) => Some((copy.source, nest.operands[*operand].source)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// The expression of a comment that quotes one.
fn only(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('`')?.strip_suffix('`')?;
    (!inner.contains('`')).then_some(inner)
}

fn rewritten(text: &str, rewrite: impl Fn(&str) -> String) -> String {
    let part = |(place, part): (usize, &str)| match place % 2 {
        1 => rewrite(part),
        _ => part.to_string(),
    };
    text.split('`')
        .enumerate()
        .map(part)
        .collect::<Vec<String>>()
        .join("`")
}

/// `….dense(84).relu()`; a single call that is still long is left without its arguments.
fn last_links(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        return text.to_string();
    }
    let links = links(text);
    let fits = |link: &&usize| text[**link..].chars().count() < QUOTED;
    match links.iter().find(fits).or(links.last()) {
        Some(&link) if text[link..].chars().count() < CALL => format!("…{}", &text[link..]),
        Some(&link) => {
            let name = text[link..].split('(').next().unwrap_or_default();
            format!("…{name}(…)")
        }
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{abbreviated, relative};

    #[test]
    fn long_chains_and_calls_are_abbreviated() {
        assert_eq!(abbreviated("∂ `image.dense(10)`"), "∂ `image.dense(10)`");
        let chain = "`features.dense(120).relu().dense(84).relu().dense(10)`";
        assert_eq!(abbreviated(chain), "`….relu().dense(84).relu().dense(10)`");
        let call = "`x.encoder_layer(heads = HEADS, hidden = 2 * WIDTH, norm_first = true, causal = true)`";
        assert_eq!(abbreviated(call), "`….encoder_layer(…)`");
    }

    #[test]
    fn a_step_is_quoted_by_what_it_adds_to_its_argument() {
        let relu = || ("image.dense(8).relu()", "relu1".to_string());
        let text = "`image.dense(8).relu().dense(10)`";
        assert_eq!(relative(text, &[relu()]), "`relu1.dense(10)`");
        let image = ("image", "image".to_string());
        assert_eq!(relative(text, &[relu(), image]), text);
        assert_eq!(
            relative("`image.dense(8).relu()`", &[relu()]),
            "`image.dense(8).relu()`"
        );
    }
}
