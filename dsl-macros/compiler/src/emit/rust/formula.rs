//! The computation of an element-wise step, as a formula for its comment:
//! `d_dense2 = (softmax1 - one_hot(digit)) / B`.

use super::scope::Scope;
use crate::emit::text::Written;
use crate::ops::Fold;
use crate::ops::formula::Precedence;
use crate::plan::{FoldLoop, Loop, Operand, Scalar, Source};

/// Longer formulas are left to the code.
const LONGEST: usize = 100;

/// The formula of a loop with one statement, and what it overwrites; of one with several only that.
pub fn of_loop(nest: &Loop, scope: &Scope<'_>) -> Option<String> {
    let [statement] = nest.statements.as_slice() else {
        return overwritten(nest, scope);
    };
    let store = statement.store.as_ref()?;
    let value = write(&statement.value, &nest.operands, scope).text;
    let formula = format!("{} = {value}", scope.ident_of(store.source));
    let overwritten = nest
        .operands
        .iter()
        .find(|operand| shares_memory(operand, store, scope));
    let formula = match overwritten {
        Some(operand) => format!("{formula}, in place of {}", scope.ident_of(operand.source)),
        None => formula,
    };
    short(formula)
}

/// The values that a loop stores, each with the value that it reads from the same memory:
/// `saved_steps in place of add2`.
fn overwritten(nest: &Loop, scope: &Scope<'_>) -> Option<String> {
    let stores = nest
        .statements
        .iter()
        .filter_map(|statement| statement.store.as_ref());
    let mut pairs: Vec<String> = Vec::new();
    for store in stores {
        let beneath = nest
            .operands
            .iter()
            .filter(|operand| shares_memory(operand, store, scope));
        for operand in beneath {
            let [over, beneath] = [store, operand].map(|operand| scope.ident_of(operand.source));
            let pair = format!("{over} in place of {beneath}");
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    (!pairs.is_empty()).then(|| pairs.join(", "))
}

/// The formula of a sum or maximum.
pub fn of_fold(fold: &FoldLoop, scope: &Scope<'_>) -> Option<String> {
    let value = write(&fold.value, &fold.operands, scope).within(Precedence::Product);
    let sign = match fold.by {
        Fold::Sum => "Σ",
        Fold::Max => "max",
    };
    short(format!("{} = {sign} {value}", scope.ident_of(fold.result.source)))
}

fn short(formula: String) -> Option<String> {
    (formula.chars().count() <= LONGEST).then_some(formula)
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
