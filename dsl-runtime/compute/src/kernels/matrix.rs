//! Matrices as products see them: a slice, and the strides in it.

use core::ops::Range;

use super::packed_factor::PackedFactor;
use crate::Real;

/// A matrix that is read: element `(i, j)` is at `data[i·strides[0] + j·strides[1]]`. Swapped strides give the
/// transpose.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    /// The elements, from that of row 0 and column 0 on.
    pub data: &'a [T],
    /// The distances, in elements, from row to row and from column to column.
    pub strides: [usize; 2],
    /// The same matrix packed, if it is a right factor for which that was done.
    packed: Option<PackedFactor<'a, T>>,
}

/// A matrix that is written: row `i` is the elements from `data[i·stride]` on, side by side.
#[derive(Debug)]
pub struct MatrixMut<'a, T> {
    /// The elements, from that of row 0 and column 0 on.
    pub data: &'a mut [T],
    /// The distance, in elements, from row to row.
    pub stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// A matrix by its elements, and the distances from row to row and from column to column.
    #[inline(always)]
    pub fn new(data: &'a [T], strides: [usize; 2]) -> Matrix<'a, T> {
        Matrix {
            data,
            strides,
            packed: None,
        }
    }

    /// The same matrix, of which `packed` holds a copy, if there is one. A product that it is the right factor of reads the copy
    /// instead if it is the faster.
    #[inline(always)]
    pub fn with_packed(self, packed: Option<PackedFactor<'a, T>>) -> Matrix<'a, T> {
        Matrix { packed, ..self }
    }

    /// The part from a row and a column on, which must be in it; in place alone.
    #[inline(always)]
    pub(super) fn from(self, row: usize, column: usize) -> Matrix<'a, T> {
        let first = row * self.strides[0] + column * self.strides[1];
        Matrix::new(&self.data[first..], self.strides)
    }
}

impl<'a, T: Real> Matrix<'a, T> {
    /// A right factor of which there is no copy but a packed one. Its own elements stand for as many as it has, and are not read.
    pub(super) fn of_packed(packed: PackedFactor<'a, T>) -> Matrix<'a, T> {
        let ([_, columns], panels) = packed.parts();
        Matrix::new(panels, [columns, 1]).with_packed(Some(packed))
    }

    /// True if there is no copy but a packed one.
    pub(super) fn is_only_packed(&self) -> bool {
        self.packed.is_some_and(|packed| packed.is_alone())
    }

    /// The packed copy, if that serves a product of these rows, columns and terms.
    pub(super) fn packed_for(&self, sizes: [usize; 3]) -> Option<PackedFactor<'a, T>> {
        self.packed.filter(|packed| packed.serves(sizes))
    }

    /// Some columns of a right factor. They are packed, if it is, where they begin at a strip and end at one or at the last column.
    pub(super) fn columns(self, columns: &Range<usize>, strip: usize) -> Matrix<'a, T> {
        let packed = self.packed.and_then(|packed| packed.columns(columns, strip));
        assert!(
            packed.is_some() || !self.is_only_packed(),
            "gemm: columns of a factor that is only there packed begin within a strip"
        );
        self.from(0, columns.start).with_packed(packed)
    }
}

impl<'a, T> MatrixMut<'a, T> {
    /// A matrix by its elements, and the distance from row to row.
    #[inline(always)]
    pub fn new(data: &'a mut [T], stride: usize) -> MatrixMut<'a, T> {
        MatrixMut { data, stride }
    }
}
