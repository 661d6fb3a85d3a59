//! A layer without the standard library, as a microcontroller would compute it. To check it:
//! `cargo check -p dsl-compute --example without_std --no-default-features --features libm`.
//!
//! A program has one panic handler, and the standard library brings its own. So this one compiles only if
//! neither the crate nor anything it depends on uses that library.
#![no_std]

use dsl_compute::kernels::{Epilogue, Matrix, MatrixMut, gemm, softmax};
use dsl_compute::parallel::{Phase, Share, Team, rows, rows_mut};

/// The number of inputs.
pub const INPUTS: usize = 8;
/// The number of classes.
pub const CLASSES: usize = 4;

/// `softmax(x W + b)`.
#[derive(Debug)]
pub struct Layer<'a> {
    /// `W`, a row for each input.
    pub weight: &'a [f32],
    /// `b`.
    pub bias: &'a [f32],
}

impl Phase<f32, 1, 0, 1> for Layer<'_> {
    #[inline(always)]
    fn run<const FMA: bool>(&self, share: Share<'_, f32, 1, 0, 1>) {
        let ([x], [y]) = (share.reals, share.values);
        let logits = &mut share.scratch[..y.len()];
        gemm(
            [share.examples, CLASSES, INPUTS],
            Matrix::new(x, [INPUTS, 1]),
            Matrix::new(self.weight, [CLASSES, 1]),
            Epilogue::Bias(self.bias),
            MatrixMut::new(logits, CLASSES),
        );
        softmax(share.examples, CLASSES, logits, y);
    }
}

/// The probability of each class for one input.
pub fn probabilities(layer: &Layer<'_>, x: &[f32; INPUTS]) -> [f32; CLASSES] {
    let (mut y, mut scratch) = ([0.0; CLASSES], [0.0; CLASSES]);
    let flops = 2 * INPUTS * CLASSES;
    let values = [rows_mut(&mut y, CLASSES)];
    Team::sequential().by_examples(layer, 1, flops, [rows(x, INPUTS)], [], values, &mut scratch);
    y
}

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
