//! Products in bf16 on machines that cannot multiply such numbers: rounded numbers are kept, and multiplied,
//! as `f32`.
//!
//! The product of two of them has at most 16 significant bits, which an `f32` holds: only sums are rounded.

use super::super::panels::{Strided, WIDTH, copy};
use super::super::tile::{Product, Terms, multiply as multiply_tiles};
use super::{Panels, by_panels};
use crate::isa::{Kernel, dispatch};
use crate::machine::{PANEL_TERMS, with_own};

const TERMS: usize = PANEL_TERMS;

/// Both panels, term by term: [`WIDTH`] rows of the left factor, as many columns of the right one.
#[repr(align(64))]
struct Rounded {
    left: [f32; TERMS * WIDTH],
    right: [f32; TERMS * WIDTH],
}

/// Computes a product with at least one row, column and term.
pub(super) fn multiply(product: &Strided<'_, f32>, c: &mut [f32]) {
    with_own!(
        Rounded = Rounded {
            left: [0.0; TERMS * WIDTH],
            right: [0.0; TERMS * WIDTH],
        },
        |panels| by_panels(panels, product, c)
    );
}

/// `x` rounded to the nearest bf16, ties to even.
#[inline(always)]
pub(super) fn round(x: f32) -> f32 {
    let bits = x.to_bits();
    // Half a unit in the last place that is kept, or just less if that place is even: the carry rounds up.
    let half = 0x7fff + ((bits >> 16) & 1);
    // A NaN stays NaN, even if its only mantissa bits are in the half that is cut off.
    let upper = if x.is_nan() {
        bits | 0x0040_0000
    } else {
        bits.wrapping_add(half)
    };
    f32::from_bits(upper & 0xffff_0000)
}

/// Rounds numbers in place.
struct Round<'a>(&'a mut [f32]);

impl Kernel for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(self) {
        self.0.iter_mut().for_each(|x| *x = round(*x));
    }
}

impl Panels for Rounded {
    const ROWS: usize = WIDTH;
    const TERMS: usize = TERMS;

    fn round_left(&mut self, rows: usize, terms: usize, a: &[f32], [row, term]: [usize; 2]) {
        copy(terms, rows, a, [term, row], &mut self.left);
        dispatch(Round(&mut self.left[..terms * WIDTH]));
    }

    fn round_right(&mut self, terms: usize, columns: usize, b: &[f32], strides: [usize; 2]) {
        copy(terms, columns, b, strides, &mut self.right);
        dispatch(Round(&mut self.right[..terms * WIDTH]));
    }

    fn multiply(&self, [m, n, k]: [usize; 3], accumulate: bool, c: &mut [f32], c_row: usize) {
        let product = Product {
            m,
            n,
            terms: Terms {
                counts: [1, 1, k],
                a_steps: [0, 0, WIDTH],
                b_steps: [0, 0, WIDTH],
            },
            a: &self.left,
            a_row: 1,
            b: &self.right,
            b_first: 0,
            accumulate,
            c_row,
        };
        multiply_tiles(&product, c);
    }
}
