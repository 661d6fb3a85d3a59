//! A data set cut into batches.

use super::{Dataset, Examples, Order, Place};
use crate::error::DatasetProblem;
use crate::{Error, Real};

/// Labelled examples, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Batch<'a, T> {
    /// Their values.
    pub inputs: &'a [T],
    /// Their classes.
    pub labels: &'a [u32],
}

/// The arguments of a classifier's loss.
impl<'a, T> From<Batch<'a, T>> for (&'a [T], &'a [u32]) {
    fn from(batch: Batch<'a, T>) -> Self {
        (batch.inputs, batch.labels)
    }
}

/// Batches in an order shuffled anew in every epoch.
///
/// The last batch of an epoch may be smaller. Its memory is allocated once.
#[derive(Debug, Clone)]
pub struct Batches<'d, D: Examples> {
    data: &'d D,
    order: Order,
    memory: D::Memory,
}

impl<'d, D: Examples> Batches<'d, D> {
    /// Batches of at most `batch` of the examples (0 is taken as 1), in an order that depends on `seed` and
    /// the epoch.
    pub fn new(data: &'d D, batch: usize, seed: u64) -> Self {
        Batches {
            data,
            order: Order::new(data.count(), batch, seed),
            memory: data.memory(batch.max(1).min(data.count())),
        }
    }

    /// Batches in another order, such as one by [weights](Order::weighted).
    ///
    /// # Errors
    ///
    /// It is an order of more examples than there are.
    pub fn in_order_of(data: &'d D, order: Order) -> Result<Self, Error> {
        fits(data, &order)?;
        let memory = data.memory(order.batch());
        Ok(Batches { data, order, memory })
    }

    /// The next batch; `None` at the end of an epoch, after which the next epoch begins.
    #[expect(
        clippy::should_implement_trait,
        reason = "a batch borrows this, which no Iterator's item may"
    )]
    pub fn next(&mut self) -> Option<D::Batch<'_>> {
        let examples = self.order.next()?;
        Some(self.data.gather(examples, &mut self.memory))
    }

    /// The next batch, of the next epoch where one has ended: for a loop that counts steps rather than epochs.
    ///
    /// ```
    /// # fn main() -> Result<(), dsl_runtime::Error> {
    /// # let train = dsl_runtime::data::Dataset::new(vec![0.0f32; 10], 2, vec![0; 5], 1)?;
    /// let mut batches = train.batches(2, 7);
    /// for step in 0..100 {
    ///     let batch = batches.draw();
    ///     assert_eq!(batch.labels.len(), if step % 3 == 2 { 1 } else { 2 });
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If there are no examples.
    pub fn draw(&mut self) -> D::Batch<'_> {
        // A batch that is held cannot be asked for again, so the end of an epoch is looked for first.
        if self.order.is_at_end() {
            self.order.start_epoch(self.order.epoch() + 1);
        }
        self.next().expect("there are examples")
    }

    /// Goes to the beginning of the given epoch; the first is 0. Its order does not depend on earlier calls.
    pub fn start_epoch(&mut self, epoch: u64) {
        self.order.start_epoch(epoch);
    }

    /// The place of the next batch.
    pub fn place(&self) -> Place {
        self.order.place()
    }

    /// Goes to a place that [`place`](Batches::place) returned: the batches that follow are those that followed it.
    pub fn resume(&mut self, place: Place) {
        self.order.resume(place);
    }

    /// The number of examples in a batch; the last of an epoch may have fewer.
    pub fn batch(&self) -> usize {
        self.order.batch()
    }

    /// The number of batches in an epoch.
    pub fn batches_per_epoch(&self) -> usize {
        self.order.batches_per_epoch()
    }
}

/// Checks that there are all examples that an order chooses from.
pub(super) fn fits<D: Examples>(data: &D, order: &Order) -> Result<(), Error> {
    let (asked, count) = (order.examples(), data.count());
    match asked > count {
        false => Ok(()),
        true => Err(Error::Dataset(DatasetProblem::Example {
            position: asked - 1,
            example: asked - 1,
            count,
        })),
    }
}

/// Batches in the order they are stored; made by [`Dataset::in_order`].
#[derive(Debug, Clone)]
pub struct InOrder<'d, T> {
    inputs: &'d [T],
    labels: &'d [u32],
    width: usize,
    batch: usize,
}

impl<'d, T: Real> InOrder<'d, T> {
    pub(super) fn new(dataset: &'d Dataset<T>, batch: usize) -> Self {
        let (inputs, labels) = (dataset.inputs(), dataset.labels());
        InOrder {
            inputs,
            labels,
            width: dataset.width(),
            batch: batch.max(1),
        }
    }
}

impl<'d, T> Iterator for InOrder<'d, T> {
    type Item = Batch<'d, T>;

    fn next(&mut self) -> Option<Batch<'d, T>> {
        let examples = self.batch.min(self.labels.len());
        if examples == 0 {
            return None;
        }
        let batch;
        (batch, self.inputs) = self.inputs.split_at(examples * self.width);
        let labels;
        (labels, self.labels) = self.labels.split_at(examples);
        Some(Batch {
            inputs: batch,
            labels,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let batches = self.labels.len().div_ceil(self.batch);
        (batches, Some(batches))
    }
}

impl<T> ExactSizeIterator for InOrder<'_, T> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten() -> Dataset<f32> {
        Dataset::new((0..20).map(|v| v as f32).collect(), 2, (0..10).collect(), 10).unwrap()
    }

    #[test]
    fn values_stay_with_their_labels_and_memory_stays_where_it_is() {
        let data = ten();
        let mut batches = data.batches(4, 3);
        assert_eq!(batches.batches_per_epoch(), 3);
        let mut places = Vec::new();
        for _ in 0..3 {
            let mut seen = Vec::new();
            while let Some(batch) = batches.next() {
                for (input, &label) in batch.inputs.chunks_exact(2).zip(batch.labels) {
                    assert_eq!(input, [2.0 * label as f32, 2.0 * label as f32 + 1.0]);
                }
                seen.extend_from_slice(batch.labels);
                places.push((batch.inputs.as_ptr(), batch.labels.as_ptr()));
            }
            seen.sort_unstable();
            assert_eq!(seen, (0..10).collect::<Vec<_>>());
        }
        assert!(places.iter().all(|place| *place == places[0]));
    }

    #[test]
    fn other_orders_and_places_are_taken() {
        let data = ten();
        let weights: Vec<f64> = (0..10).map(f64::from).collect();
        let order = || Order::weighted(&weights, 30, 20, 1).unwrap();
        let mut batches = Batches::in_order_of(&data, order()).unwrap();
        assert_eq!(batches.next().unwrap().labels.len(), 20);
        let place = batches.place();
        let rest = batches.next().unwrap().labels.to_vec();
        assert!(rest.len() == 10 && !rest.contains(&0));
        let mut again = Batches::in_order_of(&data, order()).unwrap();
        again.resume(place);
        assert_eq!(again.next().unwrap().labels, rest);
        let text = Batches::in_order_of(&data, Order::new(11, 4, 1))
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("example 10") && text.contains("there are 10"),
            "{text}"
        );
    }

    #[test]
    fn stored_order_covers_everything_without_copying() {
        let data = ten();
        let batches: Vec<_> = data.in_order(4).collect();
        assert_eq!(
            batches.iter().map(|batch| batch.labels.len()).collect::<Vec<_>>(),
            [4, 4, 2]
        );
        assert_eq!(batches[2].inputs, [16.0, 17.0, 18.0, 19.0]);
        assert_eq!(batches[0].inputs.as_ptr(), data.inputs().as_ptr());
        assert_eq!((data.in_order(0).len(), data.in_order(usize::MAX).len()), (10, 1));
    }
}
