//! The expression that a loop computes for one element.

use std::hash::{Hash, Hasher};

use crate::lowered::{Number, ScalarOp};
use crate::view::View;

/// The expression of one element.
#[derive(Clone, Debug)]
pub enum Scalar {
    /// An element of an operand of the loop.
    Load(usize),
    /// The result of an earlier statement of the loop.
    Local(usize),
    Constant(f64),
    /// The number of examples.
    BatchSize,
    /// 1 where the integer operand equals the class coordinate, else 0. The coordinate is linear in the
    /// position of the loop.
    OneHot {
        operand: usize,
        class: View,
    },
    /// A coordinate, linear in the position of the loop, as a number.
    Place(View),
    Apply {
        op: ScalarOp,
        args: Vec<Scalar>,
    },
}

/// The key by which two expressions are compared; constants are compared bit by bit.
type Parts<'s> = (
    u8,
    Option<Number>,
    usize,
    Option<&'s View>,
    Option<&'s ScalarOp>,
    &'s [Scalar],
);

impl Scalar {
    fn parts(&self) -> Parts<'_> {
        match self {
            Scalar::Load(operand) => (0, None, *operand, None, None, &[]),
            Scalar::Local(statement) => (1, None, *statement, None, None, &[]),
            Scalar::Constant(value) => (2, Some(Number(*value)), 0, None, None, &[]),
            Scalar::BatchSize => (3, None, 0, None, None, &[]),
            Scalar::OneHot { operand, class } => (4, None, *operand, Some(class), None, &[]),
            Scalar::Apply { op, args } => (5, None, 0, None, Some(op), args),
            Scalar::Place(view) => (6, None, 0, Some(view), None, &[]),
        }
    }
}

impl PartialEq for Scalar {
    fn eq(&self, other: &Scalar) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Scalar {}

impl Hash for Scalar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl Scalar {
    /// The expression with some parts replaced, outermost first: wherever `replace` answers, its answer
    /// stands.
    pub fn rewrite(&self, replace: &mut dyn FnMut(&Scalar) -> Option<Scalar>) -> Scalar {
        if let Some(other) = replace(self) {
            return other;
        }
        match self {
            Scalar::Apply { op, args } => Scalar::Apply {
                op: op.clone(),
                args: args.iter().map(|arg| arg.rewrite(replace)).collect(),
            },
            other => other.clone(),
        }
    }

    /// Calls `visit` with every part of the expression.
    pub fn each(&self, visit: &mut dyn FnMut(&Scalar)) {
        visit(self);
        if let Scalar::Apply { args, .. } = self {
            args.iter().for_each(|arg| arg.each(visit));
        }
    }

    /// The number of operations that evaluating the expression takes.
    pub fn flops(&self) -> usize {
        match self {
            Scalar::Apply { args, .. } => 1 + args.iter().map(Scalar::flops).sum::<usize>(),
            _ => 0,
        }
    }
}
