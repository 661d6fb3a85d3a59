//! Convolution of whole blocks of examples, in the layout `[blocks][channels][height][width][16 examples]`.

mod depthwise;
mod gather;
mod gather_tile;
mod padded;
mod pointwise;
mod pooled;
mod runs;
mod share;
mod sides;
mod weight_gradient;
mod whole_kernels;

use super::{Conv2d, check_then};
use crate::Real;
use crate::isa::Isa;
use crate::kernels::Epilogue;
use crate::parallel::BLOCK;
pub use runs::Direction;

/// [`conv2d`](super::conv2d) of images that are kept in blocks: the examples of a block, [`BLOCK`], lie side
/// by side.
///
/// * `examples`: their number, of which the last block may lack some;
/// * `image`: `[⌈examples / 16⌉, geometry.input, 16]`;
/// * `weight`: `[output channels, input channels / groups, kernel height, kernel width]`;
/// * `then`: the epilogue, applied before the result is stored; a bias holds one element per output channel,
///   a gate is laid out as `out`;
/// * `out`: `[blocks, geometry.output, 16]`; read only by [`Epilogue::Accumulate`];
/// * `scratch`: at least [`Conv2d::scratch_len`] elements, whose contents are arbitrary before and after.
///
/// The bits of an example's output depend neither on the other examples nor on its position among them. What stands
/// where the last block lacks examples is read only beside that of others, in one vector, and may be left as it was.
///
/// # Panics
/// If the sizes of the geometry do not agree, or a slice has another length.
#[inline]
pub fn conv2d_blocks<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks(examples, geometry, image, weight, then, out, scratch);
}

/// [`conv2d_blocks`] with a bias and a rectifier, fused with a maximum pooling over windows of 2×2 outputs
/// (an odd last row or column is in no window):
/// `max_pool2d_blocks(relu(conv2d_blocks(image, weight) + bias))`, of which only the result is stored.
///
/// * `image`, `weight` as in [`conv2d_blocks`]; `bias`: one element per output channel;
/// * `out`: `[blocks, output channels, ⌊height / 2⌋, ⌊width / 2⌋, 16]` for an output of `height` by `width`,
///   overwritten;
/// * `winners`: laid out as `out`, overwritten: the index in its window of each element of `out`, as
///   [`max_pool2d_blocks_winners`](crate::kernels::max_pool2d_blocks_winners) defines it;
/// * `scratch`: as in [`conv2d_blocks`].
///
/// # Panics
/// As [`conv2d_blocks`], and if the kernel is larger than 8×8.
#[inline]
#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
pub fn conv2d_blocks_max_pool<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    bias: &[T],
    winners: &mut [T],
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks_max_pool(examples, geometry, image, weight, bias, winners, out, scratch);
}

/// The gradient of [`conv2d_blocks`] by its images, the transposed convolution of `d_out`.
///
/// * `d_out`: `[blocks, geometry.output, 16]`; `weight` as in [`conv2d_blocks`];
/// * `then`: the epilogue, applied before the gradient is stored; a gate is laid out as `d_image`, and a bias
///   holds one element per input channel;
/// * `d_image`: `[blocks, geometry.input, 16]`; read only by [`Epilogue::Accumulate`];
/// * `scratch`: as in [`conv2d_blocks`].
///
/// # Panics
/// As [`conv2d_blocks`].
#[inline]
pub fn conv2d_blocks_input_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    d_image: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks_input_gradient(examples, geometry, d_out, weight, then, d_image, scratch);
}

/// The gradient of [`conv2d_blocks`] by its weight, as one partial sum per block
/// ([`sum_blocks`](crate::kernels::sum_blocks) adds them).
///
/// * `image`: `[blocks, geometry.input, 16]`; `d_out`: `[blocks, geometry.output, 16]`, which must be zero
///   for examples that the last block lacks;
/// * `partials`: `[blocks, geometry.weight_len()]`, overwritten;
/// * `scratch`: as in [`conv2d_blocks`].
///
/// # Panics
/// As [`conv2d_blocks`].
#[inline]
pub fn conv2d_blocks_weight_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_blocks_weight_gradient(examples, geometry, image, d_out, partials, scratch);
}

/// The number of places for so many examples in whole blocks; on overflow, a number that is the length of no slice.
pub(super) fn in_blocks(examples: usize) -> usize {
    examples.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX)
}

/// The number of examples in a block.
pub(super) fn present(examples: usize, block: usize) -> usize {
    BLOCK.min(examples - block * BLOCK)
}

/// The number of blocks, from the first on, all of whose vectors hold examples: all, or all but the last.
pub(super) fn full<T: Real>(examples: usize) -> usize {
    match examples.next_multiple_of(BLOCK) - examples < Isa::current().lanes::<T>() {
        true => examples.div_ceil(BLOCK),
        false => examples / BLOCK,
    }
}

/// Panics unless image, weight, bias, winners and outputs have the lengths that the geometry requires of a fused pooling;
/// returns the number of results of a block.
pub(in crate::kernels::conv) fn check_pooled(
    examples: usize,
    geometry: &Conv2d,
    [image, weight, bias, winners, out]: [usize; 5],
) -> usize {
    geometry.check();
    // The values before pooling are never stored, so no slice length bounds their number.
    let each = geometry.out_len();
    let Some(unpooled) = each.checked_mul(in_blocks(examples)) else {
        panic!("conv2d_blocks_max_pool: {examples} examples of {each} elements are too many to number them");
    };
    geometry.check_lengths(in_blocks(examples), image, unpooled);
    geometry.check_weight(weight);
    assert_eq!(bias, geometry.output[0], "conv2d: the length of the bias");
    let [height, width] = geometry.halved();
    let pooled = geometry.output[0] * height * width;
    assert_eq!(
        [winners, out],
        [in_blocks(examples) * pooled; 2],
        "conv2d_blocks_max_pool: the lengths of winners and outputs"
    );
    assert!(
        geometry.has_few_edges(),
        "conv2d_blocks_max_pool: a large kernel: {geometry:?}"
    );
    pooled * BLOCK
}

pub(in crate::kernels) fn conv2d_blocks_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices(in_blocks(examples), image.len(), out.len(), scratch.len());
    geometry.check_weight(weight.len());
    check_then(then, geometry.output[0], out.len());
    if !out.is_empty() {
        gather::gather(
            examples,
            geometry,
            Direction::Forward,
            image,
            weight,
            then,
            out,
            scratch,
        );
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
pub(in crate::kernels) fn conv2d_blocks_max_pool_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    bias: &[T],
    winners: &mut [T],
    out: &mut [T],
    scratch: &mut [T],
) {
    check_pooled(
        examples,
        geometry,
        [image, weight, bias, winners, out].map(<[T]>::len),
    );
    geometry.check_scratch(scratch.len(), geometry.most_scratch_len());
    if !out.is_empty() {
        pooled::pooled(examples, geometry, image, weight, bias, winners, out, scratch);
    }
}

pub(in crate::kernels) fn conv2d_blocks_input_gradient_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    d_image: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices(in_blocks(examples), d_image.len(), d_out.len(), scratch.len());
    geometry.check_weight(weight.len());
    check_then(then, geometry.input[0], d_image.len());
    if !d_image.is_empty() {
        gather::gather(
            examples,
            geometry,
            Direction::Backward,
            d_out,
            weight,
            then,
            d_image,
            scratch,
        );
    }
}

pub(in crate::kernels) fn conv2d_blocks_weight_gradient_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices(in_blocks(examples), image.len(), d_out.len(), scratch.len());
    geometry.check_partials(examples.div_ceil(BLOCK), partials.len());
    if d_out.is_empty() {
        partials.fill(T::ZERO);
    } else if !partials.is_empty() {
        weight_gradient::weight_gradient(examples, geometry, image, d_out, partials, scratch);
    }
}

#[cfg(test)]
mod tests;
