//! Matrices as products see them: a slice, and the strides in it.

/// A matrix that is read: element `(i, j)` is at `data[i·strides[0] + j·strides[1]]`. Swapped strides give the
/// transpose.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    /// The elements, from that of row 0 and column 0 on.
    pub data: &'a [T],
    /// The distances, in elements, from row to row and from column to column.
    pub strides: [usize; 2],
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
        Matrix { data, strides }
    }

    /// The part from a row and a column on, which must be in it.
    #[inline(always)]
    pub(super) fn from(self, row: usize, column: usize) -> Matrix<'a, T> {
        let first = row * self.strides[0] + column * self.strides[1];
        Matrix::new(&self.data[first..], self.strides)
    }
}

impl<'a, T> MatrixMut<'a, T> {
    /// A matrix by its elements, and the distance from row to row.
    #[inline(always)]
    pub fn new(data: &'a mut [T], stride: usize) -> MatrixMut<'a, T> {
        MatrixMut { data, stride }
    }
}
