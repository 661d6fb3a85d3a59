//! Packing: parts of both factors of a product are copied to where its micro-kernel reads them one after the
//! other.

#[cfg(all(target_arch = "x86_64", feature = "std"))]
pub(super) mod transpose;

use super::matrix::Matrix;
use super::packed_tile::tile_rows;
use crate::Real;

/// The number of columns that are transposed together: as many memory lines as a first-level cache keeps
/// apart even if their distance is a power of two.
const TOGETHER: usize = 16;

vectorised! {
    /// Packs `terms` rows of `columns` columns of a right factor into rows of `width`, which is at most 64 and a
    /// multiple of the vectors; zeros follow the last column.
    pub(super) fn pack_right<'a, T, FMA, BYTES>(
        terms: usize,
        columns: usize,
        b: Matrix<'a, T>,
        width: usize,
        panel: &'a mut [T],
    ) {
        match (columns == width, width) {
            _ if b.strides[1] != 1 => pack_transposed(terms, columns, b, width, panel),
            (true, 64) => pack_whole::<T, 64>(terms, b, panel),
            (true, 32) => pack_whole::<T, 32>(terms, b, panel),
            (true, 16) => pack_whole::<T, 16>(terms, b, panel),
            (true, 8) => pack_whole::<T, 8>(terms, b, panel),
            _ => {
                for (p, row) in panel.chunks_exact_mut(width).take(terms).enumerate() {
                    row[..columns].copy_from_slice(&b.data[p * b.strides[0]..][..columns]);
                    row[columns..].fill(T::ZERO);
                }
            }
        }
    }
}

/// Packs a right factor of as many columns as the panel: copies of a known length are a few moves of vectors,
/// not calls.
#[inline(always)]
fn pack_whole<T: Real, const WIDTH: usize>(terms: usize, b: Matrix<'_, T>, panel: &mut [T]) {
    for (p, row) in panel.as_chunks_mut::<WIDTH>().0[..terms].iter_mut().enumerate() {
        row.copy_from_slice(&b.data[p * b.strides[0]..][..WIDTH]);
    }
}

/// Packs a right factor whose columns are not side by side.
#[inline(always)]
fn pack_transposed<T: Real>(terms: usize, columns: usize, b: Matrix<'_, T>, width: usize, panel: &mut [T]) {
    let [step, column_stride] = b.strides;
    let mut column = 0;
    while step == 1 && column + TOGETHER <= columns {
        let lines: [&[T]; TOGETHER] =
            core::array::from_fn(|j| &b.data[(column + j) * column_stride..][..terms]);
        let done = T::transpose_squares(&lines, &mut panel[column..], width);
        for (p, row) in panel.chunks_exact_mut(width).take(terms).enumerate().skip(done) {
            let row = &mut row[column..][..TOGETHER];
            for j in 0..TOGETHER {
                row[j] = lines[j][p];
            }
        }
        column += TOGETHER;
    }
    for (p, row) in panel.chunks_exact_mut(width).take(terms).enumerate() {
        let (numbers, zeros) = row.split_at_mut(columns);
        for (number, j) in numbers[column..].iter_mut().zip(column..) {
            *number = b.data[p * step + j * column_stride];
        }
        zeros.fill(T::ZERO);
    }
}

vectorised! {
    /// Packs `rows` rows of `terms` terms of a left factor in tiles as the micro-kernel computes them: tile after
    /// tile and term after term the elements of the rows of the tile, side by side.
    pub(super) fn pack_tiles<'a, T, FMA, BYTES>(rows: usize, terms: usize, a: Matrix<'a, T>, panel: &'a mut [T]) {
        let mut row = 0;
        while row < rows {
            let tile = Matrix::new(&a.data[row * a.strides[0]..], a.strides);
            let into = &mut panel[row * terms..];
            match tile_rows(rows - row) {
                6 => pack_tile::<T, 6>(terms, tile, into),
                4 => pack_tile::<T, 4>(terms, tile, into),
                _ => pack_tile::<T, 1>(terms, tile, into),
            }
            row += tile_rows(rows - row);
        }
    }
}

#[inline(always)]
fn pack_tile<T: Real, const R: usize>(terms: usize, a: Matrix<'_, T>, panel: &mut [T]) {
    let [row, step] = a.strides;
    for (p, into) in panel.as_chunks_mut::<R>().0[..terms].iter_mut().enumerate() {
        if row == 1 {
            into.copy_from_slice(&a.data[p * step..][..R]);
        } else {
            for (i, into) in into.iter_mut().enumerate() {
                *into = a.data[p * step + i * row];
            }
        }
    }
}

vectorised! {
    /// Packs `rows` rows of `terms` terms of a left factor, row after row.
    pub(super) fn pack_rows<'a, T, FMA, BYTES>(rows: usize, terms: usize, a: Matrix<'a, T>, panel: &'a mut [T]) {
        for (i, into) in panel.chunks_exact_mut(terms).take(rows).enumerate() {
            into.copy_from_slice(&a.data[i * a.strides[0]..][..terms]);
        }
    }
}
