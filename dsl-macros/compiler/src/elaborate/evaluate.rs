//! Evaluation of expressions.

use std::rc::Rc;

use proc_macro2::{Ident, Span};

use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome, Reported};
use super::library::Side;
use super::limits;
use super::value::Value;
use super::wording::{list, near};
use crate::ops::leaf;
use crate::syntax::ast::{Block, Expr, ExprKind, Pattern};

impl<'a> Elaborator<'a> {
    pub fn evaluate(&mut self, expr: &'a Expr, naming: Naming<'a>) -> Outcome<Value> {
        self.nested(expr.span, |this| this.evaluate_any(expr, naming))
    }

    /// Runs `inner` one level deeper, if the nesting cap allows.
    pub fn nested<T>(&mut self, span: Span, inner: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.exhausted || self.loops.abandoned() {
            return Err(Reported);
        }
        self.nesting += 1;
        let result = if self.nesting > limits::NESTING {
            let text = format!(
                "functions and expressions nest more than {} deep here",
                limits::NESTING
            );
            let help = "does a block call itself, directly or through others?";
            Err(self.exhaust(span, Fault::new(text).help(help)))
        } else {
            inner(self)
        };
        self.nesting -= 1;
        result
    }

    fn evaluate_any(&mut self, expr: &'a Expr, naming: Naming<'a>) -> Outcome<Value> {
        match &expr.kind {
            ExprKind::Name(name) => self.variable(name),
            ExprKind::SelfValue => {
                let fault = Fault::new("`self` is not a value")
                    .help("call a function of the network: `self.logits(image)`");
                Err(self.report(expr.span, fault))
            }
            ExprKind::Integer(value) => match i64::try_from(*value) {
                Ok(value) => Ok(Value::Integer(value)),
                Err(_) => {
                    let fault = Fault::new(format!("{value} is too large for a size"))
                        .help("a number is written with a point");
                    Err(self.report(expr.span, fault))
                }
            },
            ExprKind::Float(value) => Ok(Value::Number(*value)),
            ExprKind::Bool(value) => Ok(Value::Bool(*value)),
            ExprKind::Text(text) => Ok(Value::Text(text.as_str().into())),
            ExprKind::Unary { operator, value } => self.unary(*operator, value, expr),
            ExprKind::Binary {
                operator,
                left,
                right,
            } => self.binary(*operator, left, right, expr),
            ExprKind::Call { .. } => self.call_expression(expr, naming),
            ExprKind::Method { .. } => self.chain(expr, naming),
            ExprKind::Field { base, name } => self.field(base, name),
            ExprKind::Tuple(parts) => Ok(Value::Tuple(self.parts(parts, naming)?)),
            ExprKind::Array(parts) => Ok(Value::Array(self.parts(parts, naming)?)),
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => self.choose(condition, then, otherwise.as_deref(), naming),
            ExprKind::Block(block) => self.block(block, naming),
        }
    }

    /// Evaluates every part even if one is refused, so that independent mistakes are reported together.
    fn parts(&mut self, parts: &'a [Expr], naming: Naming<'a>) -> Outcome<Rc<[Value]>> {
        let patterns = match naming {
            Naming::Let(Pattern::Tuple(patterns, _) | Pattern::Array(patterns, _))
                if patterns.len() == parts.len() =>
            {
                Some(patterns)
            }
            _ => None,
        };
        let values: Vec<Outcome<Value>> = parts
            .iter()
            .enumerate()
            .map(|(place, part)| {
                let naming = patterns.map_or(Naming::Word, |patterns| Naming::Let(&patterns[place]));
                self.evaluate(part, naming)
            })
            .collect();
        values.into_iter().collect()
    }

    /// Evaluates a chain of methods from its first value on, without recursion, since chains may be long.
    fn chain(&mut self, expr: &'a Expr, naming: Naming<'a>) -> Outcome<Value> {
        let mut links = Vec::new();
        let mut base = expr;
        while let ExprKind::Method { receiver, .. } = &base.kind {
            if matches!(receiver.kind, ExprKind::SelfValue) {
                break;
            }
            links.push(base);
            base = receiver;
        }
        let Some((last, first)) = links.split_first() else {
            return self.own_call(expr);
        };
        let mut value = self.evaluate(base, Naming::Word)?;
        for link in first.iter().rev() {
            value = self.method(link, value, Naming::Word)?;
        }
        self.method(last, value, naming)
    }

    fn variable(&mut self, name: &'a Ident) -> Outcome<Value> {
        let text = name.to_string();
        let side = self.side();
        if let Some(binding) = self.frame().find(&text) {
            let value = binding.value.clone().ok_or(Reported)?;
            return self.read(name, value);
        }
        if self.library.constant(side, &text).is_some() {
            return self.constant(name);
        }
        if let Some(callee) = self.library.callee(side, &text) {
            return Ok(Value::Block(callee));
        }
        let fault = Fault::new(format!("nothing is called `{text}` here"));
        let fault = if side == Side::User && self.library.own_named(&text).is_some() {
            fault.help(format!("write `self.{text}(…)`"))
        } else {
            self.suggest(
                fault,
                &text,
                "values are arguments, `let`s and constants of the declaration",
            )
        };
        Err(self.report(name.span(), fault))
    }

    /// Adds to `fault` the most similar visible name, or else `help`.
    pub fn suggest(&mut self, fault: Fault, name: &str, help: &str) -> Fault {
        let side = self.side();
        let mut known: Vec<String> = self.frame().variables().map(str::to_string).collect();
        known.extend(self.library.constant_names(side));
        known.extend(self.library.callable(side));
        match near(name, &known) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(help),
        }
    }

    /// A parameter of a held layer: `embed.weight`.
    fn field(&mut self, base: &'a Expr, name: &'a Ident) -> Outcome<Value> {
        let value = self.evaluate(base, Naming::Word)?;
        let path: String = match &value {
            Value::Layer(layer) => match layer.home.borrow().as_ref() {
                Some(home) => home.join(&name.to_string()),
                None => {
                    let fault = Fault::new(format!("`{base}` has no parameters"))
                        .help("only held layers have them: `let f = dense(10);`");
                    return Err(self.report(name.span(), fault));
                }
            },
            Value::Part(path) => format!("{path}.{name}"),
            other => {
                let text = format!("`{base}` is {}, it has no `{name}`", other.describe(&self.graph));
                let help = format!(
                    "only held layers have parameters: `let f = dense(10);`, then `f.weight`; a method is called `.{name}(…)`"
                );
                return Err(self.report(name.span(), Fault::new(text).help(help)));
            }
        };
        if let Some(place) = self.parameters.find(&path) {
            return Ok(self.parameter(place));
        }
        if let Some(place) = self.buffers.find(&path) {
            return Ok(self.buffer(place));
        }
        if self.parameters.any_within(&path) || self.buffers.any_within(&path) {
            return Ok(Value::Part(path.into()));
        }
        let owner = path.rsplit_once('.').map_or("", |(owner, _)| owner);
        let known: Vec<String> = self
            .parameters
            .within(owner)
            .into_iter()
            .chain(self.buffers.within(owner))
            .map(str::to_string)
            .collect();
        let fault = if known.is_empty() {
            Fault::new(format!("`{base}` has no parameters yet: it has not been applied")).help(format!(
                "its shapes follow from its first application: write `{base}(x)` before this"
            ))
        } else {
            let fault = Fault::new(format!("`{base}` has no parameter `{name}`"));
            match near(&name.to_string(), &known) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help(format!("it has {}", list(&known))),
            }
        };
        Err(self.report(name.span(), fault))
    }

    /// The graph value of the parameter at `place`.
    pub fn parameter(&mut self, place: usize) -> Value {
        let declaration = self.parameters.get(place);
        let op = leaf::Parameter {
            index: place,
            name: declaration.name.clone(),
            shape: declaration.shape.clone(),
        };
        Value::Tensor(self.graph.apply(op, &[]))
    }

    /// The graph value of the buffer at `place`: its content before the step.
    pub fn buffer(&mut self, place: usize) -> Value {
        let declaration = self.buffers.get(place);
        let op = leaf::Buffer {
            index: place,
            name: declaration.name.clone(),
            shape: declaration.shape.clone(),
        };
        Value::Tensor(self.graph.apply(op, &[]))
    }

    fn choose(
        &mut self,
        condition: &'a Expr,
        then: &'a Block,
        otherwise: Option<&'a Expr>,
        naming: Naming<'a>,
    ) -> Outcome<Value> {
        match self.evaluate(condition, Naming::Word)? {
            Value::Bool(true) => self.block(then, naming),
            Value::Bool(false) => match otherwise {
                Some(otherwise) => self.evaluate(otherwise, naming),
                None => Ok(Value::unit()),
            },
            other => {
                let text = format!(
                    "`if` chooses while compiling, but {}",
                    self.shown_with_shape(Some(condition), &other)
                );
                let help = match other {
                    Value::Tensor(_) => {
                        "choose between values with `mask.select(a, b)`, where `mask` is 1 or 0, as from `x.greater(0.0)`"
                    }
                    _ => "compare sizes: `if stride == 1 { … }`",
                };
                Err(self.report(condition.span, Fault::new(text).help(help)))
            }
        }
    }
}
