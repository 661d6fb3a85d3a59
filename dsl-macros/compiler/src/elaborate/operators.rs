//! `+ - * / %`, comparisons, `&& || !` and the sign, over sizes, numbers, conditions and tensors.

use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome};
use super::loops::induction;
use super::scope::Site;
use super::value::Value;
use crate::graph::{Mismatch, Val};
use crate::syntax::ast::{BinaryOperator, Expr, UnaryOperator};

impl<'a> Elaborator<'a> {
    pub fn unary(&mut self, operator: UnaryOperator, operand: &'a Expr, expr: &'a Expr) -> Outcome<Value> {
        let value = self.evaluate(operand, Naming::Word)?;
        let fault = match (operator, &value) {
            (UnaryOperator::Not, Value::Bool(value)) => return Ok(Value::Bool(!value)),
            (UnaryOperator::Negate, Value::Number(number)) => return Ok(Value::Number(-number)),
            (UnaryOperator::Negate, Value::Integer(size)) => match size.checked_neg() {
                Some(size) => return Ok(Value::Integer(size)),
                None => Fault::new(format!("-{size} is too large")),
            },
            (UnaryOperator::Negate, Value::Induction(turn)) => match turn.negated() {
                Some(turn) => return Ok(Value::Induction(turn)),
                None => Fault::new("this is too large for a size"),
            },
            (UnaryOperator::Negate, Value::Tensor(val)) if !self.graph.ty(*val).is_index() => {
                let site = self.site(expr.span, expr);
                let val = *val;
                return Ok(Value::Tensor(self.at_site(&site, |this| (-this.handle(val)).val)));
            }
            (UnaryOperator::Negate, _) => Fault::new(format!(
                "`-` needs numbers, but {}",
                self.shown_with_shape(Some(operand), &value)
            )),
            (UnaryOperator::Not, _) => Fault::new(format!(
                "`!` needs a condition, but {}",
                self.shown_with_shape(Some(operand), &value)
            )),
        };
        Err(self.report(expr.span, fault))
    }

    pub fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &'a Expr,
        right: &'a Expr,
        expr: &'a Expr,
    ) -> Outcome<Value> {
        let first = self.evaluate(left, Naming::Word);
        // The right side of `n > 0 && m / n == 2` is evaluated only if it matters.
        match (operator, &first) {
            (BinaryOperator::And, Ok(Value::Bool(false))) => return Ok(Value::Bool(false)),
            (BinaryOperator::Or, Ok(Value::Bool(true))) => return Ok(Value::Bool(true)),
            _ => {}
        }
        let second = self.evaluate(right, Naming::Word);
        let (first, second) = (first?, second?);
        let site = Site {
            span: expr.span,
            text: "".into(),
        };
        let site = match (&first, &second) {
            (Value::Tensor(_), _) | (_, Value::Tensor(_)) => self.site(expr.span, expr),
            _ => site,
        };
        self.combine(operator, (first, Some(left)), (second, Some(right)), site)
    }

    /// Applies the operator to two values; the expressions are for messages.
    pub fn combine(
        &mut self,
        operator: BinaryOperator,
        left: (Value, Option<&'a Expr>),
        right: (Value, Option<&'a Expr>),
        site: Site,
    ) -> Outcome<Value> {
        let combined = match (&left.0, &right.0) {
            (Value::Induction(_), Value::Induction(_) | Value::Integer(_))
            | (Value::Integer(_), Value::Induction(_)) => {
                match induction::combine(operator, &left.0, &right.0) {
                    Some(value) => Ok(value),
                    None => self.on_turns(operator, &left, &right, &site),
                }
            }
            (Value::Integer(a), Value::Integer(b)) => sizes(operator, *a, *b),
            (Value::Integer(a), Value::Number(b)) => numbers(operator, *a as f64, *b),
            (Value::Number(a), Value::Integer(b)) => numbers(operator, *a, *b as f64),
            (Value::Number(a), Value::Number(b)) => numbers(operator, *a, *b),
            (Value::Bool(a), Value::Bool(b)) => conditions(operator, *a, *b),
            _ => match (self.operand(&left.0), self.operand(&right.0)) {
                (Some(a), Some(b)) => self.tensors(operator, (a, &left), (b, &right), &site),
                _ => {
                    let both = format!(
                        "{}, {}",
                        self.shown_with_shape(left.1, &left.0),
                        self.shown_with_shape(right.1, &right.0)
                    );
                    if matches!(operator, BinaryOperator::And | BinaryOperator::Or) {
                        let text = format!("`{}` joins conditions: {both}", operator.symbol());
                        return Err(self.report(site.span, Fault::new(text)));
                    }
                    let layer = |value: &Value| matches!(value, Value::Layer(_) | Value::Block(_));
                    let layer = [&left, &right].into_iter().find(|(value, _)| layer(value));
                    let index = [&left.0, &right.0].into_iter().any(|value| self.is_index(value));
                    let fault = Fault::new(format!("`{}` needs numbers: {both}", operator.symbol()));
                    Err(if index {
                        fault.help("use `.one_hot()` or `.embedding(width)` to turn an index into numbers")
                    } else if let Some((value, expr)) = layer {
                        let layer = self.shown(*expr, value);
                        fault.help(format!("apply the layer to a tensor first: `{layer}(x)`"))
                    } else {
                        fault
                    })
                }
            },
        };
        combined.map_err(|fault| self.report(site.span, fault))
    }

    /// A result that is not affine in an induction variable, such as a product of two loops' variables,
    /// becomes a value of the graph.
    fn on_turns(
        &mut self,
        operator: BinaryOperator,
        left: &(Value, Option<&'a Expr>),
        right: &(Value, Option<&'a Expr>),
        site: &Site,
    ) -> Result<Value, Fault> {
        use BinaryOperator::*;
        let values = (self.operand(&left.0), self.operand(&right.0));
        if let (Add | Subtract | Multiply, (Some(a), Some(b))) = (operator, values) {
            return self.tensors(operator, (a, left), (b, right), site);
        }
        let symbol = operator.symbol();
        let both = [left, right]
            .map(|(value, expr)| self.shown_with_shape(*expr, value))
            .join(", ");
        let fault = Fault::new(format!(
            "`{symbol}` works on what is known while compiling: {both}"
        ));
        Err(fault.help("in a loop that stays one, its number is used in `x.at(t)` or as a number"))
    }

    /// A tensor or number as a graph value.
    pub fn operand(&self, value: &Value) -> Option<Val> {
        match value {
            Value::Tensor(val) if !self.graph.ty(*val).is_index() => Some(*val),
            Value::Number(number) => Some(self.graph.constant(*number).val),
            Value::Integer(number) => Some(self.graph.constant(*number as f64).val),
            Value::Induction(turn) => self.induction_as_number(*turn),
            _ => None,
        }
    }

    pub fn is_index(&self, value: &Value) -> bool {
        matches!(value, Value::Tensor(val) if self.graph.ty(*val).is_index())
    }

    fn tensors(
        &mut self,
        operator: BinaryOperator,
        left: (Val, &(Value, Option<&'a Expr>)),
        right: (Val, &(Value, Option<&'a Expr>)),
        site: &Site,
    ) -> Result<Value, Fault> {
        use BinaryOperator::*;
        let symbol = operator.symbol();
        let word = match operator {
            Add | Subtract | Multiply | Divide => None,
            Less => Some("less"),
            Greater => Some("greater"),
            LessEqual => Some("less_equal"),
            GreaterEqual => Some("greater_equal"),
            Equal => Some("equal"),
            NotEqual | And | Or | Remainder => {
                let both = [left.1, right.1]
                    .map(|(value, expr)| self.shown_with_shape(*expr, value))
                    .join(", ");
                let fault = Fault::new(format!(
                    "`{symbol}` works on what is known while compiling: {both}"
                ));
                return Err(match operator {
                    NotEqual => {
                        fault.help("write `1.0 - equal(a, b)`, which is 1 where they differ and 0 elsewhere")
                    }
                    _ => fault,
                });
            }
        };
        if let Some(word) = word {
            let text = format!("`{symbol}` compares sizes, these are values of the network");
            let (a, b) = (self.shown(left.1.1, &left.1.0), self.shown(right.1.1, &right.1.0));
            return Err(Fault::new(text).help(format!(
                "write `{word}({a}, {b})`, which is 1 where it holds and 0 elsewhere"
            )));
        }
        let before = self.graph.len();
        let result = self.at_site(site, |this| {
            let (a, b) = this.broadcast_together(left.0, right.0)?;
            let (a, b) = (this.handle(a), this.handle(b));
            let result = match operator {
                Add => a + b,
                Subtract => a - b,
                Multiply => a * b,
                _ => a / b,
            };
            Ok(result.val)
        });
        let result = result.map_err(|Mismatch { .. }| {
            let (a, b) = (
                self.shown_with_shape(left.1.1, &left.1.0),
                self.shown_with_shape(right.1.1, &right.1.0),
            );
            Fault::new(format!("`{symbol}` needs shapes that broadcast: {a}, {b}"))
                .help("sizes are compared from the last axis on, and must be equal or 1")
        })?;
        self.check_new(before, site.span)?;
        Ok(Value::Tensor(result))
    }

    /// Broadcasts both values to their common shape; a number stays a number if possible.
    pub fn broadcast_together(&self, left: Val, right: Val) -> Result<(Val, Val), Mismatch> {
        let (a, b) = (self.graph.ty(left).shape, self.graph.ty(right).shape);
        let Some(shape) = a.broadcast(&b) else {
            return Err(Mismatch::new(format!("{a} and {b} do not broadcast")));
        };
        let stretch = |val: Val, own: &crate::graph::Shape| {
            if own.rank() == 0 {
                val
            } else {
                self.broadcast(val, &shape)
            }
        };
        Ok((stretch(left, &a), stretch(right, &b)))
    }
}

fn sizes(operator: BinaryOperator, a: i64, b: i64) -> Result<Value, Fault> {
    use BinaryOperator::*;
    let symbol = operator.symbol();
    let checked = match operator {
        Add => a.checked_add(b),
        Multiply => a.checked_mul(b),
        Subtract => match a.checked_sub(b) {
            Some(difference) if difference < 0 && a >= 0 && b >= 0 => {
                let fault = Fault::new(format!("a size cannot be negative: {a} - {b} is {difference}"));
                return Err(fault.help("numbers are written with a point: `1.0 - 2.0`"));
            }
            difference => difference,
        },
        Divide | Remainder if b == 0 => return Err(Fault::new(format!("{a} {symbol} 0: division by zero"))),
        Divide => match a.checked_rem(b) {
            Some(0) => a.checked_div(b),
            Some(rest) => {
                let fault = Fault::new(format!("{a} / {b} is not a whole number: the rest is {rest}"));
                return Err(
                    fault.help("sizes divide without a rest; a number is written with a point: `2.0`")
                );
            }
            None => None,
        },
        Remainder => a.checked_rem(b),
        Equal => return Ok(Value::Bool(a == b)),
        NotEqual => return Ok(Value::Bool(a != b)),
        Less => return Ok(Value::Bool(a < b)),
        LessEqual => return Ok(Value::Bool(a <= b)),
        Greater => return Ok(Value::Bool(a > b)),
        GreaterEqual => return Ok(Value::Bool(a >= b)),
        And | Or => {
            return Err(Fault::new(format!(
                "`{symbol}` joins conditions, these are sizes: {a}, {b}"
            )));
        }
    };
    match checked {
        Some(result) => Ok(Value::Integer(result)),
        None => Err(Fault::new(format!("{a} {symbol} {b} is too large for a size"))),
    }
}

fn numbers(operator: BinaryOperator, a: f64, b: f64) -> Result<Value, Fault> {
    use BinaryOperator::*;
    let symbol = operator.symbol();
    let result = match operator {
        Add => a + b,
        Subtract => a - b,
        Multiply => a * b,
        Divide => a / b,
        Remainder => a % b,
        Equal => return Ok(Value::Bool(a == b)),
        NotEqual => return Ok(Value::Bool(a != b)),
        Less => return Ok(Value::Bool(a < b)),
        LessEqual => return Ok(Value::Bool(a <= b)),
        Greater => return Ok(Value::Bool(a > b)),
        GreaterEqual => return Ok(Value::Bool(a >= b)),
        And | Or => {
            return Err(Fault::new(format!(
                "`{symbol}` joins conditions, these are numbers: {a:?}, {b:?}"
            )));
        }
    };
    number(result, || format!("{a:?} {symbol} {b:?}"))
}

/// A number that the emitted code can hold as a literal.
pub fn number(result: f64, text: impl FnOnce() -> String) -> Result<Value, Fault> {
    match result.is_finite() {
        true => Ok(Value::Number(result)),
        false => Err(Fault::new(format!("{} is not a finite number", text()))),
    }
}

fn conditions(operator: BinaryOperator, a: bool, b: bool) -> Result<Value, Fault> {
    match operator {
        BinaryOperator::And => Ok(Value::Bool(a && b)),
        BinaryOperator::Or => Ok(Value::Bool(a || b)),
        BinaryOperator::Equal => Ok(Value::Bool(a == b)),
        BinaryOperator::NotEqual => Ok(Value::Bool(a != b)),
        _ => Err(Fault::new(format!(
            "`{}` needs sizes or numbers, these are conditions",
            operator.symbol()
        ))),
    }
}
