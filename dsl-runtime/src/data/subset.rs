//! Some of the examples of a data set, as a data set.

use super::{Examples, Gathered};
use crate::Error;
use crate::error::DatasetProblem;

/// The examples of some numbers of another data set, without a copy of it.
///
/// Numbers may repeat. The documentation of [`split`](super::split) has an example.
#[derive(Debug)]
pub struct Subset<'d, D> {
    data: &'d D,
    numbers: &'d [usize],
}

impl<D> Clone for Subset<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Subset<'_, D> {}

impl<'d, D: Examples> Subset<'d, D> {
    /// The examples of these numbers, in this order.
    ///
    /// # Errors
    ///
    /// A number is not below the number of examples.
    pub fn new(data: &'d D, numbers: &'d [usize]) -> Result<Self, Error> {
        let count = data.count();
        match numbers.iter().position(|&number| number >= count) {
            None => Ok(Subset { data, numbers }),
            Some(position) => Err(Error::Dataset(DatasetProblem::Example {
                position,
                example: numbers[position],
                count,
            })),
        }
    }

    /// The numbers that its examples have in the other data set.
    pub fn numbers(&self) -> &'d [usize] {
        self.numbers
    }
}

impl<D: Examples> Examples for Subset<'_, D> {
    type Memory = (Vec<usize>, D::Memory);
    type Batch<'b> = D::Batch<'b>;

    fn count(&self) -> usize {
        self.numbers.len()
    }

    fn memory(&self, batch: usize) -> Self::Memory {
        (Vec::with_capacity(batch), self.data.memory(batch))
    }

    fn gather<'b>(&self, examples: &[usize], (numbers, memory): &'b mut Self::Memory) -> Self::Batch<'b> {
        numbers.clear();
        numbers.extend(examples.iter().map(|&example| self.numbers[example]));
        self.data.gather(numbers, memory)
    }
}

impl<D: Gathered> Gathered for Subset<'_, D> {
    fn view((_, memory): &Self::Memory) -> D::Batch<'_> {
        D::view(memory)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Batches, Dataset};

    #[test]
    fn the_examples_of_the_numbers_are_gathered() {
        let data = Dataset::new(
            (0..10).map(|value| value as f32).collect(),
            1,
            (0..10).collect(),
            10,
        )
        .unwrap();
        let numbers = [7, 2, 2, 9];
        let subset = Subset::new(&data, &numbers).unwrap();
        assert_eq!((subset.count(), subset.numbers()), (4, &numbers[..]));
        let (mut batches, mut seen) = (Batches::new(&subset, 3, 1), Vec::new());
        while let Some(batch) = batches.next() {
            assert!(
                batch
                    .inputs
                    .iter()
                    .zip(batch.labels)
                    .all(|(&input, &label)| input == label as f32)
            );
            seen.extend_from_slice(batch.labels);
        }
        seen.sort_unstable();
        assert_eq!(seen, [2, 2, 7, 9]);
        // A subset of a subset.
        let again = Subset::new(&subset, &[3]).unwrap();
        assert_eq!(again.gather(&[0], &mut again.memory(1)).labels, [9]);
        assert_eq!(
            Subset::new(&data, &[1, 10]).unwrap_err().to_string(),
            "not a data set: example 10, at place 1, is asked for, but there are 10"
        );
    }
}
