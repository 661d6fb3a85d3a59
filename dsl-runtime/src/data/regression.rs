//! Examples whose targets are numbers, in memory.

use super::{Batches, Examples, Gathered, Split, split};
use crate::error::DatasetProblem;
use crate::{Error, Real};

/// Examples for regression: `width` values each, and `outputs` target values each. Never empty.
///
/// A batch is the pair of inputs and targets that a network's `train_step` takes.
///
/// ```
/// # use dsl_runtime::data::RegressionDataset;
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// // Three points of the plane and their distance from the origin.
/// let data = RegressionDataset::new(vec![3.0, 4.0, 0.0, 1.0, 0.6, 0.8], 2, vec![5.0, 1.0, 1.0], 1)?;
/// let mut batches = data.batches(2, 7);
/// while let Some((points, distances)) = batches.next() {
///     assert_eq!(points.len(), 2 * distances.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionDataset<T> {
    inputs: Vec<T>,
    width: usize,
    targets: Vec<T>,
    outputs: usize,
}

impl<T: Real> RegressionDataset<T> {
    /// Examples from their values, one example after the other: `width` inputs and `outputs` targets each.
    ///
    /// # Errors
    ///
    /// There are no targets, no whole number of examples, or more or fewer inputs than targets.
    pub fn new(inputs: Vec<T>, width: usize, targets: Vec<T>, outputs: usize) -> Result<Self, Error> {
        let whole = |what, values: &Vec<T>, width: usize| match values.len().checked_rem(width) {
            Some(0) => Ok(values.len() / width),
            _ => Err(Error::Dataset(DatasetProblem::Values {
                what,
                values: values.len(),
                width,
            })),
        };
        let examples = whole("targets", &targets, outputs)?;
        let found = whole("inputs", &inputs, width)?;
        if found != examples {
            return Err(Error::Dataset(DatasetProblem::Unequal {
                one_name: "inputs".to_owned(),
                one: found,
                two_name: "targets".to_owned(),
                two: examples,
            }));
        }
        match examples {
            0 => Err(Error::Dataset(DatasetProblem::Empty)),
            _ => Ok(RegressionDataset {
                inputs,
                width,
                targets,
                outputs,
            }),
        }
    }

    /// All inputs, one example after the other.
    pub fn inputs(&self) -> &[T] {
        &self.inputs
    }

    /// The inputs to be changed, for example by a [`Normalisation`](super::Normalisation).
    pub fn inputs_mut(&mut self) -> &mut [T] {
        &mut self.inputs
    }

    /// Inputs per example.
    pub fn width(&self) -> usize {
        self.width
    }

    /// All targets, one example after the other.
    pub fn targets(&self) -> &[T] {
        &self.targets
    }

    /// The targets to be changed.
    pub fn targets_mut(&mut self) -> &mut [T] {
        &mut self.targets
    }

    /// Targets per example.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The number of examples, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a data set is never empty")]
    pub fn len(&self) -> usize {
        self.targets.len() / self.outputs
    }

    /// The examples to train on and those to be held out: a `share` of them (rounded), drawn at random.
    ///
    /// # Errors
    ///
    /// One of the two would hold nothing; or `share` is NaN.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Self, Self), Error> {
        let Split { train, held_out } = split::random(self.len(), share, seed)?;
        Ok((self.select(&train)?, self.select(&held_out)?))
    }

    /// A copy of the examples of these numbers, in this order.
    ///
    /// # Errors
    ///
    /// There is none, or one is not below the number of examples.
    pub fn select(&self, examples: &[usize]) -> Result<Self, Error> {
        let count = self.len();
        if let Some(position) = examples.iter().position(|&example| example >= count) {
            return Err(Error::Dataset(DatasetProblem::Example {
                position,
                example: examples[position],
                count,
            }));
        }
        let mut memory = self.memory(examples.len());
        self.gather(examples, &mut memory);
        let (inputs, targets) = memory;
        RegressionDataset::new(inputs, self.width, targets, self.outputs)
    }

    /// Batches of at most `batch` examples (0 is taken as 1), in an order shuffled anew in every epoch.
    pub fn batches(&self, batch: usize, seed: u64) -> Batches<'_, Self> {
        Batches::new(self, batch, seed)
    }
}

impl<T: Real> Examples for RegressionDataset<T> {
    type Memory = (Vec<T>, Vec<T>);
    type Batch<'b> = (&'b [T], &'b [T]);

    fn count(&self) -> usize {
        self.len()
    }

    fn memory(&self, batch: usize) -> Self::Memory {
        let room = |width| Vec::with_capacity(batch * width);
        (room(self.width), room(self.outputs))
    }

    fn gather<'b>(&self, examples: &[usize], (inputs, targets): &'b mut Self::Memory) -> Self::Batch<'b> {
        inputs.clear();
        targets.clear();
        for &example in examples {
            inputs.extend_from_slice(&self.inputs[example * self.width..][..self.width]);
            targets.extend_from_slice(&self.targets[example * self.outputs..][..self.outputs]);
        }
        (inputs, targets)
    }
}

impl<T: Real> Gathered for RegressionDataset<T> {
    fn view((inputs, targets): &(Vec<T>, Vec<T>)) -> (&[T], &[T]) {
        (inputs, targets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stay_with_their_inputs() {
        let inputs: Vec<f32> = (0..30).map(|value| value as f32).collect();
        let targets: Vec<f32> = (0..20).map(|value| -(value as f32)).collect();
        let data = RegressionDataset::new(inputs, 3, targets, 2).unwrap();
        assert_eq!((data.len(), data.width(), data.outputs()), (10, 3, 2));
        let (mut batches, mut seen) = (data.batches(4, 1), 0);
        while let Some((inputs, targets)) = batches.next() {
            for (input, target) in inputs.chunks_exact(3).zip(targets.chunks_exact(2)) {
                let number = input[0] / 3.0;
                assert_eq!(input[2], 3.0 * number + 2.0);
                assert_eq!(target, [-2.0 * number, -2.0 * number - 1.0]);
                seen += 1;
            }
        }
        assert_eq!(seen, 10);
    }

    #[test]
    fn splits_keep_targets_with_their_inputs() {
        let inputs: Vec<f32> = (0..20).map(|value| value as f32).collect();
        let targets = inputs.chunks_exact(2).map(|pair| pair[0] + pair[1]).collect();
        let data = RegressionDataset::new(inputs, 2, targets, 1).unwrap();
        let (train, held_out) = data.split(0.3, 1).unwrap();
        assert_eq!((train.len(), held_out.len()), (7, 3));
        for half in [&train, &held_out] {
            let mut pairs = half.inputs().chunks_exact(2).zip(half.targets());
            assert!(pairs.all(|(pair, &sum)| pair[0] + pair[1] == sum));
        }
        let mut all = [train.targets(), held_out.targets()].concat();
        all.sort_by(f32::total_cmp);
        assert_eq!(all, data.targets());
        assert_eq!(data.select(&[3, 3]).unwrap().inputs(), [6.0, 7.0, 6.0, 7.0]);
        let refused = |examples: &[usize]| data.select(examples).unwrap_err().to_string();
        assert!(refused(&[0, 10]).contains("example 10, at place 1, is asked for, but there are 10"));
        assert!(refused(&[]).contains("no example") && data.split(1.0, 1).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |inputs: usize, width, targets: usize, outputs| {
            let made = RegressionDataset::new(vec![0.0f64; inputs], width, vec![0.0; targets], outputs);
            made.unwrap_err().to_string()
        };
        assert_eq!(
            refused(5, 2, 3, 1),
            "not a data set: 5 inputs are no whole number of examples of 2 values each"
        );
        assert_eq!(
            refused(6, 2, 2, 1),
            "not a data set: it holds 3 examples of inputs, but 2 of targets"
        );
        assert!(refused(6, 2, 3, 0).contains("3 targets are no whole number"));
        assert!(refused(0, 2, 0, 1).contains("it holds no example"));
    }
}
