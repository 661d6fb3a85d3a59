//! The weight of a convolution, transformed once for all images.

use super::POINTS;
use crate::Real;
use crate::kernels::packed_tile::{packed_columns, panel_columns};

/// The number of elements of a kernel.
const KERNEL: usize = 9;

/// A weight as [`transform_weight`] has transformed it: strip after strip of outputs, for each of the 16 points a panel of all inputs.
#[derive(Clone, Copy, Debug)]
pub struct WinogradWeight<'a, T> {
    panels: &'a [T],
    /// Output channels and input channels.
    sizes: [usize; 2],
}

/// The number of elements of a weight of `[outputs, inputs, 3, 3]`, transformed: 16 for each kernel, outputs rounded up to whole
/// vectors.
pub fn winograd_len<T: Real>([outputs, inputs]: [usize; 2]) -> usize {
    POINTS * inputs * packed_columns::<T>(outputs)
}

/// `G g Gᵀ` of every kernel `g` of a weight of `[outputs, inputs, 3, 3]`, into [`winograd_len`] elements.
///
/// ```text
///     ⎡ 1    0    0 ⎤
/// G = ⎢ ½    ½    ½ ⎥
///     ⎢ ½   -½    ½ ⎥
///     ⎣ 0    0    1 ⎦
/// ```
///
/// # Panics
/// If a slice has another length.
pub fn transform_weight<T: Real>(sizes: [usize; 2], weight: &[T], transformed: &mut [T]) {
    T::transform_weight(sizes, weight, transformed);
}

pub(in crate::kernels) fn transform_weight_body<T: Real>(
    sizes: [usize; 2],
    weight: &[T],
    transformed: &mut [T],
) {
    let [outputs, inputs] = sizes;
    assert_eq!(
        weight.len(),
        outputs * inputs * KERNEL,
        "transform_weight: the length of the weight"
    );
    assert_eq!(
        transformed.len(),
        winograd_len::<T>(sizes),
        "transform_weight: the length of the result"
    );
    if !transformed.is_empty() {
        transform(sizes, weight, transformed);
    }
}

vectorised! {
    fn transform<'a, T, FMA, BYTES>(sizes: [usize; 2], weight: &'a [T], transformed: &'a mut [T]) {
        match const { BYTES / size_of::<T>() } {
            16 => transform_all::<T, 16>(sizes, weight, transformed),
            8 => transform_all::<T, 8>(sizes, weight, transformed),
            4 => transform_all::<T, 4>(sizes, weight, transformed),
            _ => transform_all::<T, 2>(sizes, weight, transformed),
        }
    }
}

/// Transforms the kernels of `L` outputs at a time; those that round up their number are zero.
#[inline(always)]
fn transform_all<T: Real, const L: usize>(sizes: [usize; 2], weight: &[T], transformed: &mut [T]) {
    let [outputs, inputs] = sizes;
    for first in (0..outputs).step_by(L) {
        let (strip, width) = strip_of::<T>(outputs, first);
        for input in 0..inputs {
            let mut kernels = [[T::ZERO; L]; KERNEL];
            for (lane, output) in (first..outputs.min(first + L)).enumerate() {
                let kernel = &weight[(output * inputs + input) * KERNEL..][..KERNEL];
                for (kernels, element) in kernels.iter_mut().zip(kernel) {
                    kernels[lane] = *element;
                }
            }
            let at = POINTS * inputs * strip + input * width + first - strip;
            for (point, vector) in points(&kernels).iter().enumerate() {
                transformed[point * inputs * width + at..][..L].copy_from_slice(vector);
            }
        }
    }
}

/// `G g Gᵀ` in each lane.
#[inline(always)]
fn points<T: Real, const L: usize>(kernels: &[[T; L]; KERNEL]) -> [[T; L]; POINTS] {
    let mut points = [[T::ZERO; L]; POINTS];
    for lane in 0..L {
        let g = |row: usize, column: usize| kernels[3 * row + column][lane];
        // `G g`, then each row times `Gᵀ`.
        let mut rows = [[T::ZERO; 3]; 4];
        for column in 0..3 {
            let expanded = expand([g(0, column), g(1, column), g(2, column)]);
            for (row, element) in rows.iter_mut().zip(expanded) {
                row[column] = element;
            }
        }
        for (row, elements) in rows.into_iter().enumerate() {
            for (column, element) in expand(elements).into_iter().enumerate() {
                points[4 * row + column][lane] = element;
            }
        }
    }
    points
}

/// `G` times a column.
#[inline(always)]
fn expand<T: Real>([first, middle, last]: [T; 3]) -> [T; 4] {
    let half = T::literal(0.5);
    let ends = first + last;
    [first, half * (ends + middle), half * (ends - middle), last]
}

/// The first column of the strip that a column is in, and the width of its panel.
fn strip_of<T: Real>(outputs: usize, column: usize) -> (usize, usize) {
    let widest = panel_columns::<T>(usize::MAX);
    let strip = column / widest * widest;
    (strip, panel_columns::<T>(outputs - strip))
}

impl<'a, T: Real> WinogradWeight<'a, T> {
    /// A weight of `[outputs, inputs, 3, 3]` from its [`winograd_len`] elements.
    ///
    /// # Panics
    /// If there are more or fewer.
    pub fn new(sizes: [usize; 2], panels: &'a [T]) -> WinogradWeight<'a, T> {
        assert_eq!(
            panels.len(),
            winograd_len::<T>(sizes),
            "the length of a transformed weight of {sizes:?}"
        );
        WinogradWeight { panels, sizes }
    }

    /// Panics unless it is one of so many output and input channels.
    pub(super) fn check(&self, sizes: [usize; 2]) {
        assert_eq!(self.sizes, sizes, "conv2d_winograd: the sizes of the weight");
    }

    /// Output channels and input channels.
    pub(super) fn sizes(&self) -> [usize; 2] {
        self.sizes
    }

    /// The panels of the strip of `width` columns from `column` on, point after point.
    pub(super) fn strip(&self, column: usize, width: usize) -> &'a [T] {
        let inputs = self.sizes[1];
        &self.panels[POINTS * inputs * column..][..POINTS * inputs * width]
    }
}
