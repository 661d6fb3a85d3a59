//! How often values lie where.

use super::message::Message;

/// The number of buckets between the lowest and the highest value.
const BUCKETS: usize = 30;

/// The histogram of the finite values, as TensorBoard's message `HistogramProto`: buckets of equal width. `None` if there are no
/// such values.
pub(super) fn histogram(values: impl Iterator<Item = f64> + Clone) -> Option<Message> {
    let finite = values.filter(|value| value.is_finite());
    let lowest = finite.clone().reduce(f64::min)?;
    let highest = finite.clone().fold(lowest, f64::max);
    let width = (highest - lowest) / BUCKETS as f64;
    let buckets = if width > 0.0 && width.is_finite() {
        BUCKETS
    } else {
        1
    };
    let mut counts = vec![0.0; buckets];
    let (mut number, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in finite {
        // What rounding puts beyond the last bucket belongs to it.
        let bucket = ((value - lowest) / width) as usize;
        counts[bucket.min(buckets - 1)] += 1.0;
        number += 1.0;
        sum += value;
        squares += value * value;
    }
    let limit = |bucket: usize| match bucket == buckets {
        true => highest,
        false => lowest + width * bucket as f64,
    };
    let limits: Vec<f64> = (1..=buckets).map(limit).collect();
    Some(
        Message::new()
            .double(1, lowest)
            .double(2, highest)
            .double(3, number)
            .double(4, sum)
            .double(5, squares)
            .doubles(6, &limits)
            .doubles(7, &counts),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(summary: [f64; 5], limits: &[f64], counts: &[f64]) -> Vec<u8> {
        let fields = (1..).zip(summary);
        let message = fields.fold(Message::new(), |message, (field, value)| {
            message.double(field, value)
        });
        message.doubles(6, limits).doubles(7, counts).into_bytes()
    }

    #[test]
    fn every_finite_value_is_counted_once() {
        let values = (0..=30).map(f64::from).chain([f64::NAN, f64::INFINITY]);
        let limits: Vec<f64> = (1..=30).map(f64::from).collect();
        let mut counts = [1.0; 30];
        counts[29] = 2.0;
        assert_eq!(
            histogram(values).unwrap().into_bytes(),
            expected([0.0, 30.0, 31.0, 465.0, 9455.0], &limits, &counts)
        );
    }

    #[test]
    fn equal_values_have_one_bucket_and_none_have_no_histogram() {
        assert_eq!(
            histogram([0.5; 4].into_iter()).unwrap().into_bytes(),
            expected([0.5, 0.5, 4.0, 2.0, 1.0], &[0.5], &[4.0])
        );
        assert!(histogram([f64::NAN].into_iter()).is_none());
        // Whose difference is infinite.
        assert!(histogram([f64::MIN, f64::MAX].into_iter()).is_some());
    }
}
