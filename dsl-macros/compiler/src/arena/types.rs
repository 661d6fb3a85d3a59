//! Kinds, shapes and types of graph values, and why a type can be refused.

use std::fmt;

/// The batching of a value: it differs from example to example, or is one for the whole batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Batching {
    /// One value for the whole batch: parameters, buffers, constants, run-time shared arguments.
    Shared,
    /// One value for each example; printed with a leading `B` axis.
    PerExample,
}

impl Batching {
    /// The name of the batch axis in front of a shape, if it has one.
    pub fn batch_axis(self) -> Option<&'static str> {
        match self {
            Batching::Shared => None,
            Batching::PerExample => Some("B"),
        }
    }
}

/// The kind of number that one element of a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Element {
    Real,
    /// An integer below `limit`.
    Index {
        limit: usize,
    },
}

/// Sizes of a value's axes, the batch axis not among them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Shape(pub Vec<usize>);

impl Shape {
    pub fn scalar() -> Shape {
        Shape(Vec::new())
    }

    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Number of elements; the elaborator has checked that it does not overflow.
    pub fn count(&self) -> usize {
        self.0.iter().product()
    }

    /// Row-major strides, in elements.
    pub fn strides(&self) -> Vec<usize> {
        let mut strides = vec![1; self.rank()];
        for axis in (1..self.rank()).rev() {
            strides[axis - 1] = strides[axis] * self.0[axis];
        }
        strides
    }

    /// NumPy's broadcasting of two shapes: aligned at the last axis, sizes equal or 1.
    pub fn broadcast(&self, other: &Shape) -> Option<Shape> {
        let rank = self.rank().max(other.rank());
        let at = |shape: &Shape, axis: usize| match (axis + shape.rank()).checked_sub(rank) {
            Some(own) => shape.0[own],
            None => 1,
        };
        (0..rank)
            .map(|axis| match (at(self, axis), at(other, axis)) {
                (a, b) if a == b => Some(a),
                (1, b) => Some(b),
                (a, 1) => Some(a),
                _ => None,
            })
            .collect::<Option<Vec<usize>>>()
            .map(Shape)
    }
}

impl From<&[usize]> for Shape {
    fn from(sizes: &[usize]) -> Shape {
        Shape(sizes.to_vec())
    }
}

impl<const N: usize> From<[usize; N]> for Shape {
    fn from(sizes: [usize; N]) -> Shape {
        Shape(sizes.to_vec())
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// The type of a graph value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    pub batching: Batching,
    pub element: Element,
    pub shape: Shape,
}

impl Type {
    pub fn real(batching: Batching, shape: impl Into<Shape>) -> Type {
        Type {
            batching,
            element: Element::Real,
            shape: shape.into(),
        }
    }

    pub fn is_index(&self) -> bool {
        matches!(self.element, Element::Index { .. })
    }
}

/// `[B, 6, 28, 28]` per example, `[6]` shared, `[B] < 10` for integers.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_type(f, self.batching.batch_axis(), &self.shape, self.element)
    }
}

/// Writes a type: the batch axis if there is one, the sizes, and the bound of an index.
pub fn write_type(
    f: &mut fmt::Formatter<'_>,
    batch_axis: Option<&str>,
    shape: &Shape,
    element: Element,
) -> fmt::Result {
    let batch = batch_axis.map(str::to_string).into_iter();
    let sizes: Vec<String> = batch.chain(shape.0.iter().map(usize::to_string)).collect();
    write!(f, "[{}]", sizes.join(", "))?;
    match element {
        Element::Real => Ok(()),
        Element::Index { limit } => write!(f, " < {limit}"),
    }
}

/// The reason why an operator refuses its arguments, in words for the user; the elaborator adds the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The description of the fault, with the shapes.
    pub text: String,
    /// The advice on fixing it.
    pub help: Option<String>,
}

impl Mismatch {
    pub fn new(text: impl Into<String>) -> Mismatch {
        Mismatch {
            text: text.into(),
            help: None,
        }
    }

    pub fn help(mut self, help: impl Into<String>) -> Mismatch {
        self.help = Some(help.into());
        self
    }
}

/// A literal number: compared and hashed by its bits, so that equal constants merge.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub f64);

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Number {}

impl std::hash::Hash for Number {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}
