//! Images with a hole: DeVries & Taylor 2017, *Improved regularization of convolutional neural networks with cutout*.

use std::ops::Range;

use crate::Real;

/// Sets a square of `side` values around the value at `(y, x)` to `fill`, as far as it lies in the plane.
pub(super) fn cut_out<T: Real>(plane: &mut [T], width: usize, side: usize, (y, x): (usize, usize), fill: T) {
    let covered = |centre: usize, size: usize| -> Range<usize> {
        let first = centre.saturating_sub(side / 2);
        let end = centre.saturating_add(side - side / 2);
        first..end.min(size)
    };
    let rows = covered(y, plane.len() / width);
    for row in plane[rows.start * width..rows.end * width].chunks_exact_mut(width) {
        row[covered(x, width)].fill(fill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_are_cut_out_as_far_as_they_lie_inside() {
        let cut = |side, place| {
            let mut plane = [1.0f32; 20];
            cut_out(&mut plane, 5, side, place, 0.0);
            plane
        };
        for side in [0, 1, 2, 3, 4, 9, usize::MAX] {
            for place in [(0, 0), (1, 2), (3, 4), (0, 4)] {
                let found = cut(side, place);
                for (number, value) in found.into_iter().enumerate() {
                    // From half a side before the place up to the whole of it.
                    let inside = |at: usize, centre: usize| {
                        let distance = at as i128 - centre as i128;
                        -((side / 2) as i128) <= distance && distance < (side - side / 2) as i128
                    };
                    let is_cut = inside(number / 5, place.0) && inside(number % 5, place.1);
                    assert_eq!(value, if is_cut { 0.0 } else { 1.0 }, "{side} {place:?} {number}");
                }
            }
        }
        assert_eq!(cut(3, (1, 2)).iter().filter(|&&value| value == 0.0).count(), 9);
    }
}
