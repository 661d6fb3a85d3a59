//! Arrays as they are read from files of other programs.

use std::path::{Path, PathBuf};

use crate::error::DataProblem;
use crate::{Error, Real};

/// An array of a file: a shape and elements, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// The file, and the array's name in it if it holds several; for messages.
    path: PathBuf,
    shape: Vec<usize>,
    elements: Elements,
}

/// The elements of an [`Array`], in the type that the file has them in.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the types")]
pub enum Elements {
    Bool(Vec<bool>),
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// Takes `$then` with the elements as `$values`, whatever their type.
macro_rules! of_any_type {
    ($elements:expr, $values:ident => $then:expr) => {
        match $elements {
            Elements::Bool($values) => $then,
            Elements::I8($values) => $then,
            Elements::I16($values) => $then,
            Elements::I32($values) => $then,
            Elements::I64($values) => $then,
            Elements::U8($values) => $then,
            Elements::U16($values) => $then,
            Elements::U32($values) => $then,
            Elements::U64($values) => $then,
            Elements::F32($values) => $then,
            Elements::F64($values) => $then,
        }
    };
}

/// A type of elements.
pub(super) trait Element: Copy {
    fn real(self) -> f64;

    /// The whole number it is, if it is one of `u32`.
    fn index(self) -> Option<u32>;
}

impl Element for bool {
    fn real(self) -> f64 {
        f64::from(u8::from(self))
    }

    fn index(self) -> Option<u32> {
        Some(u32::from(self))
    }
}

macro_rules! whole {
    ($($type:ty)*) => {
        $(impl Element for $type {
            fn real(self) -> f64 {
                self as f64
            }

            fn index(self) -> Option<u32> {
                u32::try_from(self).ok()
            }
        })*
    };
}

macro_rules! floating {
    ($($type:ty)*) => {
        $(impl Element for $type {
            fn real(self) -> f64 {
                f64::from(self)
            }

            fn index(self) -> Option<u32> {
                let index = self as u32;
                (f64::from(index) == f64::from(self)).then_some(index)
            }
        })*
    };
}

whole!(i8 i16 i32 i64 u8 u16 u32 u64);
floating!(f32 f64);

impl Elements {
    /// Their number.
    pub fn len(&self) -> usize {
        of_any_type!(self, values => values.len())
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements of some bytes: signed (`i`) and unsigned (`u`) whole numbers of 1, 2, 4 or 8 bytes each and
    /// floating-point numbers (`f`) of 4 or 8; of any other kind, booleans of one byte.
    pub(super) fn of_bytes(kind: u8, size: usize, big_endian: bool, bytes: &[u8]) -> Elements {
        macro_rules! of {
            ($variant:ident, $type:ty) => {{
                let convert = if big_endian {
                    <$type>::from_be_bytes
                } else {
                    <$type>::from_le_bytes
                };
                Elements::$variant(
                    bytes
                        .as_chunks()
                        .0
                        .iter()
                        .map(|bytes| convert(*bytes))
                        .collect(),
                )
            }};
        }
        match (kind, size) {
            (b'i', 1) => of!(I8, i8),
            (b'i', 2) => of!(I16, i16),
            (b'i', 4) => of!(I32, i32),
            (b'i', _) => of!(I64, i64),
            (b'u', 1) => of!(U8, u8),
            (b'u', 2) => of!(U16, u16),
            (b'u', 4) => of!(U32, u32),
            (b'u', _) => of!(U64, u64),
            (b'f', 4) => of!(F32, f32),
            (b'f', _) => of!(F64, f64),
            _ => Elements::Bool(bytes.iter().map(|&byte| byte != 0).collect()),
        }
    }

    /// Replaces the elements by those at these places.
    pub(super) fn reorder(&mut self, places: impl Iterator<Item = usize>) {
        of_any_type!(self, values => {
            let ordered = places.map(|place| values[place]).collect();
            *values = ordered;
        });
    }
}

impl Array {
    /// There are as many elements as the shape says.
    pub(super) fn new(path: &Path, shape: Vec<usize>, elements: Elements) -> Array {
        debug_assert_eq!(shape.iter().product::<usize>(), elements.len());
        Array {
            path: path.to_owned(),
            shape,
            elements,
        }
    }

    /// The sizes of its axes, outermost first; none for a single value.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements, row by row.
    pub fn elements(&self) -> &Elements {
        &self.elements
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The number of values in each of the examples that the first axis counts.
    pub fn width(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// All elements as real numbers, row by row; each becomes the nearest that there is.
    ///
    /// # Errors
    ///
    /// An element is infinite, NaN or too large for the type.
    pub fn reals<T: Real>(&self) -> Result<Vec<T>, Error> {
        of_any_type!(&self.elements, values => self.each(values, "a finite number that the element type holds", |value| {
            let real = T::literal(value.real());
            real.is_finite().then_some(real)
        }))
    }

    /// All elements as indices below `limit`, such as classes or tokens. Floating-point elements may be whole numbers.
    ///
    /// # Errors
    ///
    /// An element is no whole number, or not below the limit.
    pub fn indices(&self, limit: usize) -> Result<Vec<u32>, Error> {
        of_any_type!(&self.elements, values => self.each(values, &format!("a whole number below {limit}"), |value| {
            value.index().filter(|&index| (index as usize) < limit)
        }))
    }

    /// The elements, converted; the first that cannot be is an error.
    fn each<V: Element, U>(
        &self,
        values: &[V],
        expected: &str,
        convert: impl Fn(V) -> Option<U>,
    ) -> Result<Vec<U>, Error> {
        let converted = values.iter().enumerate().map(|(position, &value)| {
            convert(value).ok_or_else(|| Error::Data {
                path: self.path.clone(),
                problem: DataProblem::Element {
                    position,
                    value: value.real().to_string(),
                    expected: expected.to_owned(),
                },
            })
        });
        converted.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(elements: Elements) -> Array {
        Array::new(Path::new("x.npy"), vec![elements.len()], elements)
    }

    #[test]
    fn elements_become_reals_and_indices() {
        let all = [
            Elements::Bool(vec![false, true]),
            Elements::I8(vec![0, 1]),
            Elements::I64(vec![0, 1]),
            Elements::U16(vec![0, 1]),
            Elements::U64(vec![0, 1]),
            Elements::F32(vec![-0.0, 1.0]),
            Elements::F64(vec![0.0, 1.0]),
        ];
        for elements in all {
            let array = array(elements);
            assert_eq!(array.reals::<f32>().unwrap(), [0.0, 1.0]);
            assert_eq!(array.indices(2).unwrap(), [0, 1]);
            let text = array.indices(1).unwrap_err().to_string();
            assert_eq!(
                text,
                "`x.npy`: element 1 is 1, but must be a whole number below 1"
            );
        }
    }

    #[test]
    fn what_is_no_index_or_no_finite_number_is_named() {
        let refused = |elements| array(elements).indices(10).unwrap_err().to_string();
        assert!(refused(Elements::I32(vec![3, -1])).contains("element 1 is -1"));
        assert!(refused(Elements::F32(vec![0.5])).contains("element 0 is 0.5"));
        assert!(refused(Elements::F64(vec![f64::NAN])).contains("NaN"));
        assert!(refused(Elements::U64(vec![1 << 32])).contains("4294967296"));
        for wrong in [f64::NAN, f64::INFINITY, 1e300] {
            let text = array(Elements::F64(vec![0.0, wrong]))
                .reals::<f32>()
                .unwrap_err()
                .to_string();
            assert!(text.contains("element 1") && text.contains("finite"), "{text}");
        }
        assert_eq!(array(Elements::F64(vec![1e300])).reals::<f64>().unwrap(), [1e300]);
    }
}
