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

/// Gauss error function, to about 1e-15: the Taylor series near 0, the complement further out.
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
        (1.0 - erfc(magnitude)).copysign(x)
    }
}

/// `1 − erf x` for `x` of 1 and more, to about 1e-15 of itself: the continued fraction
/// `e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …))))`, evaluated from the tail.
fn erfc(x: f64) -> f64 {
    let mut tail = x;
    for k in (1..=200).rev() {
        tail = x + 0.5 * f64::from(k) / tail;
    }
    (-x * x).exp() * std::f64::consts::FRAC_2_SQRT_PI / 2.0 / tail
}

/// Inverse of `erf`, to about 1e-15: Halley's steps from an elementary approximation (S. Winitzki, 2008) to the root of
/// `erf x − y`, or, where `y` is near ±1, of the complements, which lose nothing there.
pub fn erfinv(y: f64) -> f64 {
    let magnitude = y.abs();
    if magnitude >= 1.0 || y == 0.0 || y.is_nan() {
        return match magnitude {
            0.0 => y,
            1.0 => f64::INFINITY.copysign(y),
            _ => f64::NAN,
        };
    }
    let log = (1.0 - magnitude).ln() + magnitude.ln_1p();
    let half = 2.0 / (std::f64::consts::PI * 0.147) + log / 2.0;
    let mut x = ((half * half - log / 0.147).sqrt() - half).sqrt();
    for _ in 0..4 {
        let excess = match magnitude < 0.9 {
            true => erf(x) - magnitude,
            false => (1.0 - magnitude) - erfc(x),
        };
        let step = excess / (std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp());
        x -= step / (1.0 + x * step);
    }
    x.copysign(y)
}

/// The whole number whose reciprocal this is, bit for bit: 64 for 0.015625. `None` for numbers that one writes as decimals, such as
/// 0.5 or 0.001.
pub fn reciprocal(value: f64) -> Option<u32> {
    const LARGEST: f64 = 16_777_216.0;
    let inverse = value.recip().round();
    let is_short = || {
        let digits = value.to_string();
        digits.trim_start_matches(['0', '.', '-']).len() <= 2
    };
    let is_exact = (2.0..=LARGEST).contains(&inverse) && (1.0 / inverse).to_bits() == value.to_bits();
    (is_exact && !is_short()).then_some(inverse as u32)
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
    fn erfinv_undoes_erf() {
        // Known to 18 digits: the quartile of the normal distribution, divided by √2.
        assert!((erfinv(0.5) / 0.476_936_276_204_469_9 - 1.0).abs() < 1e-15);
        for x in [1e-300, 1e-9, 0.1, 0.4, 1.0, 1.16, 1.17, 1.5, 2.0] {
            let y = erf(x);
            assert!((erfinv(y) / x - 1.0).abs() < 1e-13, "erfinv({y}) = {}", erfinv(y));
            assert_eq!(erfinv(-y), -erfinv(y));
        }
        // Next to 1, by the complement: its error is that of x times 2x².
        for y in [0.9, 0.99, 1.0 - 1e-6, 1.0 - 1e-12, 1.0 - f64::EPSILON / 2.0] {
            let x = erfinv(y);
            assert!((erfc(x) / (1.0 - y) - 1.0).abs() < 1e-13, "erfinv({y}) = {x}");
        }
        assert_eq!([-1.0, 1.0].map(erfinv), [f64::NEG_INFINITY, f64::INFINITY]);
        assert!(
            [1.5, -1.5, f64::INFINITY, f64::NAN]
                .iter()
                .all(|&y| erfinv(y).is_nan())
        );
        assert_eq!(erfinv(-0.0).to_bits(), (-0.0f64).to_bits());
    }

    #[test]
    fn softplus_neither_overflows_nor_vanishes() {
        assert_eq!(softplus(1e4), 1e4);
        assert!((softplus(-50.0) / (-50f64).exp() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn reciprocals_of_whole_numbers_are_found_bit_for_bit() {
        assert_eq!(reciprocal(0.015625), Some(64));
        assert_eq!(reciprocal(1.0 / 3.0), Some(3));
        assert_eq!(reciprocal(0.3333), None);
        assert_eq!(reciprocal(f64::from_bits((1.0f64 / 3.0).to_bits() + 1)), None);
        for decimal in [
            0.0,
            0.5,
            0.25,
            0.1,
            0.05,
            1e-5,
            1.0,
            3.0,
            -0.5,
            f64::INFINITY,
            f64::NAN,
        ] {
            assert_eq!(reciprocal(decimal), None, "{decimal}");
        }
    }
}
