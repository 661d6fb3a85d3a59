//! One product divided among idle workers. Whichever way it is cut, each element is the same chain of operations, so that
//! the bits do not depend on who helps.

use super::epilogue::Epilogue;
use super::gemm::gemm_body;
use super::matrix::{Matrix, MatrixMut};
use super::packed_tile::panel_columns;
use crate::Real;
use crate::machine::help;
use crate::parallel::{granular_part, part, rows_mut};

/// The number of multiplications from which it pays to have idle workers help.
const SHARED: usize = 200_000;

/// The same number for a single row: every element of the right factor has to come from a cache and is used
/// once.
const SHARED_ROW: usize = 64_000;

/// The number of rows from which they are divided, rather than columns: below, to read the right factor takes as long as to
/// multiply, and each worker that has rows reads all of it.
const ENOUGH_ROWS: usize = 48;

/// The least number of rows that are divided.
const LEAST_ROWS: usize = 32;

/// The number of elements of a result that is formed apart: some columns of a few rows.
const APART: usize = 4096;

/// The least number of columns that are formed together.
const COLUMNS: usize = 32;

/// How a product is cut, and into how many parts.
pub(super) enum Cut {
    Rows(usize),
    Columns(usize),
}

impl Cut {
    /// How a product is divided among workers, if others are idle and it is large enough.
    pub(super) fn of<const BF16: bool, T: Real>([m, n, k]: [usize; 3], then: Epilogue<'_, T>) -> Option<Cut> {
        let multiplications = m.saturating_mul(n).saturating_mul(k);
        let enough = if m == 1 { SHARED_ROW } else { SHARED };
        let parts = match multiplications < enough {
            true => 1,
            false => help::available().min(multiplications / (enough / 2)),
        };
        if parts == 1 {
            return None;
        }
        // What is read beside the sums lies by rows.
        let stands_alone = matches!(then, Epilogue::Store | Epilogue::Bias(_) | Epilogue::BiasRelu(_));
        let by_columns = m == 1 || !BF16 && stands_alone && m <= ENOUGH_ROWS && n >= COLUMNS * parts;
        match by_columns {
            true => Some(Cut::Columns(parts)),
            false if m >= LEAST_ROWS => Some(Cut::Rows(parts)),
            false => None,
        }
    }

    /// Computes the product.
    pub(super) fn multiply<T: Real, const BF16: bool>(
        self,
        sizes: [usize; 3],
        a: Matrix<'_, T>,
        b: Matrix<'_, T>,
        then: Epilogue<'_, T>,
        c: MatrixMut<'_, T>,
    ) {
        match (self, sizes[0]) {
            (Cut::Columns(parts), 1) => one_row::<T, BF16>(parts, sizes, a, b, then, c),
            (Cut::Columns(parts), _) => columns::<T, BF16>(parts, sizes, a, b, then, c),
            (Cut::Rows(parts), _) => rows::<T, BF16>(parts, sizes, a, b, then, c),
        }
    }
}

/// Divides the rows.
fn rows<T: Real, const BF16: bool>(
    parts: usize,
    [m, n, k]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    let (whole, stride) = (c.data.len(), c.stride);
    let c = rows_mut(c.data, 1);
    help::together(parts, &|index| {
        let part = granular_part(m, parts, index);
        if part.is_empty() {
            return;
        }
        let end = if part.end == m { whole } else { part.end * stride };
        let own = part.start * stride..end;
        let normalised;
        let then = match then {
            Epilogue::Normalise(normalise) => {
                normalised = normalise.part(0..n, own.start);
                Epilogue::Normalise(&normalised)
            }
            Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[own.start..]),
            other => other,
        };
        // SAFETY: each part is computed once, and the parts of C are disjoint.
        let c = unsafe { c.cut(&own) };
        let a = a.from(part.start, 0);
        gemm_body::<T, BF16>([part.len(), n, k], a, b, then, MatrixMut::new(c, stride));
    });
}

/// Divides the columns of the only row.
fn one_row<T: Real, const BF16: bool>(
    parts: usize,
    [_, n, k]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    assert!(
        !b.is_only_packed(),
        "gemm: a factor that is only there packed is read in place"
    );
    let c = rows_mut(c.data, 1);
    help::together(parts, &|index| {
        let part = granular_part(n, parts, index);
        if part.is_empty() {
            return;
        }
        let normalised;
        let then = match then {
            Epilogue::Bias(bias) => Epilogue::Bias(&bias[part.clone()]),
            Epilogue::BiasRelu(bias) => Epilogue::BiasRelu(&bias[part.clone()]),
            Epilogue::Normalise(normalise) => {
                normalised = normalise.part(part.clone(), part.start);
                Epilogue::Normalise(&normalised)
            }
            Epilogue::ReluGate(gate) => Epilogue::ReluGate(&gate[part.start..]),
            Epilogue::Store | Epilogue::Accumulate => then,
        };
        // SAFETY: each part is computed once, and the parts of C are disjoint.
        let c = unsafe { c.cut(&part) };
        let b = b.from(0, part.start);
        gemm_body::<T, BF16>([1, part.len(), k], a, b, then, MatrixMut::new(c, n));
    });
}

/// Divides the columns of a few rows. Some columns at a time are formed apart, since those of one row lie between those of
/// others, and are then copied to their places.
fn columns<T: Real, const BF16: bool>(
    parts: usize,
    [m, n, k]: [usize; 3],
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    let stride = c.stride;
    let c = rows_mut(c.data, 1);
    // Whole strips, whose columns lie packed together where the right factor is.
    let strip = panel_columns::<T>(usize::MAX).max(COLUMNS);
    let width = APART / m / strip * strip;
    help::together(parts, &|index| {
        let strips = part(n.div_ceil(strip), parts, index);
        let part = strips.start * strip..n.min(strips.end * strip);
        let mut apart = [T::ZERO; APART];
        for first in part.clone().step_by(width) {
            let columns = first..part.end.min(first + width);
            let then = match then {
                Epilogue::Bias(bias) => Epilogue::Bias(&bias[columns.clone()]),
                Epilogue::BiasRelu(bias) => Epilogue::BiasRelu(&bias[columns.clone()]),
                other => other,
            };
            let apart = &mut apart[..m * columns.len()];
            let sums = MatrixMut::new(apart, columns.len());
            let b = b.columns(&columns, strip);
            gemm_body::<T, BF16>([m, columns.len(), k], a, b, then, sums);
            for (row, sums) in apart.chunks_exact(columns.len()).enumerate() {
                let place = row * stride + columns.start..row * stride + columns.end;
                // SAFETY: each column of each row belongs to one part.
                unsafe { c.cut(&place) }.copy_from_slice(sums);
            }
        }
    });
}
