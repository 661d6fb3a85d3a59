//! Convolutions with a 1×1 kernel and stride 1: the product of all pixels by the weight.

use super::Convolution;
use crate::Real;
use crate::kernels::{Matrix, MatrixMut, PackedFactor, by_matrixmultiply, gemm};

/// True if a convolution is a product by a packed factor, of enough rows for it. (A panel of the only element of a kernel is one of
/// a factor.)
pub(super) fn serves<T: Real>(convolution: &Convolution<'_, T>) -> bool {
    let geometry = convolution.geometry;
    let is_product = geometry.is_pointwise() && geometry.groups == 1;
    let rows = convolution.examples * geometry.pixels();
    is_product && rows >= PackedFactor::<T>::LEAST_ROWS && !by_matrixmultiply::SERVES
}

/// Computes all outputs. The product shares its work among idle workers.
pub(super) fn forward<T: Real>(convolution: &Convolution<'_, T>, out: &mut [T]) {
    let [outputs, inputs, _] = convolution.weight.sizes();
    let factor = PackedFactor::alone([inputs, outputs], convolution.weight.panels());
    gemm(
        [
            convolution.examples * convolution.geometry.pixels(),
            outputs,
            inputs,
        ],
        Matrix::new(convolution.image, [inputs, 1]),
        Matrix::of_packed(factor),
        convolution.then,
        MatrixMut::new(out, outputs),
    );
}
