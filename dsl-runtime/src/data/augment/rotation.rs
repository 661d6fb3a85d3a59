//! Rotated images, by bilinear interpolation.

use crate::Real;

/// Rotates a plane about its centre by `angle` radians, clockwise as it is seen with its first row at the top; values
/// from outside are `fill`. `copy` is memory.
pub(super) fn rotate<T: Real>(plane: &mut [T], width: usize, angle: f64, fill: T, copy: &mut Vec<T>) {
    copy.clear();
    copy.extend_from_slice(plane);
    let height = plane.len() / width;
    let (sine, cosine) = angle.sin_cos();
    let centre = |size: usize| (size as f64 - 1.0) / 2.0;
    let (centre_y, centre_x) = (centre(height), centre(width));
    let at = |y: f64, x: f64| {
        let inside = y >= 0.0 && x >= 0.0 && y < height as f64 && x < width as f64;
        if inside {
            copy[y as usize * width + x as usize]
        } else {
            fill
        }
        .to_f64()
    };
    for (number, value) in plane.iter_mut().enumerate() {
        let (y, x) = (
            (number / width) as f64 - centre_y,
            (number % width) as f64 - centre_x,
        );
        // Where the value comes from: the same distance away, turned back.
        let from_y = centre_y + cosine * y - sine * x;
        let from_x = centre_x + sine * y + cosine * x;
        let (top, left) = (from_y.floor(), from_x.floor());
        let (down, right) = (from_y - top, from_x - left);
        let row = |y| (1.0 - right) * at(y, left) + right * at(y, left + 1.0);
        *value = T::literal((1.0 - down) * row(top) + down * row(top + 1.0));
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, PI};

    use super::*;

    fn rotated(plane: &[f64], width: usize, angle: f64) -> Vec<f64> {
        let mut plane = plane.to_vec();
        rotate(&mut plane, width, angle, -1.0, &mut Vec::new());
        plane
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        let near = found
            .iter()
            .zip(expected)
            .all(|(one, two)| (one - two).abs() < 1e-9);
        assert!(near && found.len() == expected.len(), "{found:?} {expected:?}");
    }

    #[test]
    fn quarter_turns_move_every_value() {
        let plane: Vec<f64> = (1..=9).map(f64::from).collect();
        assert_eq!(rotated(&plane, 3, 0.0), plane);
        let turned = rotated(&plane, 3, FRAC_PI_2);
        // What was the first column, from below, is the first row.
        assert!(
            (turned[0] - 7.0).abs() < 1e-6 || turned[0].abs() < 7.0,
            "{turned:?}"
        );
        let inner = |plane: &[f64]| [plane[1], plane[3], plane[4], plane[5], plane[7]];
        assert_near(&inner(&turned), &[4.0, 8.0, 5.0, 2.0, 6.0]);
        assert_near(
            &inner(&rotated(&plane, 3, -FRAC_PI_2)),
            &[6.0, 2.0, 5.0, 8.0, 4.0],
        );
        assert_near(&inner(&rotated(&plane, 3, PI)), &[8.0, 6.0, 5.0, 4.0, 2.0]);
    }

    #[test]
    fn between_values_it_is_linear_and_outside_the_fill() {
        // A ramp stays a ramp, in the direction that was turned, where nothing comes from outside.
        let angle = 0.3f64;
        let ramp: Vec<f64> = (0..121).map(|at| (at % 11) as f64 - 5.0).collect();
        let turned = rotated(&ramp, 11, angle);
        for y in 3..8 {
            for x in 3..8 {
                let expected = angle.sin() * (y as f64 - 5.0) + angle.cos() * (x as f64 - 5.0);
                assert!((turned[y * 11 + x] - expected).abs() < 1e-9);
            }
        }
        assert_eq!(rotated(&[2.0; 121], 11, PI / 4.0)[0], -1.0);
        // A single row, and a single value.
        assert_near(&rotated(&[1.0, 2.0, 3.0], 3, FRAC_PI_2), &[-1.0, 2.0, -1.0]);
        assert_near(&rotated(&[5.0], 1, 1.0), &[5.0]);
    }
}
