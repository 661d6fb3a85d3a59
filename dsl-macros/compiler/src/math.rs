//! Scalar functions in f64 that `std` lacks: the interpreter's meaning of element-wise operators.

/// `1 / (1 + e⁻ˣ)`.
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `log(1 + eˣ)`: for large `x` the sum would overflow, for small `x` it would round to 1.
pub fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// `x · weight`, but 0 where the weight is 0.
pub fn multiply_no_nan(x: f64, weight: f64) -> f64 {
    if weight == 0.0 { 0.0 } else { x * weight }
}

/// `log(1 + eˣ) − t x`: the part that is linear for large `|x|` is separate, and left out if its factor is 0.
pub fn logistic_loss(x: f64, t: f64) -> f64 {
    let slope = if x > 0.0 { 1.0 - t } else { -t };
    multiply_no_nan(x, slope) + (-x.abs()).exp().ln_1p()
}

/// `x` if it is positive, else 0; a NaN stays a NaN.
pub fn relu(x: f64) -> f64 {
    if x > 0.0 || x.is_nan() { x } else { 0.0 }
}

/// −1, 0 or 1; a NaN stays a NaN.
pub fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else if x.is_nan() {
        x
    } else {
        0.0
    }
}

/// The larger one; a NaN on either side stays a NaN.
pub fn max(a: f64, b: f64) -> f64 {
    if a >= b || a.is_nan() { a } else { b }
}

/// The smaller one; a NaN on either side stays a NaN.
pub fn min(a: f64, b: f64) -> f64 {
    if a <= b || a.is_nan() { a } else { b }
}

/// Gauss error function, to about 1e-15: the Taylor series near 0, a continued fraction of `erfc` further
/// out.
pub fn erf(x: f64) -> f64 {
    let magnitude = x.abs();
    if x.is_nan() {
        x
    } else if magnitude < 2.5 {
        // erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms positive, no cancellation.
        let mut term = magnitude;
        let mut sum = term;
        let mut n = 0.0;
        while term > sum * 1e-17 {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        (std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp() * sum).copysign(x)
    } else {
        // erfc x = e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), evaluated from the tail.
        let mut tail = magnitude;
        for k in (1..=80).rev() {
            tail = magnitude + 0.5 * f64::from(k) / tail;
        }
        let complement = (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI / 2.0 / tail;
        (1.0 - complement).copysign(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erf_agrees_with_published_values() {
        // Abramowitz & Stegun, table 7.1.
        for (x, expected) in [
            (0.0, 0.0),
            (0.5, 0.5204998778),
            (1.0, 0.8427007929),
            (2.0, 0.9953222650),
        ] {
            assert!((erf(x) - expected).abs() < 1e-10, "erf({x}) = {}", erf(x));
            assert_eq!(erf(-x), -erf(x));
        }
        assert!(
            (erf(2.5 - 1e-12) - erf(2.5)).abs() < 1e-13,
            "the two branches meet"
        );
        assert_eq!(erf(f64::INFINITY), 1.0);
    }

    #[test]
    fn softplus_neither_overflows_nor_vanishes() {
        assert_eq!(softplus(1e4), 1e4);
        assert!((softplus(-50.0) / (-50f64).exp() - 1.0).abs() < 1e-12);
    }
}
