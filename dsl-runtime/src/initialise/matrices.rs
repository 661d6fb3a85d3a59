//! Matrices whose initial values depend on each other.

use crate::random::Stream;

/// A matrix whose rows, or whose columns where they are fewer, are orthogonal and of length `gain`, in row-major order.
///
/// The longer vectors are drawn from the normal distribution and made orthonormal one after the other (Gram and Schmidt, twice
/// each, after which they are orthogonal to rounding; Giraud et al., 2005). Their lengths are positive, so that the result is
/// as likely to be any one of these matrices as any other (Mezzadri, 2007).
pub fn orthogonal(stream: &mut Stream, rows: usize, columns: usize, gain: f64) -> Vec<f64> {
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<f64> = (0..count * length).map(|_| stream.normal()).collect();
    for place in 0..count {
        let (before, rest) = vectors.split_at_mut(place * length);
        let vector = &mut rest[..length];
        for _ in 0..2 {
            for other in before.chunks(length) {
                let along: f64 = vector.iter().zip(other).map(|(a, b)| a * b).sum();
                vector.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
            }
            let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
            vector.iter_mut().for_each(|x| *x /= norm);
        }
    }
    let element = |row: usize, column: usize| match rows <= columns {
        true => vectors[row * length + column],
        false => vectors[column * length + row],
    };
    let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    places.map(|(row, column)| gain * element(row, column)).collect()
}

/// A matrix with so many normally distributed numbers in each row, at places drawn without regard to the other rows, and 0
/// elsewhere, in row-major order.
pub fn sparse(stream: &mut Stream, rows: usize, columns: usize, inputs: usize, std: f64) -> Vec<f64> {
    let mut values = vec![0.0; rows * columns];
    let mut places: Vec<usize> = (0..columns).collect();
    for row in values.chunks_mut(columns.max(1)) {
        // The first steps of a shuffle (Fisher and Yates): what it begins with does not matter.
        for chosen in 0..inputs.min(columns) {
            let left = columns - chosen;
            let other = chosen + ((stream.uniform() * left as f64) as usize).min(left - 1);
            places.swap(chosen, other);
            row[places[chosen]] = std * stream.normal();
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_or_columns_are_orthogonal_and_of_the_length_asked_for() {
        for (rows, columns) in [(1, 1), (5, 5), (3, 40), (40, 3), (64, 64), (7, 1), (0, 4), (4, 0)] {
            let values = orthogonal(&mut Stream::new(1, "w"), rows, columns, 1.5);
            assert_eq!(values.len(), rows * columns);
            let count = rows.min(columns);
            let element = |vector: usize, at: usize| match rows <= columns {
                true => values[vector * columns + at],
                false => values[at * columns + vector],
            };
            for a in 0..count {
                for b in 0..=a {
                    let product: f64 = (0..rows.max(columns))
                        .map(|at| element(a, at) * element(b, at))
                        .sum();
                    let expected = if a == b { 2.25 } else { 0.0 };
                    assert!(
                        (product - expected).abs() < 1e-12,
                        "{rows}×{columns}: {a}·{b} = {product}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_direction_is_as_likely() {
        let first = |seed| orthogonal(&mut Stream::new(seed, "w"), 3, 3, 1.0)[4];
        let values: Vec<f64> = (0..4000).map(first).collect();
        let mean = values.iter().sum::<f64>() / 4000.0;
        let square = values.iter().map(|x| x * x).sum::<f64>() / 4000.0;
        assert!(
            mean.abs() < 0.03 && (square - 1.0 / 3.0).abs() < 0.02,
            "{mean}, {square}"
        );
    }

    #[test]
    fn rows_have_as_many_numbers_as_asked_for() {
        let values = sparse(&mut Stream::new(1, "w"), 200, 50, 15, 2.0);
        let counts = values
            .chunks(50)
            .map(|row| row.iter().filter(|x| **x != 0.0).count());
        assert!(counts.clone().all(|count| count == 15));
        let square = values.iter().map(|x| x * x).sum::<f64>() / (200.0 * 15.0);
        assert!((square / 4.0 - 1.0).abs() < 0.1, "{square}");
        let by_column: Vec<usize> = (0..50)
            .map(|column| values.chunks(50).filter(|row| row[column] != 0.0).count())
            .collect();
        assert!(
            by_column.iter().all(|count| (30..90).contains(count)),
            "{by_column:?}"
        );
        assert!(
            sparse(&mut Stream::new(1, "w"), 2, 3, 9, 1.0)
                .iter()
                .all(|x| *x != 0.0)
        );
    }
}
