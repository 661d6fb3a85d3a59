//! A recording made by formulas: silence, hiss, a tone, and vowels as a throat makes them.

/// Samples per second.
pub const RATE: usize = 16_000;

/// Four seconds, one of each, in 1/32768.
pub fn recording() -> Vec<f32> {
    let sample = |n: usize| {
        let t = n as f64 / RATE as f64;
        let value = match n / RATE {
            0 => 0.0,
            1 => 0.05 * noise(n),
            2 => 0.3 * (std::f64::consts::TAU * 440.0 * t).sin(),
            _ => vowel(t),
        };
        ((value * 32768.0).round() / 32768.0) as f32
    };
    (0..4 * RATE).map(sample).collect()
}

/// Harmonics of a voice whose pitch wavers, weighted by the formants of two vowels in turn.
fn vowel(t: f64) -> f64 {
    let formants = if ((t * 4.0) as usize).is_multiple_of(2) {
        [730.0, 1090.0, 2440.0]
    } else {
        [270.0, 2290.0, 3010.0]
    };
    let phase = 120.0 * t + 0.5 * (5.0 * t).sin();
    let harmonic = |k: u32| {
        let frequency = 120.0 * f64::from(k);
        let weight: f64 = formants
            .iter()
            .map(|formant| (-((frequency - formant) / 120.0).powi(2)).exp())
            .sum();
        (weight + 0.02) * (std::f64::consts::TAU * f64::from(k) * phase).sin()
    };
    let opening = 0.5 - 0.5 * (std::f64::consts::TAU * 4.0 * t).cos();
    0.15 * opening * (1..=30).map(harmonic).sum::<f64>()
}

/// Numbers in [-1, 1): the murmur3 finaliser of the position.
fn noise(n: usize) -> f64 {
    let mut h = (n as u32).wrapping_mul(0x9E37_79B9);
    h = (h ^ h >> 16).wrapping_mul(0x85EB_CA6B);
    h = (h ^ h >> 13).wrapping_mul(0xC2B2_AE35);
    h ^= h >> 16;
    f64::from(h) / f64::from(1_u32 << 31) - 1.0
}
