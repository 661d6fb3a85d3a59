//! Sampling of a class by its score.

use crate::Real;
use crate::random::Stream;

/// Draws a class with the probability that `softmax(scores / temperature)` gives it; at temperature 0, the
/// class of the largest score, the first of equal ones. Low temperatures favour likely classes.
///
/// `None` if there is no score, one is NaN or `+∞`, all are `−∞`, or the temperature is negative or NaN.
pub fn sample<T: Real>(scores: &[T], temperature: f64, stream: &mut Stream) -> Option<usize> {
    let largest = scores[super::argmax(scores)?].to_f64();
    if !(largest.is_finite() && temperature >= 0.0) {
        return None;
    }
    if temperature == 0.0 {
        return super::argmax(scores);
    }
    let weight = |score: &T| ((score.to_f64() - largest) / temperature).exp();
    let total: f64 = scores.iter().map(weight).sum();
    let mut left = stream.uniform() * total;
    let mut last = None;
    for (class, score) in scores.iter().enumerate() {
        let weight = weight(score);
        if weight > 0.0 {
            if left < weight {
                return Some(class);
            }
            left -= weight;
            last = Some(class);
        }
    }
    // Rounding may leave a small remainder after the last class.
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(scores: &[f32], temperature: f64) -> Vec<f64> {
        let mut stream = Stream::new(5, "sample");
        let mut counts = vec![0.0; scores.len()];
        for _ in 0..100_000 {
            counts[sample(scores, temperature, &mut stream).unwrap()] += 1e-5;
        }
        counts
    }

    #[test]
    fn classes_come_as_often_as_their_scores_say() {
        let scores = [1.0, 3.0, f32::NEG_INFINITY, 2.0];
        for temperature in [0.5, 1.0, 4.0] {
            let weights = scores.map(|score| (score as f64 / temperature).exp());
            let total: f64 = weights.iter().sum();
            for (share, weight) in shares(&scores, temperature).into_iter().zip(weights) {
                assert!(
                    (share - weight / total).abs() < 6e-3,
                    "{share} {}",
                    weight / total
                );
            }
        }
        assert_eq!(shares(&[1e30, -1e30], 1.0), [shares(&[0.0], 1.0)[0], 0.0]);
    }

    #[test]
    fn without_temperature_the_likeliest_is_taken() {
        let mut stream = Stream::new(5, "sample");
        assert_eq!(sample(&[1.0, 3.0, 3.0f64], 0.0, &mut stream), Some(1));
    }

    #[test]
    fn what_says_nothing_gives_nothing() {
        let mut stream = Stream::new(5, "sample");
        for scores in [
            &[][..],
            &[1.0, f64::NAN],
            &[0.0, f64::INFINITY],
            &[f64::NEG_INFINITY; 2],
        ] {
            assert_eq!(sample(scores, 1.0, &mut stream), None, "{scores:?}");
        }
        for temperature in [-1.0, f64::NAN] {
            assert_eq!(sample(&[1.0f32], temperature, &mut stream), None);
        }
        assert_eq!(
            sample(&[1.0f32, 1.0], f64::INFINITY, &mut stream).map(|class| class < 2),
            Some(true)
        );
    }
}
