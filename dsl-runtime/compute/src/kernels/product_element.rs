//! What products of matrices, and convolutions, ask of an element type beyond arithmetic.

use super::conv::{Conv2d, Direction, Sum, WeightGradient};
use super::panels::{Factors, Panels};
use crate::machine::with_own;

/// The parts of a product that differ between the element types.
#[doc(hidden)]
pub trait ProductElement: Sized {
    /// True if a product in bf16 rounds factors of this type.
    const ROUNDS: bool;

    /// Calls a function with the buffers of this thread.
    fn with_panels(work: impl FnOnce(&mut Panels<Self>));

    /// Transposes 16 lines of equal length in squares, by the instructions of the machine: element `p` of line `j`
    /// becomes element `j` of row `p`; rows are `width` apart. Returns the number of elements of each line that were
    /// transposed, 0 without such instructions.
    fn transpose_squares(lines: &[&[Self]; 16], rows: &mut [Self], width: usize) -> usize;

    /// Rounds each number to the nearest bf16, if factors of this type are rounded.
    fn round(numbers: &mut [Self]);

    /// Computes a product of rounded factors by instructions for bf16, or adds it to `c`, whose rows are `c_row`
    /// apart. Returns `false`, having done nothing, if there are none, or if they would be slower than
    /// rounding.
    fn multiply_bf16(product: &Factors<'_, Self>, accumulate: bool, c: &mut [Self], c_row: usize) -> bool;

    /// Computes blocks of a convolution, or of its gradient by the image, of rounded factors by instructions for tiles.
    /// Returns `false`, having done nothing, if there are none, or if they would be slower than rounding.
    fn sum_in_tiles(geometry: &Conv2d, direction: Direction, sum: &mut Sum<'_, Self>) -> bool;

    /// The same for the gradient of a convolution by its weight.
    fn weight_gradient_in_tiles(geometry: &Conv2d, gradient: &mut WeightGradient<'_, Self>) -> bool;
}

impl ProductElement for f32 {
    const ROUNDS: bool = true;

    fn with_panels(work: impl FnOnce(&mut Panels<f32>)) {
        with_own!(Panels<f32> = Panels::EMPTY, work)
    }

    fn transpose_squares(lines: &[&[f32]; 16], rows: &mut [f32], width: usize) -> usize {
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        match crate::isa::Isa::current().bytes {
            // SAFETY: registers of 64 bytes are those of AVX-512, which this machine has.
            64 => return unsafe { super::pack::transpose::squares(lines, rows, width) },
            // SAFETY: registers of 32 bytes are those of AVX2, which this machine has.
            32 => return unsafe { super::pack::transpose::narrow_squares(lines, rows, width) },
            _ => {}
        }
        let _ = (lines, rows, width);
        0
    }

    fn round(numbers: &mut [f32]) {
        super::bf16::round(numbers);
    }

    fn multiply_bf16(product: &Factors<'_, f32>, accumulate: bool, c: &mut [f32], c_row: usize) -> bool {
        super::bf16::multiply(product, accumulate, c, c_row)
    }

    fn sum_in_tiles(geometry: &Conv2d, direction: Direction, sum: &mut Sum<'_, f32>) -> bool {
        super::conv::sum_in_tiles(geometry, direction, sum)
    }

    fn weight_gradient_in_tiles(geometry: &Conv2d, gradient: &mut WeightGradient<'_, f32>) -> bool {
        super::conv::weight_gradient_in_tiles(geometry, gradient)
    }
}

impl ProductElement for f64 {
    const ROUNDS: bool = false;

    fn with_panels(work: impl FnOnce(&mut Panels<f64>)) {
        with_own!(Panels<f64> = Panels::EMPTY, work)
    }

    fn transpose_squares(_: &[&[f64]; 16], _: &mut [f64], _: usize) -> usize {
        0
    }

    fn round(_: &mut [f64]) {}

    fn multiply_bf16(_: &Factors<'_, f64>, _: bool, _: &mut [f64], _: usize) -> bool {
        false
    }

    fn sum_in_tiles(_: &Conv2d, _: Direction, _: &mut Sum<'_, f64>) -> bool {
        false
    }

    fn weight_gradient_in_tiles(_: &Conv2d, _: &mut WeightGradient<'_, f64>) -> bool {
        false
    }
}
