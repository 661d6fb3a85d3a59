//! Blocks, `let` and assignment.

use proc_macro2::Span;

use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome, Reported};
use super::library::Side;
use super::types::Subject;
use super::value::Value;
use super::wording::near;
use crate::syntax::ast::{BinaryOperator, Block, Expr, Pattern, Statement, Type};

impl<'a> Elaborator<'a> {
    /// Runs a block in its own scope. After a refused statement the others still run, so that independent
    /// mistakes are reported together.
    pub fn block(&mut self, block: &'a Block, naming: Naming<'a>) -> Outcome<Value> {
        self.nested(block.span, |this| this.statements(block, naming))
    }

    fn statements(&mut self, block: &'a Block, naming: Naming<'a>) -> Outcome<Value> {
        self.frame().open();
        let mut sound = Ok(());
        for statement in &block.statements {
            if self.statement(statement).is_err() {
                sound = Err(Reported);
                // In code the user did not write, the first mistake is the user's and further ones would only
                // follow from it.
                if self.side() != Side::User {
                    break;
                }
            }
        }
        let value = match &block.result {
            Some(_) if sound.is_err() && self.side() != Side::User => Err(Reported),
            Some(result) => self.evaluate(result, naming),
            None => Ok(Value::unit()),
        };
        self.frame().close();
        sound.and(value)
    }

    fn statement(&mut self, statement: &'a Statement) -> Outcome<()> {
        match statement {
            Statement::Let {
                pattern, ty, value, ..
            } => self.binding(pattern, ty.as_ref(), value),
            Statement::Assign {
                pattern,
                operator,
                value,
                span,
            } => self.assignment(pattern, *operator, value, *span),
            Statement::For {
                variable,
                from,
                to,
                reversed,
                body,
                span,
            } => self.repeat(variable, (from, to, *reversed), body, *span),
            Statement::AssignRow { name, index, value } => self.assign_row(name, index, value),
            Statement::Expr(expr) => {
                let value = self.evaluate(expr, Naming::Word)?;
                if value.is_unit() {
                    return Ok(());
                }
                let fault = Fault::new(format!("the value of `{expr}` is not used"));
                let help = "nothing is changed in place: hold it with `let`, or remove the line";
                Err(self.report(expr.span, fault.help(help)))
            }
        }
    }

    fn binding(&mut self, pattern: &'a Pattern, ty: Option<&'a Type>, expr: &'a Expr) -> Outcome<()> {
        let value = self
            .evaluate(expr, Naming::Let(pattern))
            .and_then(|value| match ty {
                None => Ok(value),
                Some(ty) => {
                    let subject = Subject::Plain(format!("`{expr}`"));
                    self.conform(ty, value, &subject)
                        .map_err(|fault| self.report(ty.span, fault))
                }
            });
        match value {
            Ok(value) => self.bind(pattern, &value),
            Err(Reported) => {
                self.poison(pattern);
                Err(Reported)
            }
        }
    }

    pub fn bind(&mut self, pattern: &'a Pattern, value: &Value) -> Outcome<()> {
        match pattern {
            Pattern::Wildcard(_) => Ok(()),
            Pattern::Name { name, mutable } => {
                let text = name.to_string();
                let value = self.marked(&text, value);
                if let Value::Tensor(val) = &value {
                    self.name(*val, &text);
                }
                if !*mutable {
                    self.notice_let(&text, &value);
                }
                self.frame().bind(text, Some(value), *mutable);
                Ok(())
            }
            Pattern::Tuple(parts, span) | Pattern::Array(parts, span) => {
                let Some(values) = self.take_apart(pattern, parts.len(), value, *span) else {
                    self.poison(pattern);
                    return Err(Reported);
                };
                parts
                    .iter()
                    .zip(values.iter())
                    .try_for_each(|(part, value)| self.bind(part, value))
            }
        }
    }

    /// The parts of a tuple or array that a pattern of `count` names destructures.
    fn take_apart(
        &mut self,
        pattern: &Pattern,
        count: usize,
        value: &Value,
        span: Span,
    ) -> Option<std::rc::Rc<[Value]>> {
        let text = match (pattern, value) {
            (Pattern::Tuple(..), Value::Tuple(values)) | (Pattern::Array(..), Value::Array(values)) => {
                if values.len() == count {
                    return Some(values.clone());
                }
                format!(
                    "`{pattern}` has {count} names, the value has {} parts",
                    values.len()
                )
            }
            (Pattern::Tuple(..), Value::Array(_)) => {
                format!("`{pattern}` is a tuple, the value is an array: write `[…]`")
            }
            (Pattern::Array(..), Value::Tuple(_)) => {
                format!("`{pattern}` is an array, the value is a tuple: write `(…)`")
            }
            (_, other) => format!(
                "`{pattern}` has {count} names, the value is {}",
                other.describe(&self.graph)
            ),
        };
        self.report(span, Fault::new(text));
        None
    }

    /// Binds the names of a pattern to nothing: their uses report nothing, since the mistake has been
    /// reported.
    fn poison(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Wildcard(_) => {}
            Pattern::Name { name, mutable } => self.frame().bind(name.to_string(), None, *mutable),
            Pattern::Tuple(parts, _) | Pattern::Array(parts, _) => {
                for part in parts {
                    self.poison(part);
                }
            }
        }
    }

    fn assignment(
        &mut self,
        pattern: &'a Pattern,
        operator: Option<BinaryOperator>,
        expr: &'a Expr,
        span: Span,
    ) -> Outcome<()> {
        let mut value = self.evaluate(expr, Naming::Word);
        if let (Some(operator), Pattern::Name { name, .. }) = (operator, pattern) {
            value = value.and_then(|value| {
                let text = name.to_string();
                let old = match self.frame().find(&text) {
                    Some(binding) => binding.value.clone().ok_or(Reported)?,
                    None => return Err(self.unknown_target(&text, name.span())),
                };
                let old = self.read(name, old)?;
                let site = super::scope::Site {
                    span,
                    text: format!("{name} {}= {expr}", operator.symbol()).into(),
                };
                self.combine(operator, (old, None), (value, Some(expr)), site)
            });
        }
        match value {
            Ok(value) => self.assign(pattern, &value),
            Err(Reported) => {
                self.poison_assigned(pattern);
                Err(Reported)
            }
        }
    }

    pub fn unknown_target(&mut self, name: &str, span: Span) -> Reported {
        let fault = Fault::new(format!("`{name}` is assigned before it is declared"));
        let variables: Vec<String> = self.frame().variables().map(str::to_string).collect();
        let fault = match near(name, &variables) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!("write `let mut {name} = …;` first")),
        };
        self.report(span, fault)
    }

    fn assign(&mut self, pattern: &'a Pattern, value: &Value) -> Outcome<()> {
        match pattern {
            Pattern::Wildcard(_) => Ok(()),
            Pattern::Tuple(parts, span) | Pattern::Array(parts, span) => {
                let Some(values) = self.take_apart(pattern, parts.len(), value, *span) else {
                    self.poison_assigned(pattern);
                    return Err(Reported);
                };
                parts
                    .iter()
                    .zip(values.iter())
                    .try_for_each(|(part, value)| self.assign(part, value))
            }
            Pattern::Name { name, .. } => {
                let text = name.to_string();
                let value = &self.marked(&text, value);
                let Some(binding) = self.frame().find_mut(&text) else {
                    return Err(self.unknown_target(&text, name.span()));
                };
                if !binding.mutable {
                    let fault = Fault::new(format!("`{name}` is assigned, but was declared without `mut`"));
                    return Err(self.report(name.span(), fault.help(format!("write `let mut {name} = …;`"))));
                }
                let before = binding.value.as_ref().map(Value::category);
                // A number may become a scalar: `let mut total = 0.0; total += x.sum();`.
                let widened = matches!(
                    (&binding.value, value),
                    (Some(Value::Number(_)), Value::Tensor(_))
                );
                if let Some(before) = before.filter(|before| *before != value.category() && !widened) {
                    let text = format!("`{name}` holds {before}, this is {}", value.category());
                    let help = match (&binding.value, value) {
                        (Some(Value::Integer(_)), Value::Tensor(_)) => {
                            format!(
                                "begin with a number, `let mut {name} = 0.0;`, or hold it by another name"
                            )
                        }
                        _ => "hold it by another name".to_string(),
                    };
                    return Err(self.report(name.span(), Fault::new(text).help(help)));
                }
                binding.value = Some(value.clone());
                if let Value::Tensor(val) = value {
                    self.name(*val, &text);
                }
                Ok(())
            }
        }
    }

    fn poison_assigned(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Wildcard(_) => {}
            Pattern::Name { name, .. } => {
                if let Some(binding) = self.frame().find_mut(&name.to_string()) {
                    binding.value = None;
                }
            }
            Pattern::Tuple(parts, _) | Pattern::Array(parts, _) => {
                for part in parts {
                    self.poison_assigned(part);
                }
            }
        }
    }
}
