//! The implementation of [`gemm_bf16`](super::gemm_bf16): products of factors rounded to bf16, summed in
//! `f32`.
//!
//! A product is computed in blocks: a panel of some rows of the left factor by [`Panels::TERMS`] terms is
//! rounded into a small buffer, then one strip of columns of the right factor after the other, each
//! multiplied at once. So a number is rounded once for every use of its panel, hundreds of multiplications
//! long. Rounded factors are not kept for another product: the machine multiplies *pairs* of neighbouring
//! terms, and a product and the two products of its gradient sum over different axes, so no two of them could
//! read the same pairs.
//!
//! The buffers, 224 KiB for each thread, are static: no call allocates. Without the standard library they are
//! on the stack, and smaller.
//!
//! Sums go on from block to block in the order of the terms, so the bits of an element depend on nothing but
//! its row of `A` and its column of `B`.

#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod pairs;
mod rounded;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod tile;

use super::panels::{Strided, WIDTH};

/// The support of an element type for bf16.
#[doc(hidden)]
pub trait HalfWidth: Sized {
    /// Computes a product of rounded factors with at least one row, column and term. Returns `false`, having
    /// done nothing, if this type is never rounded.
    fn multiply_rounded(product: &Strided<'_, Self>, c: &mut [Self]) -> bool;
}

impl HalfWidth for f32 {
    #[inline(never)]
    fn multiply_rounded(product: &Strided<'_, f32>, c: &mut [f32]) -> bool {
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        if pairs::multiply(product, c) {
            return true;
        }
        rounded::multiply(product, c);
        true
    }
}

impl HalfWidth for f64 {
    fn multiply_rounded(_: &Strided<'_, f64>, _: &mut [f64]) -> bool {
        false
    }
}

/// Buffers for rounded panels of both factors, and the multiplication of these.
trait Panels {
    /// The number of rows of the left panel.
    const ROWS: usize;
    /// The number of terms in both panels; even, so that no pair is cut in two.
    const TERMS: usize;

    /// Rounds `rows × terms` numbers of the left factor, the first of which is the first of `a`.
    fn round_left(&mut self, rows: usize, terms: usize, a: &[f32], strides: [usize; 2]);

    /// Rounds `terms × columns` numbers of the right factor.
    fn round_right(&mut self, terms: usize, columns: usize, b: &[f32], strides: [usize; 2]);

    /// Multiplies the panels; row `i` of the result starts at `i·c_row`.
    fn multiply(&self, sizes: [usize; 3], accumulate: bool, c: &mut [f32], c_row: usize);
}

/// Computes a product panel by panel.
fn by_panels<P: Panels>(panels: &mut P, product: &Strided<'_, f32>, c: &mut [f32]) {
    let &Strided {
        m,
        n,
        k,
        a,
        a_strides,
        b,
        b_strides,
        accumulate,
        c_row,
    } = product;
    for row in (0..m).step_by(P::ROWS) {
        let rows = P::ROWS.min(m - row);
        for term in (0..k).step_by(P::TERMS) {
            let terms = P::TERMS.min(k - term);
            let first = row * a_strides[0] + term * a_strides[1];
            panels.round_left(rows, terms, &a[first..], a_strides);
            for column in (0..n).step_by(WIDTH) {
                let columns = WIDTH.min(n - column);
                let first = term * b_strides[0] + column * b_strides[1];
                panels.round_right(terms, columns, &b[first..], b_strides);
                let c = &mut c[row * c_row + column..];
                panels.multiply([rows, columns, terms], accumulate || term > 0, c, c_row);
            }
        }
    }
}

#[cfg(test)]
mod tests;
