//! Two-dimensional convolution of images `[channels, height, width]`, and its two gradients.

mod bf16;
mod blocks;
mod channels_last;
mod columns;
mod depthwise;
mod finish;
mod forward;
mod frame;
mod input_gradient;
mod phases;
mod pointwise;
mod vectors;
mod weight_gradient;

use super::epilogue::Epilogue;
use crate::Real;
use crate::parallel::BLOCK;
pub use bf16::{Direction, Sum, WeightGradient};
pub use bf16::{
    conv2d_bf16, conv2d_blocks_bf16, conv2d_blocks_input_gradient_bf16, conv2d_blocks_max_pool_bf16,
    conv2d_blocks_weight_gradient_bf16, conv2d_input_gradient_bf16, conv2d_weight_gradient_bf16,
};
pub(super) use bf16::{
    conv2d_bf16_body, conv2d_blocks_bf16_body, conv2d_blocks_input_gradient_bf16_body,
    conv2d_blocks_max_pool_bf16_body, conv2d_blocks_weight_gradient_bf16_body,
    conv2d_input_gradient_bf16_body, conv2d_weight_gradient_bf16_body, sum_in_tiles,
    weight_gradient_in_tiles,
};
pub use blocks::{
    conv2d_blocks, conv2d_blocks_input_gradient, conv2d_blocks_max_pool, conv2d_blocks_weight_gradient,
};
pub(super) use blocks::{
    conv2d_blocks_body, conv2d_blocks_input_gradient_body, conv2d_blocks_max_pool_body,
    conv2d_blocks_weight_gradient_body,
};
pub use channels_last::{PackedWeight, WeightForm, conv2d_channels_last, pack_weight, packed_weight_len};
pub(super) use channels_last::{conv2d_channels_last_body, pack_weight_body};

/// The geometry of a two-dimensional convolution (a cross-correlation, as everywhere in the field).
///
/// Output `(o, y, x)` is the sum over input channels `c` of its group and over `(i, j)` of the kernel of
/// `weight[o, c, i, j] · image[c, y·stride + i·dilation - pad, x·stride + j·dilation - pad]`; the image is
/// zero outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2d {
    /// Channels, height and width of an image.
    pub input: [usize; 3],
    /// Channels, height and width of an output.
    pub output: [usize; 3],
    /// Height and width of the kernel.
    pub kernel: [usize; 2],
    /// Steps between outputs, down and across.
    pub stride: [usize; 2],
    /// Padding: rows above and below, columns left and right.
    pub pad: [[usize; 2]; 2],
    /// Steps between the elements of the kernel, down and across; 1 is dense.
    pub dilation: [usize; 2],
    /// The number of groups: the channels are divided among them, and each group of outputs sees only its
    /// group of inputs.
    pub groups: usize,
}

impl Conv2d {
    /// The number of elements of the weight,
    /// `[output channels, input channels / groups, kernel height, kernel width]`.
    ///
    /// # Panics
    /// If there are no groups, or if the number of elements overflows.
    pub const fn weight_len(&self) -> usize {
        assert!(self.groups > 0, "conv2d: no groups");
        let factors = [self.input[0] / self.groups, self.kernel[0], self.kernel[1]];
        let (mut len, mut at) = (self.output[0], 0);
        while at < factors.len() {
            let Some(product) = len.checked_mul(factors[at]) else {
                panic!("conv2d: the weight has too many elements to number them")
            };
            len = product;
            at += 1;
        }
        len
    }

    /// The number of elements of scratch memory that the functions of this module need for one worker. It is
    /// bounded for images of any height, which are processed in bands of rows.
    ///
    /// # Panics
    /// If a size that must not be 0 is, or the sizes are too large to compute with.
    pub const fn scratch_len(&self) -> usize {
        assert!(
            self.has_steps() && self.is_computable(),
            "conv2d: a size is 0, or the sizes are too large to compute with"
        );
        self.most_scratch_len()
    }

    /// The same, for sizes that have been checked.
    const fn most_scratch_len(&self) -> usize {
        let gather = self.gather_scratch_len();
        if self.is_pointwise() {
            return gather;
        }
        let (forward, input, weight) = (
            self.forward_scratch_len(),
            self.input_gradient_scratch_len(),
            self.weight_gradient_scratch_len(),
        );
        let larger = if forward > input { forward } else { input };
        let larger = if larger > weight { larger } else { weight };
        if larger > gather { larger } else { gather }
    }

    /// The number of elements of scratch memory that suffice for all of `geometries`, rounded up to whole
    /// cache lines.
    pub const fn most_scratch(geometries: &[Conv2d]) -> usize {
        let (mut most, mut at) = (0, 0);
        while at < geometries.len() {
            let len = geometries[at].scratch_len();
            if len > most {
                most = len;
            }
            at += 1;
        }
        most.next_multiple_of(16)
    }

    /// True if groups, kernel, strides and dilations are all positive.
    const fn has_steps(&self) -> bool {
        let down = self.kernel[0] > 0 && self.stride[0] > 0 && self.dilation[0] > 0;
        let across = self.kernel[1] > 0 && self.stride[1] > 0 && self.dilation[1] > 0;
        self.groups > 0 && down && across
    }

    /// True if no number that is computed from the sizes can overflow a `usize`, whichever of the others are
    /// 0. The kernels rely on it: with an index that wrapped around, two workers would write the same
    /// elements.
    ///
    /// The bound is generous. The longest objects are frames (see [`frame`]) with a plane for each channel
    /// and element of the kernel, each of 16 examples, and the weight with a channel more for each group.
    const fn is_computable(&self) -> bool {
        let kernel = at_least_one(self.kernel[0]).saturating_mul(at_least_one(self.kernel[1]));
        let (inputs, outputs) = (
            self.input[0].saturating_add(self.groups),
            self.output[0].saturating_add(self.groups),
        );
        let frames = inputs
            .saturating_add(outputs)
            .saturating_mul(kernel)
            .saturating_mul(self.extent(0))
            .saturating_mul(self.extent(1))
            .saturating_mul(8 * BLOCK);
        let weight = inputs.saturating_mul(outputs).saturating_mul(kernel);
        let steps = self.stride[0]
            .saturating_mul(self.dilation[0])
            .saturating_add(self.stride[1].saturating_mul(self.dilation[1]));
        frames.saturating_add(weight).saturating_add(steps) <= isize::MAX as usize
    }

    /// An upper bound of every number of pixels along an axis: of the padded image, of the window of an
    /// output, of a step, of a vector.
    const fn extent(&self, axis: usize) -> usize {
        let seen = self.kernel[axis].saturating_mul(self.dilation[axis]);
        self.input[axis + 1]
            .saturating_add(self.output[axis + 1])
            .saturating_add(self.pad[axis][0])
            .saturating_add(self.pad[axis][1])
            .saturating_add(seen)
            .saturating_add(self.stride[axis])
            .saturating_add(BLOCK)
    }

    /// The number of elements of an image.
    const fn image_len(&self) -> usize {
        self.input[0] * self.input[1] * self.input[2]
    }

    /// The number of elements of an output.
    const fn out_len(&self) -> usize {
        self.output[0] * self.pixels()
    }

    /// The number of products that make one element of the output.
    const fn taps(&self) -> usize {
        self.input[0] / self.groups * self.kernel[0] * self.kernel[1]
    }

    /// The number of elements of the kernel for one channel.
    const fn kernel_len(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// The number of elements of one channel of the output.
    const fn pixels(&self) -> usize {
        self.output[1] * self.output[2]
    }

    /// True if every output sees one pixel, at its own position: a group's image is then one factor of a
    /// matrix product.
    const fn is_pointwise(&self) -> bool {
        let steps = self.kernel[0] * self.kernel[1] * self.stride[0] * self.stride[1];
        let padding = self.pad[0][0] + self.pad[0][1] + self.pad[1][0] + self.pad[1][1];
        steps == 1 && padding == 0
    }

    /// Panics unless the sizes agree with one another and can be computed with.
    fn check(&self) {
        let divides = self.groups > 0
            && self.input[0].is_multiple_of(self.groups)
            && self.output[0].is_multiple_of(self.groups);
        assert!(divides, "conv2d: the groups do not divide the channels: {self:?}");
        assert!(
            self.is_computable(),
            "conv2d: the sizes are too large to compute with: {self:?}"
        );
        for axis in 0..2 {
            let padded = self.input[axis + 1] + self.pad[axis][0] + self.pad[axis][1];
            let reach = self.kernel[axis].saturating_sub(1) * self.dilation[axis] + 1;
            let outputs = match padded.checked_sub(reach) {
                Some(beyond) if self.has_steps() => beyond / self.stride[axis] + 1,
                _ => 0,
            };
            assert!(
                self.has_steps() && self.output[axis + 1] == outputs,
                "conv2d: the sizes do not agree: {self:?}"
            );
        }
    }

    /// Panics unless the weight has the right length.
    fn check_weight(&self, len: usize) {
        assert_eq!(len, self.weight_len(), "conv2d: the length of the weight");
    }

    /// Panics unless the partial gradients have the right length.
    fn check_partials(&self, blocks: usize, len: usize) {
        let each = self.weight_len();
        assert!(
            each.checked_mul(blocks) == Some(len),
            "conv2d: the length of the partial gradients: {len} elements, not {blocks}×{each}"
        );
    }

    /// Panics unless the slices have the lengths that the geometry requires.
    fn check_slices(&self, examples: usize, image: usize, out: usize, scratch: usize) {
        self.check();
        self.check_lengths(examples, image, out);
        self.check_scratch(scratch, self.most_scratch_len());
    }

    /// Panics unless images and outputs have the right lengths; the sizes have been checked.
    fn check_lengths(&self, examples: usize, image: usize, out: usize) {
        let lengths = [("image", image, self.image_len()), ("out", out, self.out_len())];
        for (name, len, each) in lengths {
            assert!(
                each.checked_mul(examples) == Some(len),
                "conv2d: {name}: {len} elements, not {examples}×{each}"
            );
        }
    }

    /// Panics unless there is enough scratch memory.
    fn check_scratch(&self, scratch: usize, needed: usize) {
        assert!(
            scratch >= needed,
            "conv2d: {scratch} elements of scratch memory, where {needed} are needed"
        );
    }
}

/// `out ← then(weight * image)`, the convolution of each example.
///
/// * `examples`: the number of images;
/// * `image`: `[examples, geometry.input]`;
/// * `weight`: `[output channels, input channels / groups, kernel height, kernel width]`;
/// * `then`: the epilogue, applied before the result is stored; a bias holds one element per output channel;
/// * `out`: `[examples, geometry.output]`; read only by [`Epilogue::Accumulate`];
/// * `scratch`: at least [`Conv2d::scratch_len`] elements, whose contents are arbitrary before and after.
///
/// # Panics
/// If the sizes of the geometry do not agree, or a slice has another length.
#[inline]
pub fn conv2d<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d(examples, geometry, image, weight, then, out, scratch);
}

/// The gradient of [`conv2d`] by its images: `d_image`, overwritten, is the transposed convolution of
/// `d_out`.
///
/// * `d_out`: `[examples, geometry.output]`; `weight` as in [`conv2d`];
/// * `d_image`: `[examples, geometry.input]`, overwritten;
/// * `scratch`: as in [`conv2d`].
///
/// # Panics
/// As [`conv2d`].
#[inline]
pub fn conv2d_input_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    d_image: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_input_gradient(examples, geometry, d_out, weight, d_image, scratch);
}

/// The gradient of [`conv2d`] by its weight, as one partial sum per block of 16 examples
/// ([`sum_blocks`](super::sum_blocks) adds them).
///
/// * `image`: `[examples, geometry.input]`; `d_out`: `[examples, geometry.output]`;
/// * `partials`: `[⌈examples / 16⌉, geometry.weight_len()]`, overwritten; the examples of each block are
///   summed in order;
/// * `scratch`: as in [`conv2d`].
///
/// # Panics
/// As [`conv2d`].
#[inline]
pub fn conv2d_weight_gradient<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_weight_gradient(examples, geometry, image, d_out, partials, scratch);
}

/// `size`, or 1 for 0.
const fn at_least_one(size: usize) -> usize {
    if size == 0 { 1 } else { size }
}

/// Panics unless a bias has `channels` elements and a gate `len`.
fn check_then<T: Real>(then: Epilogue<'_, T>, channels: usize, len: usize) {
    match then {
        Epilogue::Store | Epilogue::Accumulate => {}
        Epilogue::Bias(bias) | Epilogue::BiasRelu(bias) => {
            assert_eq!(bias.len(), channels, "conv2d: the length of the bias");
        }
        Epilogue::Normalise(normalise) => normalise.check("conv2d", channels, len),
        Epilogue::ReluGate(gate) => assert_eq!(gate.len(), len, "conv2d: the length of the gate"),
    }
}

pub(super) fn conv2d_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: &[T],
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    geometry.check();
    geometry.check_lengths(examples, image.len(), out.len());
    // A single image is so little work that a needless check would cost time.
    if !geometry.is_pointwise() {
        geometry.check_scratch(scratch.len(), geometry.forward_scratch_len());
    }
    geometry.check_weight(weight.len());
    check_then(then, geometry.output[0], out.len());
    if out.is_empty() {
        return;
    }
    if geometry.taps() == 0 && !matches!(then, Epilogue::Accumulate) {
        out.fill(T::ZERO);
    }
    if geometry.is_pointwise() {
        return pointwise::forward(examples, geometry, image, weight, then, out);
    }
    if geometry.is_depthwise() && !matches!(then, Epilogue::Accumulate) {
        return depthwise::forward(examples, geometry, image, weight, then, out, scratch);
    }
    forward::forward(examples, geometry, image, weight, then, out, scratch);
}

pub(super) fn conv2d_input_gradient_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    d_out: &[T],
    weight: &[T],
    d_image: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices(examples, d_image.len(), d_out.len(), scratch.len());
    geometry.check_weight(weight.len());
    if d_image.is_empty() {
        return;
    }
    if geometry.is_pointwise() {
        return pointwise::input_gradient(examples, geometry, d_out, weight, d_image);
    }
    input_gradient::input_gradient(examples, geometry, d_out, weight, d_image, scratch);
}

pub(super) fn conv2d_weight_gradient_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    d_out: &[T],
    partials: &mut [T],
    scratch: &mut [T],
) {
    geometry.check_slices(examples, image.len(), d_out.len(), scratch.len());
    geometry.check_partials(examples.div_ceil(BLOCK), partials.len());
    if partials.is_empty() {
        return;
    }
    if d_out.is_empty() {
        return partials.fill(T::ZERO);
    }
    if geometry.is_pointwise() {
        return pointwise::weight_gradient(examples, geometry, image, d_out, partials);
    }
    weight_gradient::weight_gradient(examples, geometry, image, d_out, partials, scratch);
}

#[cfg(test)]
mod tests;
