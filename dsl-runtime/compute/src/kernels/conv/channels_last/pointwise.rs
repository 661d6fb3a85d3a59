//! Convolutions with a 1×1 kernel and stride 1: the product of all pixels by the weight.

use super::{Conv2d, PackedWeight};
use crate::Real;
use crate::kernels::{Epilogue, Matrix, MatrixMut, PackedFactor, by_matrixmultiply, gemm};

/// True if a convolution is a product by a packed factor, of enough rows for it. (A panel of the only element of a kernel is one of
/// a factor.)
pub(super) fn serves<T: Real>(examples: usize, geometry: &Conv2d) -> bool {
    let is_product = geometry.is_pointwise() && geometry.groups == 1 && geometry.output[0] > 1;
    let rows = examples * geometry.pixels();
    is_product && rows >= PackedFactor::<T>::LEAST_ROWS && !by_matrixmultiply::SERVES
}

/// The convolution of all examples. The product shares its work among idle workers.
pub(super) fn forward<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: PackedWeight<'_, T>,
    then: Epilogue<'_, T>,
    out: &mut [T],
) {
    let [outputs, inputs, _] = weight.sizes();
    let factor = PackedFactor::alone([inputs, outputs], weight.panels());
    gemm(
        [examples * geometry.pixels(), outputs, inputs],
        Matrix::new(image, [inputs, 1]),
        Matrix::of_packed(factor),
        then,
        MatrixMut::new(out, outputs),
    );
}
