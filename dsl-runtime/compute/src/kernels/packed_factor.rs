//! A right factor packed once, for all products by it, rather than by each of them.
//!
//! What lies packed is strip after strip of columns, each as wide as [`panel_columns`] says, with all its terms one after the
//! other: any terms of a strip are a panel as [`Panels`](super::panels::Panels) packs them.

use core::ops::Range;

use super::by_matrixmultiply;
use super::matrix::Matrix;
use super::pack::pack_right;
use super::packed_tile::{packed_columns, strips};
use crate::Real;

/// A right factor as [`pack_factor`] has packed it.
#[derive(Clone, Copy, Debug)]
pub struct PackedFactor<'a, T> {
    panels: &'a [T],
    /// Terms and columns.
    sizes: [usize; 2],
    /// True if there is no other copy of the factor.
    is_alone: bool,
}

/// The number of elements that a right factor of `[terms, columns]` takes when packed: that of its own, with columns rounded up to
/// whole vectors. 0 where products are not computed by the kernels here.
pub fn packed_len<T: Real>([terms, columns]: [usize; 2]) -> usize {
    if by_matrixmultiply::SERVES {
        return 0;
    }
    terms * packed_columns::<T>(columns)
}

/// Packs the right factor of products, `[terms, columns]`, into `panels` of [`packed_len`] elements.
///
/// [`Matrix::with_packed`] gives it to a product of these sizes, which then has the bits that it has without.
pub fn pack_factor<T: Real>(sizes: [usize; 2], b: Matrix<'_, T>, panels: &mut [T]) {
    T::pack_factor(sizes, b, panels);
}

pub(super) fn pack_factor_body<T: Real>([terms, columns]: [usize; 2], b: Matrix<'_, T>, panels: &mut [T]) {
    assert_eq!(
        panels.len(),
        packed_len::<T>([terms, columns]),
        "pack_factor: the length of {terms}×{columns} packed"
    );
    if panels.is_empty() {
        return;
    }
    for (column, width) in strips::<T>(columns) {
        let strip = &mut panels[terms * column..][..terms * width];
        let here = width.min(columns - column);
        pack_right(terms, here, b.from(0, column), width, strip);
    }
}

impl<'a, T: Real> PackedFactor<'a, T> {
    /// The number of rows from which a product by a packed factor is faster than one in place, which reads the factor's rows from
    /// end to end for each few rows of its own.
    pub const LEAST_ROWS: usize = 4;

    /// A factor of `[terms, columns]` from its [`packed_len`] elements.
    ///
    /// # Panics
    ///
    /// If there are more or fewer.
    pub fn new(sizes: [usize; 2], panels: &'a [T]) -> PackedFactor<'a, T> {
        assert_eq!(
            panels.len(),
            packed_len::<T>(sizes),
            "the length of a factor of {sizes:?} packed"
        );
        PackedFactor {
            panels,
            sizes,
            is_alone: false,
        }
    }

    /// The same where there is no other copy of the factor: it serves products of any number of rows and columns.
    pub(super) fn alone(sizes: [usize; 2], panels: &'a [T]) -> PackedFactor<'a, T> {
        PackedFactor {
            is_alone: true,
            ..PackedFactor::new(sizes, panels)
        }
    }

    /// True if there is no other copy of the factor.
    pub(super) fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// Terms and columns, and all panels.
    pub(super) fn parts(&self) -> ([usize; 2], &'a [T]) {
        (self.sizes, self.panels)
    }

    /// True if this is the right factor of a product of so many rows, columns and terms, and of use to it.
    pub(super) fn serves(&self, [rows, columns, terms]: [usize; 3]) -> bool {
        let pays = self.is_alone || rows >= Self::LEAST_ROWS;
        pays && self.sizes == [terms, columns] && !self.panels.is_empty()
    }

    /// Some columns, if they are strips of it: `strip` is a multiple of their width.
    pub(super) fn columns(self, columns: &Range<usize>, strip: usize) -> Option<PackedFactor<'a, T>> {
        let [terms, all] = self.sizes;
        let is_end = |column: usize| column == all || column.is_multiple_of(strip);
        (is_end(columns.start) && is_end(columns.end)).then(|| PackedFactor {
            panels: self.panels.get(terms * columns.start..).unwrap_or_default(),
            sizes: [terms, columns.len()],
            is_alone: self.is_alone,
        })
    }

    /// Some terms of the strip of `width` columns from `column` on.
    pub(super) fn panel(&self, [first, terms]: [usize; 2], column: usize, width: usize) -> &'a [T] {
        &self.panels[self.sizes[0] * column + first * width..][..terms * width]
    }
}
