//! The weight of a convolution, packed once for all images.

use super::winograd;
use crate::Real;
use crate::kernels::Matrix;
use crate::kernels::pack::pack_right;
use crate::kernels::packed_tile::{packed_columns, strips};

/// How a weight lies packed, and so the way in which [`conv2d_channels_last`](super::conv2d_channels_last) computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightForm {
    /// The elements themselves: for convolutions without groups, and for those of each channel by itself.
    Direct,
    /// Transformed for Winograd's filtering `F(2×2, 3×3)`: for kernels of 3×3 without groups, strides and dilation.
    Winograd,
}

/// A weight as [`pack_weight`] has packed it: strip after strip of outputs, for each element of the kernel, or each point of its
/// transform, a panel of all inputs.
#[derive(Clone, Copy, Debug)]
pub struct PackedWeight<'a, T> {
    form: WeightForm,
    panels: &'a [T],
    /// Output channels, input channels of a group, and elements of the kernel.
    sizes: [usize; 3],
}

impl WeightForm {
    /// The number of panels that a strip of outputs has.
    const fn panels(self, taps: usize) -> usize {
        match self {
            WeightForm::Direct => taps,
            WeightForm::Winograd => winograd::POINTS,
        }
    }
}

/// The number of elements of a weight of `[outputs, inputs of a group, taps]`, packed: outputs are rounded up to whole vectors.
pub fn packed_weight_len<T: Real>(form: WeightForm, [outputs, inputs, taps]: [usize; 3]) -> usize {
    form.panels(taps) * inputs * packed_columns::<T>(outputs)
}

/// Packs a weight of `[outputs, inputs of a group, taps]`, where `taps` are the elements of the kernel, into [`packed_weight_len`]
/// elements.
///
/// # Panics
/// If a slice has another length, or the form is one of other kernels.
pub fn pack_weight<T: Real>(form: WeightForm, sizes: [usize; 3], weight: &[T], packed: &mut [T]) {
    T::pack_weight(form, sizes, weight, packed);
}

pub(in crate::kernels) fn pack_weight_body<T: Real>(
    form: WeightForm,
    sizes: [usize; 3],
    weight: &[T],
    packed: &mut [T],
) {
    let [outputs, inputs, taps] = sizes;
    check_form(form, taps);
    assert_eq!(
        weight.len(),
        outputs * inputs * taps,
        "pack_weight: the length of the weight"
    );
    assert_eq!(
        packed.len(),
        packed_weight_len::<T>(form, sizes),
        "pack_weight: the length of the result"
    );
    if packed.is_empty() {
        return;
    }
    match form {
        WeightForm::Direct => pack_elements(sizes, weight, packed),
        WeightForm::Winograd => winograd::transform_weight([outputs, inputs], weight, packed),
    }
}

/// Packs the elements themselves.
fn pack_elements<T: Real>([outputs, inputs, taps]: [usize; 3], weight: &[T], packed: &mut [T]) {
    let each = inputs * taps;
    for (column, width) in strips::<T>(outputs) {
        let strip = &mut packed[column * each..][..width * each];
        for (tap, panel) in strip.chunks_exact_mut(width * inputs).enumerate() {
            let from = Matrix::new(&weight[column * each + tap..], [taps, each]);
            pack_right(inputs, width.min(outputs - column), from, width, panel);
        }
    }
}

/// Panics if a form is one of other kernels.
fn check_form(form: WeightForm, taps: usize) {
    assert!(
        form == WeightForm::Direct || taps == winograd::KERNEL,
        "a weight is transformed for kernels of 3×3, not of {taps} elements"
    );
}

impl<'a, T: Real> PackedWeight<'a, T> {
    /// A weight of `[outputs, inputs of a group, taps]` from its [`packed_weight_len`] elements.
    ///
    /// # Panics
    /// If there are more or fewer, or the form is one of other kernels.
    pub fn new(form: WeightForm, sizes: [usize; 3], panels: &'a [T]) -> PackedWeight<'a, T> {
        check_form(form, sizes[2]);
        assert_eq!(
            panels.len(),
            packed_weight_len::<T>(form, sizes),
            "the length of a packed weight of {sizes:?}, {form:?}"
        );
        PackedWeight { form, panels, sizes }
    }

    /// How it lies packed.
    pub(super) fn form(&self) -> WeightForm {
        self.form
    }

    /// Output channels, input channels of a group, and elements of the kernel.
    pub(super) fn sizes(&self) -> [usize; 3] {
        self.sizes
    }

    /// All panels.
    pub(super) fn panels(&self) -> &'a [T] {
        self.panels
    }

    /// The panels of the strip of `width` columns from `column` on, one after the other.
    pub(super) fn strip(&self, column: usize, width: usize) -> &'a [T] {
        let [_, inputs, taps] = self.sizes;
        let terms = self.form.panels(taps) * inputs;
        &self.panels[terms * column..][..terms * width]
    }
}
