//! Convolutions in bf16 by rounding: copies of the factors are rounded, 16 examples at a time, and convolved in
//! `f32`.
//!
//! Every machine computes so what it has no faster instructions for. The product of two rounded numbers is exact in
//! `f32`, so only the sums are rounded.

use super::super::Conv2d;
use super::Sum;
use crate::Real;
use crate::kernels::Epilogue;
use crate::parallel::BLOCK;

/// The number of elements that are rounded at a time, while they are in the nearest cache.
const PIECE: usize = 2048;

impl Conv2d {
    /// The number of elements of the rounded copies of two of the three tensors: weight, and image and output of 16
    /// examples.
    pub(super) const fn rounded_len(&self) -> usize {
        let lens = [
            self.weight_len(),
            self.image_len().saturating_mul(BLOCK),
            self.out_len().saturating_mul(BLOCK),
        ];
        let mut least = 0;
        let mut at = 1;
        while at < lens.len() {
            if lens[at] < lens[least] {
                least = at;
            }
            at += 1;
        }
        lens[(least + 1) % lens.len()].saturating_add(lens[(least + 2) % lens.len()])
    }
}

/// Copies numbers to the front of `scratch` and rounds them; returns them and the rest of `scratch`.
pub(super) fn rounded<'a, T: Real>(from: &[T], scratch: &'a mut [T]) -> (&'a [T], &'a mut [T]) {
    let (copy, rest) = scratch.split_at_mut(from.len());
    for (copy, from) in copy.chunks_mut(PIECE).zip(from.chunks(PIECE)) {
        copy.copy_from_slice(from);
        T::round(copy);
    }
    (copy, rest)
}

/// Computes a sum by calling `convolve` with a number of examples, their rounded numbers, the rounded weight, the
/// epilogue of these examples, their results, and scratch memory. `examples` are there; the places of `sum` may be more, to
/// whole blocks.
pub(super) fn sum<T: Real>(
    examples: usize,
    sum: Sum<'_, T>,
    convolve: impl Fn(usize, &[T], &[T], Epilogue<'_, T>, &mut [T], &mut [T]),
) {
    let [from_len, to_len] = sum.lens;
    let (weight, scratch) = rounded(sum.weight, sum.scratch);
    for first in (0..sum.examples).step_by(BLOCK) {
        let count = BLOCK.min(sum.examples - first);
        let (from, scratch) = rounded(&sum.from[first * from_len..][..count * from_len], scratch);
        let place = first * to_len..(first + count) * to_len;
        sum.then.of_examples(place.clone(), |then| {
            let count = count.min(examples - first);
            convolve(count, from, weight, then, &mut sum.to[place], scratch);
        });
    }
}

/// Computes the partial gradients of each 16 examples by calling `convolve` with their number, their rounded images and
/// gradients, the partial gradient, and scratch memory. `examples` are there, in so many `places`.
pub(super) fn weight_gradient<T: Real>(
    examples: usize,
    places: usize,
    geometry: &Conv2d,
    [image, d_out]: [&[T]; 2],
    partials: &mut [T],
    scratch: &mut [T],
    convolve: impl Fn(usize, &[T], &[T], &mut [T], &mut [T]),
) {
    let (image_len, out_len, weight_len) = (geometry.image_len(), geometry.out_len(), geometry.weight_len());
    for (block, first) in (0..places).step_by(BLOCK).enumerate() {
        let count = BLOCK.min(places - first);
        let (image, rest) = rounded(&image[first * image_len..][..count * image_len], &mut *scratch);
        let (d_out, rest) = rounded(&d_out[first * out_len..][..count * out_len], rest);
        convolve(
            count.min(examples - first),
            image,
            d_out,
            &mut partials[block * weight_len..][..weight_len],
            rest,
        );
    }
}
