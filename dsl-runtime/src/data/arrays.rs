//! Examples that are made of several named arrays.

use super::{Examples, Gathered};
use crate::error::DatasetProblem;
use crate::{Error, Real};

/// Examples of any number of parts: arrays of numbers, such as images and targets, and of indices, such as classes
/// and tokens, each under a name and with as many values per example as it needs. Never empty.
///
/// ```
/// use dsl_runtime::data::{Arrays, Batches};
///
/// # fn main() -> Result<(), dsl_runtime::Error> {
/// // Two examples of a point, a colour and a height.
/// let data = Arrays::new()
///     .numbers("point", 2, vec![0.0f32, 1.0, 2.0, 3.0])?
///     .indices("colour", 1, 8, vec![5, 6])?
///     .numbers("height", 1, vec![1.0, 5.0])?;
/// let mut batches = Batches::new(&data, 1, 7);
/// while let Some(batch) = batches.next() {
///     let (point, colour, height) = (batch.numbers(0), batch.indices(0), batch.numbers(1));
///     assert_eq!(height[0], point[0] + point[1]);
///     assert!(colour[0] == 5 || height[0] == 5.0);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Arrays<T> {
    numbers: Vec<Part<T>>,
    indices: Vec<Part<u32>>,
    /// The name of the first part, and the number of examples.
    first: Option<(String, usize)>,
}

/// One array.
#[derive(Debug, Clone, PartialEq)]
struct Part<V> {
    name: String,
    width: usize,
    values: Vec<V>,
}

impl<T: Real> Default for Arrays<T> {
    fn default() -> Self {
        Arrays::new()
    }
}

impl<T: Real> Arrays<T> {
    /// No arrays yet.
    pub fn new() -> Arrays<T> {
        Arrays {
            numbers: Vec::new(),
            indices: Vec::new(),
            first: None,
        }
    }

    /// Adds an array of numbers, `width` for each example.
    ///
    /// # Errors
    ///
    /// It is empty, no whole number of examples, or another number of them than the first array's; or there is an
    /// array of this name.
    pub fn numbers(mut self, name: impl Into<String>, width: usize, values: Vec<T>) -> Result<Self, Error> {
        let part = self.part(name.into(), width, values)?;
        self.numbers.push(part);
        Ok(self)
    }

    /// Adds an array of indices below `limit`, `width` for each example.
    ///
    /// # Errors
    ///
    /// Those of [`numbers`](Arrays::numbers), or an index is not below the limit.
    pub fn indices(
        mut self,
        name: impl Into<String>,
        width: usize,
        limit: usize,
        values: Vec<u32>,
    ) -> Result<Self, Error> {
        if let Some(position) = values.iter().position(|&index| index as usize >= limit) {
            return Err(Error::Dataset(DatasetProblem::Index {
                name: name.into(),
                position,
                index: values[position],
                limit,
            }));
        }
        let part = self.part(name.into(), width, values)?;
        self.indices.push(part);
        Ok(self)
    }

    fn part<V>(&mut self, name: String, width: usize, values: Vec<V>) -> Result<Part<V>, Error> {
        let refused = |problem| Err(Error::Dataset(problem));
        if self.names().any(|known| known == name) {
            return refused(DatasetProblem::SecondArray { name });
        }
        let examples = values.len().checked_div(width).unwrap_or(0);
        if examples * width != values.len() || (width == 0 && !values.is_empty()) {
            return refused(DatasetProblem::Array {
                name,
                values: values.len(),
                width,
            });
        }
        if examples == 0 {
            return refused(DatasetProblem::Empty);
        }
        match &self.first {
            Some((first, count)) if *count != examples => refused(DatasetProblem::Unequal {
                one_name: first.clone(),
                one: *count,
                two_name: name,
                two: examples,
            }),
            Some(_) => Ok(Part { name, width, values }),
            None => {
                self.first = Some((name.clone(), examples));
                Ok(Part { name, width, values })
            }
        }
    }

    /// The names of the arrays: those of numbers, then those of indices.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let numbers = self.numbers.iter().map(|part| &*part.name);
        numbers.chain(self.indices.iter().map(|part| &*part.name))
    }

    /// All values of an array of numbers.
    pub fn numbers_of(&self, name: &str) -> Option<&[T]> {
        let found = self.numbers.iter().find(|part| part.name == name);
        found.map(|part| &*part.values)
    }

    /// All values of an array of indices.
    pub fn indices_of(&self, name: &str) -> Option<&[u32]> {
        let found = self.indices.iter().find(|part| part.name == name);
        found.map(|part| &*part.values)
    }
}

/// A batch of named arrays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArraysBatch<'b, T> {
    numbers: &'b [Vec<T>],
    indices: &'b [Vec<u32>],
}

impl<'b, T> ArraysBatch<'b, T> {
    /// The values of an array of numbers, one example after the other; arrays of numbers are counted from 0, as they
    /// were added.
    ///
    /// # Panics
    ///
    /// If there are not so many arrays of numbers.
    pub fn numbers(&self, array: usize) -> &'b [T] {
        &self.numbers[array]
    }

    /// The values of an array of indices; these are counted by themselves.
    ///
    /// # Panics
    ///
    /// If there are not so many arrays of indices.
    pub fn indices(&self, array: usize) -> &'b [u32] {
        &self.indices[array]
    }
}

impl<T: Real> Examples for Arrays<T> {
    type Memory = (Vec<Vec<T>>, Vec<Vec<u32>>);
    type Batch<'b> = ArraysBatch<'b, T>;

    fn count(&self) -> usize {
        self.first.as_ref().map_or(0, |(_, count)| *count)
    }

    fn memory(&self, batch: usize) -> Self::Memory {
        (memory(&self.numbers, batch), memory(&self.indices, batch))
    }

    fn gather<'b>(&self, examples: &[usize], (numbers, indices): &'b mut Self::Memory) -> ArraysBatch<'b, T> {
        gather(&self.numbers, examples, numbers);
        gather(&self.indices, examples, indices);
        ArraysBatch { numbers, indices }
    }
}

impl<T: Real> Gathered for Arrays<T> {
    fn view((numbers, indices): &Self::Memory) -> ArraysBatch<'_, T> {
        ArraysBatch { numbers, indices }
    }
}

fn memory<V>(parts: &[Part<V>], batch: usize) -> Vec<Vec<V>> {
    let room = |part: &Part<V>| Vec::with_capacity(batch * part.width);
    parts.iter().map(room).collect()
}

fn gather<V: Copy>(parts: &[Part<V>], examples: &[usize], memory: &mut [Vec<V>]) {
    for (part, into) in parts.iter().zip(memory) {
        into.clear();
        for &example in examples {
            into.extend_from_slice(&part.values[example * part.width..][..part.width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Batches;

    #[test]
    fn the_parts_of_an_example_stay_together() {
        let data = Arrays::new()
            .indices("class", 1, 10, (0..10).collect())
            .unwrap()
            .numbers("pair", 2, (0..20).map(|value| value as f64).collect())
            .unwrap()
            .indices("tokens", 3, 30, (0..30).collect())
            .unwrap();
        assert_eq!(data.names().collect::<Vec<_>>(), ["pair", "class", "tokens"]);
        assert_eq!((data.count(), data.indices_of("class").unwrap().len()), (10, 10));
        assert_eq!(
            (data.numbers_of("pair").unwrap()[3], data.numbers_of("class")),
            (3.0, None)
        );
        let (mut batches, mut seen) = (Batches::new(&data, 4, 2), Vec::new());
        while let Some(batch) = batches.next() {
            for (place, &class) in batch.indices(0).iter().enumerate() {
                assert_eq!(batch.numbers(0)[2 * place], 2.0 * class as f64);
                assert_eq!(batch.indices(1)[3 * place + 2], 3 * class + 2);
                seen.push(class);
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused_by_name() {
        let data = Arrays::new().numbers("a", 2, vec![0.0f32; 6]).unwrap();
        let message = |result: Result<Arrays<f32>, Error>| result.unwrap_err().to_string();
        let numbers = |name: &str, width, count| message(data.clone().numbers(name, width, vec![0.0; count]));
        assert_eq!(
            numbers("b", 2, 4),
            "not a data set: it holds 3 examples of a, but 2 of b"
        );
        assert!(numbers("b", 2, 5).contains("`b` holds 5 values, no whole number of examples of 2"));
        assert!(numbers("b", 0, 5).contains("of 0 values"));
        assert!(numbers("b", 2, 0).contains("no example") && numbers("b", 0, 0).contains("no example"));
        assert!(numbers("a", 2, 6).contains("two arrays are named `a`"));
        let text = message(data.clone().indices("b", 1, 5, vec![0, 4, 5]));
        assert!(text.contains("`b[2]` is 5, but must be below 5"), "{text}");
        assert_eq!(Arrays::<f32>::new().count(), 0);
    }
}
