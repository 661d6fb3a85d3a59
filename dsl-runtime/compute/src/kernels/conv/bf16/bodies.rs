//! The functions in bf16 as they are compiled: lengths are checked, and the fastest form is chosen.

use super::super::blocks::{check_pooled, in_blocks, present};
use super::super::{Conv2d, check_then};
use super::rounded::{self, rounded};
use super::{Direction, Sum, WeightGradient};
use crate::Real;

use crate::kernels::Epilogue;
use crate::parallel::BLOCK;

impl Conv2d {
    /// Panics unless the slices have the lengths that the geometry requires of a function in bf16.
    fn check_slices_bf16(&self, examples: usize, image: usize, out: usize, scratch: usize) {
        self.check();
        self.check_lengths(examples, image, out);
        self.check_scratch(scratch, self.most_scratch_len_bf16());
    }
}

pub(in crate::kernels) fn conv2d_bf16_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices_bf16(examples, image.len(), out.len(), scratch.len());
    geometry.check_weight(weight.len());
    check_then(then, geometry.output[0], out.len());
    if !T::ROUNDS {
        return T::conv2d(examples, geometry, image, weight, then, out, scratch);
    }
    let whole = Sum {
        examples,
        lens: [geometry.image_len(), geometry.out_len()],
        from: image,
        weight,
        then,
        winners: None,
        to: out,
        scratch,
    };
    rounded::sum(examples, whole, |examples, image, weight, then, out, scratch| {
        T::conv2d(examples, geometry, image, weight, then, out, scratch);
    });
}

pub(in crate::kernels) fn conv2d_input_gradient_bf16_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    d_image: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices_bf16(examples, d_image.len(), d_out.len(), scratch.len());
    geometry.check_weight(weight.len());
    if !T::ROUNDS {
        return T::conv2d_input_gradient(examples, geometry, d_out, weight, d_image, scratch);
    }
    let whole = Sum {
        examples,
        lens: [geometry.out_len(), geometry.image_len()],
        from: d_out,
        weight,
        then: Epilogue::Store,
        winners: None,
        to: d_image,
        scratch,
    };
    rounded::sum(examples, whole, |examples, d_out, weight, _, d_image, scratch| {
        T::conv2d_input_gradient(examples, geometry, d_out, weight, d_image, scratch);
    });
}

pub(in crate::kernels) fn conv2d_weight_gradient_bf16_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices_bf16(examples, image.len(), d_out.len(), scratch.len());
    geometry.check_partials(examples.div_ceil(BLOCK), partials.len());
    if !T::ROUNDS {
        return T::conv2d_weight_gradient(examples, geometry, image, d_out, partials, scratch);
    }
    let factors = [image, d_out];
    rounded::weight_gradient(
        examples,
        examples,
        geometry,
        factors,
        partials,
        scratch,
        |examples, image, d_out, partial, scratch| {
            T::conv2d_weight_gradient(examples, geometry, image, d_out, partial, scratch);
        },
    );
}

pub(in crate::kernels) fn conv2d_blocks_bf16_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices_bf16(in_blocks(examples), image.len(), out.len(), scratch.len());
    geometry.check_weight(weight.len());
    check_then(then, geometry.output[0], out.len());
    if !T::ROUNDS {
        return T::conv2d_blocks(examples, geometry, image, weight, then, out, scratch);
    }
    let mut whole = Sum {
        examples: in_blocks(examples),
        lens: [geometry.image_len(), geometry.out_len()],
        from: image,
        weight,
        then,
        winners: None,
        to: out,
        scratch,
    };
    if T::sum_in_tiles(geometry, Direction::Forward, &mut whole) {
        return;
    }
    rounded::sum(examples, whole, |examples, image, weight, then, out, scratch| {
        T::conv2d_blocks(examples, geometry, image, weight, then, out, scratch);
    });
}

#[expect(
    clippy::too_many_arguments,
    reason = "operands and results, each a slice of its own"
)]
pub(in crate::kernels) fn conv2d_blocks_max_pool_bf16_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    bias: &[T],
    winners: &mut [T],
    out: &mut [T],
    scratch: &mut [T],
) {
    let pooled_len = check_pooled(
        examples,
        geometry,
        [image, weight, bias, winners, out].map(<[T]>::len),
    );
    geometry.check_scratch(scratch.len(), geometry.most_scratch_len_bf16());
    if !T::ROUNDS {
        return T::conv2d_blocks_max_pool(examples, geometry, image, weight, bias, winners, out, scratch);
    }
    let mut whole = Sum {
        examples: in_blocks(examples),
        lens: [geometry.image_len(), pooled_len / BLOCK],
        from: image,
        weight,
        then: Epilogue::Bias(bias),
        winners: Some(&mut *winners),
        to: &mut *out,
        scratch: &mut *scratch,
    };
    if T::sum_in_tiles(geometry, Direction::Forward, &mut whole) {
        return;
    }
    let image_len = geometry.image_len() * BLOCK;
    let (weight, scratch) = rounded(weight, scratch);
    for block in 0..examples.div_ceil(BLOCK) {
        let (image, scratch) = rounded(&image[block * image_len..][..image_len], &mut *scratch);
        let place = block * pooled_len..(block + 1) * pooled_len;
        let (winners, out) = (&mut winners[place.clone()], &mut out[place]);
        let examples = present(examples, block);
        T::conv2d_blocks_max_pool(examples, geometry, image, weight, bias, winners, out, scratch);
    }
}

pub(in crate::kernels) fn conv2d_blocks_input_gradient_bf16_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    d_image: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices_bf16(in_blocks(examples), d_image.len(), d_out.len(), scratch.len());
    geometry.check_weight(weight.len());
    check_then(then, geometry.input[0], d_image.len());
    if !T::ROUNDS {
        return T::conv2d_blocks_input_gradient(examples, geometry, d_out, weight, then, d_image, scratch);
    }
    let mut whole = Sum {
        examples: in_blocks(examples),
        lens: [geometry.out_len(), geometry.image_len()],
        from: d_out,
        weight,
        then,
        winners: None,
        to: d_image,
        scratch,
    };
    if T::sum_in_tiles(geometry, Direction::Backward, &mut whole) {
        return;
    }
    rounded::sum(
        examples,
        whole,
        |examples, d_out, weight, then, d_image, scratch| {
            T::conv2d_blocks_input_gradient(examples, geometry, d_out, weight, then, d_image, scratch);
        },
    );
}

pub(in crate::kernels) fn conv2d_blocks_weight_gradient_bf16_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices_bf16(in_blocks(examples), image.len(), d_out.len(), scratch.len());
    geometry.check_partials(examples.div_ceil(BLOCK), partials.len());
    if !T::ROUNDS {
        return T::conv2d_blocks_weight_gradient(examples, geometry, image, d_out, partials, scratch);
    }
    let mut gradient = WeightGradient {
        image,
        d_out,
        partials: &mut *partials,
        scratch: &mut *scratch,
    };
    if T::weight_gradient_in_tiles(geometry, &mut gradient) {
        return;
    }
    let factors = [image, d_out];
    rounded::weight_gradient(
        examples,
        in_blocks(examples),
        geometry,
        factors,
        partials,
        scratch,
        |examples, image, d_out, partial, scratch| {
            T::conv2d_blocks_weight_gradient(examples, geometry, image, d_out, partial, scratch);
        },
    );
}
