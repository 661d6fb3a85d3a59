//! Products by packed panels (Goto and van de Geijn, Anatomy of high-performance matrix multiplication, 2008).
//!
//! The right factor is copied panel by panel, some terms of a strip of columns at a time, into a buffer that a
//! first-level cache holds, and is multiplied by all rows of the left one; one that is packed already is read where it lies. A left factor whose rows are not
//! contiguous is packed too, some rows at a time. The sums go on from panel to panel in the order of the terms, so
//! the bits are those of a product in place.

use core::ops::Range;

use super::epilogue::{Epilogue, finish};
use super::matrix::{Matrix, MatrixMut};
use super::pack::{pack_right, pack_rows, pack_tiles};
use super::packed_tile::{Left, Strip, multiply_strip, panel_columns};
use crate::Real;
use crate::machine::{PANEL_ROWS, PANEL_TERMS};

/// The number of columns of the widest panel.
const COLUMNS: usize = 64;

/// The buffers of a thread: a panel of each factor.
#[repr(align(64))]
pub struct Panels<T> {
    /// A panel of the right factor. With the widest strips its 128 terms take 32 KiB.
    right: [T; PANEL_TERMS * COLUMNS],
    left: [T; PANEL_TERMS * PANEL_ROWS],
}

impl<T: Real> Panels<T> {
    /// Buffers with nothing in them yet.
    pub const EMPTY: Self = Panels {
        right: [T::ZERO; PANEL_TERMS * COLUMNS],
        left: [T::ZERO; PANEL_TERMS * PANEL_ROWS],
    };
}

/// The factors of a product, and its sizes.
#[derive(Clone, Copy)]
pub struct Factors<'a, T> {
    /// Rows, columns and terms, none of them 0.
    pub sizes: [usize; 3],
    pub a: Matrix<'a, T>,
    pub b: Matrix<'a, T>,
}

/// Computes a product and its epilogue; with `ROUND` that of the factors rounded to bf16.
pub(super) fn multiply_by_panels<T: Real, const ROUND: bool>(
    product: &Factors<'_, T>,
    then: Epilogue<'_, T>,
    c: MatrixMut<'_, T>,
) {
    T::with_panels(|panels| panels.multiply::<ROUND>(product, then, c));
}

impl<T: Real> Panels<T> {
    fn multiply<const ROUND: bool>(
        &mut self,
        product: &Factors<'_, T>,
        then: Epilogue<'_, T>,
        mut c: MatrixMut<'_, T>,
    ) {
        let &Factors {
            sizes: [m, n, k],
            a,
            b,
        } = product;
        // A left factor is read where it is if the terms of its rows are side by side.
        let in_place = !ROUND && a.strides[1] == 1;
        let packed = b.packed_for([m, n, k]).filter(|_| !ROUND);
        let block = match packed {
            Some(_) if in_place => Block::of_packed::<T>(n),
            _ => Block { rows: m, columns: n },
        };
        for all in pieces(0..m, if in_place { m } else { PANEL_ROWS }) {
            for terms in pieces(0..k, PANEL_TERMS) {
                let from = a.from(all.start, terms.start);
                let left = match in_place {
                    true => Left::Rows(from.data, a.strides[0]),
                    false => pack_left::<T, ROUND>([all.len(), terms.len()], from, &mut self.left),
                };
                for columns in pieces(0..n, block.columns) {
                    for rows in pieces(all.clone(), block.rows) {
                        let left = left.from(rows.start - all.start);
                        let mut column = columns.start;
                        while column < columns.end {
                            let width = panel_columns::<T>(n - column);
                            let columns = column..n.min(column + width);
                            let panel = match packed {
                                Some(packed) => packed.panel([terms.start, terms.len()], column, width),
                                None => {
                                    let panel = &mut self.right[..terms.len() * width];
                                    let from = b.from(terms.start, column);
                                    pack_right(terms.len(), columns.len(), from, width, panel);
                                    if ROUND {
                                        T::round(panel);
                                    }
                                    panel
                                }
                            };
                            let strip = Strip {
                                sizes: [rows.len(), columns.len(), terms.len()],
                                left,
                                panel,
                                accumulate: matches!(then, Epilogue::Accumulate) || terms.start > 0,
                                c_row: c.stride,
                            };
                            multiply_strip(&strip, &mut c.data[rows.start * c.stride + column..]);
                            if terms.end == k {
                                finish(rows.clone(), columns, then, &mut c);
                            }
                            column += width;
                        }
                    }
                }
            }
        }
    }
}

/// How many rows and columns of a product stay in caches while some of their terms are multiplied.
struct Block {
    rows: usize,
    columns: usize,
}

/// The bytes of a first-level cache, and what a factor may take of a second-level one.
const FIRST_LEVEL: usize = 32 * 1024;
const SECOND_LEVEL: usize = 256 * 1024;

impl Block {
    /// That of a packed right factor. Where its panels are narrow, as many as the second level holds are read for each few rows of
    /// the left factor, which the first level holds beside a panel; where they are wide, it is the rows that the second level holds.
    /// (A panel that has to be packed first is multiplied by all rows.)
    fn of_packed<T: Real>(columns: usize) -> Block {
        let width = panel_columns::<T>(columns);
        let row = PANEL_TERMS * size_of::<T>();
        match width * row <= FIRST_LEVEL / 4 {
            true => Block {
                rows: FIRST_LEVEL / row - width,
                columns: SECOND_LEVEL / (width * row) * width,
            },
            false => Block {
                rows: SECOND_LEVEL / row,
                columns,
            },
        }
    }
}

/// Packs some rows and terms of a left factor.
fn pack_left<'a, T: Real, const ROUND: bool>(
    [rows, terms]: [usize; 2],
    a: Matrix<'_, T>,
    panel: &'a mut [T],
) -> Left<'a, T> {
    let panel = &mut panel[..rows * terms];
    let by_rows = a.strides[1] == 1;
    if by_rows {
        pack_rows(rows, terms, a, panel);
    } else {
        pack_tiles(rows, terms, a, panel);
    }
    if ROUND {
        T::round(panel);
    }
    match by_rows {
        true => Left::Rows(panel, terms),
        false => Left::Tiles(panel),
    }
}

/// The numbers of a range, so many at a time.
fn pieces(of: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    let end = of.end;
    of.step_by(size).map(move |start| start..end.min(start + size))
}
