//! Numbers as text: short on axes and in tables, whole where they are counts.

/// A number by about four digits.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        return match value.is_nan() {
            true => "NaN",
            false if value > 0.0 => "∞",
            false => "−∞",
        }
        .to_owned();
    }
    let text = match size {
        0.0 => return "0".to_owned(),
        _ if !(1e-3..1e6).contains(&size) => scientific(value),
        _ if size >= 1000.0 => thousands(&format!("{value:.0}")),
        _ => {
            let digits = 3 - size.log10().floor() as i32;
            let text = format!("{value:.*}", digits.clamp(0, 6) as usize);
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        }
    };
    text.replace('-', "−")
}

/// `2.5·10⁻⁴`
fn scientific(value: f64) -> String {
    let text = format!("{value:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => mantissa,
    };
    let raised = exponent.chars().map(|digit| match digit {
        '-' => '⁻',
        digit => digit.to_digit(10).map_or(digit, |digit| {
            ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize]
        }),
    });
    let raised: String = raised.collect();
    match mantissa {
        "1" => format!("10{raised}"),
        "-1" => format!("-10{raised}"),
        _ => format!("{mantissa}·10{raised}"),
    }
}

/// Digits in threes.
pub(super) fn thousands(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let mut text = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A duration in words: `3 min 20 s`.
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        _ if seconds < 1.0 => format!("{:.0} ms", 1e3 * seconds),
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.123456, "0.1235"),
            (0.5, "0.5"),
            (-0.25, "−0.25"),
            (12.3456, "12.35"),
            (100.0, "100"),
            (1234.5, "1,234"),
            (999_999.0, "999,999"),
            (1e6, "10⁶"),
            (2.5e-4, "2.5·10⁻⁴"),
            (-1e-12, "−10⁻¹²"),
            (0.001, "0.001"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "−∞"),
        ] {
            assert_eq!(short(value), text, "{value}");
        }
        assert_eq!(
            (thousands("-1234567"), thousands("12")),
            ("-1,234,567".to_owned(), "12".to_owned())
        );
    }

    #[test]
    fn durations_are_said_in_words() {
        for (seconds, text) in [
            (0.0254, "25 ms"),
            (1.25, "1.2 s"),
            (59.4, "59 s"),
            (200.0, "3 min 20 s"),
            (7260.0, "2 h 1 min"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
