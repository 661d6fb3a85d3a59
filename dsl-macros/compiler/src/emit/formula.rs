//! What an element-wise step computes, as a formula for its comment: `d_dense2 = (softmax1 - one_hot(digit)) / B`.

use super::scope::Scope;
use crate::ops::Fold;
use crate::ops::Op;
use crate::ops::elementwise::Elementwise;
use crate::schedule::plan::{FoldLoop, Loop, Operand, Scalar, Source};

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

/// What a loop reads through what it stores in the same memory: `saved_steps in place of add2`.
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
    let value = write(&fold.value, &fold.operands, scope).within(Binding::Product);
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

/// How tightly a written expression binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Binding {
    Comparison,
    Sum,
    Product,
    Sign,
    Atom,
}

struct Written {
    text: String,
    binding: Binding,
}

impl Written {
    fn atom(text: String) -> Written {
        Written {
            text,
            binding: Binding::Atom,
        }
    }

    /// In parentheses unless it binds at least this tightly.
    fn within(&self, least: Binding) -> String {
        match self.binding >= least {
            true => self.text.clone(),
            false => format!("({})", self.text),
        }
    }

    /// In parentheses unless it binds more tightly than this.
    fn beyond(&self, limit: Binding) -> String {
        match self.binding > limit {
            true => self.text.clone(),
            false => format!("({})", self.text),
        }
    }
}

fn write(value: &Scalar, operands: &[Operand], scope: &Scope<'_>) -> Written {
    let name = |operand: usize| scope.ident_of(operands[operand].source).to_string();
    match value {
        Scalar::Load(operand) => Written::atom(name(*operand)),
        Scalar::Local(statement) => Written::atom(format!("statement {}", statement + 1)),
        Scalar::Constant(value) if *value < 0.0 => Written {
            text: value.to_string(),
            binding: Binding::Sign,
        },
        Scalar::Constant(value) => Written::atom(value.to_string()),
        Scalar::BatchSize => Written::atom("B".to_string()),
        Scalar::Place(_) => Written::atom("place".to_string()),
        Scalar::OneHot { operand, .. } => Written::atom(format!("one_hot({})", name(*operand))),
        Scalar::Apply { op, args } => {
            let args: Vec<Written> = args.iter().map(|arg| write(arg, operands, scope)).collect();
            apply(op, &args)
        }
    }
}

fn apply(op: &Op, args: &[Written]) -> Written {
    let infix = match op {
        Op::Elementwise(Elementwise::Add) => Some(("+", Binding::Sum)),
        Op::Elementwise(Elementwise::Sub) => Some(("-", Binding::Sum)),
        Op::Elementwise(Elementwise::Mul) => Some(("*", Binding::Product)),
        Op::Elementwise(Elementwise::Div) => Some(("/", Binding::Product)),
        Op::Elementwise(Elementwise::Greater) => Some((">", Binding::Comparison)),
        Op::Elementwise(Elementwise::GreaterEqual) => Some(("≥", Binding::Comparison)),
        Op::Elementwise(Elementwise::Equal) => Some(("=", Binding::Comparison)),
        _ => None,
    };
    match (infix, op) {
        (Some((sign, binding)), _) => Written {
            text: format!("{} {sign} {}", args[0].within(binding), args[1].beyond(binding)),
            binding,
        },
        (None, Op::Elementwise(Elementwise::Neg)) => Written {
            text: format!("-{}", args[0].beyond(Binding::Sign)),
            binding: Binding::Sign,
        },
        _ => {
            let mut parts: Vec<String> = args.iter().map(|arg| arg.text.clone()).collect();
            parts.extend(Some(op.rules().attributes()).filter(|attributes| !attributes.is_empty()));
            Written::atom(format!("{}({})", op.rules().name(), parts.join(", ")))
        }
    }
}
