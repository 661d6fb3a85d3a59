//! The arguments of a word, read as the types it needs; each reader reports what is wrong and where.

use proc_macro2::{Ident, Span};

use super::elaborator::{Elaborator, Naming};
use super::fault::Fault;
use super::limits;
use super::model::Initializer;
use super::value::{GivenName, Value};
use crate::graph::{Shape, Val};
use crate::syntax::ast::Expr;

/// One argument of a call.
#[derive(Clone)]
pub struct Given<'a> {
    pub name: Option<&'a Ident>,
    pub value: Value,
    pub expr: Option<&'a Expr>,
    pub span: Span,
}

/// The arguments of a word, indexed by formal argument.
pub struct Arguments<'a> {
    pub word: &'static str,
    pub slots: Vec<Option<Given<'a>>>,
    pub naming: Naming<'a>,
    /// The name that the call gives to what it makes.
    pub name: Option<GivenName>,
    pub expr: &'a Expr,
    pub span: Span,
}

impl<'a> Arguments<'a> {
    pub fn get(&self, place: usize) -> Option<&Value> {
        self.slots.get(place)?.as_ref().map(|given| &given.value)
    }

    /// The form of the argument in messages.
    pub fn shown(&self, e: &Elaborator<'a>, place: usize) -> String {
        match self.slots.get(place) {
            Some(Some(given)) => e.shown(given.expr, &given.value),
            _ => "nothing".to_string(),
        }
    }

    /// `` `weight` is [10, 800] ``
    pub fn shown_with_shape(&self, e: &Elaborator<'a>, place: usize) -> String {
        match self.slots.get(place) {
            Some(Some(given)) => e.shown_with_shape(given.expr, &given.value),
            _ => "nothing is given".to_string(),
        }
    }

    fn unlike(&self, e: &Elaborator<'a>, place: usize, wanted: &str) -> Fault {
        Fault::new(format!(
            "`{}` needs {wanted}, but {}",
            self.word,
            self.shown_with_shape(e, place)
        ))
        .at(place)
    }

    /// A tensor of numbers or indices.
    pub fn any_tensor(&self, e: &Elaborator<'a>, place: usize) -> Result<Val, Fault> {
        match self.get(place) {
            Some(Value::Tensor(val)) => Ok(*val),
            Some(Value::Layer(_) | Value::Block(_)) => Err(self
                .unlike(e, place, "a tensor")
                .help("apply the layer first: `f(x)`")),
            _ => Err(self.unlike(e, place, "a tensor")),
        }
    }

    /// A tensor of numbers.
    pub fn tensor(&self, e: &Elaborator<'a>, place: usize) -> Result<Val, Fault> {
        let val = self.any_tensor(e, place)?;
        if e.graph.ty(val).is_index() {
            let help = "use `.one_hot()` or `.embedding(width)` to turn an index into numbers";
            return Err(self.unlike(e, place, "numbers").help(help));
        }
        Ok(val)
    }

    /// A tensor of numbers, or a number.
    pub fn operand(&self, e: &Elaborator<'a>, place: usize) -> Result<Val, Fault> {
        match self.get(place) {
            Some(value @ (Value::Number(_) | Value::Integer(_) | Value::Induction(_))) => {
                e.operand(value).ok_or_else(|| self.unlike(e, place, "numbers"))
            }
            _ => self.tensor(e, place),
        }
    }

    /// A tensor of indices.
    pub fn index(&self, e: &Elaborator<'a>, place: usize) -> Result<Val, Fault> {
        let val = self.any_tensor(e, place)?;
        match e.graph.ty(val).is_index() {
            true => Ok(val),
            false => Err(self
                .unlike(e, place, "an index")
                .help("declare the argument as `Index<N>`")),
        }
    }

    pub fn integer(&self, e: &Elaborator<'a>, place: usize) -> Result<i64, Fault> {
        match self.get(place) {
            Some(Value::Integer(value)) => Ok(*value),
            _ => Err(self.unlike(e, place, "a size")),
        }
    }

    /// A size between `least` and the cap.
    pub fn size(&self, e: &Elaborator<'a>, place: usize, least: usize) -> Result<usize, Fault> {
        let value = self.integer(e, place)?;
        match usize::try_from(value) {
            Ok(size) if size >= least && size <= limits::ELEMENTS => Ok(size),
            Ok(size) if size >= least => {
                Err(self.unlike(e, place, &format!("a size of at most {}", limits::ELEMENTS)))
            }
            _ => Err(self.unlike(e, place, &format!("a size of at least {least}"))),
        }
    }

    /// A size, or the default if none is given.
    pub fn size_or(
        &self,
        e: &Elaborator<'a>,
        place: usize,
        least: usize,
        default: usize,
    ) -> Result<usize, Fault> {
        match self.get(place) {
            None => Ok(default),
            Some(_) => self.size(e, place, least),
        }
    }

    /// A shape: `[6, 28, 28]`.
    pub fn sizes(&self, e: &Elaborator<'a>, place: usize) -> Result<Vec<i64>, Fault> {
        let fault = || {
            self.unlike(e, place, "a list of sizes")
                .help("write `[6, 28, 28]`, and `[]` for a scalar")
        };
        let parts = match self.get(place) {
            Some(Value::Array(parts)) => parts.clone(),
            Some(Value::Tuple(parts)) if parts.is_empty() => parts.clone(),
            _ => return Err(fault()),
        };
        let size = |part: &Value| match part {
            Value::Integer(size) => Ok(*size),
            _ => Err(fault()),
        };
        parts.iter().map(size).collect()
    }

    /// A shape whose sizes are all at least 1.
    pub fn shape(&self, e: &Elaborator<'a>, place: usize) -> Result<Shape, Fault> {
        let sizes = self.sizes(e, place)?;
        let whole: Option<Vec<usize>> = sizes
            .iter()
            .map(|&size| usize::try_from(size).ok().filter(|&size| size > 0))
            .collect();
        match whole {
            Some(sizes) => limits::shape(sizes).map_err(|fault| fault.at(place)),
            None => Err(Fault::new(format!(
                "`{}` needs sizes of at least 1, these are {sizes:?}",
                self.word
            ))
            .at(place)),
        }
    }

    /// An axis of `shape`; negative ones count from the end.
    pub fn axis(
        &self,
        e: &Elaborator<'a>,
        place: usize,
        shape: &Shape,
        default: i64,
    ) -> Result<usize, Fault> {
        let axis = match self.get(place) {
            None => default,
            Some(_) => self.integer(e, place)?,
        };
        self.axis_of(e, axis, shape).map_err(|fault| fault.at(place))
    }

    fn axis_of(&self, e: &Elaborator<'a>, axis: i64, shape: &Shape) -> Result<usize, Fault> {
        let rank = shape.rank() as i64;
        let from_start = if axis < 0 { axis.saturating_add(rank) } else { axis };
        if (0..rank).contains(&from_start) {
            return Ok(from_start as usize);
        }
        let text = match (rank, self.get(0)) {
            (0, _) => format!(
                "`{}` needs an axis, but {}",
                self.word,
                self.shown_with_shape(e, 0)
            ),
            (_, Some(Value::Tensor(_))) => format!("{}, it has no axis {axis}", self.shown_with_shape(e, 0)),
            _ => format!("{shape} has no axis {axis}"),
        };
        let fault = Fault::new(text);
        Err(match rank {
            0 => fault,
            1 => fault.help("its only axis is 0, or -1 from the end"),
            _ => fault.help(format!(
                "its axes are 0 to {}, or -1 to -{rank} from the end",
                rank - 1
            )),
        })
    }

    /// One or several axes, ascending; all axes if none is given.
    pub fn axes(&self, e: &Elaborator<'a>, place: usize, shape: &Shape) -> Result<Vec<usize>, Fault> {
        let axes: Vec<i64> = match self.get(place) {
            None => return Ok((0..shape.rank()).collect()),
            Some(Value::Integer(axis)) => vec![*axis],
            Some(Value::Array(_)) => self.sizes(e, place)?,
            Some(_) => return Err(self.unlike(e, place, "an axis or a list of axes")),
        };
        let axes: Result<Vec<usize>, Fault> = axes
            .into_iter()
            .map(|axis| self.axis_of(e, axis, shape))
            .collect();
        let mut axes = axes.map_err(|fault| fault.at(place))?;
        axes.sort_unstable();
        match axes.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(Fault::new(format!("axis {} is named twice", pair[0])).at(place)),
            None => Ok(axes),
        }
    }

    pub fn number(&self, e: &Elaborator<'a>, place: usize) -> Result<f64, Fault> {
        match self.get(place) {
            Some(Value::Number(number)) => Ok(*number),
            Some(Value::Integer(number)) => Ok(*number as f64),
            Some(Value::Tensor(_)) => Err(self
                .unlike(e, place, "a number")
                .help("it must be known while compiling: a literal or a `const`")),
            _ => Err(self.unlike(e, place, "a number")),
        }
    }

    pub fn number_or(&self, e: &Elaborator<'a>, place: usize, default: f64) -> Result<f64, Fault> {
        match self.get(place) {
            None => Ok(default),
            Some(_) => self.number(e, place),
        }
    }

    pub fn condition(&self, e: &Elaborator<'a>, place: usize, default: bool) -> Result<bool, Fault> {
        match self.get(place) {
            None => Ok(default),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(self.unlike(e, place, "`true` or `false`")),
        }
    }

    pub fn initializer(&self, e: &Elaborator<'a>, place: usize) -> Result<Initializer, Fault> {
        match self.get(place) {
            Some(Value::Initializer(initializer)) => Ok(*initializer),
            _ => {
                let help = "give one of `zeros()`, `normal(0.02)`, `xavier_uniform()` …";
                Err(self.unlike(e, place, "an initialiser").help(help))
            }
        }
    }

    /// Tensors in an array or tuple.
    pub fn tensors(&self, e: &Elaborator<'a>, place: usize) -> Result<Vec<Val>, Fault> {
        let fault = || self.unlike(e, place, "a list of tensors").help("write `[a, b]`");
        let parts = match self.get(place) {
            Some(Value::Array(parts) | Value::Tuple(parts)) if !parts.is_empty() => parts.clone(),
            _ => return Err(fault()),
        };
        let tensor = |part: &Value| match part {
            Value::Tensor(val) => Ok(*val),
            _ => Err(fault()),
        };
        parts.iter().map(tensor).collect()
    }
}
