//! Convolutions in bf16: both factors of every product are rounded, and the products summed in `f32`.
//!
//! ```text
//! out ← then(bf16(weight) * bf16(image))
//! ```
//!
//! Bias, epilogue and sums stay in `f32`; in `f64` nothing is rounded at all.

mod bodies;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod form;
mod rounded;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod tiles;
#[cfg(all(target_arch = "x86_64", feature = "std"))]
mod weight_form;

use super::Conv2d;
pub use super::blocks::Direction;
use crate::Real;
use crate::kernels::Epilogue;
pub(in crate::kernels) use bodies::{
    conv2d_bf16_body, conv2d_blocks_bf16_body, conv2d_blocks_input_gradient_bf16_body,
    conv2d_blocks_max_pool_bf16_body, conv2d_blocks_weight_gradient_bf16_body,
    conv2d_input_gradient_bf16_body, conv2d_weight_gradient_bf16_body,
};

/// [`conv2d`](super::conv2d) of factors rounded to bf16 (to the nearest, of two to the even one).
///
/// * arguments as there, but `scratch`: at least [`Conv2d::scratch_len_bf16`] elements, whose contents are
///   arbitrary before and after.
///
/// # Panics
/// As [`conv2d`](super::conv2d).
#[inline]
pub fn conv2d_bf16<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_bf16(examples, geometry, image, weight, then, out, scratch);
}

/// [`conv2d_input_gradient`](super::conv2d_input_gradient) of factors rounded to bf16.
///
/// * arguments as there, `scratch` as in [`conv2d_bf16`].
///
/// # Panics
/// As [`conv2d`](super::conv2d).
#[inline]
pub fn conv2d_input_gradient_bf16<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    d_image: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_input_gradient_bf16(examples, geometry, d_out, weight, d_image, scratch);
}

/// [`conv2d_weight_gradient`](super::conv2d_weight_gradient) of factors rounded to bf16.
///
/// * arguments as there, `scratch` as in [`conv2d_bf16`].
///
/// # Panics
/// As [`conv2d`](super::conv2d).
#[inline]
pub fn conv2d_weight_gradient_bf16<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_weight_gradient_bf16(examples, geometry, image, d_out, partials, scratch);
}

/// [`conv2d_blocks`](super::conv2d_blocks) of factors rounded to bf16.
///
/// * arguments as there, `scratch` as in [`conv2d_bf16`].
///
/// # Panics
/// As [`conv2d`](super::conv2d).
#[inline]
pub fn conv2d_blocks_bf16<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks_bf16(examples, geometry, image, weight, then, out, scratch);
}

/// [`conv2d_blocks_max_pool`](super::conv2d_blocks_max_pool) of factors rounded to bf16.
///
/// * arguments as there, `scratch` as in [`conv2d_bf16`].
///
/// # Panics
/// As [`conv2d_blocks_max_pool`](super::conv2d_blocks_max_pool).
#[inline]
#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
pub fn conv2d_blocks_max_pool_bf16<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    bias: &[T],
    winners: &mut [T],
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks_max_pool_bf16(examples, geometry, image, weight, bias, winners, out, scratch);
}

/// [`conv2d_blocks_input_gradient`](super::conv2d_blocks_input_gradient) of factors rounded to bf16.
///
/// * arguments as there, `scratch` as in [`conv2d_bf16`].
///
/// # Panics
/// As [`conv2d`](super::conv2d).
#[inline]
pub fn conv2d_blocks_input_gradient_bf16<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    d_image: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks_input_gradient_bf16(examples, geometry, d_out, weight, then, d_image, scratch);
}

/// [`conv2d_blocks_weight_gradient`](super::conv2d_blocks_weight_gradient) of factors rounded to bf16.
///
/// * arguments as there, `scratch` as in [`conv2d_bf16`].
///
/// # Panics
/// As [`conv2d`](super::conv2d).
#[inline]
pub fn conv2d_blocks_weight_gradient_bf16<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks_weight_gradient_bf16(examples, geometry, image, d_out, partials, scratch);
}

/// What a convolution, or its gradient by the image, reads and writes.
pub struct Sum<'a, T> {
    /// The number of examples, and of elements of each in `from` and in `to`.
    pub examples: usize,
    /// The number of elements of an example in `from`, and in `to`.
    pub lens: [usize; 2],
    /// The image, or the gradient of the output.
    pub from: &'a [T],
    /// The weight.
    pub weight: &'a [T],
    /// The epilogue.
    pub then: Epilogue<'a, T>,
    /// If the result is pooled, the index in its window of each element of it; the epilogue is then a bias.
    pub winners: Option<&'a mut [T]>,
    /// The output, or the gradient of the image.
    pub to: &'a mut [T],
    /// As much as [`Conv2d::scratch_len_bf16`] says.
    pub scratch: &'a mut [T],
}

/// Computes whole blocks of a convolution, or of its gradient by the image, on the tile unit. Returns `false`, having
/// done nothing, without such a unit, or if it would be slower than rounding.
pub(in crate::kernels) fn sum_in_tiles(
    geometry: &Conv2d,
    direction: Direction,
    sum: &mut Sum<'_, f32>,
) -> bool {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if geometry.fits_tiles(direction) {
        return tiles::sum(geometry, direction, sum);
    }
    let _ = (geometry, direction, sum);
    false
}

/// What the gradient of a convolution of blocks by its weight reads and writes.
pub struct WeightGradient<'a, T> {
    /// The image.
    pub image: &'a [T],
    /// The gradient of the output.
    pub d_out: &'a [T],
    /// The partial gradient of each block.
    pub partials: &'a mut [T],
    /// As much as [`Conv2d::scratch_len_bf16`] says.
    pub scratch: &'a mut [T],
}

/// Computes the gradient of a convolution of blocks by its weight on the tile unit. Returns `false`, having done nothing,
/// as [`sum_in_tiles`] does.
pub(in crate::kernels) fn weight_gradient_in_tiles(
    geometry: &Conv2d,
    gradient: &mut WeightGradient<'_, f32>,
) -> bool {
    #[cfg(all(target_arch = "x86_64", feature = "std"))]
    if let Some(form) = geometry.weight_gradient_form() {
        return tiles::weight_gradient(&form, gradient);
    }
    let _ = (geometry, gradient);
    false
}

impl Conv2d {
    /// The number of elements of scratch memory that the functions in bf16 need for one worker: what rounded
    /// copies of 16 examples take, beside [`Conv2d::scratch_len`].
    ///
    /// # Panics
    /// As [`Conv2d::scratch_len`].
    pub const fn scratch_len_bf16(&self) -> usize {
        // Panics if the sizes cannot be computed with.
        self.scratch_len();
        self.most_scratch_len_bf16()
    }

    /// The same, for sizes that have been checked.
    const fn most_scratch_len_bf16(&self) -> usize {
        let rounding = self.most_scratch_len().saturating_add(self.rounded_len());
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        if self.tiles_len() > rounding {
            return self.tiles_len();
        }
        rounding
    }

    /// [`Conv2d::most_scratch`] of the functions in bf16.
    pub const fn most_scratch_bf16(geometries: &[Conv2d]) -> usize {
        let (mut most, mut at) = (0, 0);
        while at < geometries.len() {
            let len = geometries[at].scratch_len_bf16();
            if len > most {
                most = len;
            }
            at += 1;
        }
        most.next_multiple_of(16)
    }
}

#[cfg(test)]
mod tests;
