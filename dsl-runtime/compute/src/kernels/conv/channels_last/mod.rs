//! Convolution of images whose channels lie last, `[height, width, channels]`, by a weight that is packed once for all of them.
//!
//! The output channels are the columns of a matrix product whose rows are pixels. A vector holds channels, so nothing is computed
//! in vain, whatever the size of an image and the steps between pixels; and the outputs lie as the images do. There are four ways:
//!
//! * [`pointwise`]: kernels of 1×1 are one product of all pixels;
//! * [`direct`]: other kernels multiply the pixels that they see, in place or in a [`frame`];
//! * [`depthwise`]: each channel is convolved by itself;
//! * [`winograd`]: kernels of 3×3 are multiplied fewer times, in tiles of outputs.

mod band;
mod depthwise;
mod direct;
mod finish;
mod frame;
mod pointwise;
mod weight;
mod winograd;

pub(in crate::kernels) use weight::pack_weight_body;
pub use weight::{PackedWeight, WeightForm, pack_weight, packed_weight_len};

use self::band::Bands;
use super::forward::SHARED;
use super::{Conv2d, check_then};
use crate::Real;
use crate::kernels::Epilogue;
use crate::machine::help;

/// The multiple to which numbers of channels are rounded up: a whole number of vectors on any machine.
const CHANNELS: usize = 16;

impl Conv2d {
    /// True if every channel is convolved by itself.
    const fn has_channels_alone(&self) -> bool {
        self.groups > 1 && self.groups == self.input[0] && self.groups == self.output[0]
    }

    /// True if a weight of this form serves it.
    const fn is_served_by(&self, form: WeightForm) -> bool {
        match form {
            WeightForm::Direct => self.groups == 1 || self.has_channels_alone(),
            WeightForm::Winograd => self.is_by_tiles(),
        }
    }

    /// The number of elements of scratch memory for a form that serves it.
    const fn scratch_len_by(&self, form: WeightForm) -> usize {
        match form {
            WeightForm::Direct => self.band_frame_len(),
            WeightForm::Winograd => self.scratch_len_winograd(),
        }
    }

    /// The number of elements of scratch memory that [`conv2d_channels_last`] needs for one worker, whatever the form of the weight:
    /// bounded for images of any height.
    ///
    /// # Panics
    /// If a size that must not be 0 is, or the sizes are too large to compute with.
    pub const fn scratch_len_channels_last(&self) -> usize {
        assert!(
            self.has_steps() && self.is_computable(),
            "conv2d: a size is 0, or the sizes are too large to compute with"
        );
        let (forms, mut most, mut at) = ([WeightForm::Direct, WeightForm::Winograd], 0, 0);
        while at < forms.len() {
            if self.is_served_by(forms[at]) && self.scratch_len_by(forms[at]) > most {
                most = self.scratch_len_by(forms[at]);
            }
            at += 1;
        }
        most
    }

    /// [`Conv2d::most_scratch`] where those that [`conv2d_channels_last`] can compute may be computed by it.
    pub const fn most_scratch_channels_last(geometries: &[Conv2d]) -> usize {
        let (mut most, mut at) = (Conv2d::most_scratch(geometries), 0);
        while at < geometries.len() {
            let len = geometries[at].scratch_len_channels_last();
            if len > most {
                most = len;
            }
            at += 1;
        }
        most.next_multiple_of(CHANNELS)
    }
}

/// `out ← then(weight * image)`, the same as [`conv2d`](super::conv2d) of images whose channels lie last, with a weight packed by
/// [`pack_weight`].
///
/// * `examples`: the number of images;
/// * `geometry`: channels, height and width, in this order, as for [`conv2d`](super::conv2d);
/// * `image`: `[examples, height, width, channels]`;
/// * `weight`: in a form that serves the geometry, see [`WeightForm`];
/// * `then`: the epilogue, any but [`Epilogue::Accumulate`] and [`Epilogue::ReluGate`]; a residual lies as `out` does;
/// * `out`: `[examples, height, width, channels]`;
/// * `scratch`: at least [`Conv2d::scratch_len_channels_last`] elements, whose contents are arbitrary before and after.
///
/// With [`WeightForm::Winograd`] results differ from those of [`conv2d`](super::conv2d) by rounding, and a pixel that is not finite
/// makes the whole tiles of 2×2 outputs that see it NaN.
///
/// # Panics
/// If the weight does not serve the geometry, its sizes do not agree, or a slice has another length.
#[inline]
pub fn conv2d_channels_last<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: PackedWeight<'_, T>,
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    T::conv2d_channels_last(examples, geometry, image, weight, then, out, scratch);
}

pub(in crate::kernels) fn conv2d_channels_last_body<T: Real>(
    examples: usize,
    geometry: &Conv2d,
    image: &[T],
    weight: PackedWeight<'_, T>,
    then: Epilogue<'_, T>,
    out: &mut [T],
    scratch: &mut [T],
) {
    geometry.check();
    assert!(
        geometry.is_served_by(weight.form()) && !matches!(then, Epilogue::Accumulate | Epilogue::ReluGate(_)),
        "conv2d_channels_last: {:?} is not for {geometry:?}, {then:?}",
        weight.form()
    );
    geometry.check_lengths(examples, image.len(), out.len());
    geometry.check_scratch(scratch.len(), geometry.scratch_len_by(weight.form()));
    let sizes = [
        geometry.output[0],
        geometry.input[0] / geometry.groups,
        geometry.kernel_len(),
    ];
    assert_eq!(
        weight.sizes(),
        sizes,
        "conv2d_channels_last: the sizes of the weight"
    );
    check_then(then, geometry.output[0], out.len());
    if out.is_empty() {
        return;
    }
    if geometry.taps() == 0 {
        return finish::finish_zeros(geometry.output[0], then, out);
    }
    let convolution = Convolution {
        examples,
        geometry,
        image,
        weight,
        then,
    };
    if weight.form() == WeightForm::Winograd {
        return winograd::forward(&convolution, out, scratch);
    }
    if pointwise::serves(&convolution) {
        return pointwise::forward(&convolution, out);
    }
    let bands = Bands {
        convolution: &convolution,
        multiply: match geometry.groups {
            1 => direct::multiply,
            _ => depthwise::multiply,
        },
    };
    bands.form(out, scratch);
}

/// The arguments of [`conv2d_channels_last`] that are only read.
struct Convolution<'a, T> {
    examples: usize,
    geometry: &'a Conv2d,
    image: &'a [T],
    weight: PackedWeight<'a, T>,
    then: Epilogue<'a, T>,
}

impl<'a, T> Convolution<'a, T> {
    /// One of the images.
    fn image(&self, example: usize) -> &'a [T] {
        &self.image[example * self.geometry.image_len()..][..self.geometry.image_len()]
    }

    /// The number of parts that the work is shared out in, at most `most`, each with so much of the scratch memory.
    fn parts(&self, most: usize, scratch: usize, room: usize) -> usize {
        let pixels = self.geometry.pixels() * self.examples;
        let products = self.geometry.weight_len().saturating_mul(pixels);
        let rooms = scratch.checked_div(room).unwrap_or(usize::MAX);
        let enough = (products / SHARED).min(rooms).min(most);
        help::available().min(enough).max(1)
    }
}

#[cfg(test)]
mod tests;
