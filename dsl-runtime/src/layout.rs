//! The location of each parameter in the one flat buffer that holds them all, and of each buffer in another.

use std::fmt;
use std::ops::Range;

use crate::{Initializer, PackedParameter};

/// The alignment of the start of every parameter, in elements.
pub const GRAIN: usize = 16;

/// The most axes of a parameter; the language has no values of more.
const MOST_AXES: usize = 8;

/// One trained tensor: its name, its shape and its range in the flat buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its path, for example `logits.dense1.weight`.
    pub name: &'static str,
    /// Its canonical shape, the one it is saved with: dense `[out, in]`, convolution
    /// `[out, in / groups, height, width]`, embedding `[rows, width]`.
    pub shape: &'static [usize],
    /// The order in memory: axis `i` in memory (outermost first) is canonical axis `order[i]`.
    pub order: &'static [usize],
    /// Its range in the flat buffer; its length is the product of `shape`.
    pub range: Range<usize>,
    /// The rule for its initial values.
    pub initializer: Initializer,
}

impl Parameter {
    /// The number of its elements.
    pub const fn len(&self) -> usize {
        self.range.end - self.range.start
    }

    /// True if it has no elements.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if its name matches `pattern`, as [`Layout::matching`] says.
    pub fn matches(&self, pattern: &str) -> bool {
        matches(pattern.as_bytes(), self.name.as_bytes())
    }

    /// The position in memory of each element, relative to the range's start, in canonical row-major order.
    pub fn places(&self) -> Places {
        let mut strides = [0; MOST_AXES];
        let mut stride = 1;
        for &axis in self.order.iter().rev() {
            strides[axis] = stride;
            stride *= self.shape[axis];
        }
        Places {
            shape: self.shape,
            strides,
            index: [0; MOST_AXES],
            place: 0,
            left: self.len(),
        }
    }

    /// The rows along the last axis in canonical order.
    pub(crate) fn rows(&self) -> Rows {
        let mut firsts = self.places();
        let (len, stride) = match self.shape {
            [] => (1, 1),
            [outer @ .., len] => {
                firsts.shape = outer;
                firsts.left = self.len() / (*len).max(1);
                (*len, firsts.strides[outer.len()])
            }
        };
        Rows { firsts, len, stride }
    }
}

/// The rows of a parameter along its last axis: the elements of each lie at equal distances in memory.
pub(crate) struct Rows {
    /// The position in memory of the first element of each row.
    pub firsts: Places,
    /// The number of elements of a row.
    pub len: usize,
    /// The distance in memory from one element of a row to the next.
    pub stride: usize,
}

/// Positions in memory in canonical order; see [`Parameter::places`].
#[derive(Debug, Clone)]
pub struct Places {
    shape: &'static [usize],
    strides: [usize; MOST_AXES],
    index: [usize; MOST_AXES],
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

/// All parameters of a network, in the order of their ranges.
///
/// Parameters, gradients and an optimizer's moments are each one flat buffer of this layout. The gaps that
/// alignment leaves between two parameters hold zeros and stay zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// The parameters, in ascending order of their ranges.
    pub parameters: &'static [Parameter],
    /// The length of the flat buffer, including gaps.
    pub len: usize,
    /// The parameters that calls read [packed](crate::Parameters::packed), in the order of their ranges.
    pub packed: &'static [PackedParameter],
}

impl Layout {
    /// The layout without parameters.
    pub const EMPTY: Layout = Layout {
        parameters: &[],
        len: 0,
        packed: &[],
    };

    /// Returns the layout itself after checking that its ranges are ascending, disjoint, aligned, inside the
    /// buffer and as long as their shapes say, and that the memory orders are permutations.
    ///
    /// # Panics
    ///
    /// If they are not, or what is packed is none of the parameters or does not cover it. In a `const`, where layouts are made,
    /// that is a compile-time error.
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
                parameter.shape.len() <= MOST_AXES,
                "a parameter has more than 8 axes"
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
        let mut place = 0;
        let mut i = 0;
        while i < self.packed.len() {
            let PackedParameter { start, packing } = self.packed[i];
            while place < self.parameters.len() && self.parameters[place].range.start != start {
                place += 1;
            }
            assert!(
                place < self.parameters.len(),
                "what is packed is no parameter or stands out of order"
            );
            assert!(
                packing.covers(self.parameters[place].len()),
                "what is packed does not cover its parameter"
            );
            place += 1;
            i += 1;
        }
        self
    }

    /// The number of trained elements (gaps not counted).
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
            .filter(move |parameter| parameter.matches(pattern))
    }

    /// The names of at most so many parameters that are nearest to a pattern which matches none: those of the
    /// fewest edits, in the order of the layout where these are equal.
    pub fn nearest(&self, pattern: &str, most: usize) -> Vec<&'static str> {
        let mut names: Vec<_> = self
            .parameters
            .iter()
            .map(|parameter| {
                (
                    edits(pattern.as_bytes(), parameter.name.as_bytes()),
                    parameter.name,
                )
            })
            .collect();
        names.sort_by_key(|&(edits, _)| edits);
        names.into_iter().take(most).map(|(_, name)| name).collect()
    }
}

/// The least number of bytes to insert, remove or replace before `name` matches the glob `pattern`
/// (Levenshtein's distance, in which `*` takes any characters for nothing).
pub(crate) fn edits(pattern: &[u8], name: &[u8]) -> usize {
    // The distance of each beginning of the name from the beginning of the pattern that is behind us.
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for &byte in pattern {
        let mut before = row[0];
        if byte != b'*' {
            row[0] += 1;
        }
        for (at, &letter) in name.iter().enumerate() {
            let (replaced, removed, inserted) = (before, row[at + 1], row[at]);
            before = removed;
            row[at + 1] = match byte {
                b'*' => removed.min(inserted),
                b'?' => replaced.min(removed + 1).min(inserted + 1),
                _ => {
                    let differ = usize::from(byte != letter);
                    (replaced + differ).min(removed + 1).min(inserted + 1)
                }
            };
        }
    }
    row[name.len()]
}

/// True if `name` matches the glob `pattern`; takes time `|pattern| · |name|` at most.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // After a `*`: the position at which to go on in the pattern, and in the name after the characters that
    // the star has taken.
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

/// A table with one row per parameter: name, canonical shape, count, location.
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
