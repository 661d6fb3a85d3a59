//! The computation of an element-wise step, as a formula for its comment:
//! `d_dense2 = (softmax1 - one_hot(digit)) / B`.

use std::collections::BTreeSet;

use super::scope::Scope;
use crate::collections::IntoCollection;
use crate::emit::text::Written;
use crate::ops::Fold;
use crate::ops::formula::Precedence;
use crate::plan::{FoldLoop, Loop, Operand, Scalar, Source, StepKind};

/// Longer formulas are left to the code.
const LONGEST: usize = 100;

/// The formula of an element-wise loop with one statement, and of a sum or maximum.
pub fn of(kind: &StepKind, scope: &Scope<'_>) -> Option<String> {
    let formula = match kind {
        StepKind::Loop(nest) => of_loop(nest, scope)?,
        StepKind::Fold(fold) => of_fold(fold, scope),
        _ => return None,
    };
    (formula.chars().count() <= LONGEST).then_some(formula)
}

fn of_loop(nest: &Loop, scope: &Scope<'_>) -> Option<String> {
    let [statement] = nest.statements.as_slice() else {
        return None;
    };
    let store = statement.store.as_ref()?;
    let value = write(&statement.value, &nest.operands, scope).text;
    Some(format!("{} = {value}", scope.ident_of(store.source)))
}

/// Says which of its arguments a step overwrites: `in place of add2`, where it has several results
/// `saved_steps in place of add2`.
pub fn in_place(kind: &StepKind, scope: &Scope<'_>) -> Option<String> {
    if matches!(kind, StepKind::For(_)) {
        return None;
    }
    let (writes, reads) = (kind.writes(), kind.reads());
    let results: BTreeSet<Source> = writes.iter().map(|write| write.source).into_set();
    let mut places: Vec<String> = Vec::new();
    for write in &writes {
        for read in reads.iter().filter(|read| shares_memory(read, write, scope)) {
            let (over, beneath) = (scope.ident_of(write.source), scope.ident_of(read.source));
            let place = match results.len() {
                1 => format!("in place of {beneath}"),
                _ => format!("{over} in place of {beneath}"),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    (!places.is_empty()).then(|| places.join(", "))
}

fn of_fold(fold: &FoldLoop, scope: &Scope<'_>) -> String {
    let value = write(&fold.value, &fold.operands, scope).within(Precedence::Product);
    let sign = match fold.by {
        Fold::Sum => "Σ",
        Fold::Max => "max",
    };
    format!("{} = {sign} {value}", scope.ident_of(fold.result.source))
}

fn shares_memory(operand: &Operand, store: &Operand, scope: &Scope<'_>) -> bool {
    match (operand.source, store.source) {
        (Source::Value(read), Source::Value(written)) => {
            read != written && scope.plan.values[read].slot == scope.plan.values[written].slot
        }
        _ => false,
    }
}

fn write(value: &Scalar, operands: &[Operand], scope: &Scope<'_>) -> Written {
    let name = |operand: usize| scope.ident_of(operands[operand].source).to_string();
    match value {
        Scalar::Load(operand) => Written::atom(name(*operand)),
        Scalar::Local(statement) => Written::atom(format!("statement {}", statement + 1)),
        Scalar::Constant(value) => Written::number(*value),
        Scalar::BatchSize => Written::atom("B".to_string()),
        Scalar::Place(_) => Written::atom("place".to_string()),
        Scalar::OneHot { operand, .. } => Written::atom(format!("one_hot({})", name(*operand))),
        Scalar::Apply { op, args } => {
            let args: Vec<Written> = args.iter().map(|arg| write(arg, operands, scope)).collect();
            Written::operation(op.rules(), &args)
        }
    }
}
