//! Labelled examples in memory.

use super::{Batch, Batches, Examples, Gathered, InOrder, Split, split};
use crate::error::DatasetProblem;
use crate::{Error, Real};

/// Mean and standard deviation of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// The mean.
    pub mean: f64,
    /// The standard deviation: the root of the mean squared distance from the mean.
    pub std: f64,
}

impl Statistics {
    /// Checks that the values of a channel can be standardised by them.
    fn check(self, channel: usize) -> Result<(), Error> {
        let Statistics { mean, std } = self;
        if mean.is_finite() && std.is_finite() && std > 0.0 {
            Ok(())
        } else {
            Err(Error::Dataset(DatasetProblem::Statistics { channel, mean, std }))
        }
    }

    fn standardise<T: Real>(self, values: &mut [T]) {
        for value in values {
            *value = T::literal((value.to_f64() - self.mean) / self.std);
        }
    }
}

/// Labelled examples: a tensor of `width` values and one class each. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset<T> {
    inputs: Vec<T>,
    width: usize,
    labels: Vec<u32>,
    classes: usize,
}

impl<T: Real> Dataset<T> {
    /// Examples from their values, one example after the other, and a class below `classes` for each.
    ///
    /// # Errors
    ///
    /// There are no labels, or not `width` inputs for each, or a label is not below `classes`.
    pub fn new(inputs: Vec<T>, width: usize, labels: Vec<u32>, classes: usize) -> Result<Self, Error> {
        if labels.is_empty() {
            return Err(Error::Dataset(DatasetProblem::Empty));
        }
        if labels.len().checked_mul(width) != Some(inputs.len()) {
            let problem = DatasetProblem::Length {
                inputs: inputs.len(),
                width,
                labels: labels.len(),
            };
            return Err(Error::Dataset(problem));
        }
        if let Some(position) = labels.iter().position(|&label| label as usize >= classes) {
            let problem = DatasetProblem::Label {
                position,
                label: labels[position],
                classes,
            };
            return Err(Error::Dataset(problem));
        }
        Ok(Dataset {
            inputs,
            width,
            labels,
            classes,
        })
    }

    /// All values, one example after the other.
    pub fn inputs(&self) -> &[T] {
        &self.inputs
    }

    /// All values to be changed, for example by a [`Normalisation`](super::Normalisation).
    pub fn inputs_mut(&mut self) -> &mut [T] {
        &mut self.inputs
    }

    /// Values per example.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The class of each example.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// A weight for each class, by which all count alike in a loss however few examples they have: the number of examples over the
    /// number of classes and over that of the class' own. Their mean over the examples is 1, if each class has some; that of
    /// a class without any is 0. They are scikit-learn's `balanced`, after King & Zeng 2001, *Logistic regression in rare
    /// events data*.
    ///
    /// ```
    /// # fn main() -> Result<(), dsl_runtime::Error> {
    /// # use dsl_runtime::data::Dataset;
    /// let data = Dataset::new(vec![0.0f32; 8], 1, vec![0, 0, 0, 0, 0, 0, 1, 1], 2)?;
    /// assert_eq!(data.balanced_class_weights(), [8.0 / 12.0, 8.0 / 4.0]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A loss multiplies by them, `weights.gather(class) * scores.softmax_cross_entropy(class)`, with an argument
    /// `weights: Shared<2>`. [`class_weights`](super::class_weights) are for the other way, to draw rare classes more often.
    pub fn balanced_class_weights(&self) -> Vec<T> {
        let mut counts = vec![0u64; self.classes];
        for &label in &self.labels {
            counts[label as usize] += 1;
        }
        let weight = |count: u64| match count {
            0 => 0.0,
            _ => self.len() as f64 / (self.classes as f64 * count as f64),
        };
        counts
            .into_iter()
            .map(|count| T::literal(weight(count)))
            .collect()
    }

    /// The number of examples, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a data set is never empty")]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The values of one example; `None` if there are not so many.
    pub fn example(&self, number: usize) -> Option<&[T]> {
        let start = number.checked_mul(self.width)?;
        if number < self.len() {
            self.inputs.get(start..start + self.width)
        } else {
            None
        }
    }

    /// Only the first `count` examples, at least one and at most as many as there are.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        let count = count.clamp(1, self.len());
        self.labels.truncate(count);
        self.inputs.truncate(count * self.width);
        self
    }

    /// The examples to train on and those to be held out: a `share` of them (rounded), drawn at random.
    ///
    /// # Errors
    ///
    /// One of the two would hold nothing; or `share` is NaN.
    pub fn split(&self, share: f64, seed: u64) -> Result<(Self, Self), Error> {
        self.halves(split::random(self.len(), share, seed)?)
    }

    /// The same, where the numbers of each class on the two sides differ from those of the share by less than one.
    ///
    /// # Errors
    ///
    /// Those of [`split`](Dataset::split).
    pub fn split_stratified(&self, share: f64, seed: u64) -> Result<(Self, Self), Error> {
        self.halves(split::stratified(&self.labels, share, seed)?)
    }

    fn halves(&self, split: Split) -> Result<(Self, Self), Error> {
        Ok((self.select(&split.train)?, self.select(&split.held_out)?))
    }

    /// A copy of the examples of these numbers, in this order.
    ///
    /// # Errors
    ///
    /// There is none, or one is not below the number of examples.
    pub fn select(&self, examples: &[usize]) -> Result<Self, Error> {
        let (mut inputs, mut labels) = (Vec::with_capacity(examples.len() * self.width), Vec::new());
        self.gather(examples, &mut inputs, &mut labels)?;
        Dataset::new(inputs, self.width, labels, self.classes)
    }

    /// The same examples with every value `x` replaced by `(x - mean) / std`.
    ///
    /// # Errors
    ///
    /// The mean is not finite, or the standard deviation is not a finite number above 0: values that are all
    /// equal have deviation 0 and cannot be standardised.
    pub fn standardised(self, mean: f64, std: f64) -> Result<Self, Error> {
        let statistics = Statistics { mean, std };
        statistics.check(0)?;
        Ok(self.standardised_by(statistics))
    }

    /// The same with statistics that have been checked.
    pub(super) fn standardised_by(mut self, statistics: Statistics) -> Self {
        statistics.standardise(&mut self.inputs);
        self
    }

    /// The same examples with every value `x` of channel `c` replaced by `(x - mean[c]) / std[c]`.
    ///
    /// An example's values are those of its first channel, then those of its second, and so on, in equal
    /// numbers; there are as many channels as means. It is customary to use the statistics of the training
    /// half for the test half too.
    ///
    /// # Errors
    ///
    /// An example cannot be divided into so many channels; or a mean is not finite, or a deviation is not a
    /// finite number above 0.
    pub fn standardised_by_channel(mut self, statistics: &[Statistics]) -> Result<Self, Error> {
        let plane = self.plane(statistics.len())?;
        for (channel, statistics) in statistics.iter().enumerate() {
            statistics.check(channel)?;
        }
        let planes = self.inputs.chunks_exact_mut(plane);
        for (values, statistics) in planes.zip(statistics.iter().cycle()) {
            statistics.standardise(values);
        }
        Ok(self)
    }

    /// Mean and standard deviation of each of `channels` channels over all examples, in two passes.
    ///
    /// # Errors
    ///
    /// An example cannot be divided into so many channels of at least one value.
    pub fn statistics_by_channel(&self, channels: usize) -> Result<Vec<Statistics>, Error> {
        let plane = self.plane(channels)?;
        let count = (self.len() * plane) as f64;
        let over = |channel: usize, term: &dyn Fn(f64) -> f64| {
            let values = self
                .inputs
                .chunks_exact(plane)
                .skip(channel)
                .step_by(channels)
                .flatten();
            values.map(|value| term(value.to_f64())).sum::<f64>() / count
        };
        let of_channel = |channel| {
            let mean = over(channel, &|value| value);
            let variance = over(channel, &|value| (value - mean).powi(2));
            Statistics {
                mean,
                std: variance.sqrt(),
            }
        };
        Ok((0..channels).map(of_channel).collect())
    }

    /// Values per channel, at least 1.
    fn plane(&self, channels: usize) -> Result<usize, Error> {
        let width = self.width;
        match width.checked_div(channels) {
            Some(plane) if plane > 0 && plane * channels == width => Ok(plane),
            _ => Err(Error::Dataset(DatasetProblem::Channels { width, channels })),
        }
    }

    /// Replaces the contents of `inputs` and `labels` by the examples with these indices.
    ///
    /// # Errors
    ///
    /// An index is not below the number of examples. The error names the first such index; `inputs` and
    /// `labels` are unchanged.
    pub fn gather(
        &self,
        examples: &[usize],
        inputs: &mut Vec<T>,
        labels: &mut Vec<u32>,
    ) -> Result<(), Error> {
        let count = self.len();
        if let Some(position) = examples.iter().position(|&example| example >= count) {
            let example = examples[position];
            let problem = DatasetProblem::Example {
                position,
                example,
                count,
            };
            return Err(Error::Dataset(problem));
        }
        inputs.clear();
        labels.clear();
        for &example in examples {
            inputs.extend_from_slice(&self.inputs[example * self.width..][..self.width]);
            labels.push(self.labels[example]);
        }
        Ok(())
    }

    /// Batches of at most `batch` examples (0 is taken as 1), in an order shuffled anew in every epoch.
    ///
    /// ```
    /// # fn main() -> Result<(), dsl_runtime::Error> {
    /// # use dsl_runtime::data::Dataset;
    /// # let train = Dataset::new(vec![0.0f32; 10], 2, vec![0; 5], 1)?;
    /// let mut batches = train.batches(2, 7);
    /// for epoch in 0..3 {
    ///     while let Some(batch) = batches.next() {
    ///         assert_eq!(batch.inputs.len(), 2 * batch.labels.len());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn batches(&self, batch: usize, seed: u64) -> Batches<'_, Self> {
        Batches::new(self, batch, seed)
    }

    /// Batches of at most `batch` examples (0 is taken as 1) in the order they are stored, without copying.
    pub fn in_order(&self, batch: usize) -> InOrder<'_, T> {
        InOrder::new(self, batch)
    }
}

impl<T: Real> Examples for Dataset<T> {
    type Memory = (Vec<T>, Vec<u32>);
    type Batch<'b> = Batch<'b, T>;

    fn count(&self) -> usize {
        self.len()
    }

    fn memory(&self, batch: usize) -> Self::Memory {
        (Vec::with_capacity(batch * self.width), Vec::with_capacity(batch))
    }

    fn gather<'b>(&self, examples: &[usize], (inputs, labels): &'b mut Self::Memory) -> Batch<'b, T> {
        if let Err(error) = Dataset::gather(self, examples, inputs, labels) {
            panic!("{error}");
        }
        Batch { inputs, labels }
    }
}

impl<T: Real> Gathered for Dataset<T> {
    fn view((inputs, labels): &(Vec<T>, Vec<u32>)) -> Batch<'_, T> {
        Batch { inputs, labels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four() -> Dataset<f32> {
        Dataset::new((0..8).map(|v| v as f32).collect(), 2, vec![0, 1, 2, 0], 3).unwrap()
    }

    #[test]
    fn inputs_and_labels_must_fit() {
        let refused = |inputs: usize, width, labels: &[u32]| {
            Dataset::new(vec![0.0f64; inputs], width, labels.to_vec(), 3)
                .unwrap_err()
                .to_string()
        };
        assert!(
            refused(7, 2, &[0, 1, 2]).contains("7 input values for 3 labels of 2 values each; 6 expected")
        );
        assert!(refused(2, 1, &[0, 3]).contains("label 1 is 3, but must be below 3"));
        assert!(refused(0, 1, &[]).contains("no example"));
        assert!(refused(1, usize::MAX, &[0, 1]).contains("1 input values"));
    }

    #[test]
    fn examples_are_found_by_number() {
        let data = four();
        assert_eq!((data.len(), data.width(), data.classes()), (4, 2, 3));
        assert_eq!(data.example(3), Some(&[6.0, 7.0][..]));
        assert_eq!((data.example(4), data.example(usize::MAX)), (None, None));
        assert_eq!(data.clone().first(2).inputs(), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!((data.clone().first(0).len(), data.clone().first(9).len()), (1, 4));
        assert_eq!(
            data.clone().standardised(1.0, 2.0).unwrap().example(0),
            Some(&[-0.5, 0.0][..])
        );
    }

    #[test]
    fn splits_are_data_sets_of_the_same_classes() {
        let labels: Vec<u32> = (0..20).map(|number| u32::from(number % 5 == 0)).collect();
        let data = Dataset::new((0..20).map(|v| v as f32).collect(), 1, labels, 3).unwrap();
        for (train, held_out) in [
            data.split(0.25, 1).unwrap(),
            data.split_stratified(0.25, 1).unwrap(),
        ] {
            assert_eq!((train.len(), held_out.len(), held_out.classes()), (15, 5, 3));
            for half in [train, held_out] {
                let mut pairs = half.inputs().iter().zip(half.labels());
                assert!(pairs.all(|(&x, &label)| label == u32::from(x % 5.0 == 0.0)));
            }
        }
        let (_, held_out) = data.split_stratified(0.25, 1).unwrap();
        assert_eq!(held_out.labels().iter().sum::<u32>(), 1);
        assert!(data.split(0.0, 1).is_err());
        assert_eq!(four().select(&[3, 3]).unwrap().inputs(), [6.0, 7.0, 6.0, 7.0]);
        assert!(four().select(&[]).is_err() && four().select(&[4]).is_err());
    }

    #[test]
    fn examples_that_are_not_there_are_refused() {
        let (data, mut inputs, mut labels) = (four(), vec![9.0], vec![9]);
        for wrong in [4, 5, usize::MAX] {
            let error = data.gather(&[3, 0, wrong], &mut inputs, &mut labels).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("not a data set: example {wrong}, at place 2, is asked for, but there are 4")
            );
            assert_eq!((&inputs[..], &labels[..]), (&[9.0][..], &[9][..]));
        }
        data.gather(&[3, 0], &mut inputs, &mut labels).unwrap();
        assert_eq!(
            (&inputs[..], &labels[..]),
            (&[6.0, 7.0, 0.0, 1.0][..], &[0, 0][..])
        );
        // Examples without values are counted too.
        let empty = Dataset::new(Vec::<f32>::new(), 0, vec![0], 1).unwrap();
        assert!(empty.gather(&[1], &mut inputs, &mut labels).is_err());
    }

    #[test]
    fn channels_are_standardised_by_themselves() {
        // Two examples of two channels of two values.
        let data = || {
            Dataset::new(
                vec![1.0f64, 3.0, 10.0, 10.0, 5.0, 7.0, 30.0, 30.0],
                4,
                vec![0, 0],
                1,
            )
            .unwrap()
        };
        let statistics = data().statistics_by_channel(2).unwrap();
        let expected = [
            Statistics {
                mean: 4.0,
                std: 5f64.sqrt(),
            },
            Statistics {
                mean: 20.0,
                std: 10.0,
            },
        ];
        assert_eq!(statistics, expected);
        let standardised = data().standardised_by_channel(&statistics).unwrap();
        assert_eq!(standardised.example(1).unwrap()[2..], [1.0, 1.0]);
        for of_channel in standardised.statistics_by_channel(2).unwrap() {
            assert!(
                of_channel.mean.abs() < 1e-12 && (of_channel.std - 1.0).abs() < 1e-12,
                "{of_channel:?}"
            );
        }
        let whole = data().statistics_by_channel(1).unwrap()[0];
        let as_one = data().standardised_by_channel(&[whole]).unwrap();
        assert_eq!(as_one, data().standardised(whole.mean, whole.std).unwrap());
    }

    #[test]
    fn channels_that_do_not_fit_and_numbers_that_do_not_scale_are_refused() {
        let message = |result: Result<Dataset<f32>, Error>| result.unwrap_err().to_string();
        let unit = Statistics { mean: 0.0, std: 1.0 };
        let text = message(four().standardised_by_channel(&[unit; 3]));
        assert!(
            text.contains("2 values per example cannot be cut into 3 channels"),
            "{text}"
        );
        assert!(message(four().standardised_by_channel(&[])).contains("0 channels"));
        assert!(four().statistics_by_channel(0).is_err());
        for std in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let text = message(four().standardised_by_channel(&[unit, Statistics { mean: 0.5, std }]));
            assert!(text.contains("channel 1"), "{text}");
            assert!(message(four().standardised(0.5, std)).contains("channel 0"));
        }
        for mean in [f64::NAN, f64::NEG_INFINITY] {
            assert!(message(four().standardised(mean, 1.0)).contains("channel 0"));
        }
        // The statistics of values that are all equal cannot standardise them.
        let constant = Dataset::new(vec![0.0f32; 4], 2, vec![0, 0], 1).unwrap();
        let Statistics { mean, std } = constant.statistics_by_channel(1).unwrap()[0];
        let text = message(constant.standardised(mean, std));
        assert!(
            text.contains("a mean of 0 and a standard deviation of 0"),
            "{text}"
        );
        let empty = Dataset::new(Vec::<f32>::new(), 0, vec![0], 1).unwrap();
        assert!(empty.statistics_by_channel(1).is_err());
    }
}
