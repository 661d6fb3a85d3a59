//! Draws by weights, in constant time each.

use crate::Error;
use crate::error::DatasetProblem;
use crate::random::Stream;

/// Weights of numbers from 0, prepared for draws with replacement: Vose 1991, *A linear algorithm for generating random
/// numbers with a given distribution*.
///
/// ```
/// use dsl_runtime::data::AliasTable;
/// use dsl_runtime::random::Stream;
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// let table = AliasTable::new(&[1.0, 0.0, 3.0])?;
/// let mut stream = Stream::new(7, "draws");
/// let twos = (0..1000).filter(|_| table.draw(&mut stream) == 2).count();
/// assert!((700..800).contains(&twos));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct AliasTable {
    /// For each column the probability of its own number, and the number that is drawn otherwise.
    columns: Vec<(f64, usize)>,
}

impl AliasTable {
    /// The numbers below `weights.len()`, each drawn as often as its weight is of the sum of all.
    ///
    /// # Errors
    ///
    /// There are no weights, one is negative, infinite or NaN, or all are 0.
    pub fn new(weights: &[f64]) -> Result<AliasTable, Error> {
        let is_wrong = |weight: &f64| !(weight.is_finite() && *weight >= 0.0);
        if let Some(position) = weights.iter().position(is_wrong) {
            return Err(Error::Dataset(DatasetProblem::Weight {
                position,
                weight: weights[position],
            }));
        }
        let largest = weights.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 {
            return Err(Error::Dataset(DatasetProblem::NoWeight));
        }
        // Of large weights the sum is finite too.
        let sum: f64 = weights.iter().map(|weight| weight / largest).sum();
        let count = weights.len() as f64;
        let mut columns: Vec<(f64, usize)> = weights
            .iter()
            .enumerate()
            .map(|(number, weight)| (weight / largest / sum * count, number))
            .collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..weights.len()).partition(|&number| columns[number].0 < 1.0);
        while let (Some(&less), Some(&more)) = (small.last(), large.last()) {
            small.pop();
            columns[less].1 = more;
            // What the other lacks is taken from this one.
            columns[more].0 -= 1.0 - columns[less].0;
            if columns[more].0 < 1.0 {
                large.pop();
                small.push(more);
            }
        }
        // Rounding may leave some; a number of weight 0 is never one that was large.
        for number in small.into_iter().chain(large) {
            columns[number].0 = if weights[number] > 0.0 { 1.0 } else { 0.0 };
            if weights[number] == 0.0 {
                columns[number].1 = weights.iter().position(|&weight| weight == largest).unwrap_or(0);
            }
        }
        Ok(AliasTable { columns })
    }

    /// The number of weights, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a table is never empty")]
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// A number.
    pub fn draw(&self, stream: &mut Stream) -> usize {
        let column = (stream.uniform() * self.columns.len() as f64) as usize;
        let (own, other) = self.columns[column];
        if stream.uniform() < own { column } else { other }
    }
}

/// A weight for each example by which all classes are drawn equally often: 1 over the size of its class.
///
/// # Errors
///
/// There are no labels.
pub fn class_weights(labels: &[u32]) -> Result<Vec<f64>, Error> {
    let Some(&largest) = labels.iter().max() else {
        return Err(Error::Dataset(DatasetProblem::Empty));
    };
    let mut counts = std::collections::HashMap::with_capacity((largest as usize).min(labels.len()));
    for &label in labels {
        *counts.entry(label).or_insert(0.0) += 1.0;
    }
    Ok(labels.iter().map(|label| 1.0 / counts[label]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The probability of each number, from the columns.
    fn probabilities(table: &AliasTable) -> Vec<f64> {
        let mut all = vec![0.0; table.len()];
        for (number, &(own, other)) in table.columns.iter().enumerate() {
            all[number] += own / table.len() as f64;
            all[other] += (1.0 - own) / table.len() as f64;
        }
        all
    }

    #[test]
    fn probabilities_are_the_shares_of_the_weights() {
        let mut stream = Stream::new(5, "weights");
        let random: Vec<f64> = (0..1000).map(|_| stream.uniform().powi(8)).collect();
        for weights in [
            &[1.0][..],
            &[1.0, 1.0, 1.0],
            &[0.0, 1.0, 0.0],
            &[1e300, 3e300, 0.0, f64::MAX],
            &[f64::MIN_POSITIVE, 0.0, f64::MIN_POSITIVE],
            &[0.1; 10],
            &random,
        ] {
            let table = AliasTable::new(weights).unwrap();
            let largest = weights.iter().copied().fold(0.0, f64::max);
            let sum: f64 = weights.iter().map(|weight| weight / largest).sum();
            for (found, weight) in probabilities(&table).into_iter().zip(weights) {
                assert!((found - weight / largest / sum).abs() < 1e-12, "{weights:?}");
                assert!(*weight > 0.0 || found == 0.0);
            }
        }
    }

    #[test]
    fn draws_follow_the_probabilities() {
        let table = AliasTable::new(&[1.0, 2.0, 0.0, 5.0]).unwrap();
        let (mut stream, mut counts) = (Stream::new(1, "draws"), [0.0; 4]);
        (0..80_000).for_each(|_| counts[table.draw(&mut stream)] += 1.0 / 10_000.0);
        for (count, weight) in counts.into_iter().zip([1.0, 2.0, 0.0, 5.0]) {
            assert!(f64::abs(count - weight) < 0.06, "{counts:?}");
        }
    }

    #[test]
    fn weights_that_are_none_are_refused() {
        let message = |weights: &[f64]| AliasTable::new(weights).unwrap_err().to_string();
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(message(&[1.0, wrong]).contains("weight 1 is"));
        }
        assert!(message(&[]).contains("above 0") && message(&[0.0, 0.0]).contains("above 0"));
    }

    #[test]
    fn classes_weigh_the_same() {
        let weights = class_weights(&[3, 0, 0, 0, 3, u32::MAX]).unwrap();
        let third = 1.0 / 3.0;
        assert_eq!(weights, [0.5, third, third, third, 0.5, 1.0]);
        assert!(class_weights(&[]).is_err());
    }
}
