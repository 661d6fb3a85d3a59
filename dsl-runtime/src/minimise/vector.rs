//! Vectors: elements of the objective's type, arithmetic in `f64`, in an order that depends on the length
//! alone.

use crate::Real;

/// The number of partial sums of a scalar product.
const LANES: usize = 8;

/// The scalar product `aᵀb`.
pub(super) fn dot<T: Real>(a: &[T], b: &[T]) -> f64 {
    let mut sums = [0.0; LANES];
    for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a.to_f64() * b.to_f64();
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// The scalar product `aᵀDb` with the diagonal matrix `D`.
pub(super) fn scaled_dot<T: Real>(diagonal: &[T], a: &[T], b: &[T]) -> f64 {
    let terms = diagonal.iter().zip(a.iter().zip(b));
    terms
        .map(|(d, (a, b))| d.to_f64() * a.to_f64() * b.to_f64())
        .sum()
}

/// The Euclidean norm.
pub(super) fn norm<T: Real>(values: &[T]) -> f64 {
    dot(values, values).sqrt()
}

/// The largest absolute value, the norm by which gradients are judged; 0 of no values.
pub(super) fn largest<T: Real>(values: &[T]) -> f64 {
    values
        .iter()
        .fold(0.0, |largest: f64, value| largest.max(value.to_f64().abs()))
}

/// `y ← y + factor · x`.
pub(super) fn add_scaled<T: Real>(y: &mut [T], factor: f64, x: &[T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = T::literal(y.to_f64() + factor * x.to_f64());
    }
}

/// `y ← factor · y`.
pub(super) fn scale<T: Real>(y: &mut [T], factor: f64) {
    for y in y {
        *y = T::literal(factor * y.to_f64());
    }
}

/// `y ← -x`.
pub(super) fn negate<T: Real>(y: &mut [T], x: &[T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = -x;
    }
}

/// `y ← x + factor · direction`. Where the direction is 0, the bits are those of `x`.
pub(super) fn move_along<T: Real>(y: &mut [T], x: &[T], factor: f64, direction: &[T]) {
    for (y, (&x, direction)) in y.iter_mut().zip(x.iter().zip(direction)) {
        *y = match direction.to_f64() {
            0.0 => x,
            direction => T::literal(x.to_f64() + factor * direction),
        };
    }
}

/// `y ← x - y`.
pub(super) fn subtract_from<T: Real>(y: &mut [T], x: &[T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y = x - *y;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_formed_in_double_precision() {
        let values = vec![0.1f32; 1_000_003];
        let square = f64::from(0.1f32).powi(2);
        assert!((dot(&values, &values) / (1_000_003.0 * square) - 1.0).abs() < 1e-11);
        assert_eq!(dot::<f64>(&[], &[]), 0.0);
        assert_eq!(scaled_dot(&[2.0, 3.0], &[1.0, -1.0], &[5.0, 7.0]), 10.0 - 21.0);
    }

    #[test]
    fn a_direction_of_zero_leaves_the_bits() {
        let mut moved = [1.0f64, 1.0];
        move_along(&mut moved, &[-0.0, 2.0], 0.5, &[0.0, -2.0]);
        assert!(moved[0].is_sign_negative() && moved == [0.0, 1.0]);
    }

    #[test]
    fn the_largest_value_counts_by_its_size() {
        assert_eq!(largest(&[1.0, -3.0, 2.0]), 3.0);
        assert_eq!(largest::<f32>(&[]), 0.0);
    }
}
