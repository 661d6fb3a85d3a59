//! Induction variables: the iteration number while the body of a rolled loop is elaborated once for all
//! iterations.

use crate::elaborate::value::Value;
use crate::syntax::ast::BinaryOperator;

/// An affine function `scale · t + offset` of the iteration number `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Induction {
    /// The loop that `t` belongs to.
    pub owner: u32,
    pub scale: i64,
    pub offset: i64,
}

impl Induction {
    pub fn new(owner: u32) -> Induction {
        Induction {
            owner,
            scale: 1,
            offset: 0,
        }
    }

    pub fn negated(self) -> Option<Induction> {
        self.times(-1)
    }

    fn times(self, factor: i64) -> Option<Induction> {
        Some(Induction {
            owner: self.owner,
            scale: self.scale.checked_mul(factor)?,
            offset: self.offset.checked_mul(factor)?,
        })
    }

    fn plus(self, other: Induction) -> Option<Induction> {
        Some(Induction {
            owner: self.owner,
            scale: self.scale.checked_add(other.scale)?,
            offset: self.offset.checked_add(other.offset)?,
        })
    }

    fn value(self) -> Value {
        match self.scale {
            0 => Value::Integer(self.offset),
            _ => Value::Induction(self),
        }
    }
}

/// Applies an operator to sizes of which at least one depends on an induction variable; `None` if the result
/// is not affine in it.
pub fn combine(operator: BinaryOperator, left: &Value, right: &Value) -> Option<Value> {
    let as_turn = |value: &Value, like: Induction| match value {
        Value::Induction(turn) => (turn.owner == like.owner).then_some(*turn),
        Value::Integer(offset) => Some(Induction {
            scale: 0,
            offset: *offset,
            ..like
        }),
        _ => None,
    };
    let like = match (left, right) {
        (Value::Induction(turn), _) | (_, Value::Induction(turn)) => *turn,
        _ => return None,
    };
    let (a, b) = (as_turn(left, like)?, as_turn(right, like)?);
    let result = match operator {
        BinaryOperator::Add => a.plus(b),
        BinaryOperator::Subtract => a.plus(b.negated()?),
        BinaryOperator::Multiply if a.scale == 0 => b.times(a.offset),
        BinaryOperator::Multiply if b.scale == 0 => a.times(b.offset),
        _ => None,
    };
    result.map(Induction::value)
}
