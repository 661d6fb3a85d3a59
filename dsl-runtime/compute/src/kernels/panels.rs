//! Products whose right factor is not read in place: it is copied in panels of a few columns.
//!
//! The tiles of [`multiply`] read rows of the right factor, vectors of neighbouring columns. Where its columns lie
//! the other way round (`A Bᵀ`), or where it is so large that its rows would come from memory again for every
//! tile, a panel of [`DEPTH`] terms by a strip of columns is brought into a small buffer first. The sums go on from
//! panel to panel in the order of the terms, so the bits are those of a product in place.

use super::tile::{Product, Terms, multiply};
use crate::Real;

/// Terms in a panel: with the widest strips it takes 32 KiB.
const DEPTH: usize = 128;

/// Columns of the widest panel.
pub(super) const WIDTH: usize = 64;

/// Terms that a smaller panel has room for; clearing the large one would take longer than a short product.
const SHALLOW: usize = 32;

/// On the border of a cache line, which no vector of a panel then crosses.
#[repr(align(64))]
struct Aligned<P>(P);

/// A product of two matrices given by strides.
pub struct Strided<'a, T> {
    /// Rows, columns and terms, none of them 0.
    pub m: usize,
    pub n: usize,
    pub k: usize,
    pub a: &'a [T],
    pub a_strides: [usize; 2],
    pub b: &'a [T],
    pub b_strides: [usize; 2],
    /// Whether to add to what the result held.
    pub accumulate: bool,
    /// Distance between rows of the result.
    pub c_row: usize,
}

/// Forms a product by panels of the right factor.
// Its panel would lie on the stack of whatever it is inlined into, and that is touched page by page.
#[inline(never)]
pub(super) fn multiply_by_panels<T: Real>(product: &Strided<'_, T>, c: &mut [T]) {
    if product.k <= SHALLOW {
        strips(product, &mut Aligned([T::ZERO; SHALLOW * WIDTH]).0, c);
    } else {
        strips(product, &mut Aligned([T::ZERO; DEPTH * WIDTH]).0, c);
    }
}

fn strips<T: Real>(product: &Strided<'_, T>, panel: &mut [T], c: &mut [T]) {
    let (depth, [a_row, a_step]) = (panel.len() / WIDTH, product.a_strides);
    for column in (0..product.n).step_by(WIDTH) {
        let n = WIDTH.min(product.n - column);
        for term in (0..product.k).step_by(depth) {
            let k = depth.min(product.k - term);
            let b = &product.b[term * product.b_strides[0] + column * product.b_strides[1]..];
            copy(k, n, b, product.b_strides, panel);
            let part = Product {
                m: product.m,
                n,
                terms: Terms {
                    counts: [1, 1, k],
                    a_steps: [0, 0, a_step],
                    b_steps: [0, 0, WIDTH],
                },
                a: &product.a[term * a_step..],
                a_row,
                b: panel,
                b_first: 0,
                accumulate: product.accumulate || term > 0,
                c_row: product.c_row,
            };
            multiply(&part, &mut c[column..]);
        }
    }
}

/// Columns that are transposed together: as many lines of memory as a first-level cache keeps apart even where they
/// lie a power of two from each other.
const TOGETHER: usize = 16;

vectorised! {
    /// `k` rows of `n` columns into rows of [`WIDTH`].
    pub(super) fn copy<'a, T, FMA, BYTES>(k: usize, n: usize, b: &'a [T], strides: [usize; 2], panel: &'a mut [T]) {
        let [step, column_stride] = strides;
        if column_stride == 1 {
            for (p, row) in panel.chunks_exact_mut(WIDTH).take(k).enumerate() {
                row[..n].copy_from_slice(&b[p * step..][..n]);
            }
            return;
        }
        let mut column = 0;
        while step == 1 && column + TOGETHER <= n {
            let lines: [&[T]; TOGETHER] = std::array::from_fn(|j| &b[(column + j) * column_stride..][..k]);
            for (p, row) in panel.chunks_exact_mut(WIDTH).take(k).enumerate() {
                let row = &mut row[column..][..TOGETHER];
                for j in 0..TOGETHER {
                    row[j] = lines[j][p];
                }
            }
            column += TOGETHER;
        }
        for j in column..n {
            for (p, row) in panel.chunks_exact_mut(WIDTH).take(k).enumerate() {
                row[j] = b[p * step + j * column_stride];
            }
        }
    }
}
