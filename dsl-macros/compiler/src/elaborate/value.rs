//! The compile-time values of expressions.

use std::cell::RefCell;
use std::rc::Rc;

use proc_macro2::Span;

use super::library::Callee;
use super::loops::induction::Induction;
use super::loops::rows::Rows;
use super::model::Initializer;
use super::signature::Formal;
use crate::graph::{Element, Graph, Val};
use crate::syntax::ast::Expr;

/// A value of the language. All but tensors are known at compile time.
#[derive(Clone, Debug)]
pub enum Value {
    /// A value of the graph: numbers or integers, per example or shared.
    Tensor(Val),
    /// A size; negative only in an axis counted from the end or a written number.
    Integer(i64),
    /// A number that is exact in f64.
    Number(f64),
    Bool(bool),
    Text(Rc<str>),
    Tuple(Rc<[Value]>),
    Array(Rc<[Value]>),
    /// A held block with its sizes: applied twice, it shares its parameters.
    Layer(Rc<Layer>),
    /// A block by its name: each call makes its own parameters.
    Block(Callee),
    Initializer(Initializer),
    /// Parameters chosen by a pattern.
    Parameters(Rc<[Val]>),
    /// The induction variable of a loop that is being rolled.
    Induction(Induction),
    /// A tensor whose rows are being assigned; only variables hold it, and reading one joins the rows.
    Rows(Rc<Rows>),
    /// A block inside a held layer, by the path of its parameters: `encoder.dense1`.
    Part(Rc<str>),
}

/// A held layer.
#[derive(Debug)]
pub struct Layer {
    pub callee: Callee,
    pub formals: Vec<Formal>,
    /// One entry per formal argument: the value given when the layer was held; tensors and defaults are
    /// `None`.
    pub bound: Vec<Option<Value>>,
    /// The home of its parameters. Set when it gets its name; never set for a word, which has no parameters.
    pub home: RefCell<Option<Home>>,
    /// The expression that makes it.
    pub maker: Maker,
    /// The user's token and text that made it.
    pub span: Span,
    pub text: Rc<str>,
}

/// The position of a function, block or layer among the owners of parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// `logits.stage2.residual1`
    pub path: String,
    /// The sort key of its parameters in the layout, in the order in which their makers are written; compared
    /// lexicographically.
    pub order: Vec<u64>,
    /// The rolled loops that would make it anew in each iteration.
    pub loops: Vec<u32>,
    /// The expressions that make it, outermost first: equal names with different makers are different layers.
    pub makers: Vec<Maker>,
}

/// An expression that makes parameters, in one iteration of the unrolled loops around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    /// The address of the expression: the tree does not move, and no two of its parts share an address.
    address: usize,
    turns: Vec<i64>,
}

/// The name that a call gives to the layer or parameter it makes: `name = "fc1"`.
#[derive(Clone, Debug)]
pub struct GivenName {
    /// Relative to the function that calls: `layers.3`.
    pub path: String,
    /// The rolled loops in each turn of which it would be another one.
    pub loops: Vec<u32>,
    pub span: Span,
}

impl Maker {
    pub fn new(expr: &Expr, turns: &[i64]) -> Maker {
        Maker {
            address: std::ptr::from_ref(expr).addr(),
            turns: turns.to_vec(),
        }
    }
}

impl Home {
    /// The home of a value that is no function, block or layer.
    pub fn none() -> Home {
        Home {
            path: String::new(),
            order: Vec::new(),
            loops: Vec::new(),
            makers: Vec::new(),
        }
    }

    /// The home of the layer passed for the formal argument `name`, the `place`-th.
    pub fn of_formal(&self, name: &str, place: usize) -> Home {
        let mut order = self.order.clone();
        order.push(place as u64);
        Home {
            path: self.join(name),
            order,
            loops: self.loops.clone(),
            makers: self.makers.clone(),
        }
    }

    pub fn join(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_string()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

impl Value {
    /// The value of a body without a result.
    pub fn unit() -> Value {
        Value::Tuple(Rc::from([]))
    }

    pub fn is_unit(&self) -> bool {
        matches!(self, Value::Tuple(parts) if parts.is_empty())
    }

    /// True if a tensor argument accepts it: a tensor, or a group of tensors.
    pub fn is_tensor(&self) -> bool {
        match self {
            Value::Tensor(_) => true,
            Value::Tuple(parts) | Value::Array(parts) => {
                !parts.is_empty() && parts.iter().all(Value::is_tensor)
            }
            _ => false,
        }
    }

    /// True if both are known at compile time and equal.
    pub fn is_same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Integer(a), Value::Integer(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a.to_bits() == b.to_bits(),
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Initializer(a), Value::Initializer(b)) => a == b,
            (Value::Layer(a), Value::Layer(b)) => Rc::ptr_eq(a, b),
            (Value::Part(a), Value::Part(b)) => a == b,
            _ => false,
        }
    }

    /// A description for messages: `[10, 800]`, `the size 3`.
    pub fn describe(&self, graph: &Graph) -> String {
        match self {
            Value::Tensor(val) => {
                let ty = graph.ty(*val);
                match ty.element {
                    Element::Real if ty.shape.rank() == 0 => "a scalar".to_string(),
                    Element::Real => ty.shape.to_string(),
                    Element::Index { limit } if ty.shape.rank() == 0 => format!("an index below {limit}"),
                    Element::Index { limit } => format!("indices {} below {limit}", ty.shape),
                }
            }
            Value::Integer(size) if *size < 0 => format!("the number {size}"),
            Value::Integer(size) => format!("the size {size}"),
            Value::Number(number) => format!("the number {number:?}"),
            Value::Bool(value) => format!("the condition `{value}`"),
            Value::Text(_) => "a text".to_string(),
            Value::Tuple(parts) if parts.is_empty() => "nothing".to_string(),
            Value::Tuple(parts) => format!("a tuple of {}", parts.len()),
            Value::Array(parts) => format!("an array of {}", parts.len()),
            Value::Layer(_) => "a layer".to_string(),
            Value::Block(_) => "a block".to_string(),
            Value::Initializer(_) => "an initialiser".to_string(),
            Value::Parameters(_) => "a choice of parameters".to_string(),
            Value::Induction(_) => "a turn of a loop".to_string(),
            Value::Rows(rows) => Value::Tensor(rows.base).describe(graph),
            Value::Part(_) => "a part of a layer".to_string(),
        }
    }

    /// The value with its tensors replaced by `found`, in order.
    pub fn rebuilt(&self, found: &mut impl Iterator<Item = Value>) -> Value {
        match self {
            Value::Tensor(_) | Value::Rows(_) => found.next().unwrap_or_else(|| self.clone()),
            Value::Tuple(parts) => Value::Tuple(parts.iter().map(|part| part.rebuilt(found)).collect()),
            Value::Array(parts) => Value::Array(parts.iter().map(|part| part.rebuilt(found)).collect()),
            other => other.clone(),
        }
    }

    /// The category of the value; values of one category may replace each other in an assignment.
    pub fn category(&self) -> &'static str {
        match self {
            Value::Tensor(_) | Value::Rows(_) => "a tensor",
            Value::Integer(_) | Value::Induction(_) => "a size",
            Value::Number(_) => "a number",
            Value::Bool(_) => "a condition",
            Value::Text(_) => "a text",
            Value::Tuple(_) => "a tuple",
            Value::Array(_) => "an array",
            Value::Layer(_) | Value::Block(_) => "a layer",
            Value::Initializer(_) => "an initialiser",
            Value::Parameters(_) => "a choice of parameters",
            Value::Part(_) => "a part of a layer",
        }
    }
}
