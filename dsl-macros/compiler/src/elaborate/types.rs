//! Declared types against values: checks, and inference of the sizes left open.

use super::elaborator::{Elaborator, Naming};
use super::fault::{Fault, Outcome};
use super::library::Side;
use super::limits;
use super::value::Value;
use crate::graph::{Batching, Element, Shape, Type as GraphType, Val};
use crate::syntax::ast::{Dimension, Dimensions, Expr, Type, TypeKind};

/// The value that is checked against a declared type, for messages.
pub enum Subject {
    /// An argument of a call: the function, the name there, the caller's text.
    Argument {
        function: String,
        name: String,
        shown: String,
    },
    /// Anything else, as messages refer to it.
    Plain(String),
}

impl Subject {
    /// The message that the value does not have the declared type. `detail` adds to the type, `own` describes
    /// the value.
    fn refuse(&self, ty: &Type, detail: &str, own: &str) -> String {
        match self {
            Subject::Argument {
                function,
                name,
                shown,
            } if shown == own => {
                format!("`{function}` takes `{name}: {ty}`{detail}, not {own}")
            }
            Subject::Argument {
                function,
                name,
                shown,
            } => {
                format!("`{function}` takes `{name}: {ty}`{detail}, but `{shown}` is {own}")
            }
            Subject::Plain(subject) => format!("{subject} should be `{ty}`{detail}, it is {own}"),
        }
    }

    fn part(&self, place: usize) -> Subject {
        Subject::Plain(match self {
            Subject::Argument { shown, .. } => format!("part {} of `{shown}`", place + 1),
            Subject::Plain(subject) => format!("part {} of {subject}", place + 1),
        })
    }
}

impl<'a> Elaborator<'a> {
    /// Converts `value` to the declared type: a size for a declared number becomes a number, a number for a
    /// declared scalar becomes a constant. The fault refers to `subject`.
    pub fn conform(&mut self, ty: &'a Type, value: Value, subject: &Subject) -> Result<Value, Fault> {
        match (&ty.kind, &value) {
            (TypeKind::Tuple(parts), Value::Tuple(values)) => {
                if parts.len() != values.len() {
                    let wanted = format!(", {} parts", parts.len());
                    let text = subject.refuse(ty, &wanted, &format!("a tuple of {}", values.len()));
                    return Err(Fault::new(text));
                }
                let values: Result<Vec<Value>, Fault> = parts
                    .iter()
                    .zip(values.iter())
                    .enumerate()
                    .map(|(place, (part, value))| self.conform(part, value.clone(), &subject.part(place)))
                    .collect();
                return Ok(Value::Tuple(values?.into()));
            }
            (TypeKind::Size, Value::Integer(size)) if *size >= 0 => return Ok(value),
            (TypeKind::Size, Value::Integer(size)) => {
                let text = subject.refuse(ty, "", &size.to_string());
                return Err(Fault::new(text).help("a size cannot be negative"));
            }
            (TypeKind::Number, Value::Number(_)) => return Ok(value),
            (TypeKind::Number, Value::Integer(size)) => return Ok(Value::Number(*size as f64)),
            (TypeKind::Size | TypeKind::Number, Value::Induction(_)) => return Ok(value),
            (TypeKind::Bool, Value::Bool(_)) => return Ok(value),
            (TypeKind::Layer, Value::Layer(_) | Value::Block(_)) => return Ok(value),
            (TypeKind::Initializer, Value::Initializer(_)) => return Ok(value),
            (TypeKind::Sizes, _) if are_sizes(&value) => return Ok(value),
            (TypeKind::Padding, Value::Text(text)) if &**text == "same" => return Ok(value),
            (TypeKind::Padding, Value::Array(parts)) if parts.iter().all(are_sizes) => return Ok(value),
            (TypeKind::Padding, _) if are_sizes(&value) => return Ok(value),
            (
                TypeKind::Scalar | TypeKind::Tensor(Dimensions::Any),
                Value::Number(_) | Value::Integer(_) | Value::Induction(_),
            ) => {
                return match self.operand(&value) {
                    Some(val) => Ok(Value::Tensor(val)),
                    None => Err(self.unlike(ty, &value, subject)),
                };
            }
            _ => {}
        }
        let Value::Tensor(val) = value else {
            return Err(self.unlike(ty, &value, subject));
        };
        self.conform_tensor(ty, val, subject)?;
        Ok(value)
    }

    fn unlike(&self, ty: &Type, value: &Value, subject: &Subject) -> Fault {
        let fault = Fault::new(subject.refuse(ty, "", &value.describe(&self.graph)));
        match (&ty.kind, value) {
            (TypeKind::Size, Value::Number(number)) if number.fract() == 0.0 => {
                fault.help(format!("a size is written without a point: `{number}`"))
            }
            (TypeKind::Size | TypeKind::Number | TypeKind::Bool, Value::Tensor(_)) => fault
                .help("it must be known while compiling: a size, a number or a constant of the declaration"),
            (TypeKind::Layer, _) => {
                fault.help("give a layer without its input, `dense(10)`, or the name of a block")
            }
            (TypeKind::Initializer, _) => {
                fault.help("give one of `zeros()`, `normal(0.02)`, `xavier_uniform()` …")
            }
            (TypeKind::Sizes, _) => fault.help("give one size for all directions, or a list: `[3, 5]`"),
            (TypeKind::Padding, _) => fault.help(PADDING),
            (TypeKind::Tensor(_) | TypeKind::Scalar, Value::Layer(_) | Value::Block(_)) => {
                fault.help("apply the layer to a tensor: `f(x)`")
            }
            _ => fault,
        }
    }

    fn conform_tensor(&mut self, ty: &'a Type, val: Val, subject: &Subject) -> Result<(), Fault> {
        let own = self.graph.ty(val);
        let (dimensions, limit, shared): (Option<&'a [Dimension]>, Option<&'a Dimension>, bool) =
            match &ty.kind {
                TypeKind::Tensor(Dimensions::Listed(listed)) => (Some(listed), None, false),
                TypeKind::Tensor(Dimensions::Any) => (None, None, false),
                // In the prelude `Index<_>` is any number of indices, as `Tensor<..>` is any number of axes.
                TypeKind::Index { limit, dimensions } => {
                    let any = self.side() == Side::Prelude && dimensions.is_empty();
                    ((!any).then_some(dimensions.as_slice()), Some(limit), false)
                }
                TypeKind::Scalar => (Some(&[]), None, false),
                TypeKind::Shared(dimensions) => (Some(dimensions), None, true),
                _ => return Err(self.unlike(ty, &Value::Tensor(val), subject)),
            };
        match (own.element, limit) {
            (Element::Index { limit: own_limit }, Some(limit)) => {
                if let Some(limit) = self.dimension(limit)?
                    && limit != own_limit
                {
                    let own = Value::Tensor(val).describe(&self.graph);
                    let text = subject.refuse(ty, &format!(", below {limit}"), &own);
                    return Err(Fault::new(text));
                }
            }
            (Element::Index { .. }, None) => {
                let fault = self.unlike(ty, &Value::Tensor(val), subject);
                return Err(
                    fault.help("use `.one_hot()` or `.embedding(width)` to turn an index into numbers")
                );
            }
            (Element::Real, Some(_)) => {
                let fault = self.unlike(ty, &Value::Tensor(val), subject);
                return Err(fault.help("an index is an argument of the entry point declared as `Index<N>`"));
            }
            (Element::Real, None) => {}
        }
        if shared && own.batching == Batching::PerExample {
            let text = subject.refuse(
                ty,
                ", one value for the whole batch",
                "different for each example",
            );
            return Err(Fault::new(text).help("declare the argument of the entry point as `Shared` too"));
        }
        if let Some(dimensions) = dimensions {
            let sizes: Result<Vec<Option<usize>>, Fault> =
                dimensions.iter().map(|size| self.dimension(size)).collect();
            let sizes = sizes?;
            let fits = sizes.len() == own.shape.rank()
                && sizes
                    .iter()
                    .zip(&own.shape.0)
                    .all(|(declared, own)| declared.is_none_or(|size| size == *own));
            if !fits {
                return Err(shape_fault(ty, dimensions, &sizes, &own.shape, subject));
            }
        }
        Ok(())
    }

    /// A declared size; `None` if it is inferred.
    pub fn dimension(&mut self, dimension: &'a Dimension) -> Result<Option<usize>, Fault> {
        let Dimension::Size(expr) = dimension else {
            return Ok(None);
        };
        match self.size(expr) {
            Ok(size) => Ok(Some(size)),
            Err(reported) => Err(reported.into()),
        }
    }

    /// An expression that must be a size of at least 1.
    pub fn size(&mut self, expr: &'a Expr) -> Outcome<usize> {
        let value = self.evaluate(expr, Naming::Word)?;
        match value {
            Value::Integer(size) if (1..=limits::ELEMENTS as i64).contains(&size) => Ok(size as usize),
            Value::Integer(size) if size < 1 => {
                let text = match expr.to_string() {
                    shown if shown == size.to_string() => format!("a size is at least 1, this is {size}"),
                    shown => format!("a size is at least 1, `{shown}` is {size}"),
                };
                let fault = Fault::new(text);
                Err(self.report(expr.span, fault))
            }
            other => {
                let text = format!(
                    "a size is at most {}, but {}",
                    limits::ELEMENTS,
                    self.shown_with_shape(Some(expr), &other)
                );
                Err(self.report(expr.span, Fault::new(text)))
            }
        }
    }

    /// The graph type of an entry point's argument.
    pub fn input_type(&mut self, ty: &'a Type) -> Outcome<GraphType> {
        let (dimensions, limit, kind): (&'a [Dimension], Option<&'a Dimension>, Batching) = match &ty.kind {
            TypeKind::Tensor(Dimensions::Listed(listed)) => (listed, None, Batching::PerExample),
            TypeKind::Index { limit, dimensions } => (dimensions, Some(limit), Batching::PerExample),
            TypeKind::Scalar => (&[], None, Batching::PerExample),
            TypeKind::Shared(dimensions) => (dimensions, None, Batching::Shared),
            _ => {
                let fault = Fault::new(format!("an entry point takes tensors, not `{ty}`"));
                let help = "remove `pub` to make it a helper, or make the value a `const` of the declaration";
                return Err(self.report(ty.span, fault.help(help)));
            }
        };
        let mut sizes = Vec::new();
        for dimension in dimensions {
            sizes.push(self.stated(dimension)?);
        }
        let shape = limits::shape(sizes).map_err(|fault| self.report(ty.span, fault))?;
        let element = match limit {
            Some(limit) => Element::Index {
                limit: self.stated(limit)?,
            },
            None => Element::Real,
        };
        Ok(GraphType {
            batching: kind,
            element,
            shape,
        })
    }

    fn stated(&mut self, dimension: &'a Dimension) -> Outcome<usize> {
        match dimension {
            Dimension::Size(expr) => self.size(expr),
            Dimension::Inferred(span) => {
                let fault = Fault::new("the sizes of an entry point's arguments must be stated");
                let help = "write them, as in `Tensor<1, 28, 28>`: everything else is inferred from them";
                Err(self.report(*span, fault.help(help)))
            }
        }
    }
}

/// The syntax of padding, for messages.
pub const PADDING: &str =
    "write `1`, `[1, 2]` for each direction, `[[0, 1], [2, 2]]` for each side, or `\"same\"`";

/// True for one size or a list of sizes, none of them negative.
fn are_sizes(value: &Value) -> bool {
    match value {
        Value::Integer(size) => *size >= 0,
        Value::Array(parts) => parts
            .iter()
            .all(|part| matches!(part, Value::Integer(size) if *size >= 0)),
        _ => false,
    }
}

fn shape_fault(
    ty: &Type,
    dimensions: &[Dimension],
    sizes: &[Option<usize>],
    own: &Shape,
    subject: &Subject,
) -> Fault {
    let literal = dimensions
        .iter()
        .all(|size| matches!(size, Dimension::Inferred(_)) || size.to_string().parse::<usize>().is_ok());
    let wanted: Vec<String> = sizes
        .iter()
        .map(|size| size.map_or("_".to_string(), |size| size.to_string()))
        .collect();
    let values = if literal {
        String::new()
    } else {
        format!(", that is [{}]", wanted.join(", "))
    };
    let shape = if own.rank() == 0 {
        "a scalar".to_string()
    } else {
        own.to_string()
    };
    let fault = Fault::new(subject.refuse(ty, &values, &shape));
    let known: Option<Vec<usize>> = sizes.iter().copied().collect();
    let count = known.and_then(|sizes| limits::count(&Shape(sizes)));
    match (sizes.len(), own.rank()) {
        (1, rank) if rank > 1 && count.is_none_or(|count| count == own.count()) => {
            fault.help("`.flatten()` makes one axis of all")
        }
        _ if count == Some(own.count()) => {
            fault.help(format!("`.reshape([{}])` would fit", wanted.join(", ")))
        }
        (0, _) => fault.help("`.sum()` or `.mean()` makes one number of all"),
        (_, 0) => fault,
        (1, rank) if rank > 1 => fault.help(format!("one axis is needed, there are {rank}")),
        (wanted, rank) if wanted != rank => {
            let there = if rank == 1 {
                "is 1".to_string()
            } else {
                format!("are {rank}")
            };
            fault.help(format!(
                "{wanted} axes are needed, there {there}: `.reshape([…])` makes more of one"
            ))
        }
        _ => fault.help("change one of the two: their sizes must be equal"),
    }
}
