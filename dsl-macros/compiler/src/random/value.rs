//! The generator's knowledge of a value: enough to call every word on it.

/// An approximate interval of the elements of a value: it keeps values moderate and the arguments of
/// logarithms positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    pub low: f64,
    pub high: f64,
}

impl Range {
    pub const fn new(low: f64, high: f64) -> Range {
        Range { low, high }
    }

    /// From `-size` to `size`.
    pub const fn around(size: f64) -> Range {
        Range::new(-size, size)
    }

    /// The largest magnitude.
    pub fn size(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }

    /// The image under a monotonically increasing function.
    pub fn map(self, f: impl Fn(f64) -> f64) -> Range {
        Range::new(f(self.low), f(self.high))
    }

    pub fn plus(self, other: Range) -> Range {
        Range::new(self.low + other.low, self.high + other.high)
    }

    pub fn minus(self, other: Range) -> Range {
        Range::new(self.low - other.high, self.high - other.low)
    }

    pub fn times(self, other: Range) -> Range {
        let corners = [
            self.low * other.low,
            self.low * other.high,
            self.high * other.low,
            self.high * other.high,
        ];
        Range {
            low: corners.iter().copied().fold(f64::INFINITY, f64::min),
            high: corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// The union of both intervals.
    pub fn with(self, other: Range) -> Range {
        Range::new(self.low.min(other.low), self.high.max(other.high))
    }
}

/// A value in scope, or an expression that yields one.
#[derive(Clone, Debug)]
pub struct Value {
    /// A name or a chain of calls: a method may follow it.
    pub text: String,
    pub shape: Vec<usize>,
    /// The bound of indices, `None` for numbers.
    pub limit: Option<usize>,
    /// True if it is known to be the same for the whole batch.
    pub shared: bool,
    /// True if it may depend on a parameter.
    pub trained: bool,
    pub range: Range,
}

impl Value {
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    pub fn last(&self) -> usize {
        *self.shape.last().expect("it has an axis")
    }

    pub fn is_real(&self) -> bool {
        self.limit.is_none()
    }

    /// The value of an expression in the values `from`.
    pub fn of(text: String, shape: Vec<usize>, range: Range, from: &[&Value]) -> Value {
        Value {
            text,
            shape,
            limit: None,
            shared: from.iter().all(|value| value.shared),
            trained: from.iter().any(|value| value.trained),
            range,
        }
    }

    /// The same elements by another expression.
    pub fn as_text(&self, text: String, shape: Vec<usize>) -> Value {
        Value {
            text,
            shape,
            ..self.clone()
        }
    }
}

/// `[2, 3]`
pub fn list(sizes: &[usize]) -> String {
    format!("{sizes:?}")
}
