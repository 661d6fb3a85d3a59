//! Convolutions with a 1×1 kernel and stride 1: a matrix product of the weight with the image in place.

use super::Conv2d;
use super::finish::finish_planes;
use crate::Real;
use crate::kernels::{Epilogue, Matrix, MatrixMut, gemm};
use crate::parallel::BLOCK;

/// The numbers of channels of a group's image and output, and of pixels.
fn sizes(geometry: &Conv2d) -> [usize; 3] {
    let groups = geometry.groups;
    [
        geometry.input[0] / groups,
        geometry.output[0] / groups,
        geometry.pixels(),
    ]
}

/// [`conv2d`](super::conv2d) of all examples.
pub(super) fn forward<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
) {
    let [inner, channels, pixels] = sizes(geometry);
    let product = match then {
        Epilogue::Accumulate => Epilogue::Accumulate,
        _ => Epilogue::Store,
    };
    // The groups of all examples, one after the other.
    for part in 0..examples * geometry.groups {
        let group = part % geometry.groups;
        let out = &mut out[part * channels * pixels..][..channels * pixels];
        gemm(
            [channels, pixels, inner],
            Matrix::new(
                &weight[group * channels * inner..][..channels * inner],
                [inner, 1],
            ),
            Matrix::new(&image[part * inner * pixels..][..inner * pixels], [pixels, 1]),
            product,
            MatrixMut::new(out, pixels),
        );
        finish_planes(geometry.output[0], pixels, part * channels, 0..pixels, then, out);
    }
}

/// [`conv2d_input_gradient`](super::conv2d_input_gradient) of all examples.
pub(super) fn input_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    d_image: &mut [T],
) {
    let [inner, channels, pixels] = sizes(geometry);
    for part in 0..examples * geometry.groups {
        gemm(
            [inner, pixels, channels],
            Matrix::new(
                &weight[part % geometry.groups * channels * inner..][..channels * inner],
                [1, inner],
            ),
            Matrix::new(
                &d_out[part * channels * pixels..][..channels * pixels],
                [pixels, 1],
            ),
            Epilogue::Store,
            MatrixMut::new(&mut d_image[part * inner * pixels..][..inner * pixels], pixels),
        );
    }
}

/// [`conv2d_weight_gradient`](super::conv2d_weight_gradient) of all examples.
pub(super) fn weight_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
) {
    let [inner, channels, pixels] = sizes(geometry);
    partials.fill(T::ZERO);
    for part in 0..examples * geometry.groups {
        let (example, group) = (part / geometry.groups, part % geometry.groups);
        let first = (example / BLOCK * geometry.groups + group) * channels * inner;
        gemm(
            [channels, inner, pixels],
            Matrix::new(
                &d_out[part * channels * pixels..][..channels * pixels],
                [pixels, 1],
            ),
            Matrix::new(&image[part * inner * pixels..][..inner * pixels], [1, pixels]),
            Epilogue::Accumulate,
            MatrixMut::new(&mut partials[first..][..channels * inner], inner),
        );
    }
}
