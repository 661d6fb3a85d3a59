//! Where each parameter lies in the one flat buffer that holds them all; and each buffer in another.

use std::fmt;
use std::ops::Range;

use crate::Initializer;

/// Every parameter starts at a multiple of this many elements.
pub const GRAIN: usize = 16;

/// One trained tensor: its name, its shape and its place in the flat buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its path, such as `logits.dense1.weight`.
    pub name: &'static str,
    /// Its canonical shape, the one it is saved with: dense `[out, in]`, convolution
    /// `[out, in / groups, height, width]`, embedding `[rows, width]`.
    pub shape: &'static [usize],
    /// The order in memory: axis `i` in memory (outermost first) is canonical axis `order[i]`.
    pub order: &'static [usize],
    /// Its place in the flat buffer; as long as the product of `shape`.
    pub range: Range<usize>,
    /// How its first values are drawn.
    pub initializer: Initializer,
}

impl Parameter {
    /// How many numbers it holds.
    pub const fn len(&self) -> usize {
        self.range.end - self.range.start
    }

    /// Whether it holds no numbers.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For each element in canonical row-major order, its position in memory relative to the range's start.
    pub fn places(&self) -> Places {
        let mut strides = vec![0; self.shape.len()];
        let mut stride = 1;
        for &axis in self.order.iter().rev() {
            strides[axis] = stride;
            stride *= self.shape[axis];
        }
        Places {
            shape: self.shape,
            strides,
            index: vec![0; self.shape.len()],
            place: 0,
            left: self.len(),
        }
    }
}

/// Positions in memory in canonical order; see [`Parameter::places`].
#[derive(Debug, Clone)]
pub struct Places {
    shape: &'static [usize],
    strides: Vec<usize>,
    index: Vec<usize>,
    place: usize,
    left: usize,
}

impl Iterator for Places {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let place = self.place;
        for axis in (0..self.shape.len()).rev() {
            self.index[axis] += 1;
            self.place += self.strides[axis];
            if self.index[axis] < self.shape[axis] {
                break;
            }
            self.place -= self.strides[axis] * self.shape[axis];
            self.index[axis] = 0;
        }
        Some(place)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Places {}

/// All parameters of a network, in the order of their places.
///
/// Parameters, gradients and an optimizer's moments are each one flat buffer of this layout. The gaps that
/// alignment leaves between two parameters hold zeros and stay zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// The parameters, ascending by place.
    pub parameters: &'static [Parameter],
    /// Length of the flat buffer, gaps included.
    pub len: usize,
}

impl Layout {
    /// Nothing.
    pub const EMPTY: Layout = Layout {
        parameters: &[],
        len: 0,
    };

    /// The layout itself, once its ranges are ascending, disjoint, aligned, inside the buffer and as long as
    /// their shapes say, and the memory orders are permutations.
    ///
    /// # Panics
    ///
    /// If they are not. In a `const`, which is where layouts are made, that is a compile-time error.
    pub const fn verified(self) -> Layout {
        let mut end = 0;
        let mut i = 0;
        while i < self.parameters.len() {
            let parameter = &self.parameters[i];
            assert!(
                parameter.range.start.is_multiple_of(GRAIN),
                "a parameter does not start at a multiple of 16"
            );
            assert!(
                parameter.range.start >= end,
                "two parameters overlap or stand out of order"
            );
            assert!(
                parameter.range.end >= parameter.range.start,
                "a parameter ends before it starts"
            );
            assert!(
                parameter.shape.len() == parameter.order.len(),
                "shape and order differ in rank"
            );
            let mut len = 1;
            let mut axis = 0;
            while axis < parameter.shape.len() {
                len *= parameter.shape[axis];
                let mut found = 0;
                let mut at = 0;
                while at < parameter.order.len() {
                    found += (parameter.order[at] == axis) as usize;
                    at += 1;
                }
                assert!(found == 1, "a memory order is no permutation of the axes");
                axis += 1;
            }
            assert!(
                parameter.len() == len,
                "a parameter's range is not as long as its shape"
            );
            end = parameter.range.end;
            i += 1;
        }
        assert!(end <= self.len, "a parameter ends after the buffer");
        self
    }

    /// How many numbers are trained (gaps not counted).
    pub const fn count(&self) -> usize {
        let mut count = 0;
        let mut i = 0;
        while i < self.parameters.len() {
            count += self.parameters[i].len();
            i += 1;
        }
        count
    }

    /// The parameter called `name`.
    pub fn find(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The parameters whose name matches `pattern`, where `*` stands for any characters (dots included, also
    /// none) and `?` for any one: `*.weight`, `logits.stage?.*`.
    pub fn matching<'p>(&self, pattern: &'p str) -> impl Iterator<Item = &'static Parameter> + use<'p> {
        self.parameters
            .iter()
            .filter(move |parameter| matches(pattern.as_bytes(), parameter.name.as_bytes()))
    }
}

/// Whether `name` matches the glob `pattern`, in time `|pattern| · |name|` at most.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // After a `*`: where to go on in the pattern, and how much of the name the star has taken.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p + 1, n));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == b'?' || pattern[p] == name[n]) {
            p += 1;
            n += 1;
        } else if let Some((after, taken)) = star {
            star = Some((after, taken + 1));
            p = after;
            n = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

/// A table with one row per parameter: name, canonical shape, count, place.
impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .parameters
            .iter()
            .map(|p| p.name.chars().count())
            .max()
            .unwrap_or(0)
            .max("parameter".len());
        writeln!(
            f,
            "{:width$}  {:>16}  {:>10}  place",
            "parameter", "shape", "numbers"
        )?;
        for parameter in self.parameters {
            let shape = format!("{:?}", parameter.shape);
            let Range { start, end } = parameter.range;
            writeln!(
                f,
                "{:width$}  {shape:>16}  {:>10}  {start}..{end}",
                parameter.name,
                parameter.len()
            )?;
        }
        write!(
            f,
            "{:width$}  {:>16}  {:>10}  0..{}",
            "total",
            "",
            self.count(),
            self.len
        )
    }
}

#[cfg(test)]
mod tests;
