//! The transform of the weight.

use super::POINTS;
use crate::Real;
use crate::kernels::packed_tile::panel_columns;

/// The number of elements of a kernel.
pub const KERNEL: usize = 9;

vectorised! {
    /// `G g Gᵀ` of every kernel `g` of a weight of `[outputs, inputs, 3, 3]`, strip after strip of outputs, point after point.
    ///
    /// ```text
    ///     ⎡ 1    0    0 ⎤
    /// G = ⎢ ½    ½    ½ ⎥
    ///     ⎢ ½   -½    ½ ⎥
    ///     ⎣ 0    0    1 ⎦
    /// ```
    pub fn transform_weight<'a, T, FMA, BYTES>(sizes: [usize; 2], weight: &'a [T], transformed: &'a mut [T]) {
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
