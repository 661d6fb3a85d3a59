//! Rounding to bf16 in an `f32`, for machines that do not multiply such numbers, or no faster.
//!
//! The product of two of them has at most 16 significant bits, which an `f32` holds: only sums are rounded.

use crate::isa::{Kernel, dispatch};

/// `x` rounded to the nearest bf16, ties to even.
#[inline(always)]
pub(super) fn nearest(x: f32) -> f32 {
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
pub(in super::super) fn round(numbers: &mut [f32]) {
    dispatch(Round(numbers));
}

struct Round<'a>(&'a mut [f32]);

impl Kernel for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool, const BYTES: usize>(self) {
        self.0.iter_mut().for_each(|x| *x = nearest(*x));
    }
}
