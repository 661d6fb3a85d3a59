//! The ratio by which a model is judged.

use crate::Real;

/// The achieved share of a promised decrease of a value `from`; 1 if both are lost in rounding (Conn, Gould &
/// Toint 2000, section 17.4.2), and below 0 if the value `to` is not finite.
pub(super) fn gain<T: Real>(from: f64, to: f64, promised: f64) -> f64 {
    let noise = 10.0 * T::EPSILON.to_f64() * from.abs();
    if promised <= noise && (from - to).abs() <= noise {
        1.0
    } else if to.is_finite() {
        (from - to) / promised
    } else {
        f64::NEG_INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::gain;

    #[test]
    fn what_is_lost_in_rounding_is_believed_and_what_is_not_finite_is_not() {
        assert_eq!(gain::<f64>(2.0, 1.5, 1.0), 0.5);
        assert_eq!(gain::<f64>(1.0, 1.0 + 1e-16, 1e-17), 1.0);
        assert!(gain::<f64>(1.0, 2.0, 1e-17) < 0.0);
        assert_eq!(gain::<f32>(1.0, 1.0 + 1e-7, 1e-9), 1.0);
        assert_eq!(gain::<f64>(1.0, f64::NAN, 1.0), f64::NEG_INFINITY);
        assert_eq!(gain::<f64>(1.0, f64::NEG_INFINITY, 1.0), f64::NEG_INFINITY);
    }
}
