//! Products whose right factor is packed in panels of a few columns instead of read in place.
//!
//! The tiles of [`multiply`] read rows of the right factor as vectors of neighbouring columns. If the factor
//! is transposed (`A Bᵀ`), or so large that its rows would come from memory again for every tile, a panel of
//! [`DEPTH`] terms by a strip of columns is packed into a small buffer first. The sums go on from panel to
//! panel in the order of the terms, so the bits are those of a product in place.

use super::tile::{Product, Terms, multiply};
use crate::Real;
use crate::machine::PANEL_TERMS;

/// The number of terms in a panel: with the widest strips 128 of them take 32 KiB.
const DEPTH: usize = PANEL_TERMS;

/// The number of columns of the widest panel.
pub(super) const WIDTH: usize = 64;

/// The number of terms of a smaller panel, for short products, which take less time than clearing the large
/// one.
const SHALLOW: usize = 32;

/// A value aligned to cache lines, so that no vector of a panel crosses one.
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
    /// True if the product is added to the old contents of the result.
    pub accumulate: bool,
    /// The distance between rows of the result.
    pub c_row: usize,
}

/// Computes a product by panels of the right factor.
// Inlined, its panel would lie on the stack of the caller, which is touched page by page.
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

/// The number of columns that are transposed together: as many memory lines as a first-level cache keeps
/// apart even if their distance is a power of two.
const TOGETHER: usize = 16;

vectorised! {
    /// Packs `k` rows of `n` columns into rows of [`WIDTH`].
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
            let lines: [&[T]; TOGETHER] = core::array::from_fn(|j| &b[(column + j) * column_stride..][..k]);
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
